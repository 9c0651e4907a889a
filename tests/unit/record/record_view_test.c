/* Records as the host's own code reads and changes them. */
#include "record/record_view.h"

#include "base/limits.h"
#include "support/record_fixture.h"

static weir_record view;

static void begin(void) { fixture_init(); }

TestSuite(record_view, .init = begin, .fini = fixture_done);

static const char *str(const char *attribute) { return weir_record_str(&view, attribute, NULL); }

Test(record_view, of_a_captured_record) {
    int64_t number = -1;
    double real = -1;
    size_t length = 0;
    record_view_of(&view, fixture_call("%s has %d of %lu", "bob", 3, 18446744073709551615ul), SLICE_NONE);
    cr_assert_str_eq(weir_record_message(&view, &length), "bob has 3 of 18446744073709551615");
    cr_assert_eq(length, 33);
    cr_assert_str_eq(str("name"), "app.net");
    cr_assert_str_eq(str("args"), "('bob', 3, 18446744073709551615)");
    cr_assert_str_eq(str("lineno"), "42");
    cr_assert_str_eq(str("msecs"), "123.0");
    cr_assert_str_eq(str("exc_info"), "None");
    cr_assert_null(str("asctime"));
    cr_assert_null(str("nope"));
    cr_assert(weir_record_int(&view, "lineno", &number) == 0 && number == 42);
    cr_assert_eq(weir_record_int(&view, "name", &number), -1);
    cr_assert_eq(weir_record_int(&view, "msecs", &number), -1);
    cr_assert_eq(number, 42);
    cr_assert(weir_record_double(&view, "msecs", &real) == 0 && real == 123.0);
    cr_assert(weir_record_double(&view, "levelno", &real) == 0 && real == 20.0);
    cr_assert_eq(weir_record_double(&view, "msg", &real), -1);
}

Test(record_view, one_that_was_captured_cannot_be_changed) {
    record_view_of(&view, fixture_call("x"), SLICE_LITERAL("12:00"));
    cr_assert_eq(weir_record_set_str(&view, "msg", "y"), -1);
    cr_assert_eq(weir_record_set_int(&view, "ip", 1), -1);
    cr_assert_str_eq(str("message"), "x");
    cr_assert_str_eq(str("asctime"), "12:00");
}

Test(record_view, numbers_of_any_size) {
    double real = 0;
    int64_t number = 7;
    record_view_of(&view,
                   fixture_made("{\"msg\":\"m\",\"extra\":{\"big\":100000000000000000000,\"yes\":true}}"),
                   SLICE_NONE);
    cr_assert(weir_record_double(&view, "big", &real) == 0 && real == 1e20);
    cr_assert_eq(weir_record_int(&view, "big", &number), -1);
    cr_assert(weir_record_int(&view, "yes", &number) == 0 && number == 1);
    cr_assert_str_eq(str("big"), "100000000000000000000");
}

static record base;

static void make(void) {
    base = *fixture_call("captured");
    cr_assert_eq(record_view_begin(&view, &fixture.memory, &base, FIXTURE_NS), 0);
}

Test(record_view, what_is_set_is_read_and_nothing_follows_from_it) {
    double real = 0;
    make();
    const char *base_module = str("module");
    cr_assert_str_eq(str("threadName"), "worker-1");
    cr_assert_eq(weir_record_set_str(&view, "msg", "%s and %s"), 0);
    cr_assert_eq(weir_record_set_str(&view, "pathname", "/srv/app/x.y.c"), 0);
    cr_assert_eq(weir_record_set_double(&view, "created", 1700000000.5), 0);
    cr_assert_eq(weir_record_set_int(&view, "request", 17), 0);
    cr_assert_eq(weir_record_set_str(&view, "user", NULL), 0);
    cr_assert_str_eq(str("pathname"), "/srv/app/x.y.c");
    cr_assert_str_eq(str("module"), base_module, "as in Python");
    cr_assert(weir_record_double(&view, "msecs", &real) == 0 && real == base.msecs);
    cr_assert_str_eq(str("request"), "17");
    cr_assert_str_eq(str("user"), "None");
    cr_assert_str_eq(str("message"), "%s and %s", "without args msg is the message");
    record_view_done(&view);
}

Test(record_view, a_change_leaves_what_was_read_before) {
    make();
    weir_record_set_str(&view, "msg", "first");
    const char *first = weir_record_message(&view, NULL);
    weir_record_set_str(&view, "msg", "second");
    cr_assert_str_eq(weir_record_message(&view, NULL), "second");
    cr_assert_str_eq(first, "first");
    record_view_done(&view);
}

Test(record_view, so_many_attributes_and_no_more) {
    char key[32];
    make();
    for (int i = 0; i < LIMIT_RECORD_ATTRIBUTES; i++) {
        snprintf(key, sizeof key, "k%d", i);
        cr_assert_eq(weir_record_set_int(&view, key, i), 0);
    }
    cr_assert_eq(weir_record_set_int(&view, "more", 1), -1);
    cr_assert_eq(weir_record_set_int(&view, "k0", -5), 0, "one that is there can still be changed");
    cr_assert_str_eq(str("k0"), "-5");
    cr_assert_eq(weir_record_set_int(&view, "", 1), -1);
    cr_assert_null(str("more"));
    record_view_done(&view);
}

Test(record_view, gives_its_attributes_away) {
    make();
    weir_record_set_str(&view, "msg", "m");
    weir_record_set_int(&view, "n", 1);
    const value all = record_view_attributes(&view);
    text out;
    text_init(&out, 0);
    value_repr(&all, &out);
    cr_assert_str_eq(text_cstr(&out), "{'msg': 'm', 'n': 1}");
    text_done(&out);
    record_view_done(&view);
}
