/* number_double.c - printf's e, f and g without printf: digits from number_round.c, laid out here.
 * Any thread. What is rare (hexadecimal floats, more than 17 digits, beyond 2^63 by %f) and what
 * cannot be proven goes to number_libc.c. */
#include <string.h>

#include "base/decimal.h"
#include "base/digits.h"
#include "base/number.h"
#include "base/number_libc.h"
#include "base/number_round.h"

#define DEFAULT_PRECISION 6
/* Sign, 20 digits, point, 19 decimals; or sign, "0.000", 17 digits, exponent: with room to spare. */
#define LAYOUT_SIZE 64

void number_repr(text *out, double d) { decimal_repr(out, d); }

/* Where the text is made: in the output itself, since bytes that are copied right after they were
 * written cost more than all the rest. */
typedef struct layout {
    char *at; /* LAYOUT_SIZE bytes */
    size_t len;
} layout;

static inline void put(layout *l, char c) { l->at[l->len++] = c; }

static inline void put_run(layout *l, const char *data, size_t len) {
    memcpy(l->at + l->len, data, len);
    l->len += len;
}

static inline void put_digits(layout *l, uint64_t v, unsigned count) {
    digits_write(l->at + l->len, v, count);
    l->len += count;
}

static void put_exponent(layout *l, int exponent, bool upper) {
    put(l, upper ? 'E' : 'e');
    put(l, exponent < 0 ? '-' : '+');
    unsigned size = (unsigned)(exponent < 0 ? -exponent : exponent);
    put_digits(l, size, size >= 100 ? 3 : 2);
}

static bool layout_fixed(layout *l, number_binary b, unsigned decimals, bool alt) {
    uint64_t whole, fraction;
    if (!number_round_fixed(b, decimals, &whole, &fraction)) return false;
    l->len += digits_u64(l->at + l->len, whole);
    if (decimals > 0 || alt) put(l, '.');
    put_digits(l, fraction, decimals);
    return true;
}

/* d.ddde+XX from `count` digits; `keep_point` also where nothing follows it. */
static void put_scientific(layout *l, const char *digits, unsigned count, int exponent, bool keep_point,
                           bool upper) {
    put(l, digits[0]);
    if (count > 1 || keep_point) put(l, '.');
    put_run(l, digits + 1, count - 1);
    put_exponent(l, exponent, upper);
}

static bool round_digits(number_binary b, unsigned count, char *digits, int *exponent) {
    uint64_t rounded = 0;
    *exponent = 0;
    if (b.significand != 0 && !number_round_significant(b, count, &rounded, exponent)) return false;
    digits_write(digits, rounded, count);
    return true;
}

static bool layout_scientific(layout *l, number_binary b, unsigned count, bool alt, bool upper) {
    char digits[NUMBER_ROUND_DIGITS];
    int exponent;
    if (!round_digits(b, count, digits, &exponent)) return false;
    put_scientific(l, digits, count, exponent, alt, upper);
    return true;
}

/* The fixed style of %g: `shown` digits, of which exponent + 1 stand before the point. */
static void put_general_fixed(layout *l, const char *digits, int shown, int exponent, bool alt) {
    int before = exponent + 1;
    if (before <= 0) {
        put(l, '0');
    } else {
        put_run(l, digits, (size_t)before);
    }
    if (shown > before || alt) put(l, '.');
    for (int i = before; i < 0; i++) put(l, '0');
    int from = before > 0 ? before : 0;
    if (shown > from) put_run(l, digits + from, (size_t)(shown - from));
}

static bool layout_general(layout *l, number_binary b, unsigned count, bool alt, bool upper) {
    char digits[NUMBER_ROUND_DIGITS];
    int exponent;
    if (!round_digits(b, count, digits, &exponent)) return false;
    unsigned shown = count;
    while (!alt && shown > 1 && digits[shown - 1] == '0') shown--;
    if (b.significand == 0 && !alt) shown = 1;
    if (exponent < -4 || exponent >= (int)count) {
        put_scientific(l, digits, shown, exponent, alt, upper);
    } else {
        put_general_fixed(l, digits, (int)shown, exponent, alt);
    }
    return true;
}

static bool layout_double(layout *l, char conversion, unsigned precision, bool alt, double d) {
    number_binary b = number_split(d);
    switch (conversion) {
    case 'f':
    case 'F': return precision <= NUMBER_ROUND_DECIMALS && layout_fixed(l, b, precision, alt);
    case 'e':
    case 'E':
        return precision < NUMBER_ROUND_DIGITS &&
               layout_scientific(l, b, precision + 1, alt, conversion == 'E');
    case 'g':
    case 'G':
        return precision <= NUMBER_ROUND_DIGITS &&
               layout_general(l, b, precision == 0 ? 1 : precision, alt, conversion == 'G');
    default: return false;
    }
}

static void print_special(text *out, char conversion, bool negative, bool nan) {
    bool upper = conversion < 'a';
    if (negative) text_add_char(out, '-');
    text_add_cstr(out, nan ? (upper ? "NAN" : "nan") : (upper ? "INF" : "inf"));
}

void number_printf(text *out, char conversion, int precision, bool alt, double d) {
    bool negative = __builtin_signbit(d) != 0;
    if (!__builtin_isfinite(d)) {
        print_special(out, conversion, negative, __builtin_isnan(d));
        return;
    }
    char aside[LAYOUT_SIZE];
    bool in_place = !out->failed && out->cap - out->len > LAYOUT_SIZE;
    layout l = {in_place ? out->data + out->len : aside, 0};
    if (negative) put(&l, '-');
    unsigned digits = precision < 0 ? DEFAULT_PRECISION : (unsigned)precision;
    bool done = layout_double(&l, conversion, digits, alt, d);
    if (in_place) {
        if (done) out->len += l.len;
        out->data[out->len] = '\0';
    } else if (done) {
        text_add(out, l.at, l.len);
    }
    if (!done) number_libc(out, conversion, precision, alt, d);
}

void number_printf_long(text *out, char conversion, int precision, bool alt, long double d) {
    bool hexadecimal = conversion == 'a' || conversion == 'A';
    double same = (double)d;
    if (__builtin_isnan(d)) {
        print_special(out, conversion, __builtin_signbit(d) != 0, true);
    } else if ((long double)same == d && (!hexadecimal || __builtin_isinf(d))) {
        number_printf(out, conversion, precision, alt, same);
    } else {
        number_libc_long(out, conversion, precision, alt, d);
    }
}
