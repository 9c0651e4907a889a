/* units.c - reads and prints durations and sizes. Any thread; keeps nothing; takes no signs, since no
 * setting of Weir is negative. */
#include "base/units.h"

#include <strings.h>

typedef struct unit {
    const char *name;
    int64_t factor;
} unit;

/* Largest first: a duration names its units in this order. */
static const unit durations[] = {{"w", 7 * 86400000LL}, {"d", 86400000}, {"h", 3600000},
                                 {"m", 60000},          {"s", 1000},     {"ms", 1}};
static const unit sizes[] = {{"TiB", 1LL << 40},
                             {"GiB", 1LL << 30},
                             {"MiB", 1LL << 20},
                             {"KiB", 1LL << 10},
                             {"TB", 1000000000000LL},
                             {"GB", 1000000000LL},
                             {"MB", 1000000LL},
                             {"KB", 1000},
                             {"B", 1}};
#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])
/* What prints a size must read back: the powers of 1,024 come first in the table. */
#define BINARY_SIZES 4

/* Nine digits after the point: more than any factor above could show, and no overflow below. */
#define FRACTION_DIGITS 9

static slice trim(slice s) {
    while (s.len > 0 && (s.data[0] == ' ' || s.data[0] == '\t')) s = slice_make(s.data + 1, s.len - 1);
    while (s.len > 0 && (s.data[s.len - 1] == ' ' || s.data[s.len - 1] == '\t')) s.len--;
    return s;
}

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

/* A decimal number at the beginning of *s, in billionths; moves *s past it. */
static bool take_number(slice *s, __int128 *billionths) {
    size_t i = 0, digits = 0;
    __int128 whole = 0, fraction = 0;
    for (; i < s->len && is_digit(s->data[i]); i++, digits++) {
        whole = whole * 10 + (s->data[i] - '0');
        if (whole > INT64_MAX) return false;
    }
    if (digits == 0) return false;
    __int128 place = 1000000000;
    if (i < s->len && s->data[i] == '.') {
        size_t from = ++i;
        for (; i < s->len && is_digit(s->data[i]) && i - from < FRACTION_DIGITS; i++) {
            place /= 10;
            fraction += place * (s->data[i] - '0');
        }
        if (i == from) return false;
    }
    *billionths = whole * 1000000000 + fraction;
    *s = slice_make(s->data + i, s->len - i);
    return true;
}

/* The letters that follow. */
static slice take_word(slice *s) {
    size_t skip = 0, n = 0;
    while (skip < s->len && s->data[skip] == ' ') skip++;
    slice rest = slice_make(s->data + skip, s->len - skip);
    while (n < rest.len && ((rest.data[n] | 32) >= 'a' && (rest.data[n] | 32) <= 'z')) n++;
    *s = slice_make(rest.data + n, rest.len - n);
    return slice_make(rest.data, n);
}

static const unit *find_unit(const unit *rows, size_t count, slice name, bool any_case) {
    for (size_t i = 0; i < count; i++) {
        if (strlen(rows[i].name) != name.len) continue;
        int differs = any_case ? strncasecmp(rows[i].name, name.data, name.len)
                               : memcmp(rows[i].name, name.data, name.len);
        if (differs == 0) return &rows[i];
    }
    return NULL;
}

static int no_duration(slice in, weir_error *err) {
    return error_set(err, WEIR_ERR_INVALID,
                     "'%.*s' is no duration (right is a number and a unit: 250ms, 90s, 15m, 1h30m, 30d, 2w)",
                     in.len > 64 ? 64 : (int)in.len, in.data ? in.data : "");
}

int units_parse_duration(slice in, int64_t *ms, weir_error *err) {
    slice rest = trim(in);
    if (slice_is(rest, "0")) {
        *ms = 0;
        return 0;
    }
    if (rest.len == 0) return no_duration(in, err);
    __int128 total = 0;
    const unit *last = NULL;
    while (rest.len > 0) {
        __int128 number;
        if (!take_number(&rest, &number)) return no_duration(in, err);
        const unit *u = find_unit(durations, COUNT(durations), take_word(&rest), false);
        if (u == NULL || (last != NULL && u <= last)) return no_duration(in, err);
        total += number * u->factor;
        if (total / 1000000000 > INT64_MAX) return no_duration(in, err);
        last = u;
        rest = trim(rest);
    }
    if (total % 1000000000 != 0) return no_duration(in, err);
    *ms = (int64_t)(total / 1000000000);
    return 0;
}

int units_parse_size(slice in, int64_t *bytes, weir_error *err) {
    slice rest = trim(in);
    __int128 number;
    const unit *u = NULL;
    if (rest.len > 0 && take_number(&rest, &number)) {
        slice word = take_word(&rest);
        u = find_unit(sizes, COUNT(sizes), word.len > 0 ? word : SLICE_LITERAL("B"), true);
    }
    if (u == NULL || rest.len > 0 || number * u->factor % 1000000000 != 0 ||
        number * u->factor / 1000000000 > INT64_MAX)
        return error_set(
            err, WEIR_ERR_INVALID,
            "'%.*s' is no size (right are bytes, or a number and a unit: 4096, 64KiB, 1MiB, 2GiB, 5MB)",
            in.len > 64 ? 64 : (int)in.len, in.data ? in.data : "");
    *bytes = (int64_t)(number * u->factor / 1000000000);
    return 0;
}

void units_add_duration(text *out, int64_t ms) {
    if (ms == 0) text_add_cstr(out, "0");
    for (size_t i = 0; i < COUNT(durations) && ms > 0; i++) {
        /* Weeks only where they say all: 30d is plainer than 4w2d. */
        if (i == 0 && ms % durations[0].factor != 0) continue;
        if (ms < durations[i].factor) continue;
        text_add_i64(out, ms / durations[i].factor);
        text_add_cstr(out, durations[i].name);
        ms %= durations[i].factor;
    }
}

void units_add_size(text *out, int64_t bytes) {
    for (size_t i = 0; i < BINARY_SIZES; i++) {
        if (bytes < sizes[i].factor || bytes % sizes[i].factor != 0) continue;
        text_add_i64(out, bytes / sizes[i].factor);
        text_add_cstr(out, sizes[i].name);
        return;
    }
    text_add_i64(out, bytes);
}
