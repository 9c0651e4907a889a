/* Paths as text: what a pushed configuration's path is held against. */
#include "base/path.h"

#include <criterion/criterion.h>

static arena memory;
static void begin(void) { arena_init(&memory, 0); }
static void end(void) { arena_done(&memory); }
TestSuite(path, .init = begin, .fini = end);

static void becomes(const char *base, const char *path, const char *wanted) {
    slice made = path_absolute(&memory, slice_of(base), slice_of(path));
    cr_assert(slice_is(made, wanted), "%s + %s = %s", base, path, made.data);
}

Test(path, absolute_and_clean) {
    becomes("/a/b", "c", "/a/b/c");
    becomes("/a/b", "/c", "/c");
    becomes("/a/b", "../c", "/a/c");
    becomes("/a/b", "../../../../c", "/c");
    becomes("/a/b", "./x//y/.//z", "/a/b/x/y/z");
    becomes("/a/b", "x/../..", "/a");
    becomes("/", "x", "/x");
    becomes("/", "..", "/");
    becomes("/a", "..x/...", "/a/..x/...");
}

Test(path, below) {
    cr_assert(path_is_below(SLICE_LITERAL("/a/b"), SLICE_LITERAL("/a")));
    cr_assert_not(path_is_below(SLICE_LITERAL("/a"), SLICE_LITERAL("/a")));
    cr_assert_not(path_is_below(SLICE_LITERAL("/ab"), SLICE_LITERAL("/a")));
    cr_assert(path_is_below(SLICE_LITERAL("/a"), SLICE_LITERAL("/")));
    cr_assert(slice_is(path_below(SLICE_LITERAL("/a/b/c"), SLICE_LITERAL("/a")), "b/c"));
    cr_assert(slice_is(path_below(SLICE_LITERAL("/a"), SLICE_LITERAL("/")), "a"));
    cr_assert(slice_is(path_parent(SLICE_LITERAL("/a/b")), "/a"));
    cr_assert(slice_is(path_parent(SLICE_LITERAL("/a")), "/"));
}
