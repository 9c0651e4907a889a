/* text.h - a growing byte buffer with an upper bound; how every text of Weir is put together.
 *
 * Errors are sticky: an append that cannot be done (no memory, bound reached) appends nothing
 * and sets `failed`; the caller looks once at the end. The bytes are always followed by a NUL
 * that does not count, so text_cstr is free. One thread at a time uses a text. */
#ifndef WEIR_BASE_TEXT_H
#define WEIR_BASE_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"

typedef struct text {
    char *data;
    size_t len;
    size_t cap;
    size_t limit; /* len never exceeds it; 0: no bound */
    bool failed;
} text;

/* An empty text; allocates nothing yet. limit 0 is "no bound". */
void text_init(text *t, size_t limit);
/* Frees the bytes; t is as after text_init. */
void text_done(text *t);
/* Empties it and clears `failed`; keeps the memory. */
void text_clear(text *t);
/* Room for at least more bytes past len; false (and failed) when there is none. */
bool text_reserve(text *t, size_t more);

void text_add(text *t, const char *data, size_t len);
void text_add_slice(text *t, slice s);
void text_add_cstr(text *t, const char *s);
void text_add_char(text *t, char c);
void text_add_repeat(text *t, char c, size_t count);
void text_add_u64(text *t, uint64_t value);
void text_add_i64(text *t, int64_t value);
/* printf for cold paths; C locale digits only (no %f and friends here: see base/number.h). */
void text_addf(text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_vaddf(text *t, const char *format, va_list args) __attribute__((format(printf, 2, 0)));

static inline slice text_slice(const text *t) { return slice_make(t->len ? t->data : "", t->len); }
/* The bytes, NUL-terminated; "" when empty. Valid until the next change. */
static inline const char *text_cstr(const text *t) { return t->data ? t->data : ""; }
/* Hands the malloc'd, NUL-terminated bytes to the caller (NULL if failed); t is empty then. */
char *text_take(text *t);

#endif
