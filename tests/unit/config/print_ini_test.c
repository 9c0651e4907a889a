/* A plan as an INI file: read back it is the same plan, and what a file cannot say is said to be so. */
#include "support/check_fixture.h"

static text printed;

static void begin(void) {
    check_begin();
    text_init(&printed, 0);
}
static void end(void) {
    check_end();
    text_done(&printed);
}
TestSuite(print_ini, .init = begin, .fini = end);

/* The plan of `in`, which stays in `checked`, as INI in `printed`. -1: err. */
static int print(const char *in, bool masked, weir_error *err) {
    text_clear(&printed);
    return config_print(must_check(in), CONFIG_AS_INI, masked, &printed, err);
}

static void expect_same_again(const char *in) {
    weir_error err;
    text once;
    cr_assert_eq(print(in, false, &err), 0, "%s", err.message);
    text_init(&once, 0);
    text_add_slice(&once, text_slice(&printed));
    cr_assert(config_looks_printed(text_slice(&once)));
    cr_assert_eq(print(text_cstr(&once), false, &err), 0, "%s", err.message);
    cr_assert_str_eq(text_cstr(&printed), text_cstr(&once));
    text_done(&once);
}

static const char of_everything[] =
    "{\"version\": 1, \"weir\": {\"service\": \"x\", \"queue\": \"2MiB\"}, \"admin\": {\"socket\": false},"
    " \"receivers\": {\"json_tcp\": \"127.0.0.1:0\"},"
    " \"formatters\": {\"f\": {\"format\": \"%(message)s\\n\\n50%\"}, \"j\": {\"class\": "
    "\"weir.JSONFormatter\", \"source\": true}},"
    " \"filters\": {\"only\": {\"name\": \"a%\"}},"
    " \"handlers\": {\"m\": {\"class\": \"handlers.MemoryHandler\", \"capacity\": 5, \"target\": \"s\"},"
    "  \"s\": {\"class\": \"StreamHandler\", \"stream\": \"ext://sys.stdout\", \"level\": 35, \"filters\": "
    "[\"only\"]},"
    "  \"mail\": {\"class\": \"handlers.SMTPHandler\", \"mailhost\": \"h\", \"fromaddr\": \"a@b\", "
    "\"toaddrs\": [\"c@d\"],"
    "   \"subject\": \"it's \\\"50%\\\"\", \"credentials\": [\"me\", \"pass'word%\"]}},"
    " \"loggers\": {\"a\": {\"handlers\": [\"m\"], \"propagate\": false}, \"b,c\": {\"level\": \"ERROR\"}},"
    " \"root\": {\"level\": \"INFO\", \"handlers\": [\"mail\"]}}";

Test(print_ini, of_everything_is_the_same_when_read_again) { expect_same_again(of_everything); }

Test(print_ini, of_next_to_nothing_too) { expect_same_again("{\"version\": 1}"); }

Test(print_ini, a_name_that_no_list_can_hold_gets_another_section) {
    weir_error err;
    cr_assert_eq(print(of_everything, false, &err), 0, "%s", err.message);
    cr_assert_not_null(strstr(text_cstr(&printed), "\n[logger_loggers.1]\nqualname = b,c\n"), "%s",
                       text_cstr(&printed));
}

Test(print_ini, passwords_are_shown_where_they_are_wanted_only) {
    weir_error err;
    cr_assert_eq(print(of_everything, false, &err), 0, "%s", err.message);
    cr_assert_not_null(strstr(text_cstr(&printed), "pass'word%%"));
    cr_assert_eq(print(of_everything, true, &err), 0, "%s", err.message);
    cr_assert_null(strstr(text_cstr(&printed), "pass'word"));
    cr_assert_not_null(strstr(text_cstr(&printed), "'***'"));
}

Test(print_ini, a_format_that_no_line_can_hold_stands_in_kwargs) {
    static const char in[] = "{\"version\": 1, \"formatters\": {\"f\": {\"format\": \" %(message)s \"}}}";
    weir_error err;
    cr_assert_eq(print(in, false, &err), 0, "%s", err.message);
    cr_assert_not_null(strstr(text_cstr(&printed), "kwargs = {'format': ' %%(message)s '}"), "%s",
                       text_cstr(&printed));
    expect_same_again(in);
}

Test(print_ini, what_a_file_cannot_say_is_told_and_nothing_is_printed) {
    weir_error err;
    cr_assert_eq(print("{\"version\": 1, \"loggers\": {\" a\": {}}}", false, &err), -1);
    cr_assert_not_null(strstr(err.message, "take it as JSON"), "%s", err.message);
    cr_assert_eq(printed.len, 0);
}
