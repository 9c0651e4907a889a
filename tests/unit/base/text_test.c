/* text_test.c - the growing buffer, its bound and its sticky failure. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "base/text.h"

Test(text, an_empty_one_is_an_empty_string) {
    text t;
    text_init(&t, 0);
    cr_assert_str_eq(text_cstr(&t), "");
    cr_assert_eq(text_slice(&t).len, 0);
    cr_assert_not_null(text_slice(&t).data);
    text_add(&t, NULL, 0);
    cr_assert_null(t.data, "nothing added allocates nothing");
    char *taken = text_take(&t);
    cr_assert_str_eq(taken, "");
    free(taken);
    text_done(&t);
}

Test(text, adds_everything) {
    text t;
    text_init(&t, 0);
    text_add_cstr(&t, "a");
    text_add_char(&t, 'b');
    text_add_slice(&t, SLICE_LITERAL("c\0d"));
    text_add_repeat(&t, '-', 3);
    text_add_u64(&t, UINT64_MAX);
    text_add_char(&t, ' ');
    text_add_i64(&t, INT64_MIN);
    text_add_char(&t, ' ');
    text_add_i64(&t, 0);
    text_addf(&t, "|%s|%d", "x", 5);
    cr_assert(slice_equal(text_slice(&t),
                          SLICE_LITERAL("abc\0d---18446744073709551615 -9223372036854775808 0|x|5")));
    cr_assert_eq(t.data[t.len], '\0');
    text_clear(&t);
    cr_assert_str_eq(text_cstr(&t), "");
    text_done(&t);
}

Test(text, grows_by_format) {
    text t;
    text_init(&t, 0);
    for (int i = 0; i < 1000; i++) text_addf(&t, "%0100d", i);
    cr_assert_eq(t.len, 100000);
    cr_assert_eq(strncmp(t.data + 99996, "0999", 4), 0);
    text_done(&t);
}

Test(text, the_limit_is_exact_and_failure_sticks) {
    text t;
    text_init(&t, 5);
    text_add_cstr(&t, "12345");
    cr_assert(!t.failed);
    text_add_char(&t, '6');
    cr_assert(t.failed);
    cr_assert_str_eq(text_cstr(&t), "12345");
    text_clear(&t);
    cr_assert(!t.failed);
    text_add_cstr(&t, "123456");
    cr_assert(t.failed);
    cr_assert_eq(t.len, 0);
    text_add_char(&t, '1');
    cr_assert_eq(t.len, 0, "no text with a hole in it");
    text_clear(&t);
    text_addf(&t, "%d", 123456);
    cr_assert(t.failed);
    cr_assert_str_eq(text_cstr(&t), "");
    text_clear(&t);
    text_addf(&t, "%d", 12345);
    cr_assert(!t.failed);
    cr_assert_str_eq(text_cstr(&t), "12345");
    cr_assert(!text_reserve(&t, SIZE_MAX));
    text_done(&t);
    cr_assert_eq(t.limit, 5);
}

Test(text, take_hands_over) {
    text t;
    text_init(&t, 0);
    text_add_cstr(&t, "mine");
    char *taken = text_take(&t);
    cr_assert_str_eq(taken, "mine");
    cr_assert_str_eq(text_cstr(&t), "");
    free(taken);
    text_init(&t, 1);
    text_add_cstr(&t, "too long");
    cr_assert_null(text_take(&t));
    text_done(&t);
}
