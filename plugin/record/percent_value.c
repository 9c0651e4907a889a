/* percent_value.c - prints one value by one conversion of Python's `%`: truncated, escaped, padded,
 * in that order. After CPython's unicode_format_arg_format and unicode_format_arg_output. Pure. */
#include <math.h>

#include "base/number.h"
#include "base/utf8.h"
#include "queue/site.h"
#include "record/bigint.h"
#include "record/escape.h"
#include "record/put.h"
#include "record/python_percent.h"

/* The error that CPython raises for integers of more than LIMIT_INTEGER_DIGITS digits. */
#define TOO_MANY_DIGITS                                                                                      \
    "ValueError: Exceeds the limit (4300 digits) for integer string conversion; "                            \
    "use sys.set_int_max_str_digits() to increase the limit"

/* Padding as unicode_format_arg_output does it. prefix is sign and base marker. */
static void put_padded(text *out, const percent_spec *spec, bool number, slice prefix, slice body) {
    size_t len = utf8_count(prefix) + utf8_count(body);
    size_t width = spec->width > 0 ? (size_t)spec->width : 0;
    size_t missing = width > len ? width - len : 0;
    bool zeros = number && (spec->flags & CONV_ZERO) != 0;
    bool left = (spec->flags & CONV_MINUS) != 0;
    if (!left && !zeros) text_add_repeat(out, ' ', missing);
    put_slice(out, prefix);
    if (!left && zeros) text_add_repeat(out, '0', missing);
    put_slice(out, body);
    if (left) text_add_repeat(out, ' ', missing);
}

static size_t add_sign(const percent_spec *spec, bool negative, char *prefix) {
    if (negative) {
        prefix[0] = '-';
    } else if ((spec->flags & CONV_PLUS) != 0) {
        prefix[0] = '+';
    } else if ((spec->flags & CONV_SPACE) != 0) {
        prefix[0] = ' ';
    } else {
        return 0;
    }
    return 1;
}

/* ---- text: s r a c */

/* repr, with all that is not ASCII as \xNN, \uNNNN, \UNNNNNNNN. */
static void add_ascii(const value *v, text *out) {
    text shown;
    text_init(&shown, 0);
    value_repr(v, &shown);
    slice s = text_slice(&shown);
    for (size_t at = 0; at < s.len;) {
        uint32_t point = (unsigned char)s.data[at];
        size_t size = utf8_decode(s.data + at, s.len - at, &point);
        at += size == 0 ? 1 : size;
        if (point < 0x80) {
            text_add_char(out, (char)point);
        } else {
            text_addf(out, point < 0x100 ? "\\x%02x" : point < 0x10000 ? "\\u%04x" : "\\U%08x", point);
        }
    }
    if (shown.failed) out->failed = true;
    text_done(&shown);
}

static void put_text(const percent_spec *spec, slice s, bool escape, text *out) {
    text clean;
    text_init(&clean, 0);
    if (spec->precision != CONV_NONE && spec->type != 'c') s = utf8_prefix(s, (size_t)spec->precision);
    if (escape && escape_clean(s) < s.len) {
        escape_add(&clean, s);
        if (clean.failed) out->failed = true;
        s = text_slice(&clean);
    }
    if (spec->width <= 0) {
        put_slice(out, s);
    } else {
        put_padded(out, spec, false, SLICE_NONE, s);
    }
    text_done(&clean);
}

static void put_printed(const percent_spec *spec, const value *v, bool escape, text *out) {
    text shown;
    text_init(&shown, 0);
    if (spec->type == 'a') {
        add_ascii(v, &shown);
    } else if (spec->type == 'r') {
        value_repr(v, &shown);
    } else {
        value_print(v, &shown);
    }
    if (shown.failed) out->failed = true;
    put_text(spec, text_slice(&shown), escape, out);
    text_done(&shown);
}

