/* context.c - a thread's context as wire pairs, newest last: a push appends, a pop cuts the newest
 * pair of its key out. The owning thread alone; no malloc. */
#include "frontend/context.h"
#include "base/limits.h"
#include "frontend/wire.h"

_Static_assert(sizeof(((context *)0)->bytes) == LIMIT_CONTEXT, "the promised bytes");

int context_push(context *c, slice key, slice value) {
    if (key.len == 0 || key.len > LIMIT_CONTEXT || value.len > LIMIT_CONTEXT) return -1;
    size_t more = wire_string_size(key.len) + wire_string_size(value.len);
    if (more > sizeof c->bytes - c->len) return -1;
    char *end = wire_string(wire_string(c->bytes + c->len, key), value);
    c->len = (unsigned)(end - c->bytes);
    return 0;
}

/* The string at *at; moves *at behind it. The bytes are our own: they need no checking. */
static slice next_string(const context *c, size_t *at) {
    uint32_t len;
    memcpy(&len, c->bytes + *at + 1, sizeof len);
    slice s = slice_make(c->bytes + *at + WIRE_STRING_HEAD, len);
    *at += wire_string_size(len);
    return s;
}

int context_pop(context *c, slice key) {
    size_t found = 0, found_end = 0;
    for (size_t at = 0; at < c->len;) {
        size_t start = at;
        bool same = slice_equal(next_string(c, &at), key);
        next_string(c, &at);
        if (same) found = start, found_end = at;
    }
    if (found_end == 0) return -1;
    memmove(c->bytes + found, c->bytes + found_end, c->len - found_end);
    c->len -= (unsigned)(found_end - found);
    return 0;
}
