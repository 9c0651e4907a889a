/* put.h - appends to a text without a call while there is room: the renderer of messages and the
 * formatters make ten small appends a record. Same result and same errors as text_add. */
#ifndef WEIR_RECORD_PUT_H
#define WEIR_RECORD_PUT_H

#include "base/text.h"

static inline bool put_room(const text *out, size_t len) {
    return __builtin_expect(!out->failed && len < out->cap - out->len, 1);
}

static inline void put(text *out, const char *data, size_t len) {
    if (!put_room(out, len) || len == 0) {
        text_add(out, data, len);
        return;
    }
    memcpy(out->data + out->len, data, len);
    out->len += len;
    out->data[out->len] = '\0';
}

static inline void put_slice(text *out, slice s) { put(out, s.data, s.len); }

static inline void put_char(text *out, char c) { put(out, &c, 1); }

#endif
