/* frame.c - see frame.h. It trusts nothing that it reads: a mapping may be damaged. */
#include "sink/frame.h"

size_t frame_begin(text *out) {
    size_t begin = out->len;
    text_add_repeat(out, '\0', FRAME_HEAD);
    return begin;
}

void frame_end(text *out, size_t begin) {
    if (out->failed) return;
    size_t bytes = out->len - begin - FRAME_HEAD;
    uint32_t head = (uint32_t)bytes;
    if (bytes > UINT32_MAX) {
        out->failed = true;
        return;
    }
    memcpy(out->data + begin, &head, sizeof head);
}

bool frame_next(slice *left, slice *payload) {
    uint32_t len;
    if (left->len < FRAME_HEAD) return false;
    memcpy(&len, left->data, sizeof len);
    if (len > left->len - FRAME_HEAD) return false;
    *payload = slice_make(left->data + FRAME_HEAD, len);
    *left = slice_make(left->data + FRAME_HEAD + len, left->len - FRAME_HEAD - len);
    return true;
}

uint32_t frame_count(slice all) {
    slice payload;
    uint32_t n = 0;
    while (frame_next(&all, &payload)) n++;
    return n + (all.len > 0);
}