static int put_character(const percent_spec *spec, const value *v, bool escape, text *out, weir_error *err) {
    int64_t point;
    if (v->type == VALUE_STR && utf8_count(v->str) == 1) {
        put_text(spec, v->str, escape, out);
        return 0;
    }
    if (v->type == VALUE_INT || v->type == VALUE_BIGINT) {
        point = v->type == VALUE_INT ? v->i64 : -1;
    } else if (v->type == VALUE_BOOL) {
        point = v->boolean;
    } else {
        return error_set(err, WEIR_ERR_INVALID, "TypeError: %%c requires int or char");
    }
    if (point < 0 || point > 0x10FFFF)
        return error_set(err, WEIR_ERR_INVALID, "OverflowError: %%c arg not in range(0x110000)");
    text one;
    text_init(&one, 0);
    utf8_add(&one, (uint32_t)point);
    if (one.failed) out->failed = true;
    put_text(spec, text_slice(&one), escape, out);
    text_done(&one);
    return 0;
}

/* ---- integers: d i u o x X */

/* Sign and decimal digits of what %d makes of a value. */
typedef struct integer {
    bool negative;
    slice digits;
    uint64_t small;
    bool is_small; /* small is its magnitude, digits are not there */
    text memory;
} integer;

static void set_i64(integer *out, int64_t v) {
    out->negative = v < 0;
    out->small = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
    out->is_small = true;
}

static int truncate_float(double d, integer *out, weir_error *err) {
    if (isnan(d)) return error_set(err, WEIR_ERR_INVALID, "ValueError: cannot convert float NaN to integer");
    if (isinf(d))
        return error_set(err, WEIR_ERR_INVALID, "OverflowError: cannot convert float infinity to integer");
    d = trunc(d);
    if (fabs(d) < 9e18) {
        set_i64(out, (int64_t)d);
        return 0;
    }
    out->negative = d < 0;
    number_printf(&out->memory, 'f', 0, false, fabs(d));
    out->digits = text_slice(&out->memory);
    return 0;
}

static int read_integer(const percent_spec *spec, const value *v, integer *out, weir_error *err) {
    bool radix = spec->type == 'o' || spec->type == 'x' || spec->type == 'X';
    switch (v->type) {
    case VALUE_INT: set_i64(out, v->i64); return 0;
    case VALUE_BOOL: set_i64(out, v->boolean); return 0;
    case VALUE_BIGINT:
        out->negative = v->str.data[0] == '-';
        out->digits = slice_make(v->str.data + out->negative, v->str.len - out->negative);
        if (!radix && out->digits.len > LIMIT_INTEGER_DIGITS)
            return error_set(err, WEIR_ERR_INVALID, "%s", TOO_MANY_DIGITS);
        return 0;
    case VALUE_FLOAT:
        if (!radix) return truncate_float(v->f64, out, err);
        break;
    default: break;
    }
    return error_set(err, WEIR_ERR_INVALID,
                     radix ? "TypeError: %%%c format: an integer is required, not %s"
                           : "TypeError: %%%c format: a real number is required, not %s",
                     (int)spec->type, value_type_name(v));
}

/* Appends the digits in the conversion's base, without sign and marker. */
static void add_digits(const percent_spec *spec, const integer *n, text *out) {
    char small[NUMBER_SIZE];
    bool hex = spec->type == 'x' || spec->type == 'X';
    size_t from = out->len;
    if (n->is_small) {
        size_t len = hex                 ? number_hex(small, n->small, spec->type == 'X')
                     : spec->type == 'o' ? number_octal(small, n->small)
                                         : number_u64(small, n->small);
        text_add(out, small, len);
    } else if (hex || spec->type == 'o') {
        bigint_radix(n->digits, hex ? 16 : 8, out);
        for (size_t i = from; spec->type == 'X' && i < out->len; i++) {
            if (out->data[i] >= 'a') out->data[i] = (char)(out->data[i] - 'a' + 'A');
        }
    } else {
        text_add_slice(out, n->digits);
    }
}

