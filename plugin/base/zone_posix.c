/* zone_posix.c - POSIX TZ strings, with RFC 9636's extensions: names in <>, hours up to 167 and
 * negative. Stateless; any thread. Reads no file. */
#include <limits.h>

#include "base/calendar.h"
#include "base/zone_parts.h"

#define HOUR 3600
/* Offsets: POSIX says 24 hours. Times of change: RFC 9636 says a week less an hour. */
#define OFFSET_HOURS_MAX 24
#define CHANGE_HOURS_MAX 167
#define CHANGE_DEFAULT (2 * HOUR)
/* Where a string names a summer time but no dates: what glibc takes. */
#define DEFAULT_DATES ",M3.2.0,M11.1.0"

typedef struct reader {
    const char *at, *end;
} reader;

static bool next_is(reader *r, char c) {
    if (r->at == r->end || *r->at != c) return false;
    r->at++;
    return true;
}

static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

static bool read_int(reader *r, int min, int max, int *out) {
    int n = 0;
    if (r->at == r->end || !is_digit(*r->at)) return false;
    for (; r->at < r->end && is_digit(*r->at); r->at++) {
        n = n * 10 + (*r->at - '0');
        if (n > max) return false;
    }
    *out = n;
    return n >= min;
}

static bool read_name(reader *r, char name[ZONE_NAME_SIZE]) {
    bool quoted = next_is(r, '<');
    const char *start = r->at;
    while (r->at < r->end &&
           (is_letter(*r->at) || (quoted && (is_digit(*r->at) || *r->at == '+' || *r->at == '-')))) {
        r->at++;
    }
    size_t len = (size_t)(r->at - start);
    if (len < 3 || len >= ZONE_NAME_SIZE || (quoted && !next_is(r, '>'))) return false;
    memcpy(name, start, len);
    name[len] = '\0';
    return true;
}

/* [+-]hh[:mm[:ss]] */
static bool read_time(reader *r, int hours_max, int *seconds) {
    bool negative = next_is(r, '-');
    if (!negative) next_is(r, '+');
    int hours, minutes = 0, rest = 0;
    if (!read_int(r, 0, hours_max, &hours)) return false;
    if (next_is(r, ':')) {
        if (!read_int(r, 0, 59, &minutes)) return false;
        if (next_is(r, ':') && !read_int(r, 0, 59, &rest)) return false;
    }
    int sum = hours * HOUR + minutes * 60 + rest;
    *seconds = negative ? -sum : sum;
    return true;
}

static bool read_date(reader *r, zone_date *d) {
    *d = (zone_date){.form = 'n', .seconds = CHANGE_DEFAULT};
    bool ok;
    if (next_is(r, 'M')) {
        d->form = 'M';
        ok = read_int(r, 1, 12, &d->month) && next_is(r, '.') && read_int(r, 1, 5, &d->week) &&
             next_is(r, '.') && read_int(r, 0, 6, &d->day);
    } else if (next_is(r, 'J')) {
        d->form = 'J';
        ok = read_int(r, 1, 365, &d->day);
    } else {
        ok = read_int(r, 0, 365, &d->day);
    }
    if (ok && next_is(r, '/')) ok = read_time(r, CHANGE_HOURS_MAX, &d->seconds);
    return ok;
}

static bool read_dates(reader *r, zone_rule *rule) {
    return next_is(r, ',') && read_date(r, &rule->to_summer) && next_is(r, ',') &&
           read_date(r, &rule->to_standard) && r->at == r->end;
}

