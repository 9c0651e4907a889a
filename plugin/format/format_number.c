/* format_number.c - integers and floats by a format specification, after CPython's format_long_internal,
 * format_float_internal and calc_number_widths. Pure; any thread. */
#include <math.h>
#include <stdlib.h>

#include "base/number.h"
#include "base/utf8.h"
#include "format/format_spec.h"
#include "record/bigint.h"

#define TOO_MANY_DIGITS                                                                                      \
    "ValueError: Exceeds the limit (4300 digits) for integer string conversion; "                            \
    "use sys.set_int_max_str_digits() to increase the limit"

/* A number, taken apart: sign, "0x", digits that may be grouped, and all behind them (".5", "e+10", "%"). */
typedef struct number_parts {
    bool negative;
    slice prefix, digits, rest;
} number_parts;

static int bad(weir_error *err, const char *words) {
    return error_set(err, WEIR_ERR_INVALID, "ValueError: %s", words);
}

/* Digits with separators between groups, filled with zeros until the whole has min_width characters (a
 * separator is never the first one). Built from the right, then turned round. */
static void add_grouped(slice digits, char separator, size_t group, int64_t min_width, text *out) {
    size_t from = out->len, left = digits.len, in_group = 0;
    int64_t missing = min_width;
    if (digits.len == 0) return;
    while (left > 0 || missing > 0) {
        if (separator != 0 && in_group == group) {
            text_add_char(out, separator);
            in_group = 0;
            missing--;
        }
        text_add_char(out, left > 0 ? digits.data[--left] : '0');
        in_group++;
        missing--;
    }
    for (size_t a = from, b = out->len; !out->failed && a + 1 < b; a++, b--) {
        char kept = out->data[a];
        out->data[a] = out->data[b - 1];
        out->data[b - 1] = kept;
    }
}

static void add_fill(slice fill, int64_t count, text *out) {
    for (int64_t i = 0; i < count; i++) text_add_slice(out, fill);
}

static void put_number(const format_spec *spec, const number_parts *n, text *out) {
    bool radix = spec->type == 'b' || spec->type == 'o' || spec->type == 'x' || spec->type == 'X';
    char sign = n->negative ? '-' : spec->sign == '+' || spec->sign == ' ' ? spec->sign : 0;
    int64_t around = (int64_t)((sign != 0) + n->prefix.len + utf8_count(n->rest));
    bool zeros = slice_is(spec->fill, "0") && spec->align == '=';
    text grouped;
    text_init(&grouped, 0);
    add_grouped(n->digits, spec->separator, radix ? 4 : 3, zeros ? spec->width - around : 0, &grouped);
    int64_t missing = spec->width - around - (int64_t)grouped.len;
    if (missing < 0) missing = 0;
    int64_t left = spec->align == '>' ? missing : spec->align == '^' ? missing / 2 : 0;
    int64_t inside = spec->align == '=' ? missing : 0;
    add_fill(spec->fill, left, out);
    if (sign != 0) text_add_char(out, sign);
    text_add_slice(out, n->prefix);
    add_fill(spec->fill, inside, out);
    text_add_slice(out, text_slice(&grouped));
    text_add_slice(out, n->rest);
    add_fill(spec->fill, missing - left - inside, out);
    if (grouped.failed) out->failed = true;
    text_done(&grouped);
}

/* ---- integers ---- */

static void add_binary(slice hex, text *out) {
    bool begun = false;
    for (size_t i = 0; i < hex.len; i++) {
        unsigned nibble = (unsigned)(hex.data[i] <= '9' ? hex.data[i] - '0' : hex.data[i] - 'a' + 10);
        for (unsigned bit = 8; bit > 0; bit /= 2) {
            begun = begun || (nibble & bit) != 0;
            if (begun) text_add_char(out, nibble & bit ? '1' : '0');
        }
    }
    if (!begun) text_add_char(out, '0');
}

static void add_radix(slice decimal, uint32_t type, text *out) {
    if (type == 'b') {
        text hex;
        text_init(&hex, 0);
        bigint_radix(decimal, 16, &hex);
        add_binary(text_slice(&hex), out);
        if (hex.failed) out->failed = true;
        text_done(&hex);
    } else {
        bigint_radix(decimal, type == 'o' ? 8 : 16, out);
        for (size_t i = 0; type == 'X' && i < out->len; i++)
            if (out->data[i] >= 'a') out->data[i] = (char)(out->data[i] - 'a' + 'A');
    }
}

