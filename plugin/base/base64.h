/* base64.h - RFC 4648, padded, in one line. Pure; any thread. */
#ifndef WEIR_BASE_BASE64_H
#define WEIR_BASE_BASE64_H

#include "base/text.h"

void base64_add(text *out, slice in);

#endif
