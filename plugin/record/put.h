/* put.h - appends to a text without a call while there is room: the renderer of messages and the
 * formatters make ten small appends a record. Same result and same errors as text_add. */
#ifndef WEIR_RECORD_PUT_H
#define WEIR_RECORD_PUT_H

#include "base/text.h"

static inline bool put_room(const text *out, size_t len) {
    return __builtin_expect(!out->failed && len < out->cap - out->len, 1);
}

/* memcpy for the few bytes of a name, a literal, a number: without a call, by copies that overlap. */
static inline void put_copy(char *to, const char *from, size_t len) {
    if (len > 16) {
        memcpy(to, from, len);
    } else if (len >= 8) {
        uint64_t first, last;
        memcpy(&first, from, 8);
        memcpy(&last, from + (len - 8), 8);
        memcpy(to, &first, 8);
        memcpy(to + (len - 8), &last, 8);
    } else if (len >= 4) {
        uint32_t first, last;
        memcpy(&first, from, 4);
        memcpy(&last, from + (len - 4), 4);
        memcpy(to, &first, 4);
        memcpy(to + (len - 4), &last, 4);
    } else {
        if (len > 0) to[0] = from[0];
        if (len > 1) to[1] = from[1];
        if (len > 2) to[2] = from[2];
    }
}

static inline void put(text *out, const char *data, size_t len) {
    if (!put_room(out, len)) {
        text_add(out, data, len);
        return;
    }
    put_copy(out->data + out->len, data, len);
    out->len += len;
    out->data[out->len] = '\0';
}

static inline void put_slice(text *out, slice s) { put(out, s.data, s.len); }

static inline void put_char(text *out, char c) { put(out, &c, 1); }

#endif
