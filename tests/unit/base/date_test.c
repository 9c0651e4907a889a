/* date_test.c - date_strftime against the C library's in the C locale, and the ISO stamp. */
#define _GNU_SOURCE
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/date.h"

static text out;
static void open_text(void) { text_init(&out, 0); }
static void close_text(void) { text_done(&out); }
TestSuite(date, .init = open_text, .fini = close_text);

static void to_tm(const civil_time *c, struct tm *tm) {
    memset(tm, 0, sizeof(*tm));
    tm->tm_year = c->year - 1900;
    tm->tm_mon = c->month - 1;
    tm->tm_mday = c->day;
    tm->tm_hour = c->hour;
    tm->tm_min = c->minute;
    tm->tm_sec = c->second;
    tm->tm_wday = c->weekday;
    tm->tm_yday = c->yearday;
    tm->tm_isdst = c->dst;
    tm->tm_gmtoff = c->offset;
    tm->tm_zone = c->abbreviation;
}

static size_t print_by_libc(char *to, size_t size, const char *format, const struct tm *tm) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    return strftime(to, size, format, tm);
#pragma GCC diagnostic pop
}

static void compare(const char *format, const zone *z, int64_t seconds) {
    civil_time civil;
    zone_civil(z, seconds, &civil);
    struct tm tm;
    to_tm(&civil, &tm);
    char expected[2000];
    expected[print_by_libc(expected, sizeof(expected), format, &tm)] = '\0';
    text_clear(&out);
    date_strftime(&out, slice_of(format), &civil, seconds);
    if (strcmp(expected, text_cstr(&out)) != 0) {
        cr_assert_fail("%s at %lld: expected \"%s\", got \"%s\"", format, (long long)seconds, expected,
                       text_cstr(&out));
    }
}

static const char letters[] = "aAbBcCdDeFgGhHIjklmMnpPrRStTuUVwWxXyYzZ%EOfi1";

Test(date, every_letter_every_day_of_some_years) {
    zone *z = zone_create("CET-1CEST,M3.5.0,M10.5.0/3");
    for (int64_t day = -800; day < 12000; day++) {
        int64_t seconds = day * 86400 + day * 7919 % 86400;
        compare("%a %A %b %B %c %C %d %D %e %F %g %G %h %H %I %j %k %l %m %M %p %P %r %R %S %T", z, seconds);
        compare("%u %U %V %w %W %x %X %y %Y %z %Z %% %n%t", z, seconds);
    }
    zone_free(z);
}

static unsigned random_below(unsigned n) { return (unsigned)rand() % n; }

Test(date, flags_widths_modifiers) {
    static const char *const zones[] = {"UTC0", "<-0330>3:30", "CET-1CEST,M3.5.0,M10.5.0/3", "<+1245>-12:45"};
    setenv("TZ", "UTC0", 1);
    tzset();
    srand(5);
    for (int i = 0; i < 200000; i++) {
        char format[64];
        size_t len = 0;
        format[len++] = '[';
        format[len++] = '%';
        for (unsigned flags = random_below(3); flags > 0; flags--) format[len++] = "_-0^#"[random_below(5)];
        if (random_below(3) == 0) len += (size_t)snprintf(format + len, 8, "%u", random_below(15));
        if (random_below(4) == 0) format[len++] = "EO"[random_below(2)];
        format[len++] = letters[random_below(sizeof(letters) - 1)];
        if (random_below(50) != 0) format[len++] = ']';
        format[len] = '\0';
        zone *z = zone_create(zones[random_below(4)]);
        compare(format, z, (int64_t)(random_below(2000000000)) * 3 - 2000000000);
        zone_free(z);
    }
}

Test(date, years_beyond_four_digits) {
    static const int64_t years[] = {-62200000000, -62135596801, -59000000000, 253402300800, 400000000000};
    for (size_t i = 0; i < sizeof(years) / sizeof(years[0]); i++) {
        compare("%Y %C %y %G %g %F %c %D %V %_Y %-Y %8Y %_8Y %08Y %3C %_5C", zone_utc(), years[i]);
    }
}

static void expect(const char *format, const char *expected) {
    civil_time civil;
    zone_civil(zone_utc(), 1795169160, &civil);
    text_clear(&out);
    date_strftime(&out, slice_of(format), &civil, 1795169160);
    cr_assert_str_eq(text_cstr(&out), expected);
}

Test(date, seconds_and_what_stays) {
    expect("%s", "1795169160");
    expect("%Y-%m-%d %H:%M:%S", "2026-11-20 10:06:00");
    expect("%H:%M:%S.%f", "10:06:00.%f");
    expect("%Q %E %Ea %Ez", "%Q %E %Ea +0000");
    expect("100%", "100%");
    expect("%", "%");
    expect("%-", "%-");
    expect("%99999d", "%99999d");
    expect("%99999999999999999999d", "%99999999999999999999d");
    expect("", "");
    expect("äöü %d", "äöü 20");
    expect("%\xc3\xa4", "%\xc3\xa4");
}

Test(date, a_nul_is_text) {
    civil_time civil;
    zone_civil(zone_utc(), 0, &civil);
    date_strftime(&out, SLICE_LITERAL("a\0%d%\0b"), &civil, 0);
    cr_assert(slice_equal(text_slice(&out), SLICE_LITERAL("a\00001%\0b")));
}

static void expect_iso(int64_t microseconds, const char *expected) {
    text_clear(&out);
    date_iso_utc(&out, microseconds);
    cr_assert_str_eq(text_cstr(&out), expected);
}

Test(date, iso) {
    expect_iso(1795169160123456, "2026-11-20T10:06:00.123456Z");
    expect_iso(0, "1970-01-01T00:00:00.000000Z");
    expect_iso(-1, "1969-12-31T23:59:59.999999Z");
    expect_iso(951782400000000, "2000-02-29T00:00:00.000000Z");
    expect_iso(253402300799999999, "9999-12-31T23:59:59.999999Z");
    expect_iso(253402300800000000, "10000-01-01T00:00:00.000000Z");
    expect_iso(INT64_MIN, "-290308-12-21T19:59:05.224192Z");
    expect_iso(INT64_MAX, "294247-01-10T04:00:54.775807Z");
}
