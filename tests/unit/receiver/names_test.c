/* The logger of a received record: the one it names, below the prefix; and that no sender can fill the tree.
 */
#include <criterion/criterion.h>

#include "base/limits.h"
#include "frontend/logger_tree.h"
#include "receiver/receivers_internal.h"

static receivers r;
static slice full;
static bool other;

static void begin(void) {
    arena_init(&r.memory, 0);
    r.settings.names = 5;
}
static void end(void) { arena_done(&r.memory); }
TestSuite(names, .init = begin, .fini = end);

static const char *of(const char *sent) {
    const logger *l = receive_logger(&r, slice_of(sent), &full, &other);
    cr_assert_not_null(l);
    return l->name.data;
}

Test(names, the_one_that_is_named) {
    cr_assert_str_eq(of("a.b"), "a.b");
    cr_assert(slice_is(full, "a.b") && !other);
    cr_assert_str_eq(of("root"), "root");
    cr_assert_str_eq(of(""), "root");
}

Test(names, below_the_prefix) {
    snprintf(r.settings.prefix, sizeof r.settings.prefix, "from.outside");
    cr_assert_str_eq(of("a"), "from.outside.a");
    cr_assert_str_eq(of("root"), "from.outside");
    cr_assert_str_eq(of(""), "from.outside");
}

Test(names, or_one_for_all) {
    snprintf(r.settings.logname, sizeof r.settings.logname, "all");
    cr_assert_str_eq(of("a.b.c"), "all");
    cr_assert_null(logger_find(SLICE_LITERAL("a")));
}

Test(names, those_beyond_the_bound_have_one_together) {
    cr_assert_str_eq(of("a.b.c"), "a.b.c", "three of five");
    cr_assert_str_eq(of("x"), "x");
    cr_assert_str_eq(of("y.z"), "weir.received.other", "two more would be six");
    cr_assert(other && slice_is(full, "weir.received.other"));
    cr_assert_null(logger_find(SLICE_LITERAL("y")), "nothing is made of it");
    cr_assert_str_eq(of("y"), "y", "one more is five");
    cr_assert_not(other);
    cr_assert_str_eq(of("z"), "weir.received.other");
    logger_get(SLICE_LITERAL("the.hosts.own"), NULL);
    cr_assert_str_eq(of("the.hosts.own"), "the.hosts.own", "one that is there costs nothing");
    cr_assert_str_eq(of("a.b"), "a.b");
}

Test(names, one_that_is_too_long_is_other) {
    char longest[LIMIT_LOGGER_NAME + 2];
    memset(longest, 'n', sizeof longest - 1);
    longest[LIMIT_LOGGER_NAME + 1] = '\0';
    cr_assert_str_eq(of(longest), "weir.received.other");
    longest[LIMIT_LOGGER_NAME] = '\0';
    cr_assert_str_eq(of(longest), longest);
}
