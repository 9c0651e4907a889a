/* Promise 5: what may not stand in a line is told by its name or number, all else stays. */
#include "record/escape.h"

#include <criterion/criterion.h>

static void expect(slice in, const char *want) {
    text out;
    text_init(&out, 0);
    escape_add(&out, in);
    cr_assert_str_eq(text_cstr(&out), want);
    text_done(&out);
}
#define EXPECT(in, want) expect(SLICE_LITERAL(in), want)

Test(escape, clean_text_stays) {
    EXPECT("", "");
    EXPECT("plain text of more than eight bytes, with tab\tand ~",
           "plain text of more than eight bytes, with tab\tand ~");
    EXPECT("Gr\xc3\xbc\xc3\x9f"
           "e \xe2\x82\xac \xf0\x9f\x98\x80",
           "Gr\xc3\xbc\xc3\x9f"
           "e \xe2\x82\xac \xf0\x9f\x98\x80");
    EXPECT("back\\slash \\n", "back\\slash \\n");
    cr_assert_eq(escape_clean(SLICE_LITERAL("0123456789\xc3\xa9\t0123456789")), 23);
}

Test(escape, controls) {
    EXPECT("a\nb\rc", "a\\nb\\rc");
    EXPECT("\x1b[31m", "\\x1b[31m");
    EXPECT("a\0b", "a\\x00b");
    EXPECT("0123456\x7f", "0123456\\x7f");
    EXPECT("\xc2\x85\xc2\x9b", "\\u0085\\u009b");
    EXPECT("\xc2\xa0", "\xc2\xa0");
}

Test(escape, every_c0_byte_in_every_place) {
    for (int c = 0; c < 0x20; c++) {
        for (size_t place = 0; place < 20; place++) {
            char in[20];
            memset(in, 'x', sizeof in);
            in[place] = (char)c;
            cr_assert_eq(escape_clean(slice_make(in, sizeof in)), c == '\t' ? sizeof in : place);
        }
    }
}

Test(escape, separators_and_direction) {
    EXPECT("\xe2\x80\xa8\xe2\x80\xa9", "\\u2028\\u2029");
    EXPECT("\xe2\x80\xaa\xe2\x80\xae", "\\u202a\\u202e");
    EXPECT("\xe2\x81\xa6\xe2\x81\xa9", "\\u2066\\u2069");
    EXPECT("\xe2\x80\x8e\xe2\x80\x8f\xd8\x9c", "\\u200e\\u200f\\u061c");
    EXPECT("\xe2\x80\xa7\xe2\x80\xaf", "\xe2\x80\xa7\xe2\x80\xaf");
}

Test(escape, invalid_bytes) {
    EXPECT("\xff\xfe", "\\xff\\xfe");
    EXPECT("\xc3(", "\\xc3(");
    EXPECT("\xed\xa0\x80", "\\xed\\xa0\\x80");
    EXPECT("abcdefg\xe2\x82", "abcdefg\\xe2\\x82");
}

Test(escape, blocks_keep_their_lines) {
    text out;
    text_init(&out, 0);
    escape_add_block(&out, SLICE_LITERAL("Traceback:\n  File \x1b\r\nKeyError"));
    cr_assert_str_eq(text_cstr(&out), "Traceback:\n      File \\x1b\\r\n    KeyError");
    text_done(&out);
}
