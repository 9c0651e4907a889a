/* calendar.h - days and dates of the proleptic Gregorian calendar (after Howard Hinnant's
 * chrono-compatible algorithms). Pure functions. */
#ifndef WEIR_BASE_CALENDAR_H
#define WEIR_BASE_CALENDAR_H

#include <stdbool.h>
#include <stdint.h>

#define CALENDAR_DAY 86400

static inline int64_t calendar_floor_div(int64_t a, int64_t b) { return a / b - (a % b < 0); }

static inline bool calendar_is_leap(int64_t year) {
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* Days since 1970-01-01. month 1..12; day any number, |year| below 2^40. */
static inline int64_t calendar_days(int64_t year, int month, int64_t day) {
    if (month <= 2) year--; /* years begin in March here, so that the leap day is the last */
    int64_t era = calendar_floor_div(year, 400);
    int64_t year_of_era = year - era * 400;
    int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468 + day - 1;
}

static inline void calendar_date(int64_t days, int64_t *year, int *month, int *day) {
    days += 719468;
    int64_t era = calendar_floor_div(days, 146097);
    int64_t of_era = days - era * 146097;
    int64_t year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month_from_march = (5 * of_year + 2) / 153;
    *day = (int)(of_year - (153 * month_from_march + 2) / 5 + 1);
    *month = (int)(month_from_march < 10 ? month_from_march + 3 : month_from_march - 9);
    *year = year_of_era + era * 400 + (*month <= 2);
}

/* 0 Sunday .. 6 */
static inline int calendar_weekday(int64_t days) {
    return (int)(days + 4 - calendar_floor_div(days + 4, 7) * 7);
}

#endif
