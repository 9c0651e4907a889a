/* batch_io.h - what all sinks of bytes do alike: put a batch into an iovec, wait until a descriptor
 * takes bytes. A writer's thread; stateless. */
#ifndef WEIR_SINK_BATCH_IO_H
#define WEIR_SINK_BATCH_IO_H

#include <sys/uio.h>

#include "sink/sink.h"

/* How long a sink waits for room before it reports SINK_AGAIN, and how soon it looks at *stop. */
#define BATCH_WAIT_MS 1000
#define BATCH_SLICE_MS 100

typedef struct batch_iov {
    struct iovec parts[SINK_BATCH_CHUNKS];
    int count;
    size_t bytes;
} batch_iov;

/* The batch's first max_bytes, beginning `back` bytes before the first byte that is not written yet
 * (those stand before it in the chunk). */
void batch_gather(const sink_batch *batch, size_t back, size_t max_bytes, batch_iov *out);

/* Until fd takes bytes, or says that it never will (the next write tells why): true. False after
 * BATCH_WAIT_MS, or at *stop. */
bool batch_wait_writable(int fd, const uint32_t *stop);

/* Does a line end with it? Also with a NUL, which some have as a handler's terminator. */
static inline bool batch_ends_line(char c) { return c == '\n' || c == '\0'; }

/* How many bytes before the first unwritten one belong to the same line: a file that has not got
 * them begins with them. */
size_t batch_line_start(const sink_batch *batch);

#endif
