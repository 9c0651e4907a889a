/* A thread's context: the newest of a key goes first, and there is a bound. */
#include "frontend/context.h"

#include <criterion/criterion.h>

#include "base/limits.h"

Test(context, newest_first_out) {
    static context c;
    cr_assert_eq(context_pop(&c, SLICE_LITERAL("a")), -1);
    cr_assert_eq(context_push(&c, SLICE_LITERAL("a"), SLICE_LITERAL("1")), 0);
    unsigned one = c.len;
    cr_assert_eq(context_push(&c, SLICE_LITERAL("b"), SLICE_LITERAL("2")), 0);
    cr_assert_eq(context_push(&c, SLICE_LITERAL("a"), SLICE_LITERAL("33")), 0);
    cr_assert_eq(context_pop(&c, SLICE_LITERAL("a")), 0);
    cr_assert_eq(c.len, 2 * one);
    cr_assert_eq(context_pop(&c, SLICE_LITERAL("b")), 0);
    cr_assert_eq(context_pop(&c, SLICE_LITERAL("b")), -1);
    cr_assert_eq(c.len, one);
    cr_assert_eq(context_pop(&c, SLICE_LITERAL("a")), 0);
    cr_assert_eq(c.len, 0);
    cr_assert_eq(context_push(&c, SLICE_NONE, SLICE_LITERAL("x")), -1);
}

Test(context, bound) {
    static context c;
    char large[LIMIT_CONTEXT];
    memset(large, 'x', sizeof large);
    cr_assert_eq(context_push(&c, SLICE_LITERAL("k"), slice_make(large, LIMIT_CONTEXT - 11)), 0);
    cr_assert_eq(c.len, LIMIT_CONTEXT);
    cr_assert_eq(context_push(&c, SLICE_LITERAL("k"), SLICE_LITERAL("")), -1);
    cr_assert_eq(context_pop(&c, SLICE_LITERAL("k")), 0);
    cr_assert_eq(context_push(&c, SLICE_LITERAL("k"), slice_make(large, LIMIT_CONTEXT - 10)), -1);
    cr_assert_eq(c.len, 0);
}
