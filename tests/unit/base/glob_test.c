/* glob_test.c - patterns with '*' and '?'. */
#include "base/glob.h"

#include <criterion/criterion.h>

Test(glob, runs_and_single_bytes) {
    cr_assert(glob_matches(slice_of(""), slice_of("")));
    cr_assert(glob_matches(slice_of("**"), slice_of("")));
    cr_assert(glob_matches(slice_of("a*b*c"), slice_of("aXbYbZc")));
    cr_assert_not(glob_matches(slice_of("a*b*c"), slice_of("aXbYbZ")));
    cr_assert_not(glob_matches(slice_of("?"), slice_of("")));
    char many[200], name[4000];
    for (size_t i = 0; i < sizeof many; i += 2) memcpy(many + i, "*a", 2);
    memset(name, 'a', sizeof name);
    name[sizeof name - 1] = 'b';
    cr_assert_not(glob_matches(slice_make(many, sizeof many), slice_make(name, sizeof name)));
}
