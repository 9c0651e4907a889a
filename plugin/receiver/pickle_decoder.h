/* pickle_decoder.h - Python's pickles, protocols 0 to 5, read as data. Nothing is imported, nothing is
 * called: what a pickle would make by a class or a function becomes a text that says so, "<datetime.datetime
 * not read>", and the rest of the pickle is read on.
 *
 * Two steps. pickle_scan.c runs the opcodes on a stack of 32-bit references: a scalar is the place of its
 * opcode in the frame, a list, tuple, dict or set is a node of references. pickle_value.c walks from the top
 * and makes values; strings point into the frame.
 *
 * Bounds: frames of LIMIT_RECEIVE_FRAME; LIMIT_PICKLE_DEPTH; LIMIT_PICKLE_MEMO; memory of a frame's decoding
 * is PICKLE_WORKSPACE, which a decoder has from its making on, and for frames above half of that twice the
 * frame in its stead. An object that occurs again and again is written out again and again, so what is
 * written out is counted and bounded too.
 *
 * One thread at a time uses a decoder. Pure: no file, no socket, no clock. */
#ifndef WEIR_RECEIVER_PICKLE_DECODER_H
#define WEIR_RECEIVER_PICKLE_DECODER_H

#include "base/error.h"
#include "base/value.h"

#define PICKLE_WORKSPACE (128 * 1024)

typedef enum pickle_result {
    PICKLE_RECORD,    /* out is a dict of attributes */
    PICKLE_CODE,      /* the whole would be an import or a call: out is the text that says which */
    PICKLE_NO_RECORD, /* data, but no dict */
    PICKLE_MALFORMED,
    PICKLE_TOO_MUCH /* beyond a bound */
} pickle_result;

typedef struct pickle_decoder pickle_decoder;
pickle_decoder *pickle_decoder_create(weir_error *err);
void pickle_decoder_free(pickle_decoder *d);
/* out (set for the first two results) lives until the next call for d and as long as the frame; err says why
 * for the others. An attribute beyond a bound becomes a text that says so, its record is read. */
pickle_result pickle_decode(pickle_decoder *d, slice frame, value *out, weir_error *err);

#endif
