/* What lies over the configuration, in itself: kept in order, ended at its time, taken from WEIR_LEVEL. */
#include "base/level.h"
#include "support/control_fixture.h"

TestSuite(over, .init = control_begin, .fini = control_end);

static void set(const char *name, int level, int64_t for_ms) {
    cr_assert_eq(over_set(fix.control, logger_get(slice_of(name), NULL), level, for_ms, &tester), 0);
}
static int over_of(const char *name) {
    const over_level *o = over_find(fix.control, logger_get(slice_of(name), NULL));
    return o != NULL ? o->level : LEVEL_UNSET;
}

Test(over, many_are_found_again) {
    char name[16];
    for (int i = 99; i >= 0; i--)
        snprintf(name, sizeof name, "o%d", i * 37 % 100), set(name, i * 37 % 100, 0);
    for (int i = 0; i < 100; i++) {
        snprintf(name, sizeof name, "o%d", i);
        cr_assert_eq(over_of(name), i);
    }
    set("o5", 50, 0);
    cr_assert_eq(fix.control->over_count, 100, "one a logger");
    cr_assert_eq(over_of("o5"), 50);
}

Test(over, each_ends_at_its_time) {
    int64_t now = clock_monotonic_ns();
    set("late", 10, 60000), set("soon", 10, 1000), set("never", 10, 0);
    int64_t next = over_expire(fix.control, now);
    cr_assert(next >= now + 1000 * INT64_C(1000000) && next < now + 30000 * INT64_C(1000000));
    next = over_expire(fix.control, next);
    cr_assert_eq(over_of("soon"), LEVEL_UNSET);
    cr_assert_str_eq(last_audit(), "level soon DEBUG -> INFO");
    cr_assert_eq(over_expire(fix.control, next), 0, "what is left has no end");
    cr_assert_eq(over_of("late"), LEVEL_UNSET);
    cr_assert_eq(over_of("never"), 10);
}

Test(over, lines_say_until_when) {
    name_list lines = {0};
    set("a", 10, 0);
    set("b", 35, 3600000);
    over_list(fix.control, &lines);
    cr_assert_eq(lines.count, 2);
    cr_assert_str_eq(lines.names[0], "a DEBUG until reset");
    cr_assert_eq(strncmp(lines.names[1], "b Level 35 until 2", 18), 0, "%s", lines.names[1]);
    name_list_done(&lines);
}

Test(over, from_the_environment) {
    setenv("WEIR_LEVEL", "info,  db=debug,app.net.*=ERROR,*=20, x=loud,y*=debug,=debug", 1);
    over_from_environment(fix.control);
    cr_assert_eq(over_of("root"), 20);
    cr_assert_eq(over_of("db"), 10);
    cr_assert_eq(over_of("app.net"), 40);
    cr_assert_eq(fix.control->over_count, 3, "what is wrong is told, and nothing else of it");
}
