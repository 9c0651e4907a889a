/* Times as people write them. */
#include <criterion/criterion.h>

#include "base/zone.h"
#include "record/query.h"

#define NOW INT64_C(1700000000000000)
#define SECOND INT64_C(1000000)

static int64_t parse(const char *in) {
    int64_t out = 0;
    weir_error err;
    cr_assert_eq(query_parse_time(slice_of(in), NOW, &out, &err), 0, "%s: %s", in, err.message);
    return out;
}

Test(query_time, relative) {
    cr_assert_eq(parse("now"), NOW);
    cr_assert_eq(parse("-15m"), NOW - 15 * 60 * SECOND);
    cr_assert_eq(parse("-1h"), NOW - 3600 * SECOND);
    cr_assert_eq(parse("-1h30m"), NOW - 5400 * SECOND);
    cr_assert_eq(parse("-2d"), NOW - 2 * 86400 * SECOND);
    cr_assert_eq(parse("-1w"), NOW - 7 * 86400 * SECOND);
    cr_assert_eq(parse("-250ms"), NOW - 250000);
}

Test(query_time, absolute) {
    cr_assert_eq(parse("@1700000000.5"), NOW + 500000);
    cr_assert_eq(parse("@0"), 0);
    cr_assert_eq(parse("2023-11-14T22:13:20Z"), NOW);
    cr_assert_eq(parse("2023-11-14 22:13:20.25Z"), NOW + 250000);
    cr_assert_eq(parse("2023-11-14T23:13:20+01:00"), NOW);
    cr_assert_eq(parse("2023-11-14T16:43:20-0530"), NOW);
    cr_assert_eq(parse("2023-11-14T22:13Z"), NOW - 20 * SECOND);
    civil_time midnight = {.year = 2023, .month = 11, .day = 14};
    cr_assert_eq(parse("2023-11-14"), zone_seconds(zone_local(), &midnight, -1) * SECOND);
    cr_assert_eq(parse("2024-02-29T00:00:00Z"), INT64_C(1709164800) * SECOND);
}

Test(query_time, what_is_none) {
    static const char *const wrong[] = {"",
                                        "yesterday",
                                        "-",
                                        "-5",
                                        "-5y",
                                        "-99999999999999999h",
                                        "2023-02-29",
                                        "2023-13-01",
                                        "2023-1-1",
                                        "2023-11-14T",
                                        "2023-11-14T25:00Z",
                                        "2023-11-14T10:00:00X",
                                        "@",
                                        "@-5",
                                        "@99999999999999",
                                        "5m",
                                        "2023-11-14T10:00:00+1",
                                        "@1.",
                                        "0000-00-00"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        int64_t out = 5;
        weir_error err;
        cr_assert_eq(query_parse_time(slice_of(wrong[i]), NOW, &out, &err), -1, "%s", wrong[i]);
        cr_assert_eq(out, 5);
        cr_assert(strstr(err.message, "is no time") != NULL);
    }
}
