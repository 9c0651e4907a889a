/* bigint.h - integers of any size, as value.h keeps them (decimal digits), in other forms. */
#ifndef WEIR_RECORD_BIGINT_H
#define WEIR_RECORD_BIGINT_H

#include "base/text.h"

/* Appends the digits of a decimal number (no sign) in base 8 or 16, lower case. */
void bigint_radix(slice decimal, unsigned base, text *out);
/* The nearest double of a decimal integer with optional '-'; infinite when beyond. */
double bigint_double(slice decimal);

#endif
