/* unicode.h - reading UTF-8 strictly, and what Python calls printable. Stateless; any thread. */
#ifndef WEIR_BASE_UNICODE_H
#define WEIR_BASE_UNICODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* str.isprintable() of one character. */
bool unicode_is_printable(uint32_t code);

static inline bool unicode_tail_(unsigned char c) { return (c & 0xC0) == 0x80; }

/* The length (1 to 4) of the UTF-8 sequence that data[0…len) begins with, and its code point; 0
 * when there is none: len 0, overlong, cut, a surrogate, beyond U+10FFFF, a stray byte. */
static inline unsigned unicode_decode(const char *data, size_t len, uint32_t *code) {
    const unsigned char *s = (const unsigned char *)data;
    if (len == 0) return 0;
    if (s[0] < 0x80) {
        *code = s[0];
        return 1;
    }
    if (s[0] < 0xC2 || s[0] > 0xF4 || len < 2 || !unicode_tail_(s[1])) return 0;
    if (s[0] < 0xE0) {
        *code = (s[0] & 0x1Fu) << 6 | (s[1] & 0x3Fu);
        return 2;
    }
    if (len < 3 || !unicode_tail_(s[2])) return 0;
    if (s[0] < 0xF0) {
        if ((s[0] == 0xE0 && s[1] < 0xA0) || (s[0] == 0xED && s[1] > 0x9F)) return 0;
        *code = (s[0] & 0x0Fu) << 12 | (s[1] & 0x3Fu) << 6 | (s[2] & 0x3Fu);
        return 3;
    }
    if (len < 4 || !unicode_tail_(s[3])) return 0;
    if ((s[0] == 0xF0 && s[1] < 0x90) || (s[0] == 0xF4 && s[1] > 0x8F)) return 0;
    *code = (s[0] & 0x07u) << 18 | (s[1] & 0x3Fu) << 12 | (s[2] & 0x3Fu) << 6 | (s[3] & 0x3Fu);
    return 4;
}

#endif
