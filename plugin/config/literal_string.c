/* literal_string.c - string literals with Python's prefixes, quotes and escapes. */
#include "base/utf8.h"
#include "config/literal_parser.h"

static int low(int c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; }

int literal_string_prefix(const literal_parser *p) {
    for (int n = 0; n <= 2; n++) {
        int c = literal_peek(p, (size_t)n);
        if (c == '\'' || c == '"') return n;
        c = low(c);
        if (c != 'r' && c != 'u' && c != 'b' && c != 'f') return -1;
    }
    return -1;
}

static int digit_of(int c) {
    if (c >= '0' && c <= '9') return c - '0';
    c = low(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : 99;
}

/* Exactly `count` hexadecimal digits after \x, \u, \U. */
static int escape_hex(literal_parser *p, size_t at, int count, text *out) {
    uint32_t point = 0;
    for (int i = 0; i < count; i++) {
        int digit = digit_of(literal_peek(p, 0));
        if (digit > 15) return literal_fail(p, at, "an escape of %d hexadecimal digits is cut short", count);
        point = point << 4 | (uint32_t)digit;
        p->at++;
    }
    if (point > 0x10ffff || (point >= 0xd800 && point < 0xe000))
        return literal_fail(p, at, "the escape names no character");
    utf8_add(out, point);
    return 0;
}

static void escape_octal(literal_parser *p, text *out) {
    uint32_t point = 0;
    for (int i = 0; i < 3 && literal_peek(p, 0) >= '0' && literal_peek(p, 0) <= '7'; i++)
        point = point << 3 | (uint32_t)(p->in.data[p->at++] - '0');
    utf8_add(out, point);
}

/* At the character after a backslash. An unknown escape stays as it is written. */
static int escape(literal_parser *p, text *out) {
    static const char letters[] = "\\'\"abfnrtv", meanings[] = "\\'\"\a\b\f\n\r\t\v";
    size_t at = p->at - 1;
    int c = literal_peek(p, 0);
    if (c >= '0' && c <= '7') {
        escape_octal(p, out);
        return 0;
    }
    p->at++;
    if (c == '\n') return 0;
    if (c == 'x') return escape_hex(p, at, 2, out);
    if (c == 'u') return escape_hex(p, at, 4, out);
    if (c == 'U') return escape_hex(p, at, 8, out);
    if (c == 'N') return literal_fail(p, at, "\\N{…} is not read here (write the character itself)");
    const char *known = c ? strchr(letters, c) : NULL;
    if (known == NULL) {
        text_add_char(out, '\\');
        text_add_char(out, (char)c);
    } else {
        text_add_char(out, meanings[known - letters]);
    }
    return 0;
}

/* Between the quotes; p->at is after the closing one then. */
static int body(literal_parser *p, size_t at, bool raw, bool triple, text *out) {
    char quote = p->in.data[p->at - 1];
    while (p->at < p->in.len) {
        char c = p->in.data[p->at];
        if (c == quote && (!triple || (literal_peek(p, 1) == quote && literal_peek(p, 2) == quote))) {
            p->at += triple ? 3 : 1;
            return 0;
        }
        if (c == '\n' && !triple) break;
        p->at++;
        if (c != '\\' || p->at >= p->in.len) {
            text_add_char(out, c);
        } else if (raw) {
            text_add_char(out, '\\');
            text_add_char(out, p->in.data[p->at++]);
        } else if (escape(p, out) != 0) {
            return -1;
        }
    }
    return literal_fail(p, at, "unterminated string");
}

int literal_string(literal_parser *p, text *out) {
    size_t at = p->at;
    bool raw = false;
    int prefix = literal_string_prefix(p);
    for (int i = 0; i < prefix; i++) {
        int c = low(literal_peek(p, 0));
        if (c == 'b') return literal_fail(p, at, "bytes are not read here (leave out the b)");
        if (c == 'f') return literal_fail(p, at, "an f-string is not a literal (leave out the f)");
        if (prefix == 2) return literal_fail(p, at, "no string has this prefix");
        raw = raw || c == 'r';
        p->at++;
    }
    int quote = literal_peek(p, 0);
    bool triple = literal_peek(p, 1) == quote && literal_peek(p, 2) == quote;
    p->at += triple ? 3 : 1;
    return body(p, at, raw, triple, out);
}
