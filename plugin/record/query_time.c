/* query_time.c - times as people and programs write them in a query: "now", "-1h30m",
 * "@1700000000.5", "2026-11-20", "2026-11-20T10:06:00.5+01:00". Without an offset it is local time.
 * Stateless; any thread. */
#include "base/zone.h"
#include "record/query.h"

#define SECOND_US INT64_C(1000000)
/* 1,000 years back: beyond is a slip of the finger, and sums stay far from overflow. */
#define RELATIVE_MAX_US (INT64_C(1000) * 366 * 86400 * SECOND_US)
/* Seconds after '@': the year 9999. */
#define EPOCH_MAX INT64_C(253402300799)

typedef struct cursor {
    const char *at, *end;
} cursor;

static bool take(cursor *c, char wanted) {
    if (c->at == c->end || *c->at != wanted) return false;
    c->at++;
    return true;
}

static bool digit_next(const cursor *c) { return c->at < c->end && *c->at >= '0' && *c->at <= '9'; }

/* `count` digits, neither more nor fewer. */
static bool take_digits(cursor *c, int count, int *out) {
    int sum = 0;
    for (; count > 0; count--, c->at++) {
        if (!digit_next(c)) return false;
        sum = sum * 10 + (*c->at - '0');
    }
    *out = sum;
    return true;
}

/* At least one digit; false: none, or beyond max. */
static bool take_number(cursor *c, int64_t max, int64_t *out) {
    int64_t sum = 0;
    if (!digit_next(c)) return false;
    for (; digit_next(c); c->at++) {
        sum = sum * 10 + (*c->at - '0');
        if (sum > max) return false;
    }
    *out = sum;
    return true;
}

/* ".5" -> 500000; digits beyond microseconds are dropped. */
static bool take_fraction(cursor *c, int64_t *micros) {
    *micros = 0;
    if (!take(c, '.')) return true;
    if (!digit_next(c)) return false;
    for (int64_t unit = SECOND_US / 10; digit_next(c); c->at++, unit /= 10) *micros += unit * (*c->at - '0');
    return true;
}

static int64_t take_unit(cursor *c) {
    static const struct {
        const char *name;
        int64_t micros;
    } units[] = {{"ms", 1000},
                 {"s", SECOND_US},
                 {"m", SECOND_US * 60},
                 {"h", SECOND_US * 3600},
                 {"d", SECOND_US * 86400},
                 {"w", SECOND_US * 86400 * 7}};
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        size_t len = strlen(units[i].name);
        if ((size_t)(c->end - c->at) < len || memcmp(c->at, units[i].name, len) != 0) continue;
        c->at += len;
        return units[i].micros;
    }
    return 0;
}

/* "1h30m" */
static bool read_relative(cursor *c, int64_t *micros) {
    int64_t sum = 0;
    do {
        int64_t number;
        if (!take_number(c, RELATIVE_MAX_US / 1000, &number)) return false;
        int64_t unit = take_unit(c);
        if (unit == 0 || number > (RELATIVE_MAX_US - sum) / unit) return false;
        sum += number * unit;
    } while (c->at < c->end);
    *micros = sum;
    return true;
}

static bool read_epoch(cursor *c, int64_t *out) {
    int64_t seconds, micros;
    if (!take_number(c, EPOCH_MAX, &seconds) || !take_fraction(c, &micros)) return false;
    *out = seconds * SECOND_US + micros;
    return c->at == c->end;
}

static bool read_date(cursor *c, civil_time *t) {
    static const unsigned char days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool shaped = take_digits(c, 4, &t->year) && take(c, '-') && take_digits(c, 2, &t->month) &&
                  take(c, '-') && take_digits(c, 2, &t->day);
    if (!shaped || t->month < 1 || t->month > 12 || t->day < 1 || t->day > days[t->month - 1]) return false;
    bool leap = (t->year % 4 == 0 && t->year % 100 != 0) || t->year % 400 == 0;
    return t->month != 2 || t->day < 29 || leap;
}

static bool read_clock(cursor *c, civil_time *t, int64_t *micros) {
    if (!take_digits(c, 2, &t->hour) || !take(c, ':') || !take_digits(c, 2, &t->minute)) return false;
    if (take(c, ':') && (!take_digits(c, 2, &t->second) || !take_fraction(c, micros))) return false;
    return t->hour < 24 && t->minute < 60 && t->second < 61;
}

/* "Z" or "+01:00" or "+0100"; *has false when there is none. */
static bool read_offset(cursor *c, bool *has, int64_t *seconds) {
    int hours = 0, minutes = 0;
    *seconds = 0;
    *has = true;
    if (take(c, 'Z') || take(c, 'z')) return true;
    bool negative = c->at < c->end && *c->at == '-';
    if (!take(c, '+') && !take(c, '-')) {
        *has = false;
        return true;
    }
    if (!take_digits(c, 2, &hours)) return false;
    take(c, ':');
    if (!take_digits(c, 2, &minutes) || minutes > 59) return false;
    int64_t distance = (int64_t)hours * 3600 + (int64_t)minutes * 60;
    *seconds = negative ? -distance : distance;
    return true;
}

static bool read_absolute(cursor *c, int64_t *out) {
    civil_time t = {.day = 1};
    int64_t micros = 0, offset = 0;
    bool has_offset = false;
    if (!read_date(c, &t)) return false;
    if (take(c, 'T') || take(c, 't') || take(c, ' ')) {
        if (!read_clock(c, &t, &micros) || !read_offset(c, &has_offset, &offset)) return false;
    }
    if (c->at != c->end) return false;
    int64_t seconds = zone_seconds(has_offset ? zone_utc() : zone_local(), &t, -1) - offset;
    *out = seconds * SECOND_US + micros;
    return true;
}

int query_parse_time(slice in, int64_t now_us, int64_t *out_us, weir_error *err) {
    cursor c = {in.data, in.data + in.len};
    int64_t value_us = 0;
    bool good;
    if (slice_is(in, "now")) {
        value_us = now_us;
        good = true;
    } else if (take(&c, '-')) {
        good = read_relative(&c, &value_us);
        value_us = now_us - value_us;
    } else if (take(&c, '@')) {
        good = read_epoch(&c, &value_us);
    } else {
        good = read_absolute(&c, &value_us);
    }
    if (good) {
        *out_us = value_us;
        return 0;
    }
    return error_set(err, WEIR_ERR_INVALID,
                     "'%.*s' is no time (would be: now, -15m, -1h30m, 2026-11-20, 2026-11-20T10:06:00Z, "
                     "@1700000000.5)",
                     (int)(in.len < 100 ? in.len : 100), in.data);
}
