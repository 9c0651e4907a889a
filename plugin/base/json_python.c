/* json_python.c - a reader of Python's JSON, for records that are compared with Python's. Runs on the
 * thread that reads the text. It descends by calls, as deep as max_depth allows; yajl (json.c) reads what
 * comes from elsewhere, because it is strict. */
#include "base/json_python.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "base/decimal.h"
#include "base/limits.h"
#include "base/utf8.h"

typedef struct reader {
    slice in;
    size_t at;
    size_t depth, max_depth;
    arena *out;
    weir_error *err;
} reader;

/* What is open: items of a list, or keys and values in turn. */
typedef struct items {
    value *list;
    size_t count, room;
} items;

static int fail(const reader *r, const char *what) {
    return error_set(r->err, WEIR_ERR_INVALID, "%s: char %zu", what,
                     utf8_count(slice_make(r->in.data, r->at)));
}

static int fail_memory(const reader *r) { return error_system(r->err, ENOMEM, "cannot read JSON"); }

static int peek(const reader *r) { return r->at < r->in.len ? (unsigned char)r->in.data[r->at] : -1; }

static void skip_blanks(reader *r) {
    while (peek(r) == ' ' || peek(r) == '\t' || peek(r) == '\n' || peek(r) == '\r') r->at++;
}

static bool skip_word(reader *r, slice word) {
    if (r->in.len - r->at < word.len || memcmp(r->in.data + r->at, word.data, word.len) != 0) return false;
    r->at += word.len;
    return true;
}

/* ---- strings ---- */

/* The four digits behind \u; -1: they are none. */
static int32_t read_unit(reader *r) {
    int32_t unit = 0;
    for (int i = 0; i < 4; i++, r->at++) {
        int c = peek(r);
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;
        if (digit < 0) return -1;
        unit = unit * 16 + digit;
    }
    return unit;
}

/* Behind "\u". Two that are a pair are one character; one alone stays what it is. */
static int read_unicode(reader *r, text *out) {
    int32_t unit = read_unit(r);
    if (unit < 0) return fail(r, "Invalid \\uXXXX escape");
    size_t behind = r->at;
    if (unit >= 0xD800 && unit < 0xDC00 && skip_word(r, SLICE_LITERAL("\\u"))) {
        int32_t low = read_unit(r);
        if (low >= 0xDC00 && low < 0xE000) {
            utf8_add(out, 0x10000u + ((uint32_t)(unit - 0xD800) << 10) + (uint32_t)(low - 0xDC00));
            return 0;
        }
        r->at = behind;
    }
    utf8_add_surrogate(out, (uint32_t)unit);
    return 0;
}

static int read_escape(reader *r, text *out) {
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    int c = peek(r);
    r->at++;
    if (c == 'u') return read_unicode(r, out);
    const char *known = c > 0 ? strchr(from, c) : NULL;
    if (known == NULL) return fail(r, "Invalid \\escape");
    text_add_char(out, to[known - from]);
    return 0;
}

/* Behind the first quote. */
static int read_characters(reader *r, text *out) {
    for (;;) {
        int c = peek(r);
        uint32_t point;
        if (c < 0) return fail(r, "Unterminated string");
        if (c < 0x20) return fail(r, "Invalid control character");
        size_t size = utf8_decode(r->in.data + r->at, r->in.len - r->at, &point);
        if (size == 0) return fail(r, "invalid UTF-8");
        if (c == '\\') {
            r->at++;
            if (read_escape(r, out) != 0) return -1;
            continue;
        }
        if (c != '"') text_add(out, r->in.data + r->at, size);
        r->at += size;
        if (c == '"') return 0;
    }
}

static int read_string(reader *r, value *out) {
    text characters;
    text_init(&characters, 0);
    r->at++;
    int rc = read_characters(r, &characters);
    if (rc == 0) {
        slice kept = arena_copy(r->out, text_slice(&characters));
        rc = characters.failed || kept.data == NULL ? fail_memory(r) : 0;
        *out = value_str(kept);
    }
    text_done(&characters);
    return rc;
}

/* ---- numbers ---- */

static size_t skip_digits(reader *r) {
    size_t begin = r->at;
    while (peek(r) >= '0' && peek(r) <= '9') r->at++;
    return r->at - begin;
}

static int add_float(reader *r, slice digits, value *out) {
    slice copy = arena_copy(r->out, digits); /* strtod wants the NUL that is behind it */
    if (copy.data == NULL) return fail_memory(r);
    *out = value_float(strtod_l(copy.data, NULL, decimal_c_locale()));
    return 0;
}

static int add_integer(reader *r, slice digits, value *out) {
    bool negative = digits.data[0] == '-';
    int64_t sum = 0;
    bool fits = true;
    if (digits.len - negative > LIMIT_INTEGER_DIGITS)
        return fail(r, "Exceeds the limit (4300 digits) for integer string conversion");
    /* Summed up below zero, where int64 reaches one further. */
    for (size_t i = negative; i < digits.len && fits; i++)
        fits = !__builtin_mul_overflow(sum, 10, &sum) &&
               !__builtin_sub_overflow(sum, digits.data[i] - '0', &sum);
    if (fits && !negative) fits = !__builtin_sub_overflow((int64_t)0, sum, &sum);
    slice kept = fits ? digits : arena_copy(r->out, digits);
    if (kept.data == NULL) return fail_memory(r);
    *out = fits ? value_int(sum) : (value){.type = VALUE_BIGINT, .str = kept};
    return 0;
}

