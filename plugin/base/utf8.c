/* utf8.c - reading and writing UTF-8. Pure functions, any thread. Nothing here depends on the
 * locale of the host. */
#include "base/utf8.h"

static bool continuation(char c) { return ((unsigned char)c & 0xC0u) == 0x80u; }

static uint32_t low6(char c) { return (unsigned char)c & 0x3Fu; }

size_t utf8_decode(const char *data, size_t len, uint32_t *point) {
    if (len == 0) return 0;
    unsigned char first = (unsigned char)data[0];
    if (first < 0x80) {
        *point = first;
        return 1;
    }
    if (first < 0xC2 || first > 0xF4 || len < 2 || !continuation(data[1])) return 0;
    uint32_t two = low6(data[1]);
    if (first < 0xE0) {
        *point = (first & 0x1Fu) << 6 | two;
        return 2;
    }
    if (len < 3 || !continuation(data[2])) return 0;
    if (first < 0xF0) {
        uint32_t value = (first & 0x0Fu) << 12 | two << 6 | low6(data[2]);
        if (value < 0x800 || (value >= 0xD800 && value < 0xE000)) return 0;
        *point = value;
        return 3;
    }
    if (len < 4 || !continuation(data[3])) return 0;
    uint32_t value = (first & 0x07u) << 18 | two << 12 | low6(data[2]) << 6 | low6(data[3]);
    if (value < 0x10000 || value > 0x10FFFF) return 0;
    *point = value;
    return 4;
}

size_t utf8_surrogate(const char *data, size_t len, uint32_t *point) {
    if (len < 3 || (unsigned char)data[0] != 0xED || !continuation(data[1]) || !continuation(data[2]))
        return 0;
    uint32_t value = 0xD000u | low6(data[1]) << 6 | low6(data[2]);
    if (value < 0xD800) return 0;
    *point = value;
    return 3;
}

static size_t step(const char *data, size_t len) {
    uint32_t point;
    size_t size = utf8_decode(data, len, &point);
    if (size == 0) size = utf8_surrogate(data, len, &point);
    return size == 0 ? 1 : size;
}

size_t utf8_count(slice s) {
    size_t count = 0;
    for (size_t at = 0; at < s.len; at += step(s.data + at, s.len - at)) count++;
    return count;
}

slice utf8_prefix(slice s, size_t characters) {
    if (s.len <= characters) return s;
    size_t at = 0;
    for (size_t count = 0; count < characters && at < s.len; count++) at += step(s.data + at, s.len - at);
    return slice_make(s.data, at);
}

void utf8_add(text *out, uint32_t point) {
    utf8_add_surrogate(out, point >= 0xD800 && point < 0xE000 ? 0xFFFD : point);
}

void utf8_add_surrogate(text *out, uint32_t point) {
    char bytes[4];
    size_t len;
    if (point > 0x10FFFF) point = 0xFFFD;
    if (point < 0x80) {
        bytes[0] = (char)point;
        len = 1;
    } else if (point < 0x800) {
        bytes[0] = (char)(0xC0u | point >> 6);
        len = 2;
    } else if (point < 0x10000) {
        bytes[0] = (char)(0xE0u | point >> 12);
        len = 3;
    } else {
        bytes[0] = (char)(0xF0u | point >> 18);
        len = 4;
    }
    for (size_t i = 1; i < len; i++) bytes[i] = (char)(0x80u | (point >> (6 * (len - 1 - i)) & 0x3Fu));
    text_add(out, bytes, len);
}
