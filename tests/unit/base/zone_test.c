/* zone_test.c - civil time and back, against the C library where both can read the same zone. */
#define _GNU_SOURCE
#include <criterion/criterion.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/zone.h"
#include "base/zone_parts.h"

static void expect_civil(const char *tz, int64_t seconds, const char *expected) {
    zone *z = zone_create(tz);
    civil_time c;
    zone_civil(z, seconds, &c);
    char told[128];
    snprintf(told, sizeof(told), "%04d-%02d-%02d %02d:%02d:%02d %s %d%s", c.year, c.month, c.day, c.hour,
             c.minute, c.second, c.abbreviation, c.offset, c.dst ? " dst" : "");
    cr_assert_str_eq(told, expected, "%s at %lld: %s", tz, (long long)seconds, told);
    zone_free(z);
}

Test(zone, utc) {
    expect_civil("UTC0", 0, "1970-01-01 00:00:00 UTC 0");
    expect_civil("", 951782400, "2000-02-29 00:00:00 UTC 0");
    expect_civil("UTC0", -1, "1969-12-31 23:59:59 UTC 0");
    expect_civil("UTC0", 4102444800, "2100-01-01 00:00:00 UTC 0");
    civil_time c;
    zone_civil(zone_utc(), 1795169160, &c);
    cr_assert_eq(c.weekday, 5);
    cr_assert_eq(c.yearday, 323);
    cr_assert_eq(zone_next_change(zone_utc(), 0), INT64_MAX);
    cr_assert_not_null(zone_local());
    cr_assert_eq(zone_local(), zone_local());
}

Test(zone, rules) {
    const char *cet = "CET-1CEST,M3.5.0,M10.5.0/3";
    expect_civil(cet, 1711846799, "2024-03-31 01:59:59 CET 3600");
    expect_civil(cet, 1711846800, "2024-03-31 03:00:00 CEST 7200 dst");
    expect_civil(cet, 1729990799, "2024-10-27 02:59:59 CEST 7200 dst");
    expect_civil(cet, 1729990800, "2024-10-27 02:00:00 CET 3600");
    expect_civil("AEST-10AEDT,M10.1.0,M4.1.0/3", 1704067200, "2024-01-01 11:00:00 AEDT 39600 dst");
    expect_civil("EST5EDT4,M3.2.0,M11.1.0", 1710054000, "2024-03-10 03:00:00 EDT -14400 dst");
    expect_civil("<+03>-3", 0, "1970-01-01 03:00:00 +03 10800");
    expect_civil("<-0330>3:30:15", 0, "1969-12-31 20:29:45 -0330 -12615");
    expect_civil("IST-1GMT0,M10.5.0,M3.5.0/1", 1704067200, "2024-01-01 00:00:00 GMT 0 dst");
    expect_civil("IST-1GMT0,M10.5.0,M3.5.0/1", 1720000000, "2024-07-03 10:46:40 IST 3600");
    expect_civil("XXX3EDT4,0/0,J365/23", 1720000000, "2024-07-03 05:46:40 EDT -14400 dst");
    expect_civil("XXX3EDT4,0/0,J365/23", 1704081600, "2024-01-01 00:00:00 EDT -14400 dst");
    expect_civil("IST-2IDT,M3.4.4/26,M10.5.0", 1711670400, "2024-03-29 03:00:00 IDT 10800 dst");
    expect_civil("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", 1711846800, "2024-03-31 00:00:00 -01 -3600 dst");
    expect_civil("AAA0BBB,J60/0,300/0", 1709251200, "2024-03-01 01:00:00 BBB 3600 dst");
    expect_civil("AAA0BBB,59/0,300/0", 1709164800, "2024-02-29 01:00:00 BBB 3600 dst");
    expect_civil("AAA0BBB", 1710000000, "2024-03-09 16:00:00 AAA 0"); /* glibc's dates: the United States' */
    expect_civil("AAA0BBB,M1.1.1/167,M12.5.0/-167", 1704067200 + 6 * 86400 + 23 * 3600,
                 "2024-01-08 00:00:00 BBB 3600 dst");
}

