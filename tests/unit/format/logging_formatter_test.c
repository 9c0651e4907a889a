/* The classes of formatters and the styles of logging.Formatter. */
#include "support/formatter_fixture.h"

TestSuite(logging_formatter, .init = fixture_init, .fini = fixture_done);

static const char *refused(formatter_options options) {
    formatter *f = make_formatter("logging.Formatter", &options);
    cr_assert_null(f);
    return formatter_error.message;
}

Test(logging_formatter, classes) {
    cr_assert_not_null(formatter_kind_find(SLICE_LITERAL("logging.Formatter")));
    cr_assert_not_null(formatter_kind_find(SLICE_LITERAL("weir.JSONFormatter")));
    cr_assert_null(formatter_kind_find(SLICE_LITERAL("Formatter")));
    cr_assert_null(formatter_kind_find(SLICE_LITERAL("")));
    size_t count = 0;
    while (formatter_kind_at(count) != NULL) count++;
    cr_assert_eq(count, 2);
}

Test(logging_formatter, styles) {
    cr_assert_str_eq(refused((formatter_options){.style = SLICE_LITERAL("x")}),
                     "Style must be one of: %,{,$");
    cr_assert(strstr(refused((formatter_options){.style = SLICE_LITERAL("{"),
                                                 .format = SLICE_LITERAL("%(message)s")}),
                     "no fields") != NULL);
    cr_assert(strstr(refused((formatter_options){.style = SLICE_LITERAL("$"),
                                                 .format = SLICE_LITERAL("{message}")}),
                     "no fields") != NULL);
    const value_pair pair = {value_str(SLICE_LITERAL("a")), value_int(1)};
    const value kwargs = {.type = VALUE_DICT, .dict = {&pair, 1}};
    cr_assert(strstr(refused((formatter_options){.kwargs = &kwargs}), "takes no kwargs") != NULL);
}
