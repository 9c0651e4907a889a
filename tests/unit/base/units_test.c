#include "base/units.h"

#include <criterion/criterion.h>

static int64_t duration(const char *in) {
    int64_t ms = -1;
    weir_error err;
    return units_parse_duration(slice_of(in), &ms, &err) == 0 ? ms : -1;
}

static int64_t size_of(const char *in) {
    int64_t bytes = -1;
    weir_error err;
    return units_parse_size(slice_of(in), &bytes, &err) == 0 ? bytes : -1;
}

Test(units, durations_as_written) {
    cr_assert_eq(duration("250ms"), 250);
    cr_assert_eq(duration("90s"), 90000);
    cr_assert_eq(duration("15m"), 900000);
    cr_assert_eq(duration("1h30m"), 5400000);
    cr_assert_eq(duration(" 1h 30m "), 5400000);
    cr_assert_eq(duration("1.5h"), 5400000);
    cr_assert_eq(duration("30d"), 30 * 86400000LL);
    cr_assert_eq(duration("2w"), 14 * 86400000LL);
    cr_assert_eq(duration("0"), 0);
    cr_assert_eq(duration("0s"), 0);
}

Test(units, durations_refused) {
    const char *wrong[] = {"",
                           " ",
                           "15",
                           "m",
                           "-1s",
                           "1x",
                           "1m1h",
                           "1m1m",
                           "1 5m",
                           "1e3s",
                           "15M",
                           "0.5ms",
                           "1.s",
                           ".5s",
                           "99999999999999999999s",
                           "9223372036854775807w",
                           "1h-30m",
                           "15mm"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        cr_assert_eq(duration(wrong[i]), -1, "taken: %s", wrong[i]);
    cr_assert_eq(units_parse_duration(SLICE_NONE, &(int64_t){0}, NULL), -1);
}

Test(units, an_error_says_what_would_be_right) {
    weir_error err;
    int64_t out;
    cr_assert_eq(units_parse_duration(SLICE_LITERAL("15"), &out, &err), -1);
    cr_assert(strstr(err.message, "'15'") != NULL && strstr(err.message, "15m") != NULL, "%s", err.message);
    cr_assert_eq(units_parse_size(SLICE_LITERAL("2G"), &out, &err), -1);
    cr_assert(strstr(err.message, "'2G'") != NULL && strstr(err.message, "GiB") != NULL, "%s", err.message);
}

Test(units, sizes_as_written) {
    cr_assert_eq(size_of("1000"), 1000);
    cr_assert_eq(size_of("1000B"), 1000);
    cr_assert_eq(size_of("64KiB"), 65536);
    cr_assert_eq(size_of("1 MiB"), 1048576);
    cr_assert_eq(size_of("1.5gib"), 3LL << 29);
    cr_assert_eq(size_of("5MB"), 5000000);
    cr_assert_eq(size_of("0"), 0);
    cr_assert_eq(size_of("9223372036854775807"), INT64_MAX);
}

Test(units, sizes_refused) {
    const char *wrong[] = {"",           "MiB",    "-1",  "1K", "1X", "0.5", "9223372036854775808",
                           "8388608TiB", "1MiB 2", "0x10"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        cr_assert_eq(size_of(wrong[i]), -1, "taken: %s", wrong[i]);
}

Test(units, what_is_printed_reads_back) {
    const int64_t values[] = {0, 1, 250, 1000, 5400000, 2592000000LL, 1209600000, 90061001, INT64_MAX};
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        text t;
        text_init(&t, 0);
        units_add_duration(&t, values[i]);
        cr_assert_eq(duration(text_cstr(&t)), values[i], "%s", text_cstr(&t));
        text_clear(&t);
        units_add_size(&t, values[i]);
        cr_assert_eq(size_of(text_cstr(&t)), values[i], "%s", text_cstr(&t));
        text_done(&t);
    }
    text t;
    text_init(&t, 0);
    units_add_duration(&t, 2592000000LL);
    text_add_char(&t, ' ');
    units_add_duration(&t, 5400000);
    text_add_char(&t, ' ');
    units_add_size(&t, 1048576);
    cr_assert_str_eq(text_cstr(&t), "30d 1h30m 1MiB");
    text_done(&t);
}
