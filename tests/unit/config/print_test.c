/* A plan as JSON: one member a line, lists of single values in one, read back the same. */
#include "support/check_fixture.h"

TestSuite(print, .init = check_begin, .fini = check_end);

Test(print, one_member_a_line) {
    text out;
    weir_error err;
    text_init(&out, 0);
    must_check(
        "[loggers]\nkeys=root\n[handlers]\nkeys=a,b\n[formatters]\nkeys=\n[logger_root]\nhandlers=a,b\n"
        "level=INFO\n[handler_a]\nclass=NullHandler\n[handler_b]\nclass=StreamHandler\nargs=(sys.stdout,)\n");
    cr_assert_eq(config_print(checked.plan, CONFIG_AS_JSON, false, &out, &err), 0);
    cr_assert(config_looks_printed(text_slice(&out)));
    cr_assert_not_null(strstr(text_cstr(&out), "\n    \"b\": {\n"
                                               "      \"class\": \"logging.StreamHandler\",\n"),
                       "%s", text_cstr(&out));
    cr_assert_not_null(strstr(text_cstr(&out), "\"stream\": \"ext://sys.stdout\"\n    }\n  },"));
    cr_assert_not_null(strstr(text_cstr(&out), "\"handlers\": [\"a\", \"b\"]"));
    cr_assert_eq(out.data[out.len - 1], '\n');
    text again;
    text_init(&again, 0);
    must_check(text_cstr(&out));
    cr_assert_eq(config_print(checked.plan, CONFIG_AS_JSON, false, &again, &err), 0);
    cr_assert_str_eq(text_cstr(&again), text_cstr(&out));
    text_done(&again);
    text_done(&out);
}

Test(print, what_was_written_by_hand_does_not_look_printed) {
    cr_assert_not(config_looks_printed(SLICE_LITERAL("{\"version\": 1}")));
    cr_assert_not(config_looks_printed(SLICE_LITERAL("[loggers]\nkeys=root\n")));
    cr_assert_not(config_looks_printed(SLICE_LITERAL("")));
}
