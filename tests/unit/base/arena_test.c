/* arena_test.c - allocation, alignment, bound, and the warm arena. */
#include <criterion/criterion.h>
#include <stdint.h>

#include "base/arena.h"

Test(arena, aligned_and_distinct) {
    arena a;
    arena_init(&a, 0);
    char *last = NULL;
    for (size_t size = 0; size < 3000; size++) {
        char *p = arena_alloc(&a, size);
        cr_assert_not_null(p);
        cr_assert_eq((uintptr_t)p % 16, 0);
        cr_assert_neq(p, last);
        memset(p, 0xAA, size);
        last = p;
    }
    arena_done(&a);
    cr_assert_null(a.block);
}

Test(arena, the_limit) {
    arena a;
    arena_init(&a, 64);
    cr_assert_not_null(arena_alloc(&a, 48));
    cr_assert_null(arena_alloc(&a, 17));
    cr_assert_not_null(arena_alloc(&a, 16));
    cr_assert_null(arena_alloc(&a, 1));
    arena_reset(&a);
    cr_assert_not_null(arena_alloc(&a, 64));
    cr_assert_null(arena_alloc(&a, SIZE_MAX));
    cr_assert_null(arena_alloc(&a, SIZE_MAX / 2 + 1));
    arena_done(&a);
}

Test(arena, a_warm_one_has_one_block) {
    arena a;
    arena_init(&a, 0);
    arena_block *block = NULL;
    for (int round = 0; round < 8; round++) {
        for (int i = 0; i < 1000; i++) cr_assert_not_null(arena_alloc(&a, 100));
        block = a.block;
        arena_reset(&a);
    }
    for (int i = 0; i < 1000; i++) arena_alloc(&a, 100);
    cr_assert_eq(a.block, block, "a repeated load allocates nothing new");
    arena_done(&a);
}

Test(arena, copies) {
    arena a;
    arena_init(&a, 0);
    slice s = arena_copy(&a, SLICE_LITERAL("a\0b"));
    cr_assert(slice_equal(s, SLICE_LITERAL("a\0b")));
    cr_assert_eq(s.data[3], '\0');
    s = arena_copy(&a, SLICE_NONE);
    cr_assert_not_null(s.data);
    cr_assert_eq(s.len, 0);
    arena_done(&a);
    arena_init(&a, 16);
    cr_assert_null(arena_copy(&a, SLICE_LITERAL("sixteen and more bytes")).data);
    arena_done(&a);
}
