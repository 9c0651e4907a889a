/* slice.h - a borrowed run of bytes with its length; not NUL-terminated.
 * It owns nothing: whoever hands one out says how long the bytes live. */
#ifndef WEIR_BASE_SLICE_H
#define WEIR_BASE_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

typedef struct slice {
    const char *data; /* NULL only together with len 0: "absent" */
    size_t len;
} slice;

#define SLICE_LITERAL(text) ((slice){(text), sizeof(text) - 1})
#define SLICE_NONE ((slice){NULL, 0})

static inline slice slice_of(const char *text) {
    return text == NULL ? SLICE_NONE : (slice){text, strlen(text)};
}
static inline slice slice_make(const char *data, size_t len) { return (slice){data, len}; }
static inline bool slice_equal(slice a, slice b) {
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}
static inline bool slice_is(slice a, const char *text) { return slice_equal(a, slice_of(text)); }

#endif
