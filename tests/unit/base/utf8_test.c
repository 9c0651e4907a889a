/* UTF-8 by RFC 3629: what is a character, and what is a byte that is none. */
#include "base/utf8.h"

#include <criterion/criterion.h>

static void expect(const char *bytes, size_t length, uint32_t point) {
    uint32_t got = 0;
    cr_assert_eq(utf8_decode(bytes, strlen(bytes), &got), length, "%s", bytes);
    if (length > 0) cr_assert_eq(got, point);
}

Test(utf8, decodes_the_edges_of_each_length) {
    expect("\x7f", 1, 0x7F);
    expect("\xc2\x80", 2, 0x80);
    expect("\xdf\xbf", 2, 0x7FF);
    expect("\xe0\xa0\x80", 3, 0x800);
    expect("\xef\xbf\xbf", 3, 0xFFFF);
    expect("\xf0\x90\x80\x80", 4, 0x10000);
    expect("\xf4\x8f\xbf\xbf", 4, 0x10FFFF);
}

Test(utf8, refuses_what_is_none) {
    static const char *const wrong[] = {"\x80",
                                        "\xbf",
                                        "\xc0\x80",
                                        "\xc1\xbf",
                                        "\xe0\x9f\xbf",
                                        "\xed\xa0\x80",
                                        "\xf0\x8f\xbf\xbf",
                                        "\xf4\x90\x80\x80",
                                        "\xf5\x80\x80\x80",
                                        "\xff",
                                        "\xc3",
                                        "\xe2\x82",
                                        "\xf0\x9f\x98",
                                        "\xc3(",
                                        "\xe2(\xac"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) expect(wrong[i], 0, 0);
    uint32_t point;
    cr_assert_eq(utf8_decode("", 0, &point), 0);
}

Test(utf8, counts_characters_and_stray_bytes) {
    cr_assert_eq(utf8_count(slice_of("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80")), 4);
    cr_assert_eq(utf8_count(slice_of("\xff\xfe"
                                     "a")),
                 3);
    cr_assert_eq(utf8_prefix(slice_of("a\xc3\xa9z"), 2).len, 3);
    cr_assert_eq(utf8_prefix(slice_of("a\xc3\xa9z"), 9).len, 4);
    cr_assert_eq(utf8_prefix(slice_of("abc"), 0).len, 0);
}
