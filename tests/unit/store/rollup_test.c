/* Counts by minute, level and logger. */
#include <criterion/criterion.h>

#include "store/rollup.h"

static rollup r;

static int64_t count_of(int64_t minute, int level, int64_t logger) {
    for (size_t i = 0; i < ROLLUP_SLOTS; i++) {
        const rollup_cell *c = &r.cells[i];
        if (c->count != 0 && c->minute == minute && c->level == level && c->logger == logger) return c->count;
    }
    return 0;
}

Test(rollup, counts) {
    rollup_clear(&r);
    for (int i = 0; i < 120; i++) rollup_count(&r, i * INT64_C(1000000), 20 + i % 2, 1);
    rollup_count(&r, 0, 20, 2);
    cr_expect_eq(count_of(0, 20, 1), 30);
    cr_expect_eq(count_of(0, 21, 1), 30);
    cr_expect_eq(count_of(1, 20, 1), 30);
    cr_expect_eq(count_of(0, 20, 2), 1);
    cr_expect_eq(r.used, 5);
}

Test(rollup, minutes_before_the_epoch_are_rounded_down) {
    rollup_clear(&r);
    rollup_count(&r, -1, 20, 1);
    rollup_count(&r, -ROLLUP_MINUTE_US, 20, 1);
    rollup_count(&r, INT64_MIN, -7, INT64_MAX);
    rollup_count(&r, INT64_MAX, 50, 1);
    cr_expect_eq(count_of(-1, 20, 1), 2);
    cr_expect_eq(count_of(INT64_MIN / ROLLUP_MINUTE_US - 1, -7, INT64_MAX), 1);
    cr_expect_eq(count_of(INT64_MAX / ROLLUP_MINUTE_US, 50, 1), 1);
}

Test(rollup, says_when_it_is_full) {
    int64_t i = 0;
    rollup_clear(&r);
    for (; !rollup_full(&r); i++) rollup_count(&r, i * ROLLUP_MINUTE_US, 20, i);
    cr_expect_eq(i, ROLLUP_SLOTS / 4 * 3);
    for (int64_t k = 0; k < i; k++) cr_assert_eq(count_of(k, 20, k), 1);
}