bool zone_posix_parse(slice in, zone_rule *out) {
    reader r = {in.data, in.data + in.len};
    zone_rule rule = {0};
    int west;
    if (in.len == 0 || !read_name(&r, rule.standard.name)) return false;
    if (!read_time(&r, OFFSET_HOURS_MAX, &west)) return false;
    rule.standard.offset = -west; /* POSIX counts to the west */
    if (r.at < r.end) {
        if (!read_name(&r, rule.summer.name)) return false;
        rule.has_summer = true;
        rule.summer.dst = true;
        rule.summer.offset = rule.standard.offset + HOUR;
        if (r.at < r.end && *r.at != ',') {
            if (!read_time(&r, OFFSET_HOURS_MAX, &west)) return false;
            rule.summer.offset = -west;
        }
        if (r.at == r.end) r = (reader){DEFAULT_DATES, DEFAULT_DATES + sizeof(DEFAULT_DATES) - 1};
        if (!read_dates(&r, &rule)) return false;
    }
    *out = rule;
    return true;
}

void zone_posix_guess(slice in, zone_rule *out) {
    reader r = {in.data, in.data + in.len};
    int parts[3] = {0, 0, 0};
    static const int most[3] = {OFFSET_HOURS_MAX, 59, 59};
    *out = (zone_rule){0};
    if (!read_name(&r, out->standard.name)) return;
    bool east = next_is(&r, '-');
    if (!east) next_is(&r, '+');
    for (int i = 0; i < 3 && (i == 0 || next_is(&r, ':')); i++) {
        if (!read_int(&r, 0, UINT16_MAX, &parts[i])) break;
        if (parts[i] > most[i]) parts[i] = most[i];
    }
    int seconds = parts[0] * HOUR + parts[1] * 60 + parts[2];
    out->standard.offset = east ? seconds : -seconds;
}

/* The day in that year, as days since the epoch. */
static int64_t day_of_change(const zone_date *d, int64_t year) {
    int64_t january = calendar_days(year, 1, 1);
    if (d->form == 'n') return january + d->day;
    if (d->form == 'J') return january + d->day - 1 + (calendar_is_leap(year) && d->day >= 60);
    int64_t first = calendar_days(year, d->month, 1);
    int64_t after = d->month == 12 ? calendar_days(year + 1, 1, 1) : calendar_days(year, d->month + 1, 1);
    int64_t day = first + (d->day - calendar_weekday(first) + 7) % 7 + (d->week - 1) * 7;
    return day >= after ? day - 7 : day; /* week 5 is the last */
}

typedef struct search {
    int64_t seconds; /* asked for */
    int64_t last;    /* the newest change at or before it */
    int64_t next;    /* the oldest after it */
    const zone_kind *kind;
} search;

/* Called in the order in which the changes happen, so that of two at one moment the second holds:
 * "XXX3EDT4,0/0,J365/23" is summer the whole year. */
static void consider(search *s, int64_t at, const zone_kind *kind) {
    if (at > s->seconds) {
        if (at < s->next) s->next = at;
    } else if (at >= s->last) {
        s->last = at;
        s->kind = kind;
    }
}

const zone_kind *zone_posix_find(const zone_rule *rule, int64_t seconds, int64_t *next) {
    if (next != NULL) *next = INT64_MAX;
    /* Beyond, a rule need not hold, only not overflow. */
    if (!rule->has_summer || seconds > ZONE_SECONDS_MAX || seconds < -ZONE_SECONDS_MAX)
        return &rule->standard;
    int64_t year;
    int month, day;
    calendar_date(calendar_floor_div(seconds, CALENDAR_DAY), &year, &month, &day);
    search s = {seconds, INT64_MIN, INT64_MAX, &rule->standard};
    for (int64_t y = year - 1; y <= year + 1; y++) { /* a change may lie a week into the next year */
        int64_t to_summer = day_of_change(&rule->to_summer, y) * CALENDAR_DAY + rule->to_summer.seconds -
                            rule->standard.offset;
        int64_t to_standard = day_of_change(&rule->to_standard, y) * CALENDAR_DAY +
                              rule->to_standard.seconds - rule->summer.offset;
        bool north = to_summer <= to_standard;
        if (north) consider(&s, to_summer, &rule->summer);
        consider(&s, to_standard, &rule->standard);
        if (!north) consider(&s, to_summer, &rule->summer);
    }
    if (next != NULL) *next = s.next;
    return s.kind;
}
