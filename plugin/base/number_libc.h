/* number_libc.h - the C library's own printing of floats, in the C locale whatever the host's is:
 * slow, and right for everything that number_double.c does not do itself. */
#ifndef WEIR_BASE_NUMBER_LIBC_H
#define WEIR_BASE_NUMBER_LIBC_H

#include "base/text.h"

/* conversion: one of eEfFgGaA; a negative precision is the default one. */
void number_libc(text *out, char conversion, int precision, bool alt, double d);
void number_libc_long(text *out, char conversion, int precision, bool alt, long double d);

#endif