static slice radix_prefix(uint32_t type) {
    switch (type) {
    case 'b': return SLICE_LITERAL("0b");
    case 'o': return SLICE_LITERAL("0o");
    case 'x': return SLICE_LITERAL("0x");
    case 'X': return SLICE_LITERAL("0X");
    default: return SLICE_NONE;
    }
}

static int put_character(const value *v, const format_spec *spec, text *out, weir_error *err) {
    int64_t point = v->type == VALUE_BOOL ? v->boolean : v->i64;
    text one;
    if (spec->sign != 0) return bad(err, "Sign not allowed with integer format specifier 'c'");
    if (spec->alternate) return bad(err, "Alternate form (#) not allowed with integer format specifier 'c'");
    if (v->type == VALUE_BIGINT)
        return error_set(err, WEIR_ERR_INVALID, "OverflowError: Python int too large to convert to C long");
    if (point < 0 || point > 0x10FFFF)
        return error_set(err, WEIR_ERR_INVALID, "OverflowError: %%c arg not in range(0x110000)");
    text_init(&one, 0);
    utf8_add(&one, (uint32_t)point);
    put_number(spec, &(number_parts){.rest = text_slice(&one)}, out);
    if (one.failed) out->failed = true;
    text_done(&one);
    return 0;
}

static int put_integer(const value *v, const format_spec *spec, text *out, weir_error *err) {
    if (spec->precision >= 0) return bad(err, "Precision not allowed in integer format specifier");
    if (spec->no_negative_zero)
        return bad(err, "Negative zero coercion (z) not allowed in integer format specifier");
    if (spec->type == 'c') return put_character(v, spec, out, err);
    char small[NUMBER_SIZE];
    slice decimal = v->type == VALUE_BIGINT ? v->str
                    : v->type == VALUE_BOOL ? (v->boolean ? SLICE_LITERAL("1") : SLICE_LITERAL("0"))
                                            : slice_make(small, number_i64(small, v->i64));
    number_parts n = {.negative = decimal.data[0] == '-'};
    slice digits = slice_make(decimal.data + n.negative, decimal.len - n.negative);
    slice prefix = radix_prefix(spec->type);
    text other;
    text_init(&other, 0);
    if (prefix.data == NULL && digits.len > LIMIT_INTEGER_DIGITS)
        return error_set(err, WEIR_ERR_INVALID, "%s", TOO_MANY_DIGITS);
    if (prefix.data != NULL) add_radix(digits, spec->type, &other);
    n.digits = prefix.data == NULL ? digits : text_slice(&other);
    if (spec->alternate) n.prefix = prefix;
    put_number(spec, &n, out);
    if (other.failed) out->failed = true;
    text_done(&other);
    return 0;
}

/* ---- floats ---- */

/* Without a type: the shortest digits, which have a point or an exponent. */
static void add_shortest(double d, bool alternate, text *out) {
    text repr;
    text_init(&repr, 0);
    number_repr(&repr, d);
    slice s = text_slice(&repr);
    const char *e = memchr(s.data, 'e', s.len);
    bool pointed = memchr(s.data, '.', s.len) != NULL;
    size_t until = e == NULL ? s.len : (size_t)(e - s.data);
    text_add(out, s.data, until);
    if (alternate && e != NULL && !pointed) text_add_char(out, '.');
    text_add(out, s.data + until, s.len - until);
    if (repr.failed) out->failed = true;
    text_done(&repr);
}