static int put_integer(const percent_spec *spec, const value *v, text *out, weir_error *err) {
    integer n = {.is_small = false};
    text digits, body;
    text_init(&n.memory, 0);
    text_init(&digits, 0);
    text_init(&body, 0);
    int result = read_integer(spec, v, &n, err);
    if (result == 0) {
        char prefix[4];
        size_t prefix_len = add_sign(spec, n.negative, prefix);
        bool radix = spec->type == 'o' || spec->type == 'x' || spec->type == 'X';
        if (radix && (spec->flags & CONV_ALT) != 0) {
            prefix[prefix_len++] = '0';
            prefix[prefix_len++] = (char)spec->type;
        }
        add_digits(spec, &n, &digits);
        if (spec->precision != CONV_NONE && (size_t)spec->precision > digits.len)
            text_add_repeat(&body, '0', (size_t)spec->precision - digits.len);
        text_add_slice(&body, text_slice(&digits));
        put_padded(out, spec, true, slice_make(prefix, prefix_len), text_slice(&body));
        if (n.memory.failed || digits.failed || body.failed) out->failed = true;
    }
    text_done(&n.memory);
    text_done(&digits);
    text_done(&body);
    return result;
}

/* ---- floats: e E f F g G */

static int read_float(const value *v, double *out, weir_error *err) {
    switch (v->type) {
    case VALUE_FLOAT: *out = v->f64; return 0;
    case VALUE_INT: *out = (double)v->i64; return 0;
    case VALUE_BOOL: *out = v->boolean; return 0;
    case VALUE_BIGINT:
        *out = bigint_double(v->str);
        if (!isinf(*out)) return 0;
        return error_set(err, WEIR_ERR_INVALID, "OverflowError: int too large to convert to float");
    default:
        return error_set(err, WEIR_ERR_INVALID, "TypeError: must be real number, not %s", value_type_name(v));
    }
}

static int put_float(const percent_spec *spec, const value *v, text *out, weir_error *err) {
    double d = 0;
    char prefix[4];
    if (read_float(v, &d, err) != 0) return -1;
    bool negative = signbit(d) && !isnan(d); /* Python has one nan, without a sign */
    slice sign = {prefix, add_sign(spec, negative, prefix)};
    text digits;
    text_init(&digits, 0);
    number_printf(&digits, (char)spec->type, spec->precision == CONV_NONE ? 6 : spec->precision,
                  (spec->flags & CONV_ALT) != 0, fabs(d));
    put_padded(out, spec, true, sign, text_slice(&digits));
    if (digits.failed) out->failed = true;
    text_done(&digits);
    return 0;
}

static int check_bounds(const percent_spec *spec, weir_error *err) {
    bool is_text = spec->type == 's' || spec->type == 'r' || spec->type == 'a' || spec->type == 'c';
    if (spec->width > PERCENT_WIDTH_MAX) return error_set(err, WEIR_ERR_INVALID, "ValueError: width too big");
    if (spec->precision > PERCENT_WIDTH_MAX && !is_text)
        return error_set(err, WEIR_ERR_INVALID, "ValueError: precision too big");
    return 0;
}

int percent_value(const percent_spec *spec, const value *v, bool escape, text *out, weir_error *err) {
    bool plain = spec->width == CONV_NONE && spec->precision == CONV_NONE;
    if (!plain && check_bounds(spec, err) != 0) return -1;
    switch (spec->type) {
    case 's':
        if (v->type == VALUE_STR) {
            put_text(spec, v->str, escape, out);
            return 0;
        }
        /* fall through */
    case 'r':
    case 'a':
        if (v->type == VALUE_INT && plain) {
            text_add_i64(out, v->i64);
        } else {
            put_printed(spec, v, escape, out);
        }
        return 0;
    case 'c': return put_character(spec, v, escape, out, err);
    case 'e':
    case 'E':
    case 'f':
    case 'F':
    case 'g':
    case 'G': return put_float(spec, v, out, err);
    default:
        if (v->type == VALUE_INT && plain && spec->flags == 0 && spec->type == 'd') {
            text_add_i64(out, v->i64);
            return 0;
        }
        return put_integer(spec, v, out, err);
    }
}
