/* unicode.h - what Python calls printable. Constant data; any thread. */
#ifndef WEIR_BASE_UNICODE_H
#define WEIR_BASE_UNICODE_H

#include <stdbool.h>
#include <stdint.h>

/* str.isprintable() of one character. */
bool unicode_is_printable(uint32_t code);

#endif