/* Without a type, but with a precision: as 'g', with at least one digit behind the point. */
static void add_general(double d, int precision, bool alternate, text *out) {
    text exact;
    text_init(&exact, 0);
    number_printf(&exact, 'e', precision - 1, false, d);
    slice s = text_slice(&exact);
    const char *e = s.len > 0 ? memchr(s.data, 'e', s.len) : NULL;
    if (e == NULL) {
        text_add_slice(out, s);
        text_done(&exact);
        return;
    }
    long exponent = strtol(e + 1, NULL, 10);
    text digits;
    text_init(&digits, 0);
    for (const char *at = s.data; at < e; at++)
        if (*at != '.') text_add_char(&digits, *at);
    while (!alternate && digits.len > 1 && digits.data[digits.len - 1] == '0') digits.len--;
    bool scientific = exponent + 1 <= -4 || exponent + 1 > precision - 1;
    long before = scientific ? 1 : exponent + 1; /* digits in front of the point */
    if (before <= 0) {
        text_add_cstr(out, "0.");
        text_add_repeat(out, '0', (size_t)-before);
        text_add_slice(out, text_slice(&digits));
    } else {
        for (long i = 0; i < before; i++) text_add_char(out, (size_t)i < digits.len ? digits.data[i] : '0');
        bool more = (size_t)before < digits.len;
        if (more || alternate || !scientific) text_add_char(out, '.');
        if (more) text_add(out, digits.data + before, digits.len - (size_t)before);
        if (!more && !scientific) text_add_char(out, '0');
    }
    if (scientific) text_add(out, e, s.len - (size_t)(e - s.data));
    if (exact.failed || digits.failed) out->failed = true;
    text_done(&digits);
    text_done(&exact);
}

static void add_digits(double d, const format_spec *spec, text *out) {
    int precision = spec->precision >= 0 ? (int)spec->precision : -1;
    if (spec->type == 0 && precision < 0) {
        add_shortest(d, spec->alternate, out);
    } else if (spec->type == 0) {
        add_general(d, precision == 0 ? 1 : precision, spec->alternate, out);
    } else {
        char type = spec->type == '%' ? 'f' : spec->type == 'n' ? 'g' : (char)spec->type;
        number_printf(out, type, precision < 0 ? 6 : precision, spec->alternate,
                      spec->type == '%' ? d * 100 : d);
    }
    if (spec->type == '%') text_add_char(out, '%');
}

static bool is_zero(slice digits) {
    for (size_t i = 0; i < digits.len && digits.data[i] != 'e' && digits.data[i] != 'E'; i++)
        if (digits.data[i] != '0' && digits.data[i] != '.' && digits.data[i] != '%') return false;
    return true;
}

static int put_float(double d, const format_spec *spec, text *out, weir_error *err) {
    text digits;
    if (spec->precision > FORMAT_WIDTH_MAX) return bad(err, "precision too big");
    text_init(&digits, 0);
    add_digits(fabs(d), spec, &digits);
    slice all = text_slice(&digits);
    number_parts n = {.negative = signbit(d) && !isnan(d)};
    if (spec->no_negative_zero && is_zero(all)) n.negative = false;
    while (n.digits.len < all.len && all.data[n.digits.len] >= '0' && all.data[n.digits.len] <= '9')
        n.digits.len++;
    n.digits.data = all.data;
    n.rest = slice_make(all.data + n.digits.len, all.len - n.digits.len);
    put_number(spec, &n, out);
    if (digits.failed) out->failed = true;
    text_done(&digits);
    return 0;
}

static int as_double(const value *v, double *out, weir_error *err) {
    *out = v->type == VALUE_BOOL    ? (double)v->boolean
           : v->type == VALUE_INT   ? (double)v->i64
           : v->type == VALUE_FLOAT ? v->f64
                                    : bigint_double(v->str);
    if (v->type == VALUE_BIGINT && isinf(*out))
        return error_set(err, WEIR_ERR_INVALID, "OverflowError: int too large to convert to float");
    return 0;
}

int format_number(const value *v, slice in, text *out, weir_error *err) {
    bool real = v->type == VALUE_FLOAT;
    const char *name = value_type_name(v);
    format_spec spec;
    double d;
    if (format_spec_parse(in, name, real ? 0 : 'd', '>', &spec, err) != 0) return -1;
    char type = spec.type < 0x80 ? (char)spec.type : 1;
    if (type != 0 && strchr("eEfFgG%", type) != NULL)
        return as_double(v, &d, err) == 0 ? put_float(d, &spec, out, err) : -1;
    if (real && (spec.type == 0 || type == 'n')) return put_float(v->f64, &spec, out, err);
    if (!real && type != 0 && strchr("bcdoxXn", type) != NULL) return put_integer(v, &spec, out, err);
    return format_spec_unknown(&spec, name, err);
}
