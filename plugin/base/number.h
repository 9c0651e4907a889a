/* number.h - numbers to text, exact in every digit, in the C locale, without malloc. */
#ifndef WEIR_BASE_NUMBER_H
#define WEIR_BASE_NUMBER_H

#include "base/text.h"

#define NUMBER_SIZE 32 /* the longest of the functions that write into a buffer */

size_t number_u64(char out[NUMBER_SIZE], uint64_t v);
size_t number_i64(char out[NUMBER_SIZE], int64_t v);
size_t number_hex(char out[NUMBER_SIZE], uint64_t v, bool upper);
size_t number_octal(char out[NUMBER_SIZE], uint64_t v);
/* Shortest digits that read back as d: Python's repr(float). */
void number_repr(text *out, double d);
/* printf's e, f, g, a and upper-case forms, without width and sign flags; alt is '#'. Exact; falls
 * back to the C library, in the C locale, for what is rare (long, or beyond the fast path's range). */
void number_printf(text *out, char conversion, int precision, bool alt, double d);
void number_printf_long(text *out, char conversion, int precision, bool alt, long double d);

#endif
