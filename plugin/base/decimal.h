/* decimal.h - doubles to the shortest decimal digits that read back as the same double, and
 * Python's repr of them. Stateless, no locale, no malloc but the text's own; any thread. */
#ifndef WEIR_BASE_DECIMAL_H
#define WEIR_BASE_DECIMAL_H

#include <locale.h>
#include <stdint.h>

#include "base/text.h"

/* Longest output of decimal_repr: "-1.2345678901234567e-308". */
#define DECIMAL_REPR_SIZE 32

/* digits * 10^exponent; digits has no trailing zero unless it is 0. */
typedef struct decimal {
    uint64_t digits; /* at most 17 digits */
    int exponent;
} decimal;

/* The shortest, and of those the nearest to |d|. d is finite. */
decimal decimal_shortest(double d);
/* repr(d): "1.0", "1e+16", "1e-05", "inf", "nan". */
void decimal_repr(text *out, double d);

/* The C locale, for the C library's own functions (strtod_l); never freed. */
locale_t decimal_c_locale(void);

#endif
