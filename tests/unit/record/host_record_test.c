/* host_record_test.c - records that a host makes, as it reads them itself; what is the same in Python is
 * compared with Python by tests/compat/logging_test.py. */
#include "record/host_record.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

static weir_error err;

static const char *str(const weir_record *r, const char *attribute) {
    return weir_record_str(r, attribute, NULL);
}

Test(host_record, has_all_of_a_call) {
    const weir_field extra[] = {weir_str("ip", "::1"), weir_int("n", -3), weir_uint("big", UINT64_MAX),
                                weir_double("d", 0.5), weir_bool("b", 1), weir_str("none", NULL)};
    errno = 77;
    weir_record *r =
        weir_make_record(weir_get_logger("a.b"), 35, "/x/y.z.c", 9, "go", extra, 6, &err, "%s %d", "s", 4);
    cr_assert_eq(errno, 77);
    cr_assert_str_eq(str(r, "name"), "a.b");
    cr_assert_str_eq(str(r, "levelname"), "Level 35");
    cr_assert_str_eq(str(r, "filename"), "y.z.c");
    cr_assert_str_eq(str(r, "module"), "y.z");
    cr_assert_str_eq(str(r, "lineno"), "9");
    cr_assert_str_eq(str(r, "funcName"), "go");
    cr_assert_str_eq(weir_record_message(r, NULL), "s 4");
    cr_assert_str_eq(str(r, "ip"), "::1");
    cr_assert_str_eq(str(r, "n"), "-3");
    cr_assert_str_eq(str(r, "big"), "18446744073709551615");
    cr_assert_str_eq(str(r, "d"), "0.5");
    cr_assert_str_eq(str(r, "b"), "True");
    cr_assert_str_eq(str(r, "none"), "None");
    cr_assert_str_eq(str(r, "processName"), "MainProcess");
    cr_assert_str_eq(str(r, "exc_text"), "None");
    weir_record_free(r);
    weir_record_free(NULL);
}

Test(host_record, a_field_that_is_an_attribute_is_an_error) {
    static const char *const taken[] = {"message", "asctime", "msg", "levelname", "relativeCreated"};
    for (size_t i = 0; i < sizeof taken / sizeof taken[0]; i++) {
        const weir_field bad = weir_str(taken[i], "x");
        cr_assert_null(weir_make_record(weir_get_logger("a"), 20, "f", 1, "f", &bad, 1, &err, "m"));
        cr_assert_eq(err.code, WEIR_ERR_INVALID);
        cr_assert_not_null(strstr(err.message, taken[i]));
    }
    const weir_field unnamed = weir_str("", "x");
    cr_assert_null(weir_make_record(weir_get_logger("a"), 20, "f", 1, "f", &unnamed, 1, NULL, "m"));
}

Test(host_record, of_given_attributes_is_of_nothing_else) {
    const weir_field given[] = {weir_str("msg", "100%"), weir_str("pathname", "/a/b.c"), weir_str("x", "y")};
    weir_record *r = weir_make_log_record(given, 3, &err);
    cr_assert_str_eq(weir_record_message(r, NULL), "100%");
    cr_assert_str_eq(str(r, "filename"), "", "as in Python nothing follows");
    cr_assert_str_eq(str(r, "levelno"), "None");
    cr_assert_str_eq(str(r, "levelname"), "Level None");
    cr_assert_str_eq(str(r, "name"), "None");
    cr_assert_str_eq(str(r, "x"), "y");
    weir_record_free(r);
}

Test(host_record, is_changed_as_often_as_wanted) {
    weir_record *r = weir_make_record(weir_get_logger("a"), 20, NULL, 0, NULL, NULL, 0, &err, "first");
    cr_assert_str_eq(str(r, "funcName"), "None");
    cr_assert_str_eq(str(r, "pathname"), "");
    for (int i = 0; i < 1000; i++) cr_assert_eq(weir_record_set_int(r, "lineno", i), 0);
    cr_assert_str_eq(str(r, "lineno"), "999");
    weir_record_set_str(r, "msg", "second");
    cr_assert_str_eq(weir_record_message(r, NULL), "second");
    weir_record_free(r);
}
