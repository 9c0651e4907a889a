/* check_fixture.h - what tests of config_check share: a text is checked, and its plan, or one problem of it,
 * is what the test looks at. One fixture a test process. */
#ifndef WEIR_TESTS_CHECK_FIXTURE_H
#define WEIR_TESTS_CHECK_FIXTURE_H

#include <criterion/criterion.h>

#include "config/config.h"

/* The beginning of an INI text that has these handlers, no formatter but "f", and a silent root. */
#define INI_HANDLERS(names)                                                                                  \
    "[loggers]\nkeys=root\n[handlers]\nkeys=" names "\n[formatters]\nkeys=f\n[logger_root]\nhandlers=\n"     \
    "[formatter_f]\nformat=%(message)s\n"

typedef struct check_fixture {
    problems told;
    text shown; /* all of them, a line each */
    config_plan *plan;
} check_fixture;

static check_fixture checked;

__attribute__((unused)) static void check_begin(void) {
    problems_init(&checked.told, "t");
    text_init(&checked.shown, 0);
}

__attribute__((unused)) static void check_end(void) {
    config_plan_free(checked.plan);
    problems_done(&checked.told);
    text_done(&checked.shown);
}

/* The plan, or NULL; its problems are in checked.told and checked.shown. It lives until the next. */
static inline config_plan *check_by(const char *in, const config_rules *rules) {
    weir_error err;
    check_end();
    check_begin();
    checked.plan = config_check(slice_of(in), "t", rules, &checked.told, &err);
    for (size_t i = 0; i < checked.told.count; i++) {
        problem_print(&checked.told, &checked.told.list[i], &checked.shown);
        text_add_char(&checked.shown, '\n');
    }
    return checked.plan;
}

/* As the start configuration; there must be a plan. */
static inline config_plan *must_check(const char *in) {
    const config_rules rules = {.origin = CONFIG_START};
    config_plan *plan = check_by(in, &rules);
    cr_assert_not_null(plan, "refused:\n%s", text_cstr(&checked.shown));
    return plan;
}

/* It is refused, and this is one line of what is told. */
__attribute__((unused)) static void expect_told(const char *in, const char *line) {
    const config_rules rules = {.origin = CONFIG_START};
    cr_expect_null(check_by(in, &rules), "accepted, where wanted is: %s", line);
    cr_expect_not_null(strstr(text_cstr(&checked.shown), line), "wanted: %s\ntold: %s", line,
                       text_cstr(&checked.shown));
}

/* It is accepted, with this warning. */
__attribute__((unused)) static void expect_warned(const char *in, const char *words) {
    must_check(in);
    cr_expect_not_null(strstr(text_cstr(&checked.shown), words), "wanted: %s\ntold: %s", words,
                       text_cstr(&checked.shown));
}

#endif
