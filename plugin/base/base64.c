/* base64.c - see base64.h. */
#include "base/base64.h"

#include <stdint.h>

void base64_add(text *out, slice in) {
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < in.len; i += 3) {
        uint32_t three = 0;
        for (size_t k = 0; k < 3; k++)
            three = three << 8 | (i + k < in.len ? (unsigned char)in.data[i + k] : 0);
        for (size_t k = 0; k < 4; k++)
            text_add_char(out, i + k <= in.len ? letters[three >> (18 - 6 * k) & 63] : '=');
    }
}
