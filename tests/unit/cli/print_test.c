/* What the command shows of texts from outside: nothing of them may steer the terminal. */
#include "admin/cli/print.h"

#include "support/printed.h"

static const char *escaped(const char *s, size_t len) {
    FILE *out = printed_begin();
    print_escaped(out, slice_make(s, len));
    return printed_end(out);
}
#define ESCAPED(literal) escaped(literal, sizeof literal - 1)

Test(print, what_is_text_stays) {
    cr_assert_str_eq(ESCAPED(""), "");
    cr_assert_str_eq(ESCAPED("a\tb \\ \xc3\xa4\xe5\x90\x8d\xf0\x9f\x98\x80"),
                     "a\tb \\ \xc3\xa4\xe5\x90\x8d\xf0\x9f\x98\x80");
}

Test(print, what_steers_a_terminal_is_shown) {
    cr_assert_str_eq(ESCAPED("a\nb\rc"), "a\\nb\\rc");
    cr_assert_str_eq(ESCAPED("\x1b[31m\x7f\0x"), "\\x1b[31m\\x7f\\x00x");
    cr_assert_str_eq(ESCAPED("\xc2\x9b"), "\\u009b");
    cr_assert_str_eq(ESCAPED("\xe2\x80\xae\xe2\x81\xa6\xe2\x80\xa8\xd8\x9c"), "\\u202e\\u2066\\u2028\\u061c");
}

Test(print, bytes_that_are_no_utf8_are_shown_too) {
    /* 0x9b alone is a control sequence's beginning to a terminal of 8 bits. */
    cr_assert_str_eq(ESCAPED("\x9b"
                             "31m"),
                     "\\x9b31m");
    cr_assert_str_eq(ESCAPED("\xe2\x80"), "\\xe2\\x80");
}

Test(print, no_colours_but_on_a_terminal) {
    cr_assert_str_eq(print_level_colour(40), "");
    cr_assert_str_eq(print_reset(), "");
}

Test(print, a_list_has_its_label_before_each) {
    value items[] = {value_str(SLICE_LITERAL("one")), value_int(2), value_str(SLICE_LITERAL("th\nree"))};
    const value list = {.type = VALUE_LIST, .list = {items, 3}};
    FILE *out = printed_begin();
    print_list(out, "over:", &list);
    cr_assert_str_eq(printed_end(out), "over: one\nover: \nover: th\\nree\n");
}

Test(print, a_time_is_local_and_to_the_second) {
    setenv("TZ", "CET-1", 1);
    FILE *out = printed_begin();
    print_time(out, SLICE_LITERAL("2026-11-20T23:30:59.999999Z"));
    cr_assert_str_eq(printed_end(out), "2026-11-21 00:30:59");
}
