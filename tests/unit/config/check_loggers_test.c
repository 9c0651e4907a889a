/* [loggers]: levels, handlers, names, propagate, as Python's fileConfig reads them. */
#include "base/level.h"
#include "base/limits.h"
#include "support/check_fixture.h"

TestSuite(check_loggers, .init = check_begin, .fini = check_end);

#define LOGGERS(names) "[handlers]\nkeys=h,g\n[formatters]\nkeys=\n[loggers]\nkeys=" names "\n"
#define TWO_HANDLERS "[handler_h]\nclass=NullHandler\n[handler_g]\nclass=NullHandler\n"
#define ROOT "[logger_root]\nhandlers=h\nlevel=INFO\n"

Test(check_loggers, the_root_comes_first_wherever_it_is_listed) {
    const config_plan *plan =
        must_check(LOGGERS("a, root") "[logger_a]\nqualname=a.b\nhandlers=g,h,g\n" ROOT TWO_HANDLERS);
    cr_assert_eq(plan->logger_count, 2);
    cr_assert(slice_is(plan->loggers[0].qualname, "root") && slice_is(plan->loggers[1].qualname, "a.b"));
    cr_assert_eq(plan->loggers[1].level, LEVEL_UNSET);
    cr_assert_eq(plan->loggers[1].handler_count, 2, "one twice counts once");
    cr_assert_eq(plan->loggers[1].handlers[0], &plan->handlers[1]);
    cr_assert(plan->loggers[1].propagate);
}

Test(check_loggers, a_section_named_root_again_is_the_root_again) {
    const config_plan *plan =
        must_check(LOGGERS("root,a") ROOT TWO_HANDLERS "[logger_a]\nqualname=\nhandlers=g\n");
    cr_assert_eq(plan->logger_count, 1);
    cr_assert_eq(plan->loggers[0].handlers[0], &plan->handlers[1], "its handlers are replaced");
    cr_assert_eq(plan->loggers[0].level, 20, "its level stays");
    cr_assert_not_null(strstr(text_cstr(&checked.shown), "the logger root has a section already, in line 7"));
}

static bool propagates(const char *number) {
    char in[512];
    snprintf(in, sizeof in,
             LOGGERS("root,a") ROOT TWO_HANDLERS "[logger_a]\nqualname=a\nhandlers=\npropagate=%s\n", number);
    return must_check(in)->loggers[1].propagate;
}

Test(check_loggers, propagate_is_what_pythons_int_makes_of_it) {
    cr_assert(propagates("1") && propagates("-1") && propagates("+2") && propagates("1_0"));
    cr_assert_not(propagates("0") || propagates("00") || propagates("-0") || propagates("0_0"));
    expect_told(LOGGERS("root,a") ROOT TWO_HANDLERS "[logger_a]\nqualname=a\nhandlers=\npropagate=_1\n",
                "[logger_a] propagate: \"_1\" is no integer (1: on, 0: off)");
}

Test(check_loggers, dictconfig_leaves_propagate_as_it_is) {
    weir_error err;
    problems p;
    const config_rules start = {.origin = CONFIG_START};
    problems_init(&p, "t");
    config_plan *running = config_check(
        slice_of(LOGGERS("root,a") ROOT TWO_HANDLERS "[logger_a]\nqualname=a\nhandlers=\npropagate=0\n"), "t",
        &start, &p, &err);
    const config_rules again = {.origin = CONFIG_PORT, .current = running};
    const config_plan *plan = check_by("{\"version\": 1, \"loggers\": {\"a\": {}, \"b\": {}}}", &again);
    cr_assert(running != NULL && plan != NULL, "%s", text_cstr(&checked.shown));
    cr_assert_not(plan->loggers[1].propagate);
    cr_assert(plan->loggers[2].propagate);
    config_plan_free(running);
    problems_done(&p);
}

Test(check_loggers, bounds) {
    text in;
    text_init(&in, 0);
    text_add_cstr(&in, LOGGERS("root,a") ROOT TWO_HANDLERS "[logger_a]\nhandlers=\nqualname=");
    text_add_repeat(&in, 'n', LIMIT_LOGGER_NAME);
    cr_assert_eq(must_check(text_cstr(&in))->loggers[1].qualname.len, LIMIT_LOGGER_NAME);
    text_add_char(&in, 'n');
    expect_told(text_cstr(&in), "[logger_a] qualname: the name has ");
    text_done(&in);
}

Test(check_loggers, sections_that_nothing_names_are_warned_of) {
    expect_warned(LOGGERS("root") ROOT TWO_HANDLERS "[logger_b]\n[handler_x]\n[formater]\n[other]\n",
                  "t:14: [logger_b] warning: the section is not used (list it in [loggers] keys)");
    const char *shown = text_cstr(&checked.shown);
    cr_assert_not_null(
        strstr(shown, "t:15: [handler_x] warning: the section is not used (list it in [handlers] keys)"));
    cr_assert_not_null(
        strstr(shown, "t:16: [formater] warning: unknown section, ignored (did you mean [formatters]?)"));
    cr_assert_null(strstr(shown, "[other]"), "%s", shown);
}
