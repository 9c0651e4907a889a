/* Names to numbers: equal names under different owners are apart, and growing loses nothing. */
#include "config/name_map.h"

#include <criterion/criterion.h>
#include <stdio.h>

Test(name_map, keeps_everything_while_it_grows) {
    arena memory;
    name_map m;
    uint32_t got;
    arena_init(&memory, 0);
    name_map_init(&m, &memory);
    cr_assert_not(name_map_get(&m, 0, SLICE_LITERAL("x"), &got));
    for (uint32_t i = 0; i < 10000; i++) {
        char name[16];
        int len = snprintf(name, sizeof name, "name%u", i);
        slice kept = arena_copy(&memory, slice_make(name, (size_t)len));
        cr_assert_eq(name_map_put(&m, i % 3, kept, i), 0);
    }
    for (uint32_t i = 0; i < 10000; i++) {
        char name[16];
        int len = snprintf(name, sizeof name, "name%u", i);
        cr_assert(name_map_get(&m, i % 3, slice_make(name, (size_t)len), &got) && got == i);
        cr_assert_not(name_map_get(&m, i % 3 + 1, slice_make(name, (size_t)len), &got));
    }
    cr_assert_eq(name_map_put(&m, 0, SLICE_LITERAL(""), 7), 0);
    cr_assert(name_map_get(&m, 0, SLICE_NONE, &got) && got == 7);
    arena_done(&memory);
}

Test(name_map, says_so_without_memory) {
    arena memory;
    name_map m;
    arena_init(&memory, 100);
    name_map_init(&m, &memory);
    cr_assert_eq(name_map_put(&m, 0, SLICE_LITERAL("x"), 1), -1);
    arena_done(&memory);
}
