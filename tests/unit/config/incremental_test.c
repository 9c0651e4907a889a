/* An incremental dictConfig: Python's rules of what it changes, what it makes, what it may not say. */
#include "base/level.h"
#include "support/check_fixture.h"

static config_plan *running;
static problems unused;

static const char whole[] = "[loggers]\nkeys=root,a\n[handlers]\nkeys=h,g\n[formatters]\nkeys=\n[logger_root]"
                            "\nlevel=INFO\nhandlers=h\n"
                            "[logger_a]\nqualname=a\nlevel=ERROR\nhandlers=g\npropagate=0\n"
                            "[handler_h]\nclass=NullHandler\nlevel=INFO\n[handler_g]\nclass=NullHandler\n";

static void begin(void) {
    const config_rules start = {.origin = CONFIG_START};
    weir_error err;
    check_begin();
    problems_init(&unused, "running");
    running = config_check(SLICE_LITERAL(whole), "running", &start, &unused, &err);
    cr_assert_not_null(running);
}
static void end(void) {
    check_end();
    config_plan_free(running);
    problems_done(&unused);
}
TestSuite(incremental, .init = begin, .fini = end);

#define INCREMENTAL(more) "{\"version\": 1, \"incremental\": true" more "}"

static const config_plan *change(const char *in) {
    const config_rules rules = {.origin = CONFIG_PORT, .current = running};
    return check_by(in, &rules);
}

static const plan_logger *logger_of(const config_plan *plan, const char *name) {
    for (size_t i = 0; i < plan->logger_count; i++)
        if (slice_is(plan->loggers[i].qualname, name)) return &plan->loggers[i];
    return NULL;
}

Test(incremental, what_it_does_not_name_stays) {
    const config_plan *plan =
        change(INCREMENTAL(", \"handlers\": {\"h\": {\"level\": 35, \"class\": \"ignored\"}}"));
    cr_assert_not_null(plan, "%s", text_cstr(&checked.shown));
    cr_assert_eq(plan->changes, running);
    cr_assert_eq(plan->handler_count, 2);
    cr_assert_eq(plan->handlers[0].level, 35);
    cr_assert_eq(plan->handlers[0].definition, running->handlers[0].definition);
    cr_assert_eq(plan->handlers[1].level, running->handlers[1].level);
    const plan_logger *a = logger_of(plan, "a");
    cr_assert(a->level == 40 && !a->propagate && a->handler_count == 1);
    cr_assert_not(a->enable || a->level_again);
}

Test(incremental, loggers_are_made_and_enabled) {
    const config_plan *plan = change(INCREMENTAL(", \"loggers\": {\"a\": {\"propagate\": true}, \"b.c\": "
                                                 "{\"level\": \"DEBUG\", \"handlers\": [\"x\"]}}"));
    cr_assert_not_null(plan, "%s", text_cstr(&checked.shown));
    const plan_logger *a = logger_of(plan, "a"), *made = logger_of(plan, "b.c");
    cr_assert(a->enable && !a->level_again && a->propagate && a->level == 40);
    cr_assert(made->enable && made->level_again && made->level == 10 && made->handler_count == 0);
}

Test(incremental, the_root_by_either_name) {
    cr_assert_eq(logger_of(change(INCREMENTAL(", \"root\": {\"level\": \"ERROR\"}")), "root")->level, 40);
    cr_assert_eq(
        logger_of(change(INCREMENTAL(", \"loggers\": {\"root\": {\"level\": \"ERROR\"}}")), "root")->level,
        40);
    cr_assert(logger_of(checked.plan, "root")->level_again);
}

Test(incremental, what_may_not_be_said) {
    cr_assert_null(change(INCREMENTAL(", \"handlers\": {\n\"x\": {\"level\": 10}}")));
    cr_assert_not_null(strstr(text_cstr(&checked.shown), "t:2: [handlers] No handler found with name \"x\""),
                       "%s", text_cstr(&checked.shown));
    cr_assert_null(change(INCREMENTAL(", \"loggers\": {\"a\": {\n\"level\": \"LOUD\"}}")));
    cr_assert_not_null(strstr(text_cstr(&checked.shown), "t:2: [loggers] unknown level \"LOUD\""));
    cr_assert_null(change(INCREMENTAL(", \"root\": {\n\"level\": [1]}")));
    cr_assert_not_null(strstr(text_cstr(&checked.shown), "a level is a name or a number, not"));
}

Test(incremental, false_is_a_whole_configuration) {
    const config_plan *plan = change("{\"version\": 1, \"incremental\": false}");
    cr_assert_not_null(plan, "%s", text_cstr(&checked.shown));
    cr_assert_null(plan->changes);
    cr_assert_eq(plan->handler_count, 0);
}