static int read_number(reader *r, value *out) {
    size_t begin = r->at;
    r->at += peek(r) == '-';
    size_t whole = peek(r) == '0' ? (r->at++, (size_t)1) : skip_digits(r);
    if (whole == 0) return fail(r, "Expecting value");
    size_t end = r->at;
    if (peek(r) == '.' && (r->at++, skip_digits(r) > 0)) end = r->at;
    r->at = end;
    if (peek(r) == 'e' || peek(r) == 'E') {
        r->at++;
        if (peek(r) == '+' || peek(r) == '-') r->at++;
        if (skip_digits(r) > 0) end = r->at;
    }
    r->at = end;
    slice digits = slice_make(r->in.data + begin, end - begin);
    for (size_t i = 0; i < digits.len; i++)
        if (strchr(".eE", digits.data[i]) != NULL) return add_float(r, digits, out);
    return add_integer(r, digits, out);
}

static const struct constant {
    const char *word;
    value is;
} constants[] = {
    {"null", {.type = VALUE_NONE}},
    {"true", {.type = VALUE_BOOL, .boolean = true}},
    {"false", {.type = VALUE_BOOL, .boolean = false}},
    {"NaN", {.type = VALUE_FLOAT, .f64 = NAN}},
    {"Infinity", {.type = VALUE_FLOAT, .f64 = INFINITY}},
    {"-Infinity", {.type = VALUE_FLOAT, .f64 = -INFINITY}},
};

/* ---- lists and objects ---- */

static int read_value(reader *r, value *out);

static int add_item(reader *r, items *open, value v) {
    if (open->count == open->room) {
        size_t room = open->room == 0 ? 16 : open->room * 2;
        value *list = room <= SIZE_MAX / sizeof *list ? realloc(open->list, room * sizeof *list) : NULL;
        if (list == NULL) return fail_memory(r);
        open->list = list;
        open->room = room;
    }
    open->list[open->count++] = v;
    return 0;
}

/* Behind an item: 1 another follows, 0 the end, -1. */
static int read_comma(reader *r, char end) {
    skip_blanks(r);
    int c = peek(r);
    r->at++;
    if (c == end) return 0;
    if (c == ',') return 1;
    r->at--;
    return fail(r, "Expecting ',' delimiter");
}

static int read_items(reader *r, items *open) {
    value v;
    int more;
    skip_blanks(r);
    if (peek(r) == ']') {
        r->at++;
        return 0;
    }
    do {
        if (read_value(r, &v) != 0 || add_item(r, open, v) != 0) return -1;
        more = read_comma(r, ']');
    } while (more > 0);
    return more;
}

static int read_key(reader *r, value *key) {
    skip_blanks(r);
    if (peek(r) != '"') return fail(r, "Expecting property name enclosed in double quotes");
    if (read_string(r, key) != 0) return -1;
    skip_blanks(r);
    if (peek(r) != ':') return fail(r, "Expecting ':' delimiter");
    r->at++;
    return 0;
}

static int read_members(reader *r, items *open) {
    value key, v;
    int more;
    skip_blanks(r);
    if (peek(r) == '}') {
        r->at++;
        return 0;
    }
    do {
        if (read_key(r, &key) != 0 || read_value(r, &v) != 0) return -1;
        if (add_item(r, open, key) != 0 || add_item(r, open, v) != 0) return -1;
        more = read_comma(r, '}');
    } while (more > 0);
    return more;
}

/* A dict of Python: a key keeps its first place and gets its last value. A line has few keys. */
static size_t add_pair(value_pair *pairs, size_t count, value key, value v) {
    for (size_t i = 0; i < count; i++)
        if (slice_equal(pairs[i].key.str, key.str)) {
            pairs[i].val = v;
            return count;
        }
    pairs[count] = (value_pair){key, v};
    return count + 1;
}

static int close_list(reader *r, const items *open, value *out) {
    value *list = arena_alloc(r->out, open->count * sizeof *list + 1);
    if (list == NULL) return fail_memory(r);
    if (open->count > 0) memcpy(list, open->list, open->count * sizeof *list);
    *out = (value){.type = VALUE_LIST, .list = {list, open->count}};
    return 0;
}

static int close_object(reader *r, const items *open, value *out) {
    size_t count = 0;
    value_pair *pairs = arena_alloc(r->out, open->count / 2 * sizeof *pairs + 1);
    if (pairs == NULL) return fail_memory(r);
    for (size_t i = 0; i < open->count; i += 2)
        count = add_pair(pairs, count, open->list[i], open->list[i + 1]);
    *out = (value){.type = VALUE_DICT, .dict = {pairs, count}};
    return 0;
}

static int read_group(reader *r, bool object, value *out) {
    items open = {0};
    if (r->depth == r->max_depth) return fail(r, "nested too deeply");
    r->depth++;
    r->at++;
    int rc = object ? read_members(r, &open) : read_items(r, &open);
    if (rc == 0) rc = object ? close_object(r, &open, out) : close_list(r, &open, out);
    free(open.list);
    r->depth--;
    return rc;
}

static int read_value(reader *r, value *out) {
    skip_blanks(r);
    int c = peek(r);
    if (c == '"') return read_string(r, out);
    if (c == '{' || c == '[') return read_group(r, c == '{', out);
    for (size_t i = 0; i < sizeof constants / sizeof constants[0]; i++)
        if (skip_word(r, slice_of(constants[i].word))) {
            *out = constants[i].is;
            return 0;
        }
    return read_number(r, out);
}

int json_parse_python(slice in, size_t max_depth, arena *a, value *out, weir_error *err) {
    reader r = {.in = in, .out = a, .err = err};
    value whole;
    r.max_depth = max_depth < LIMIT_VALUE_DEPTH ? max_depth : LIMIT_VALUE_DEPTH;
    if (read_value(&r, &whole) != 0) return -1;
    skip_blanks(&r);
    if (r.at < in.len) return fail(&r, "Extra data");
    *out = whole;
    return 0;
}
