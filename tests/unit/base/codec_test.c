/* Encodings other than UTF-8: what is lacking, in each of Python's ways. tests/compat/encoding_test.py
 * compares whole tables and files with Python. */
#include "base/codec.h"

#include <criterion/criterion.h>

static const char *encoded(const char *encoding, const char *errors, const char *in, weir_error *err) {
    static char shown[256];
    codec *c = NULL;
    text out;
    cr_assert_eq(codec_create(slice_of(encoding), slice_of(errors), &c, err), 0, "%s", err->message);
    cr_assert_not_null(c);
    text_init(&out, 0);
    int rc = codec_encode(c, slice_of(in), &out, err);
    size_t at = 0;
    for (size_t i = 0; i < out.len; i++)
        at += (size_t)snprintf(shown + at, sizeof shown - at, "%02x", (unsigned char)out.data[i]);
    shown[at] = '\0';
    text_done(&out);
    codec_free(c);
    return rc == 0 ? shown : NULL;
}

Test(codec, ways_of_what_is_lacking) {
    weir_error err;
    cr_assert_str_eq(encoded("ascii", "ignore", "a\xc3\xa9z", &err), "617a");
    cr_assert_str_eq(encoded("ascii", "replace", "a\xc3\xa9z", &err), "613f7a");
    cr_assert_str_eq(encoded("latin-1", "", "a\xc3\xa9z", &err), "61e97a");
    cr_assert_str_eq(encoded("cp1252", "", "\xe2\x82\xac", &err), "80");
    cr_assert_str_eq(encoded("utf-16-be", "", "\xf0\x9f\x98\x80", &err), "d83dde00");
    cr_assert_str_eq(encoded("utf-32-le", "", "a", &err), "61000000");
    cr_assert_str_eq(encoded("ascii", "surrogateescape", "a\xff", &err), "61ff");
    cr_assert_str_eq(encoded("utf-16-le", "surrogatepass", "\xff", &err), "ffdc");
}

Test(codec, strict_says_it_in_pythons_words) {
    weir_error err;
    cr_assert_null(encoded("ascii", "", "a\xc3\xa9z", &err));
    cr_assert_str_eq(err.message,
                     "UnicodeEncodeError: 'ascii' codec can't encode character '\\xe9' in position 1: "
                     "ordinal not in range(128)");
    cr_assert_null(encoded("latin-1", "", "\xe2\x82\xac\xe2\x82\xac", &err));
    cr_assert_str_eq(err.message,
                     "UnicodeEncodeError: 'latin-1' codec can't encode characters in position 0-1: "
                     "ordinal not in range(256)");
    cr_assert_null(encoded("koi8-r", "", "\xf0\x9f\x98\x80", &err));
    cr_assert_str_eq(err.message,
                     "UnicodeEncodeError: 'charmap' codec can't encode character '\\U0001f600' in position "
                     "0: character maps to <undefined>");
    cr_assert_null(encoded("utf-16", "surrogateescape", "\xff", &err));
    cr_assert(strstr(err.message, "surrogates not allowed") != NULL);
}

Test(codec, utf8_needs_none_and_marks_are_pythons) {
    weir_error err;
    codec *c = (codec *)&err;
    char mark[CODEC_MARK_MAX];
    cr_assert_eq(codec_create(SLICE_LITERAL("UTF-8"), SLICE_LITERAL("strict"), &c, &err), 0);
    cr_assert_null(c);
    cr_assert_eq(codec_mark(SLICE_LITERAL("utf-8-sig"), mark), 3);
    cr_assert_eq(memcmp(mark, "\xef\xbb\xbf", 3), 0);
    cr_assert_eq(codec_mark(SLICE_LITERAL("utf-16"), mark), 2);
    cr_assert_eq(codec_mark(SLICE_LITERAL("utf-32"), mark), 4);
    cr_assert_eq(codec_mark(SLICE_LITERAL("utf-16-le"), mark), 0);
    cr_assert_eq(codec_mark(SLICE_LITERAL("latin-1"), mark), 0);
}

Test(codec, what_is_not_known_is_told) {
    weir_error err;
    codec *c;
    cr_assert_eq(codec_create(SLICE_LITERAL("klingon"), SLICE_LITERAL(""), &c, &err), -1);
    cr_assert(strstr(err.message, "latin-1") != NULL, "%s", err.message);
    cr_assert_eq(codec_create(SLICE_LITERAL("ascii"), SLICE_LITERAL("namereplace"), &c, &err), -1);
    cr_assert(strstr(err.message, "not in this version") != NULL);
    cr_assert_eq(codec_create(SLICE_LITERAL("ascii"), SLICE_LITERAL("rigid"), &c, &err), -1);
    cr_assert(strstr(err.message, "'xmlcharrefreplace'") != NULL);
}
