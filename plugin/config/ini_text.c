/* ini_text.c - see ini_text.h. Runs on the thread that checks a configuration; allocates nothing. */
#include "config/ini_text.h"

#include "base/utf8.h"

static unsigned byte_at(slice s, size_t at) { return at < s.len ? (unsigned char)s.data[at] : 0; }

/* str.isspace() of 3.11: \t..\r, FS..US, blank, NEL, NBSP, U+1680, U+2000..200A, 2028, 2029, 202F,
 * 205F, 3000. */
size_t ini_space_at(slice s, size_t at) {
    unsigned a = byte_at(s, at), b = byte_at(s, at + 1), c = byte_at(s, at + 2);
    if (at >= s.len) return 0;
    if ((a >= 0x09 && a <= 0x0d) || (a >= 0x1c && a <= 0x20)) return 1;
    if (a == 0xc2) return b == 0x85 || b == 0xa0 ? 2 : 0;
    if (a == 0xe1) return b == 0x9a && c == 0x80 ? 3 : 0;
    if (a == 0xe3) return b == 0x80 && c == 0x80 ? 3 : 0;
    if (a != 0xe2) return 0;
    if (b == 0x81) return c == 0x9f ? 3 : 0;
    if (b != 0x80) return 0;
    return (c >= 0x80 && c <= 0x8a) || c == 0xa8 || c == 0xa9 || c == 0xaf ? 3 : 0;
}

slice ini_rstrip(slice s) {
    for (;;) {
        size_t cut = 0;
        for (size_t n = 1; n <= 3 && n <= s.len && cut == 0; n++)
            if (ini_space_at(s, s.len - n) == n) cut = n;
        if (cut == 0) return s;
        s.len -= cut;
    }
}

slice ini_strip(slice s) {
    size_t at = 0, n;
    while ((n = ini_space_at(s, at)) > 0) at += n;
    return ini_rstrip(slice_make(s.data + at, s.len - at));
}

size_t ini_indent(slice s) {
    size_t count = 0, at = 0, n;
    while ((n = ini_space_at(s, at)) > 0) at += n, count++;
    return count;
}

bool ini_next_line(slice in, size_t *at, slice *line) {
    if (*at >= in.len) return false;
    size_t end = *at;
    while (end < in.len && in.data[end] != '\n' && in.data[end] != '\r') end++;
    *line = slice_make(in.data + *at, end - *at);
    if (end + 1 < in.len && in.data[end] == '\r' && in.data[end + 1] == '\n') end++;
    *at = end + 1;
    return true;
}

size_t ini_utf8_end(slice s) {
    size_t at = 0;
    while (at < s.len) {
        uint32_t point;
        size_t n = utf8_decode(s.data + at, s.len - at, &point);
        if (n == 0) return at;
        at += n;
    }
    return at;
}
