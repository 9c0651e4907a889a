/* What a host may ask of loggers and level names. */
#include <criterion/criterion.h>

#include "base/level.h"
#include "frontend/logger_tree.h"
#include "weir_logging.h"

Test(api_loggers, levels_parents_and_disabled) {
    weir_logger *a = weir_get_logger("a"), *deep = weir_get_logger("a.b.c");
    cr_assert_eq(weir_get_level(deep), 0);
    weir_set_level(a, 35);
    cr_assert_eq(weir_get_level(a), 35);
    cr_assert_eq(weir_get_parent(deep), a, "a.b was never asked for");
    cr_assert_null(weir_get_parent(weir_get_parent(a)), "the root has none");
    weir_set_disabled(a, 7);
    cr_assert_eq(weir_get_disabled(a), 1);
    weir_set_disabled(a, 0);
    cr_assert_eq(weir_get_disabled(a), 0);
    weir_disable(40);
    cr_assert_eq(weir_get_disable(), 40);
}

Test(api_loggers, names_of_levels) {
    char buffer[5];
    int level = 7;
    cr_assert_eq(weir_get_level_name(WEIR_LEVEL_WARNING, buffer, sizeof buffer), 7, "the whole length");
    cr_assert_str_eq(buffer, "WARN");
    cr_assert_eq(weir_get_level_name(35, NULL, 0), 8, "Level 35");
    cr_assert_eq(weir_get_level_number("LOUD", &level), -1);
    cr_assert_eq(level, 7, "as it was");
    level_add_name(35, SLICE_LITERAL("LOUD"));
    cr_assert_eq(weir_get_level_number("LOUD", &level), 0);
    cr_assert_eq(level, 35);
}
