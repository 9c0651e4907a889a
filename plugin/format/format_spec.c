/* format_spec.c - reads a format specification ([[fill]align][sign][z][#][0][width][,_][.precision][type]),
 * after CPython's parse_internal_render_format_spec, and formats text by it. Pure; any thread. */
#include "format/format_spec.h"

#include "base/utf8.h"
#include "record/escape.h"
#include "record/put.h"

static int bad(weir_error *err, const char *words) {
    return error_set(err, WEIR_ERR_INVALID, "ValueError: %s", words);
}

static bool is_align(char c) { return c == '<' || c == '>' || c == '=' || c == '^'; }

static bool take(slice in, size_t *at, char c) {
    if (*at >= in.len || in.data[*at] != c) return false;
    (*at)++;
    return true;
}

static void read_align(slice in, size_t *at, format_spec *out, bool *filled, bool *aligned) {
    uint32_t point;
    size_t size = utf8_decode(in.data, in.len, &point);
    if (size == 0) size = 1;
    *filled = in.len > size && is_align(in.data[size]);
    *aligned = *filled || (in.len > 0 && is_align(in.data[0]));
    if (*filled) out->fill = slice_make(in.data, size);
    if (!*aligned) return;
    *at = *filled ? size + 1 : 1;
    out->align = in.data[*at - 1];
}

/* -1: too many digits; *out is untouched without a digit. */
static int read_count(slice in, size_t *at, int64_t *out, weir_error *err) {
    size_t from = *at;
    int64_t number = 0;
    for (; *at < in.len && in.data[*at] >= '0' && in.data[*at] <= '9'; (*at)++) {
        int digit = in.data[*at] - '0';
        if (number > (INT64_MAX - digit) / 10) return bad(err, "Too many decimal digits in format string");
        number = number * 10 + digit;
    }
    if (*at > from) *out = number;
    return 0;
}

static int read_numbers(slice in, size_t *at, format_spec *out, weir_error *err) {
    if (read_count(in, at, &out->width, err) != 0) return -1;
    if (take(in, at, ',')) out->separator = ',';
    if (take(in, at, '_')) {
        if (out->separator != 0) return bad(err, "Cannot specify both ',' and '_'.");
        out->separator = '_';
        if (*at < in.len && in.data[*at] == ',') return bad(err, "Cannot specify both ',' and '_'.");
    }
    if (!take(in, at, '.')) return 0;
    if (read_count(in, at, &out->precision, err) != 0) return -1;
    return out->precision >= 0 ? 0 : bad(err, "Format specifier missing precision");
}

static int check_separator(const format_spec *spec, weir_error *err) {
    static const char decimal[] = "defgEG%F", radix[] = "boxX";
    if (spec->separator == 0 || spec->type == 0) return 0;
    char type = spec->type < 0x80 ? (char)spec->type : 1;
    if (strchr(decimal, type) != NULL || (spec->separator == '_' && strchr(radix, type) != NULL)) return 0;
    if (spec->type > 32 && spec->type < 128)
        return error_set(err, WEIR_ERR_INVALID, "ValueError: Cannot specify '%c' with '%c'.", spec->separator,
                         (int)spec->type);
    return error_set(err, WEIR_ERR_INVALID, "ValueError: Cannot specify '%c' with '\\x%x'.", spec->separator,
                     spec->type);
}

static int read_type(slice in, size_t at, const char *type_name, format_spec *out, weir_error *err) {
    uint32_t point = 0;
    if (at >= in.len) return 0;
    size_t size = utf8_decode(in.data + at, in.len - at, &point);
    if (size == 0) {
        size = 1;
        point = (unsigned char)in.data[at];
    }
    if (at + size < in.len)
        return error_set(err, WEIR_ERR_INVALID,
                         "ValueError: Invalid format specifier '%.*s' for object of type '%s'", (int)in.len,
                         in.data, type_name);
    out->type = point;
    return 0;
}

