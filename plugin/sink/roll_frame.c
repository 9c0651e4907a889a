/* roll_frame.c - reads framed records out of chunks, every length checked: a mapping may be damaged. Runs on
 * writers and in recovery. */
#include "sink/roll_frame.h"

size_t roll_frames_read(const sink_batch *batch, uint64_t partial, roll_frame *out, size_t max) {
    size_t count = 0;
    for (size_t i = 0; i < batch->count && count < max; i++) {
        const chunk_view *c = &batch->chunks[i];
        size_t size = c->head->bytes, from = i == 0 ? (size_t)partial : 0;
        const char *data = c->bytes.data - (size - c->bytes.len);
        for (size_t at = 0; at < size && count < max;) {
            roll_frame f = {.begin = at, .position = c->position};
            if (size - at < ROLL_HEAD) return count;
            memcpy(&f.head, data + at, ROLL_HEAD);
            if (f.head.bytes > size - at - ROLL_HEAD) return count;
            f.line = slice_make(data + at + ROLL_HEAD, f.head.bytes);
            at += ROLL_HEAD + f.head.bytes;
            if (at <= from) continue;
            if (from > f.begin + ROLL_HEAD) f.written = from - f.begin - ROLL_HEAD;
            out[count++] = f;
        }
    }
    return count;
}

size_t roll_frames_done(const roll_frame *frames, size_t count, size_t n) {
    size_t bytes = 0;
    for (size_t i = 0; i < count; i++) {
        size_t head = frames[i].written > 0 ? 0 : ROLL_HEAD, rest = frames[i].line.len - frames[i].written;
        if (n < rest) return bytes + (n > 0 ? head + n : 0);
        bytes += head + rest;
        n -= rest;
    }
    return bytes;
}
