/* utf8.h - UTF-8 as RFC 3629 has it: no overlong forms, no surrogates, nothing above U+10FFFF.
 * A byte that is no part of such a sequence counts as one character of its own. Pure functions. */
#ifndef WEIR_BASE_UTF8_H
#define WEIR_BASE_UTF8_H

#include <stdint.h>

#include "base/text.h"

/* The sequence that data begins with: its length (1 to 4) and code point, or 0: the first byte
 * begins none (also when len is 0). */
size_t utf8_decode(const char *data, size_t len, uint32_t *point);
/* A surrogate in the three bytes that UTF-8 would give it, were it a character: Python's surrogatepass, by
 * which what a JSON text held as an unpaired \uD800 is kept. 3 and its number, or 0: data does not begin with
 * one. */
size_t utf8_surrogate(const char *data, size_t len, uint32_t *point);
/* Characters in s; a surrogate counts as one, as in Python. */
size_t utf8_count(slice s);
/* The beginning of s that has at most that many characters. */
slice utf8_prefix(slice s, size_t characters);
/* Appends one code point; U+FFFD for what is none. */
void utf8_add(text *out, uint32_t point);
/* The same for a number that may be a surrogate's. */
void utf8_add_surrogate(text *out, uint32_t point);

#endif
