/* "Did you mean": near names are found, far ones are not offered. */
#include "config/suggest.h"

#include <criterion/criterion.h>

static slice nearest(const char *wanted, const char *a, const char *b) {
    suggestion s = suggest_begin(slice_of(wanted));
    suggest_offer(&s, slice_of(a));
    suggest_offer(&s, slice_of(b));
    return s.best;
}

Test(suggest, misspelt_names) {
    cr_assert(slice_is(nearest("FlieHandler", "StreamHandler", "FileHandler"), "FileHandler"));
    cr_assert(slice_is(nearest("debug", "INFO", "DEBUG"), "DEBUG"));
    cr_assert(slice_is(nearest("consle", "file", "console"), "console"));
    cr_assert(slice_is(nearest("loger", "logger", "loggers"), "logger"));
}

Test(suggest, nothing_where_nothing_is_near) {
    cr_assert_null(nearest("xyz", "console", "file").data);
    cr_assert_null(nearest("", "a", "b").data);
    cr_assert_null(nearest("ab", "cd", "xy").data);
}
