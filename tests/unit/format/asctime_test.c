/* The time of a record as text, and what is kept of it from one record to the next. */
#include "format/asctime.h"

#include "support/record_fixture.h"

TestSuite(asctime, .init = fixture_init, .fini = fixture_done);

static const char *shown(asctime_text *a, const char *made) {
    static text out;
    static weir_error err;
    text_clear(&out);
    return asctime_add(a, fixture_made(made), &out, &err) == 0 ? text_cstr(&out) : err.message;
}

Test(asctime, follows_seconds_and_the_zone) {
    zone *berlin = zone_create("CET-1CEST,M3.5.0,M10.5.0/3");
    asctime_text a;
    asctime_init(&a, berlin, SLICE_NONE);
    cr_assert_str_eq(shown(&a, "{\"msg\":\"m\",\"created\":1679792399.999}"), "2023-03-26 01:59:59,999");
    cr_assert_str_eq(shown(&a, "{\"msg\":\"m\",\"created\":1679792400.0}"), "2023-03-26 03:00:00,000");
    cr_assert_str_eq(shown(&a, "{\"msg\":\"m\",\"created\":1679792400.5}"), "2023-03-26 03:00:00,500");
    cr_assert_str_eq(shown(&a, "{\"msg\":\"m\",\"created\":1679792399.5}"), "2023-03-26 01:59:59,500");
    asctime_done(&a);
    zone_free(berlin);
}

Test(asctime, datefmt_has_no_milliseconds) {
    asctime_text a;
    asctime_init(&a, zone_utc(), SLICE_LITERAL("%d %b %Y %%"));
    cr_assert_str_eq(shown(&a, "{\"msg\":\"m\",\"created\":1650000000.5}"), "15 Apr 2022 %");
    cr_assert_str_eq(shown(&a, "{\"msg\":\"m\",\"created\":1650000000.7}"), "15 Apr 2022 %");
    asctime_done(&a);
    asctime_init(&a, zone_utc(), SLICE_LITERAL(""));
    cr_assert_str_eq(shown(&a, "{\"msg\":\"m\",\"created\":0}"), "1970-01-01 00:00:00,000");
    asctime_done(&a);
}

Test(asctime, has_the_attributes_of_its_formatter) {
    const formatter_options o = {.converter = LITERAL_GMTIME,
                                 .time_format = SLICE_LITERAL("%H:%M:%S %Z"),
                                 .msec_format = SLICE_LITERAL("%s.%03dZ"),
                                 .zone = zone_local()};
    asctime_text a, like;
    cr_assert_eq(asctime_init_from(&a, &o, SLICE_NONE, NULL), 0);
    cr_assert_str_eq(shown(&a, "{\"msg\":\"m\",\"created\":1650000000.25}"), "05:20:00 GMT.250Z");
    cr_assert_str_eq(shown(&a, "{\"msg\":\"m\",\"created\":1650000000.5,\"msecs\":\"x\"}"),
                     "TypeError: %d format: a real number is required, not str");
    asctime_init_like(&like, &a, SLICE_LITERAL("%H"));
    cr_assert_str_eq(shown(&like, "{\"msg\":\"m\",\"created\":1650000000}"), "05");
    asctime_done(&like);
    asctime_done(&a);
}

Test(asctime, times_beyond_all_clocks) {
    asctime_text a;
    asctime_init(&a, zone_utc(), SLICE_NONE);
    cr_assert_str_eq(shown(&a, "{\"msg\":\"m\",\"created\":1e300}"),
                     "OverflowError: timestamp out of range for platform time_t");
    cr_assert_str_eq(shown(&a, "{\"msg\":\"m\",\"created\":1e17}"),
                     "OSError: [Errno 75] Value too large for defined data type");
    cr_assert_str_eq(shown(&a, "{\"msg\":\"m\",\"created\":\"now\"}"),
                     "TypeError: 'str' object cannot be interpreted as an integer");
    asctime_done(&a);
}
