/* The vectors of RFC 4648, and every byte. */
#include "base/base64.h"

#include <criterion/criterion.h>

static void expect(slice in, const char *wanted) {
    text out;
    text_init(&out, 0);
    base64_add(&out, in);
    cr_expect_str_eq(text_cstr(&out), wanted);
    text_done(&out);
}

Test(base64, vectors) {
    static const char *const pairs[][2] = {{"", ""},
                                           {"f", "Zg=="},
                                           {"fo", "Zm8="},
                                           {"foo", "Zm9v"},
                                           {"foob", "Zm9vYg=="},
                                           {"fooba", "Zm9vYmE="},
                                           {"foobar", "Zm9vYmFy"}};
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) expect(slice_of(pairs[i][0]), pairs[i][1]);
    expect(SLICE_LITERAL("\xfb\xff\xbf\0"), "+/+/AA==");
}
