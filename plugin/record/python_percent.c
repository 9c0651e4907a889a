/* python_percent.c - walks a Python `%` format: keys, flags, widths, stars, and which argument is
 * next. After CPython's unicode_format_arg_parse and its callers, whose order of checks decides
 * which of two errors is told. Pure; printing one value is percent_value.c's. */
#include "record/python_percent.h"

#include "base/utf8.h"
#include "queue/site.h"
#include "record/escape.h"
#include "record/put.h"

/* Where CPython's getnextarg stands. `single` is an only argument that is no tuple, or the value
 * of the last key. */
typedef struct walk {
    slice format;
    size_t at;
    const value *dict; /* the mapping, NULL: none */
    const value *tuple;
    const value *single;
    size_t next; /* of the tuple */
    bool single_taken;
    bool escape;
    text *out;
    weir_error *err;
} walk;

#define NOT_ALL "TypeError: not all arguments converted during string formatting"

static int fail(walk *w, const char *words) { return error_set(w->err, WEIR_ERR_INVALID, "%s", words); }

static bool at_end(const walk *w) { return w->at >= w->format.len; }

static char current(const walk *w) { return w->format.data[w->at]; }

static bool arguments_left(const walk *w) {
    if (w->single != NULL) return !w->single_taken;
    return w->tuple != NULL && w->next < w->tuple->list.count;
}

static const value *next_argument(walk *w) {
    if (!arguments_left(w)) {
        fail(w, "TypeError: not enough arguments for format string");
        return NULL;
    }
    if (w->single == NULL) return &w->tuple->list.items[w->next++];
    w->single_taken = true;
    return w->single;
}

/* w->at is behind the '('. The key is what balanced parentheses enclose. */
static bool read_key(slice format, size_t *at, slice *key) {
    size_t start = *at;
    for (int depth = 1; *at < format.len; (*at)++) {
        char c = format.data[*at];
        if (c == '(') depth++;
        if (c == ')') depth--;
        if (depth > 0) continue;
        *key = slice_make(format.data + start, *at - start);
        (*at)++;
        return true;
    }
    return false;
}

static int missing_key(walk *w, slice key) {
    value name = value_str(key);
    text shown;
    text_init(&shown, 0);
    value_repr(&name, &shown);
    int failed = error_set(w->err, WEIR_ERR_INVALID, "KeyError: %s", text_cstr(&shown));
    text_done(&shown);
    return failed;
}

static int take_key(walk *w) {
    slice key;
    if (w->dict == NULL) return fail(w, "TypeError: format requires a mapping");
    w->at++;
    if (!read_key(w->format, &w->at, &key)) return fail(w, "ValueError: incomplete format key");
    if (w->dict->type == VALUE_LIST)
        return fail(w, "TypeError: list indices must be integers or slices, not str");
    const value *found = value_get(w->dict, key);
    if (found == NULL) return missing_key(w, key);
    w->single = found;
    w->single_taken = false;
    return 0;
}

static uint8_t read_flags(slice format, size_t *at) {
    uint8_t flags = 0;
    for (; *at < format.len; (*at)++) {
        switch (format.data[*at]) {
        case '-': flags |= CONV_MINUS; break;
        case '+': flags |= CONV_PLUS; break;
        case ' ': flags |= CONV_SPACE; break;
        case '#': flags |= CONV_ALT; break;
        case '0': flags |= CONV_ZERO; break;
        default: return flags;
        }
    }
    return flags;
}

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

/* Digits at *at; false: the number is beyond an int. */
static bool read_digits(slice format, size_t *at, int *number) {
    int64_t sum = 0;
    for (; *at < format.len && is_digit(format.data[*at]); (*at)++) {
        sum = sum * 10 + (format.data[*at] - '0');
        if (sum > INT32_MAX) return false;
    }
    *number = (int)sum;
    return true;
}

/* The int that a '*' stands for. */
static int take_star(walk *w, const char *c_type, int64_t smallest, int64_t largest, int64_t *out) {
    w->at++;
    const value *v = next_argument(w);
    if (v == NULL) return -1;
    if (v->type == VALUE_BOOL) {
        *out = v->boolean;
        return 0;
    }
    if (v->type != VALUE_INT && v->type != VALUE_BIGINT) return fail(w, "TypeError: * wants int");
    if (v->type == VALUE_BIGINT || v->i64 < smallest || v->i64 > largest)
        return error_set(w->err, WEIR_ERR_INVALID, "OverflowError: Python int too large to convert to C %s",
                         c_type);
    *out = v->i64;
    return 0;
}

static int take_width(walk *w, percent_spec *spec) {
    spec->width = CONV_NONE;
    if (at_end(w)) return 0;
    if (is_digit(current(w)))
        return read_digits(w->format, &w->at, &spec->width) ? 0 : fail(w, "ValueError: width too big");
    if (current(w) != '*') return 0;
    int64_t width = 0;
    if (take_star(w, "ssize_t", INT64_MIN, INT64_MAX, &width) != 0) return -1;
    if (width < 0) spec->flags |= CONV_MINUS;
    bool fits = width >= -INT32_MAX && width <= INT32_MAX;
    spec->width = !fits ? INT32_MAX : (int)(width < 0 ? -width : width); /* percent_value refuses it */
    return 0;
}

