/* What the decoders share: a dict with room for so much, times and numbers as text. */
#include <criterion/criterion.h>

#include "receiver/decode.h"

Test(attributes, so_many_and_no_more_in_their_order) {
    arena a;
    attribute_list to;
    text shown;
    arena_init(&a, 0);
    text_init(&shown, 0);
    cr_assert_eq(attributes_begin(&to, &a, 7), 0);
    attributes_add(&to, "msg", value_str(SLICE_LITERAL("m")));
    attributes_add_level(&to, 35);
    attributes_add_nobody(&to);
    attributes_add(&to, "more", value_int(1));
    value dict = attributes_dict(&to);
    value_repr(&dict, &shown);
    cr_assert_str_eq(text_cstr(&shown), "{'msg': 'm', 'levelno': 35, 'levelname': 'Level 35', 'process': 0, "
                                        "'processName': '', 'thread': 0, 'threadName': ''}");
    text_done(&shown);
    arena_done(&a);
}

Test(attributes, times_with_a_zone) {
    double s = 0;
    cr_assert(read_timestamp(SLICE_LITERAL("2026-11-20T10:06:00.25Z"), &s));
    cr_assert_float_eq(s, 1795169160.25, 1e-6);
    cr_assert(read_timestamp(SLICE_LITERAL("2026-11-20T12:06:00+02:00"), &s));
    cr_assert_float_eq(s, 1795169160.0, 1e-6);
    static const char *const none[] = {"",     "2026-11-20",           "2026-11-20T10:06:00",
                                       "-15m", "2026-13-20T10:06:00Z", "20261120T100600.000Z"};
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
        cr_expect_not(read_timestamp(slice_of(none[i]), &s), "%s", none[i]);
}

Test(attributes, whole_numbers) {
    int64_t n = 0;
    cr_assert(read_integer(SLICE_LITERAL("9223372036854775807"), &n) && n == INT64_MAX);
    cr_assert(read_integer(SLICE_LITERAL("-42"), &n) && n == -42);
    static const char *const none[] = {"", "-", "+1", "1 ", "1.0", "0x1", "9223372036854775808"};
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
        cr_expect_not(read_integer(slice_of(none[i]), &n), "%s", none[i]);
}