/* UTC without a name, as glibc has it. */
Test(zone, what_is_no_zone_is_utc) {
    static const char *const bad[] = {"AB1",
                                      "<AB",
                                      "<A B>1",
                                      "../../../etc/localtime",
                                      "/nowhere/at/all",
                                      "/etc/passwd",
                                      "/dev/zero",
                                      "/",
                                      "ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJKLMNOP1"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        expect_civil(bad[i], 0, "1970-01-01 00:00:00  0");
    expect_civil(":", 0, "1970-01-01 00:00:00 UTC 0");
}

/* As glibc: the letters of an unknown name are the zone's, and so is an offset as far as it can be read. */
Test(zone, what_can_be_read_of_it_counts) {
    expect_civil("ABC", 0, "1970-01-01 00:00:00 ABC 0");
    expect_civil("Nowhere/Town", 0, "1970-01-01 00:00:00 Nowhere 0");
    expect_civil("ABC25", 86400, "1970-01-01 00:00:00 ABC -86400");
    expect_civil("ABC-1:60", 0, "1970-01-01 01:59:00 ABC 7140");
    static const char *const bad_dates[] = {"ABC1DEF,M3.5.0",
                                            "ABC1DEF,M13.5.0,M10.5.0",
                                            "ABC1DEF,M3.6.0,M10.5.0",
                                            "ABC1DEF,M3.5.7,M10.5.0",
                                            "ABC1DEF,J0,J365",
                                            "ABC1DEF,0,366",
                                            "ABC1DEF,M3.5.0/168,M10.5.0",
                                            "ABC1DEF,M3.5.0,M10.5.0x",
                                            "ABC1,M3.5.0,M10.5.0"};
    for (size_t i = 0; i < sizeof(bad_dates) / sizeof(bad_dates[0]); i++)
        expect_civil(bad_dates[i], 3600, "1970-01-01 00:00:00 ABC -3600");
}

Test(zone, a_fifo_does_not_hang) {
    char path[] = "/tmp/zone_test_XXXXXX";
    cr_assert_not_null(mkdtemp(path));
    char fifo[64];
    snprintf(fifo, sizeof(fifo), "%s/fifo", path);
    cr_assert_eq(mkfifo(fifo, 0600), 0);
    expect_civil(fifo, 0, "1970-01-01 00:00:00  0");
    unlink(fifo);
    rmdir(path);
}

Test(zone, years_at_the_ends) {
    static const char *const zones[] = {"UTC0", "CET-1CEST,M3.5.0,M10.5.0/3", "PST8PDT,M3.2.0,M11.1.0"};
    static const int64_t ends[] = {INT64_MAX, INT64_MIN, 67767976233532799, -67768100567971200,
                                   67767976233540000};
    for (size_t i = 0; i < 3; i++) {
        zone *z = zone_create(zones[i]);
        for (size_t j = 0; j < sizeof(ends) / sizeof(ends[0]); j++) {
            civil_time c;
            zone_civil(z, ends[j], &c);
            cr_assert(c.year == (ends[j] > 0 ? INT_MAX : INT_MIN), "%d", c.year);
            zone_next_change(z, ends[j]);
            zone_seconds(z, &c, -1);
            zone_seconds(z, &c, 1);
        }
        zone_free(z);
    }
}

static uint64_t state = 88172645463325252u;
static uint64_t random64(void) {
    state ^= state << 13;
    state ^= state >> 7;
    return state ^= state << 17;
}

static void expect_as_libc(const char *tz, const zone *z, int64_t seconds) {
    civil_time c;
    zone_civil(z, seconds, &c);
    time_t t = seconds;
    struct tm tm;
    localtime_r(&t, &tm);
    bool same = tm.tm_year + 1900 == c.year && tm.tm_mon + 1 == c.month && tm.tm_mday == c.day &&
                tm.tm_hour == c.hour && tm.tm_min == c.minute && tm.tm_sec == c.second &&
                tm.tm_wday == c.weekday && tm.tm_yday == c.yearday && tm.tm_gmtoff == c.offset &&
                (tm.tm_isdst > 0) == c.dst && strcmp(tm.tm_zone, c.abbreviation) == 0;
    cr_assert(same, "%s at %lld: libc %02d:%02d %s, here %02d:%02d %s", tz, (long long)seconds, tm.tm_hour,
              tm.tm_min, tm.tm_zone, c.hour, c.minute, c.abbreviation);
    int64_t back = zone_seconds(z, &c, c.dst);
    if (back != seconds) { /* told twice with the same flag: the standard time itself was changed */
        civil_time again;
        zone_civil(z, back, &again);
        cr_assert(again.hour == c.hour && again.minute == c.minute && again.day == c.day && back < seconds,
                  "%s at %lld: back to %lld", tz, (long long)seconds, (long long)back);
    }
    int64_t next = zone_next_change(z, seconds);
    if (next == INT64_MAX) return;
    cr_assert_gt(next, seconds);
    zone_civil(z, next - 1, &c);
    cr_assert_eq(c.offset, tm.tm_gmtoff, "%s: the change after %lld comes too late", tz, (long long)seconds);
}

static void compare_zone(const char *tz) {
    setenv("TZ", tz, 1);
    tzset();
    zone *z = zone_create(tz);
    for (int i = 0; i < 1500; i++) {
        int64_t seconds = (int64_t)(random64() % (i % 2 == 0 ? 2000000000 : 8000000000));
        expect_as_libc(tz, z, seconds);
        int64_t next = zone_next_change(z, seconds);
        if (next == INT64_MAX) continue;
        expect_as_libc(tz, z, next - 1);
        expect_as_libc(tz, z, next);
        expect_as_libc(tz, z, next + 1);
    }
    zone_free(z);
}

Test(zone, as_the_c_library) {
    static const char *const zones[] = {"CET-1CEST,M3.5.0,M10.5.0/3",
                                        "<+03>-3",
                                        "AAA5BBB,J60/2,J300/3",
                                        "AAA5BBB,59/2,299/3",
                                        "IST-1GMT0,M10.5.0,M3.5.0/1",
                                        "<-03>3<-02>,M3.5.0/-2,M10.5.0/-1",
                                        "AEST-10AEDT,M10.1.0,M4.1.0/3",
                                        "NZST-12:00:00NZDT-13:00:00,M10.1.0,M3.3.0",
                                        "IST-2IDT,M3.4.4/26,M10.5.0",
                                        ":Europe/Berlin",
                                        "America/New_York",
                                        "Asia/Kolkata",
                                        "Australia/Lord_Howe",
                                        "Africa/Casablanca",
                                        "Europe/Dublin",
                                        "America/Caracas",
                                        "Pacific/Apia",
                                        "Antarctica/Troll",
                                        "EST5EDT",
                                        "Asia/Gaza"};
    for (size_t i = 0; i < sizeof(zones) / sizeof(zones[0]); i++) {
        char path[128];
        snprintf(path, sizeof(path), "/usr/share/zoneinfo/%s", zones[i][0] == ':' ? zones[i] + 1 : zones[i]);
        bool rule = strpbrk(zones[i], ",<") != NULL;
        if (rule || access(path, R_OK) == 0) compare_zone(zones[i]); /* tzdata may not be installed */
    }
}

static int64_t at(const char *tz, int year, int month, int day, int hour, int minute, int dst) {
    zone *z = zone_create(tz);
    civil_time c = {.year = year, .month = month, .day = day, .hour = hour, .minute = minute};
    int64_t seconds = zone_seconds(z, &c, dst);
    zone_free(z);
    return seconds;
}

Test(zone, seconds_of_civil_times) {
    const char *cet = "CET-1CEST,M3.5.0,M10.5.0/3";
    cr_assert_eq(at("UTC0", 1970, 1, 1, 0, 0, -1), 0);
    cr_assert_eq(at(cet, 2024, 7, 1, 0, 0, -1), 1719784800);
    cr_assert_eq(at(cet, 2024, 3, 31, 2, 30, -1), 1711848600, "skipped: as if not set, 03:30 in summer time");
    cr_assert_eq(at(cet, 2024, 10, 27, 2, 30, -1), 1729989000, "told twice: the first");
    cr_assert_eq(at(cet, 2024, 10, 27, 2, 30, 1), 1729989000);
    cr_assert_eq(at(cet, 2024, 10, 27, 2, 30, 0), 1729992600);
    cr_assert_eq(at(cet, 2024, 7, 1, 12, 0, 0), 1719831600, "standard time asked for in summer");
    cr_assert_eq(at("UTC0", 2024, 1, 1, 12, 0, 1), 1704106800);
    cr_assert_eq(at("UTC0", 2023, 14, 31, 24, 60, -1), 1709427600, "fields are carried over");
    cr_assert_eq(at("UTC0", 2024, 3, 0, 0, 0, -1), 1709164800);
    cr_assert_eq(at("UTC0", 2024, -11, 1, 0, 0, -1), 1672531200);
}

/* Every byte of a small TZif file changed and every length cut: refused or read, never harmful. */
Test(zone, damaged_files) {
    static const char file[] =
        "TZif2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\4\0\0\0\0\0\0UTC\0"
        "TZif2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\2\0\0\0\2\0\0\0\10"
        "\0\0\0\0\10\0\0\0\0\0\0\0\20\0\0\0\1\0"
        "\0\0\16\20\0\0\0\0\34\40\1\4CET\0EST\0\nCET-1CEST,M3.5.0,M10.5.0/3\n";
    const size_t size = sizeof(file) - 1;
    int read = 0;
    for (size_t i = 0; i <= size; i++) {
        for (int change = 0; change < 4; change++) {
            char *bad = malloc(size + 1);
            memcpy(bad, file, size);
            size_t len = change == 0 ? i : size;
            if (change > 0 && i < size) bad[i] = (char)(bad[i] + (change == 1 ? 1 : change == 2 ? -1 : 127));
            char *exact = malloc(len + 1);
            memcpy(exact, bad, len);
            zone *z = calloc(1, sizeof(*z));
            if (zone_tzif_parse(slice_make(exact, len), z)) {
                read++;
                civil_time c;
                zone_civil(z, 0, &c);
                zone_civil(z, 1720000000, &c);
                zone_next_change(z, 200000000);
                zone_seconds(z, &c, 1);
            }
            zone_free(z);
            free(exact);
            free(bad);
        }
    }
    cr_assert_gt(read, 10);
    zone *z = calloc(1, sizeof(*z));
    cr_assert(zone_tzif_parse(slice_make(file, size), z));
    civil_time c;
    zone_civil(z, 1720000000, &c);
    cr_assert_str_eq(c.abbreviation, "CEST");
    zone_civil(z, 150000000, &c);
    cr_assert_eq(c.offset, 7200);
    zone_civil(z, 0, &c);
    cr_assert_eq(c.offset, 3600);
    zone_free(z);
}
