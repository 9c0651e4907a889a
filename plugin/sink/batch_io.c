/* batch_io.c - see batch_io.h. Runs on writers. It writes nothing itself. */
#include "sink/batch_io.h"

#include <errno.h>
#include <poll.h>

void batch_gather(const sink_batch *batch, size_t back, size_t max_bytes, batch_iov *out) {
    out->count = 0;
    out->bytes = 0;
    for (size_t i = 0; i < batch->count && i < SINK_BATCH_CHUNKS && out->bytes < max_bytes; i++) {
        slice part = batch->chunks[i].bytes;
        if (i == 0) part = slice_make(part.data - back, part.len + back);
        if (part.len > max_bytes - out->bytes) part.len = max_bytes - out->bytes;
        out->parts[out->count].iov_base = (void *)(uintptr_t)part.data;
        out->parts[out->count].iov_len = part.len;
        out->count++;
        out->bytes += part.len;
    }
}

bool batch_wait_writable(int fd, const uint32_t *stop) {
    for (int waited = 0; waited < BATCH_WAIT_MS; waited += BATCH_SLICE_MS) {
        struct pollfd p = {.fd = fd, .events = POLLOUT};
        int n = poll(&p, 1, BATCH_SLICE_MS);
        if (n > 0 || (n < 0 && errno != EINTR)) return true;
        if (__atomic_load_n(stop, __ATOMIC_ACQUIRE) != 0) return false;
    }
    return false;
}

size_t batch_line_start(const sink_batch *batch) {
    size_t written = (size_t)batch->map->partial, back = 0;
    const char *first = batch->chunks[0].bytes.data;
    while (back < written && !batch_ends_line(first[-1 - (ptrdiff_t)back])) back++;
    return back;
}
