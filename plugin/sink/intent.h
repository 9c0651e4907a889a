/* intent.h - what a writer notes before it writes, and what recovery makes of it.
 *
 * The note says: the file (device, inode) was `length` long, and `bytes` bytes from that place of the
 * queue on follow. While it is active it outweighs the queue's own `partial`: the queue is consumed
 * after the write and the note taken back after that, so one of the two is true at every moment. */
#ifndef WEIR_SINK_INTENT_H
#define WEIR_SINK_INTENT_H

#include <sys/stat.h>

#include "sink/sink.h"

/* Before the write of `bytes` bytes that begin `back` bytes before the batch's first. file: what fstat
 * says of the regular file; NULL: it is none, and nothing can be compared. */
void intent_note(const sink_batch *batch, const struct stat *file, size_t back, size_t bytes);
/* After the bytes are consumed (or nothing was written). */
void intent_clear(chunk_queue_map *map);

/* sink.already for bytes: fd is the target as it is opened now, -1 if it is not. */
size_t intent_already(int fd, const chunk_queue_map *map, const chunk_view *chunks, size_t count,
                      bool *doubtful);

#endif
