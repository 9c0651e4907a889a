/* Levels over the configuration: set, shown, ended by a reset or by time; and what of them is told. */
#include "base/level.h"
#include "support/control_fixture.h"

TestSuite(levels, .init = control_begin, .fini = control_end);

static weir_error err;
static level_change change;

static int set(const char *name, int level, int64_t for_ms) {
    level_change_done(&change);
    return control_set_level(fix.control, slice_of(name), level, for_ms, &tester, &change, &err);
}
static int reset(const char *name, size_t *count) {
    level_change_done(&change);
    return control_reset_level(fix.control, name != NULL ? slice_of(name) : SLICE_NONE, &tester, count,
                               &change, &err);
}
static int effective(const char *name) { return logger_effective_level(logger_get(slice_of(name), NULL)); }

Test(levels, lie_over_the_configuration_and_are_inherited) {
    size_t count;
    logger_get(SLICE_LITERAL("app.net.tls"), NULL);
    cr_assert_eq(set("app.net", 10, 0), 0, "%s", err.message);
    cr_assert(change.before == 30 && change.now == 10 && change.until_us == 0 && !change.created);
    cr_assert_eq(effective("app.net.tls"), 10);
    cr_assert_eq(logger_find(SLICE_LITERAL("app.net"))->level, 30, "the configured one stays");
    cr_assert_str_eq(last_audit(), "level app.net WARNING -> DEBUG");
    cr_assert_eq(reset("app.net", &count), 0);
    cr_assert(count == 1 && change.before == 10 && change.now == 30);
    cr_assert_eq(reset("app.net", &count), 0);
    cr_assert_eq(count, 0, "there was none any more");
    level_change_done(&change);
}

Test(levels, the_answer_names_who_would_still_drop) {
    cr_assert_eq(set("app.net", 10, 0), 0);
    cr_assert_eq(change.dropping.count, 1);
    cr_assert_str_eq(change.dropping.names[0], "handler f: level ERROR, start.ini:24");
    cr_assert_eq(set("app.net", 40, 0), 0);
    cr_assert_eq(change.dropping.count, 0);
    level_change_done(&change);
}

Test(levels, a_logger_that_was_not_there_is_made) {
    cr_assert_eq(set("app.new", 10, 0), 0);
    cr_assert(change.created && change.before == 20);
    cr_assert_eq(set("app.new", 20, 0), 0);
    cr_assert_not(change.created);
    level_change_done(&change);
}

Test(levels, what_is_no_level_or_logger) {
    size_t count;
    char longest[LIMIT_LOGGER_NAME + 2];
    memset(longest, 'n', sizeof longest);
    longest[sizeof longest - 1] = '\0';
    cr_assert_eq(set(longest, 10, 0), -1);
    cr_assert_eq(set("a", -1, 0), -1);
    cr_assert_eq(set("a", 10, -1), -1);
    cr_assert_eq(control_set_level(fix.control, SLICE_LITERAL("a\0b"), 10, 0, &tester, &change, &err), -1);
    cr_assert_null(logger_find(SLICE_LITERAL("a")), "nothing was made");
    cr_assert_eq(reset("nobody", &count), -1);
    cr_assert_str_eq(err.message, "there is no logger 'nobody'");
}

Test(levels, all_at_once) {
    size_t count = 0;
    set("a", 10, 0), set("b", 10, 0), set("root", 10, 60000);
    cr_assert_eq(reset(NULL, &count), 0);
    cr_assert_eq(count, 3);
    cr_assert_eq(effective("a"), 20);
    cr_assert_str_eq(last_audit(), "all levels over the configuration reset: 3");
}

Test(levels, end_by_themselves) {
    control_run();
    cr_assert_eq(set("app", 10, 50), 0);
    cr_assert_str_eq(last_audit(), "level app INFO -> DEBUG for 0.050 s");
    cr_assert_neq(change.until_us, 0);
    int64_t end = clock_monotonic_ns() + 20 * INT64_C(1000000000);
    while (strcmp(last_audit(), "level app DEBUG -> INFO") != 0) {
        cr_assert_lt(clock_monotonic_ns(), end, "never");
        usleep(1000);
    }
    cr_assert_eq(effective("app"), 20);
    cr_assert_eq(set("app", 10, 90000), 0);
    cr_assert_str_eq(last_audit(), "level app INFO -> DEBUG for 90 s");
    level_change_done(&change);
}

Test(levels, a_push_leaves_them_and_names_them) {
    char *in = ini_text(CONTROL_INI, fix.dir, fix.dir, fix.dir);
    cr_assert_eq(set("app.net", 10, 0), 0);
    cr_assert_eq(push_as(CONFIG_FILE, in), 0, "%s", push_trouble());
    cr_assert_eq(pushed.over.count, 1);
    cr_assert_str_eq(pushed.over.names[0], "app.net DEBUG until reset");
    cr_assert_eq(effective("app.net"), 10);
    free(in);
    level_change_done(&change);
}

/* ---- shown ---- */

typedef struct seen {
    char names[512];
    logger_view last;
} seen;
static void see(void *arg, const logger_view *v) {
    seen *s = arg;
    snprintf(s->names + strlen(s->names), sizeof s->names - strlen(s->names), "%.*s ", (int)v->name.len,
             v->name.data);
    s->last = *v;
}

static const char *shown(const char *glob) {
    static seen s;
    s = (seen){0};
    control_loggers(fix.control, glob != NULL ? slice_of(glob) : SLICE_NONE, see, &s);
    return s.names;
}

Test(levels, loggers_in_the_order_of_names_the_root_first) {
    logger_get(SLICE_LITERAL("app.net.tls"), NULL);
    logger_get(SLICE_LITERAL("app"), NULL);
    logger_get(SLICE_LITERAL("apple"), NULL);
    cr_assert_str_eq(shown("app"), "app app.net app.net.tls ", "a name means it and all below it");
    cr_assert_str_eq(shown("app*"), "app app.net app.net.tls apple ");
    cr_assert_str_eq(shown("app.???"), "app.net ");
    cr_assert_eq(strncmp(shown(NULL), "root ", 5), 0);
}

static void look(void *arg, const logger_view *v) {
    *(bool *)arg = true;
    cr_assert(v->level == 30 && v->over == 10 && v->effective == 10 && v->propagate && !v->disabled);
    cr_assert(slice_is(v->over_by, "api a test"));
    cr_assert(v->handler_count == 1 && slice_is(v->handlers[0], "f"));
    cr_assert_eq(v->dropping_count, 1);
}

Test(levels, one_logger_with_all_that_is_known_of_it) {
    bool called = false;
    cr_assert_eq(set("app.net", 10, 0), 0);
    control_logger(fix.control, SLICE_LITERAL("app.net"), look, &called);
    cr_assert(called);
    called = false;
    control_logger(fix.control, SLICE_LITERAL("nobody"), look, &called);
    cr_assert_not(called);
    level_change_done(&change);
}
