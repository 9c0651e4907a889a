/* number_int_test.c - integers against snprintf. */
#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdio.h>

#include "base/number.h"

static void compare(uint64_t v) {
    char expected[256], buffer[NUMBER_SIZE];
    snprintf(expected, sizeof(expected), "%" PRIu64 " %" PRId64 " %" PRIx64 " %" PRIX64 " %" PRIo64, v,
             (int64_t)v, v, v, v);
    text out;
    text_init(&out, 0);
    text_add(&out, buffer, number_u64(buffer, v));
    text_add_char(&out, ' ');
    text_add(&out, buffer, number_i64(buffer, (int64_t)v));
    text_add_char(&out, ' ');
    text_add(&out, buffer, number_hex(buffer, v, false));
    text_add_char(&out, ' ');
    text_add(&out, buffer, number_hex(buffer, v, true));
    text_add_char(&out, ' ');
    text_add(&out, buffer, number_octal(buffer, v));
    cr_assert_str_eq(text_cstr(&out), expected);
    text_done(&out);
}

Test(number_int, every_length) {
    for (uint64_t power = 1;; power *= 10) {
        compare(power);
        compare(power - 1);
        compare(power + 1);
        compare(0 - power);
        if (power > UINT64_MAX / 10) break;
    }
    for (int bit = 0; bit < 64; bit++) {
        compare(UINT64_C(1) << bit);
        compare((UINT64_C(1) << bit) - 1);
    }
    compare(UINT64_MAX);
    compare((uint64_t)INT64_MIN);
    compare((uint64_t)INT64_MAX);
}