static int take_precision(walk *w, percent_spec *spec) {
    spec->precision = CONV_NONE;
    if (at_end(w) || current(w) != '.') return 0;
    w->at++;
    spec->precision = 0;
    if (at_end(w)) return 0;
    if (current(w) != '*')
        return read_digits(w->format, &w->at, &spec->precision) ? 0
                                                                : fail(w, "ValueError: precision too big");
    int64_t precision = 0;
    if (take_star(w, "int", INT32_MIN, INT32_MAX, &precision) != 0) return -1;
    spec->precision = precision < 0 ? 0 : (int)precision;
    return 0;
}

static void skip_length(slice format, size_t *at) {
    char c = *at < format.len ? format.data[*at] : '\0';
    if (c == 'h' || c == 'l' || c == 'L') (*at)++;
}

/* The character that names the conversion; false: the format ends before it. */
static bool read_type(slice format, size_t *at, uint32_t *type) {
    if (*at >= format.len) return false;
    size_t size = utf8_decode(format.data + *at, format.len - *at, type);
    if (size == 0) *type = 0xFFFD;
    *at += size == 0 ? 1 : size;
    return true;
}

static bool is_conversion(uint32_t type) {
    return type < 0x80 && type != 0 && strchr("rsadiuoxXeEfFgGc", (int)type);
}

static int unsupported(walk *w, uint32_t type) {
    size_t before = type < 0x80 ? 1 : type < 0x800 ? 2 : type < 0x10000 ? 3 : 4;
    size_t start = w->at > before ? w->at - before : 0;
    size_t index = utf8_count(slice_make(w->format.data, start));
    return error_set(w->err, WEIR_ERR_INVALID,
                     "ValueError: unsupported format character '%c' (0x%x) at index %zu",
                     type >= 31 && type <= 126 ? (int)type : '?', type, index);
}

static int put_conversion(walk *w, const percent_spec *spec) {
    const value *v = next_argument(w);
    if (v == NULL) return -1;
    if (!is_conversion(spec->type)) return unsupported(w, spec->type);
    return percent_value(spec, v, w->escape, w->out, w->err);
}

/* w->at is behind the '%'. */
static int put_piece(walk *w) {
    percent_spec spec;
    if (!at_end(w) && current(w) == '%') {
        w->at++;
        put_char(w->out, '%');
        return 0;
    }
    if (!at_end(w) && current(w) == '(' && take_key(w) != 0) return -1;
    spec.flags = read_flags(w->format, &w->at);
    if (take_width(w, &spec) != 0 || take_precision(w, &spec) != 0) return -1;
    skip_length(w->format, &w->at);
    if (!read_type(w->format, &w->at, &spec.type)) return fail(w, "ValueError: incomplete format");
    if (put_conversion(w, &spec) != 0) return -1;
    if (w->dict != NULL && arguments_left(w)) return fail(w, NOT_ALL);
    return 0;
}

static void start_arguments(walk *w, const value *args) {
    if (args->type == VALUE_TUPLE) {
        w->tuple = args;
        return;
    }
    w->single = args;
    if (args->type == VALUE_DICT || args->type == VALUE_LIST) w->dict = args;
}

int python_percent(slice format, const value *args, unsigned escape, text *out, weir_error *err) {
    walk w = {.format = format, .escape = (escape & PERCENT_ESCAPE_VALUES) != 0, .out = out, .err = err};
    start_arguments(&w, args);
    while (w.at < format.len) {
        const char *from = format.data + w.at;
        const char *percent = memchr(from, '%', format.len - w.at);
        slice literal = {from, percent == NULL ? format.len - w.at : (size_t)(percent - from)};
        if ((escape & PERCENT_ESCAPE_FORMAT) != 0) {
            escape_add(out, literal);
        } else {
            put_slice(out, literal);
        }
        w.at += literal.len;
        if (percent == NULL) break;
        w.at++;
        if (put_piece(&w) != 0) return -1;
    }
    if (w.dict == NULL && arguments_left(&w)) return fail(&w, NOT_ALL);
    return 0;
}

percent_piece percent_read(slice format, size_t *at, slice *key, percent_spec *spec) {
    size_t i = *at + 1;
    *spec = (percent_spec){.width = CONV_NONE, .precision = CONV_NONE};
    if (i < format.len && format.data[i] == '%') {
        *at = i + 1;
        return PIECE_LITERAL;
    }
    if (i >= format.len || format.data[i++] != '(' || !read_key(format, &i, key)) return PIECE_OTHER;
    spec->flags = read_flags(format, &i);
    if (i < format.len && is_digit(format.data[i]) && !read_digits(format, &i, &spec->width))
        return PIECE_OTHER;
    if (i < format.len && format.data[i] == '.') {
        i++;
        if (!read_digits(format, &i, &spec->precision)) return PIECE_OTHER;
    }
    skip_length(format, &i);
    if (!read_type(format, &i, &spec->type) || !is_conversion(spec->type)) return PIECE_OTHER;
    *at = i;
    return PIECE_KEYED;
}
