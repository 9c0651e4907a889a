/* frame.h - keeps records apart in the chunks of a target that sends one payload a record (a datagram, a
 * request, a mail). Each payload stands in the chunk as a u32 with its length, in the machine's order, and
 * its bytes; handlers write that (encode, backend thread), sinks take it apart (writer). A sink consumes
 * whole frames only, so `partial` of the queue always points at the beginning of one. Stateless. */
#ifndef WEIR_SINK_FRAME_H
#define WEIR_SINK_FRAME_H

#include <stdint.h>

#include "base/text.h"

#define FRAME_HEAD sizeof(uint32_t)

/* Where the frame begins, for frame_end. */
size_t frame_begin(text *out);
void frame_end(text *out, size_t begin);
/* The first payload of what is left, and moves on. false: nothing left, or (left->len > 0) damaged. */
bool frame_next(slice *left, slice *payload);
/* How many whole frames; a damaged rest counts as one. */
uint32_t frame_count(slice all);

#endif
