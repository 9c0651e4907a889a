/* Bound loggers: one for each base, key and value; its fields behind those of its base. */
#include <criterion/criterion.h>

#include "base/limits.h"
#include "frontend/logger_tree.h"

static bound_logger *self_of(const char *name) { return &logger_get(slice_of(name), NULL)->self; }

static bound_logger *bind(bound_logger *base, const char *key, const char *val) {
    return logger_bind(base, slice_of(key), slice_of(val));
}

Test(logger_bind, the_same_is_the_same_handle) {
    bound_logger *a = self_of("a"), *one = bind(a, "k", "1");
    cr_assert_neq(one, a);
    cr_assert_eq(bind(a, "k", "1"), one);
    cr_assert_neq(bind(a, "k", "2"), one);
    cr_assert_neq(bind(a, "l", "1"), one);
    cr_assert_neq(bind(self_of("b"), "k", "1"), one, "another logger's");
    cr_assert_eq(one->core, a->core);
}

Test(logger_bind, fields_lie_behind_those_of_the_base) {
    bound_logger *one = bind(self_of("a"), "k", "1"), *two = bind(one, "l", "2");
    cr_assert_gt(two->fields.len, one->fields.len);
    cr_assert_eq(memcmp(two->fields.data, one->fields.data, one->fields.len), 0);
    cr_assert_neq(bind(bind(self_of("a"), "l", "2"), "k", "1"), two, "the order is part of it");
}

Test(logger_bind, many_are_found_again) {
    bound_logger *a = self_of("a"), *all[2000];
    char number[16];
    for (int i = 0; i < 2000; i++) {
        snprintf(number, sizeof number, "%d", i);
        all[i] = bind(a, "n", number);
        cr_assert_neq(all[i], a);
    }
    for (int i = 0; i < 2000; i++) {
        snprintf(number, sizeof number, "%d", i);
        cr_assert_eq(bind(a, "n", number), all[i]);
    }
}

Test(logger_bind, what_does_not_fit_is_not_bound) {
    static char large[LIMIT_CONTEXT + 1];
    memset(large, 'x', sizeof large - 1);
    bound_logger *a = self_of("a"), *half;
    cr_assert_eq(bind(a, "", "x"), a, "a key is wanted");
    cr_assert_eq(bind(a, "k", large), a);
    large[LIMIT_CONTEXT / 2] = '\0';
    half = bind(a, "k", large);
    cr_assert_neq(half, a);
    cr_assert_eq(bind(half, "l", large), half, "both together are too much");
}

Test(logger_bind, one_has_the_threshold_of_its_logger) {
    bound_logger *a = self_of("a");
    logger_tree_open(true);
    logger_set_level(a->core, WEIR_LEVEL_ERROR);
    bound_logger *one = bind(a, "k", "1");
    cr_assert_eq(one->head.threshold, WEIR_LEVEL_ERROR);
    logger_set_level(a->core, WEIR_LEVEL_DEBUG);
    cr_assert_eq(one->head.threshold, WEIR_LEVEL_DEBUG);
}
