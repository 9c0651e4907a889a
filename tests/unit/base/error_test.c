/* error_test.c - messages of errors. */
#include <criterion/criterion.h>
#include <errno.h>
#include <locale.h>

#include "base/error.h"

Test(error, set) {
    weir_error err;
    errno = 77;
    cr_assert_eq(error_set(&err, WEIR_ERR_CONFLICT, "generation %d", 4), -1);
    cr_assert_eq(err.code, WEIR_ERR_CONFLICT);
    cr_assert_str_eq(err.message, "generation 4");
    cr_assert_eq(errno, 77);
    cr_assert_eq(error_set(NULL, WEIR_ERR_INVALID, "%s", "x"), -1);
}

Test(error, system) {
    weir_error err;
    cr_assert_eq(error_system(&err, ENOENT, "cannot open %s", "a.ini"), -1);
    cr_assert_eq(err.code, WEIR_ERR_SYSTEM);
    cr_assert_str_eq(err.message, "cannot open a.ini: No such file or directory");
    error_system(&err, 99999, "x");
    cr_assert_str_eq(err.message, "x: error 99999");
    cr_assert_eq(error_system(NULL, ENOENT, "x"), -1);
}

Test(error, a_cut_is_seen) {
    weir_error err;
    text longer;
    text_init(&longer, 0);
    for (int i = 0; i < 3000; i++) text_add_cstr(&longer, "é");
    error_set(&err, WEIR_ERR_INVALID, "x%s", text_cstr(&longer));
    size_t len = strlen(err.message);
    cr_assert_lt(len, WEIR_ERROR_MESSAGE_SIZE);
    const char *mark = strstr(err.message, "…[");
    cr_assert_not_null(mark);
    size_t kept = (size_t)(mark - err.message);
    cr_assert_eq(kept % 2, 1, "no half a character");
    char expected[64];
    snprintf(expected, sizeof(expected), "…[%zu bytes cut]", 6001 - kept);
    cr_assert_str_eq(mark, expected);
    error_system(&err, EIO, "%s", text_cstr(&longer));
    cr_assert_not_null(strstr(err.message, "bytes cut]"));
    text_done(&longer);
}

Test(error, exactly_full) {
    weir_error err;
    text full;
    text_init(&full, 0);
    text_add_repeat(&full, 'x', WEIR_ERROR_MESSAGE_SIZE - 1);
    error_set(&err, WEIR_ERR_INVALID, "%s", text_cstr(&full));
    cr_assert_str_eq(err.message, text_cstr(&full));
    text_done(&full);
}
