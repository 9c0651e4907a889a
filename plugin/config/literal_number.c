/* literal_number.c - Python's number literals, and arithmetic on values. Integers of any size are read;
 * calculated is with 64 bits, and what does not fit is an error, never a wrong number. */
#define _GNU_SOURCE
#include <locale.h>
#include <math.h>
#include <stdlib.h>

#include "base/limits.h"
#include "config/literal_parser.h"

/* ---- literals ---- */

static bool is_digit(int c) { return c >= '0' && c <= '9'; }

/* Digits of the base, single '_' between them, without the '_' into out. false: none, or misplaced '_'. */
static bool digits(literal_parser *p, int base, text *out) {
    bool last_digit = false;
    for (;; p->at++) {
        int c = literal_peek(p, 0);
        int d = is_digit(c)            ? c - '0'
                : c >= 'a' && c <= 'f' ? c - 'a' + 10
                : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                       : 99;
        if (d < base) {
            text_add_char(out, (char)c);
            last_digit = true;
        } else if (c == '_' && last_digit) {
            last_digit = false;
        } else {
            return last_digit;
        }
    }
}

static int based_integer(literal_parser *p, size_t at, int base, text *out, value *v) {
    p->at += 2;
    if (literal_peek(p, 0) == '_') p->at++;
    if (!digits(p, base, out)) return literal_fail(p, at, "not a number");
    uint64_t sum = 0;
    for (size_t i = 0; i < out->len; i++) {
        char c = out->data[i];
        unsigned d = is_digit(c) ? (unsigned)(c - '0') : (unsigned)((c | 32) - 'a') + 10;
        if (__builtin_mul_overflow(sum, (uint64_t)base, &sum) ||
            __builtin_add_overflow(sum, (uint64_t)d, &sum) || sum > INT64_MAX)
            return literal_fail(p, at, "a number in base %d of more than 63 bits (write it in decimal)",
                                base);
    }
    *v = value_int((int64_t)sum);
    return 0;
}

static int decimal_integer(literal_parser *p, size_t at, slice d, value *v) {
    size_t zeros = 0;
    while (zeros + 1 < d.len && d.data[zeros] == '0') zeros++;
    if (zeros > 0 && d.data[zeros] != '0')
        return literal_fail(p, at, "leading zeros in a decimal number (write 0o… for an octal one)");
    d = slice_make(d.data + zeros, d.len - zeros);
    if (d.len > LIMIT_INTEGER_DIGITS)
        return literal_fail(p, at, "an integer of more than %d digits", LIMIT_INTEGER_DIGITS);
    int64_t sum = 0;
    for (size_t i = 0; i < d.len; i++) {
        if (!__builtin_mul_overflow(sum, 10, &sum) && !__builtin_add_overflow(sum, d.data[i] - '0', &sum))
            continue;
        char *kept = literal_alloc(p, d.len + 1);
        if (kept == NULL) return -1;
        memcpy(kept, d.data, d.len);
        kept[d.len] = '\0';
        *v = (value){.type = VALUE_BIGINT, .str = slice_make(kept, d.len)};
        return 0;
    }
    *v = value_int(sum);
    return 0;
}

/* strtod reads the host's locale; this one does not. glibc hands out its C locale without allocating. */
static int read_double(literal_parser *p, size_t at, const char *digits_only, double *out) {
    locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (c == (locale_t)0) return literal_fail(p, at, "no memory to read a number");
    *out = strtod_l(digits_only, NULL, c);
    freelocale(c);
    return 0;
}

/* The part after the digits before the point. *is_float: there was one. */
static bool fraction(literal_parser *p, text *out, bool *is_float) {
    if (literal_peek(p, 0) == '.') {
        *is_float = true;
        text_add_char(out, '.');
        p->at++;
        if (is_digit(literal_peek(p, 0)) && !digits(p, 10, out)) return false;
    }
    int sign = literal_peek(p, 1) == '+' || literal_peek(p, 1) == '-';
    if ((literal_peek(p, 0) | 32) == 'e' && is_digit(literal_peek(p, sign ? 2 : 1))) {
        *is_float = true;
        text_add(out, p->in.data + p->at, sign ? 2 : 1);
        p->at += sign ? 2 : 1;
        if (!digits(p, 10, out)) return false;
    }
    return true;
}

static int read_number(literal_parser *p, size_t at, text *out, value *v) {
    int second = literal_peek(p, 1) | 32;
    if (literal_peek(p, 0) == '0' && (second == 'x' || second == 'o' || second == 'b'))
        return based_integer(p, at, second == 'x' ? 16 : second == 'o' ? 8 : 2, out, v);
    bool is_float = false;
    if (is_digit(literal_peek(p, 0)) && !digits(p, 10, out)) return literal_fail(p, at, "a misplaced '_'");
    slice whole = text_slice(out);
    if (!fraction(p, out, &is_float)) return literal_fail(p, at, "a misplaced '_'");
    if (out->failed) return literal_fail(p, at, "no memory to read a number");
    if (!is_float) return decimal_integer(p, at, whole, v);
    double d = 0;
    if (read_double(p, at, text_cstr(out), &d) != 0) return -1;
    *v = value_float(d);
    return 0;
}

int literal_number(literal_parser *p, value *v) {
    size_t at = p->at;
    text out;
    text_init(&out, 0);
    int rc = read_number(p, at, &out, v);
    text_done(&out);
    if (rc == 0 && literal_is_word(literal_peek(p, 0)))
        return literal_fail(p, at, "a number that goes on as a word (a string needs quotes)");
    return rc;
}
