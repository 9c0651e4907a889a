/* wire.h - field values as bytes, written where no malloc is allowed: what value_encode writes, into
 * memory that is known to be large enough. See base/value_wire.c for the tags. */
#ifndef WEIR_FRONTEND_WIRE_H
#define WEIR_FRONTEND_WIRE_H

#include <stdint.h>
#include <string.h>

#include "base/slice.h"

/* A tag and 8 bytes: the size of a number; a tag and a 4-byte length: what a string has before it. */
#define WIRE_NUMBER 9u
#define WIRE_STRING_HEAD 5u

static inline size_t wire_string_size(size_t len) { return WIRE_STRING_HEAD + len; }

static inline char *wire_tagged(char *out, char tag, const void *bytes, size_t len) {
    *out = tag;
    memcpy(out + 1, bytes, len);
    return out + 1 + len;
}

static inline char *wire_string_head(char *out, size_t len) {
    uint32_t len32 = (uint32_t)len;
    return wire_tagged(out, 's', &len32, sizeof len32);
}

static inline char *wire_string(char *out, slice s) {
    out = wire_string_head(out, s.len);
    if (s.len > 0) memcpy(out, s.data, s.len);
    return out + s.len;
}

#endif
