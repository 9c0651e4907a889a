/* What was put in is found, and the bounds hold. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "store/name_cache.h"

static slice key_of(char buffer[32], int i) {
    return slice_make(buffer, (size_t)snprintf(buffer, 32, "key number %d", i));
}

Test(name_cache, finds_what_was_added) {
    name_cache c;
    char buffer[32];
    name_cache_init(&c);
    cr_expect_eq(name_cache_find(&c, SLICE_LITERAL("")), NULL);
    name_cache_add(&c, SLICE_LITERAL(""), 7)->used_until = 5;
    for (int i = 1; i < 5000; i++) name_cache_add(&c, key_of(buffer, i), i);
    for (int i = 1; i < 5000; i++) cr_assert_eq(name_cache_find(&c, key_of(buffer, i))->id, i);
    cr_expect_eq(name_cache_find(&c, SLICE_LITERAL(""))->used_until, 5);
    cr_expect_eq(name_cache_find(&c, SLICE_LITERAL("key number")), NULL);
    name_cache_clear(&c);
    cr_expect_eq(name_cache_find(&c, key_of(buffer, 1)), NULL);
    name_cache_done(&c);
}

Test(name_cache, stays_within_its_bounds) {
    name_cache c;
    char buffer[32];
    char *giant = calloc(1, NAME_CACHE_BYTES / 4);
    name_cache_init(&c);
    for (int i = 1; i <= NAME_CACHE_ENTRIES * 3; i++) {
        cr_assert_eq(name_cache_add(&c, key_of(buffer, i), i)->id, i);
        cr_assert_leq(c.used, (size_t)NAME_CACHE_ENTRIES);
    }
    size_t used = c.used;
    cr_expect_eq(name_cache_add(&c, slice_make(giant, NAME_CACHE_BYTES / 4), 9)->id, 9);
    cr_expect_eq(name_cache_find(&c, slice_make(giant, NAME_CACHE_BYTES / 4)), NULL, "not kept");
    cr_expect_eq(c.used, used, "and it drove nobody out");
    for (int i = 1; i <= 100; i++) { /* many that are large: emptied when their bytes are too many */
        memcpy(giant, &i, sizeof i);
        name_cache_add(&c, slice_make(giant, NAME_CACHE_BYTES / 10), i);
        cr_assert_leq(c.keys.len, (size_t)NAME_CACHE_BYTES);
        cr_assert_eq(name_cache_find(&c, slice_make(giant, NAME_CACHE_BYTES / 10))->id, i);
    }
    name_cache_done(&c);
    free(giant);
}
