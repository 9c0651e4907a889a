/* roll_time.c - the times of a TimedRotatingFileHandler and the names made of them, after CPython 3.11's
 * computeRollover and doRollover, with their ways at changes of daylight saving time. Pure. */
#include "base/calendar.h"
#include "base/date.h"
#include "sink/roll.h"

static const zone *zone_of(const roll_rules *rules) { return rules->utc ? zone_utc() : zone_local(); }

static bool is_dst(int64_t second) {
    civil_time t;
    zone_civil(zone_local(), second, &t);
    return t.dst;
}

/* DST that begins before the rollover takes an hour, one that ends gives one. */
static int64_t dst_correction(bool dst_now, int64_t rollover) {
    if (is_dst(rollover) == dst_now) return 0;
    return dst_now ? 3600 : -3600;
}

static bool by_day(const roll_rules *rules) {
    return rules->when == ROLL_MIDNIGHT || rules->when == ROLL_WEEK;
}

int64_t roll_time_next(const roll_rules *rules, int64_t from) {
    if (!by_day(rules)) return from + rules->interval;
    civil_time t;
    zone_civil(zone_of(rules), from, &t);
    int day = (t.weekday + 6) % 7; /* Python's weeks begin on Monday */
    int64_t wanted = rules->at < 0 ? CALENDAR_DAY : rules->at;
    int64_t left = wanted - ((t.hour * 60 + t.minute) * 60 + t.second);
    if (left < 0) {
        left += CALENDAR_DAY;
        day = (day + 1) % 7;
    }
    int64_t result = from + left;
    if (rules->when != ROLL_WEEK || day == rules->weekday) return result;
    int days = day < rules->weekday ? rules->weekday - day : 7 - day + rules->weekday;
    result += (int64_t)days * CALENDAR_DAY;
    return rules->utc ? result : result + dst_correction(t.dst, result);
}

int64_t roll_time_after(const roll_rules *rules, int64_t now) {
    int64_t next = roll_time_next(rules, now);
    if (next <= now) next += ((now - next) / rules->interval + 1) * rules->interval;
    if (by_day(rules) && !rules->utc) next += dst_correction(is_dst(now), next);
    return next;
}

static slice suffix_format(const roll_rules *rules) {
    if (rules->named) return slice_of(rules->suffix);
    switch (rules->when) {
    case ROLL_SECOND: return SLICE_LITERAL("%Y-%m-%d_%H-%M-%S");
    case ROLL_MINUTE: return SLICE_LITERAL("%Y-%m-%d_%H-%M");
    case ROLL_HOUR: return SLICE_LITERAL("%Y-%m-%d_%H");
    default: return SLICE_LITERAL("%Y-%m-%d");
    }
}

void roll_time_suffix(const roll_rules *rules, int64_t rollover_at, int64_t now, text *out) {
    int64_t begun = rollover_at - rules->interval;
    civil_time t;
    zone_civil(zone_of(rules), begun, &t);
    bool dst_now = is_dst(now);
    if (!rules->utc && dst_now != t.dst) {
        begun += dst_now ? 3600 : -3600;
        zone_civil(zone_local(), begun, &t);
    }
    date_strftime(out, suffix_format(rules), &t, begun);
}

bool roll_time_is_suffix(const roll_rules *rules, slice part) {
    static const char shape[] = "0000-00-00_00-00-00";
    size_t len = rules->when == ROLL_SECOND   ? 19
                 : rules->when == ROLL_MINUTE ? 16
                 : rules->when == ROLL_HOUR   ? 13
                                              : 10;
    if (part.len != len) return false;
    for (size_t i = 0; i < len; i++) {
        bool digit = part.data[i] >= '0' && part.data[i] <= '9';
        if (shape[i] == '0' ? !digit : part.data[i] != shape[i]) return false;
    }
    return true;
}