int format_spec_parse(slice in, const char *type_name, uint32_t type, char align, format_spec *out,
                      weir_error *err) {
    bool filled = false, aligned = false;
    size_t at = 0;
    *out =
        (format_spec){.fill = SLICE_LITERAL(" "), .align = align, .type = type, .width = -1, .precision = -1};
    read_align(in, &at, out, &filled, &aligned);
    if (at < in.len && (in.data[at] == '+' || in.data[at] == '-' || in.data[at] == ' '))
        out->sign = in.data[at++];
    out->no_negative_zero = take(in, &at, 'z');
    out->alternate = take(in, &at, '#');
    if (!filled && take(in, &at, '0')) {
        out->fill = SLICE_LITERAL("0");
        if (!aligned && align == '>') out->align = '=';
    }
    if (read_numbers(in, &at, out, err) != 0 || read_type(in, at, type_name, out, err) != 0) return -1;
    if (check_separator(out, err) != 0) return -1;
    return out->width > FORMAT_WIDTH_MAX ? bad(err, "width too big") : 0;
}

int format_spec_unknown(const format_spec *spec, const char *type_name, weir_error *err) {
    if (spec->type > 32 && spec->type < 128)
        return error_set(err, WEIR_ERR_INVALID,
                         "ValueError: Unknown format code '%c' for object of type '%s'", (int)spec->type,
                         type_name);
    return error_set(err, WEIR_ERR_INVALID, "ValueError: Unknown format code '\\x%x' for object of type '%s'",
                     spec->type, type_name);
}

/* ---- text ---- */

int format_spec_of_text(slice in, format_spec *out, weir_error *err) {
    if (format_spec_parse(in, "str", 's', '<', out, err) != 0) return -1;
    if (out->type != 's') return format_spec_unknown(out, "str", err);
    if (out->sign == ' ') return bad(err, "Space not allowed in string format specifier");
    if (out->sign != 0) return bad(err, "Sign not allowed in string format specifier");
    if (out->no_negative_zero)
        return bad(err, "Negative zero coercion (z) not allowed in string format specifier");
    if (out->alternate) return bad(err, "Alternate form (#) not allowed in string format specifier");
    if (out->align == '=') return bad(err, "'=' alignment not allowed in string format specifier");
    return 0;
}

static void put_fill(slice fill, size_t count, text *out) {
    if (fill.len == 1) {
        text_add_repeat(out, fill.data[0], count);
    } else {
        for (size_t i = 0; i < count; i++) put_slice(out, fill);
    }
}

void format_padded(const format_spec *spec, slice s, text *out) {
    size_t width = spec->width > 0 ? (size_t)spec->width : 0, len = width > 0 ? utf8_count(s) : 0;
    size_t missing = width > len ? width - len : 0;
    size_t left = spec->align == '<' ? 0 : spec->align == '^' ? missing / 2 : missing;
    put_fill(spec->fill, left, out);
    put_slice(out, s);
    put_fill(spec->fill, missing - left, out);
}

static int format_text(slice s, slice in, bool escape, text *out, weir_error *err) {
    format_spec spec;
    text clean;
    if (format_spec_of_text(in, &spec, err) != 0) return -1;
    text_init(&clean, 0);
    if (spec.precision >= 0) s = utf8_prefix(s, (size_t)spec.precision);
    if (escape && escape_clean(s) < s.len) {
        escape_add(&clean, s);
        if (clean.failed) out->failed = true;
        s = text_slice(&clean);
    }
    format_padded(&spec, s, out);
    text_done(&clean);
    return 0;
}

static void print_whole(const value *v, bool escape, text *out) {
    text shown;
    text_init(&shown, 0);
    value_print(v, &shown);
    if (shown.failed) out->failed = true;
    if (escape) {
        escape_add(out, text_slice(&shown));
    } else {
        put_slice(out, text_slice(&shown));
    }
    text_done(&shown);
}

int format_value(const value *v, slice spec, bool escape, text *out, weir_error *err) {
    if (v->type == VALUE_STR) return format_text(v->str, spec, escape, out, err);
    if (spec.len == 0) {
        print_whole(v, escape, out);
        return 0;
    }
    if (v->type == VALUE_BOOL || v->type == VALUE_INT || v->type == VALUE_BIGINT || v->type == VALUE_FLOAT)
        return format_number(v, spec, out, err);
    return error_set(err, WEIR_ERR_INVALID, "TypeError: unsupported format string passed to %s.__format__",
                     value_type_name(v));
}
