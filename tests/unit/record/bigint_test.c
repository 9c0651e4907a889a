/* Long integers in base 8 and 16, and as doubles. */
#include "record/bigint.h"

#include <criterion/criterion.h>
#include <math.h>

static void expect(const char *decimal, unsigned base, const char *want) {
    text out;
    text_init(&out, 0);
    bigint_radix(slice_of(decimal), base, &out);
    cr_assert_str_eq(text_cstr(&out), want);
    text_done(&out);
}

Test(bigint, radix) {
    expect("0", 16, "0");
    expect("255", 16, "ff");
    expect("18446744073709551615", 16, "ffffffffffffffff");
    expect("18446744073709551616", 16, "10000000000000000");
    expect("18446744073709551616", 8, "2000000000000000000000");
    expect("4294967296", 8, "40000000000");
    expect("999999999999999999999999999999", 16, "c9f2c9cd04674edea3fffffff");
}

Test(bigint, doubles) {
    cr_assert_eq(bigint_double(SLICE_LITERAL("-18446744073709551616")), -18446744073709551616.0);
    cr_assert_eq(bigint_double(SLICE_LITERAL("9007199254740993")), 9007199254740992.0);
    char huge[400];
    memset(huge, '9', sizeof huge);
    cr_assert(isinf(bigint_double(slice_make(huge, sizeof huge))));
}
