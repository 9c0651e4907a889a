/* Mails: headers that stay one header, bodies in every encoding. Byte for byte against Python: tests/compat.
 */
#include "handler/mail_text.h"

#include <criterion/criterion.h>

static text out;

static void begin(void) { text_init(&out, 0); }
static void end(void) { text_done(&out); }

TestSuite(mail_text, .init = begin, .fini = end);

static void expect(const char *want) { cr_assert_str_eq(text_cstr(&out), want); }

Test(mail_text, headers_are_plain_folded_or_encoded) {
    mail_add_header(&out, "Subject", SLICE_LITERAL("Hello"));
    mail_add_header(&out, "Subject", SLICE_LITERAL(""));
    mail_add_header(&out, "Subject", SLICE_LITERAL("ü"));
    expect("Subject: Hello\r\nSubject:\r\nSubject: =?utf-8?b?w7w=?=\r\n");
}

Test(mail_text, a_line_break_in_a_header_is_encoded) {
    mail_add_header(&out, "Subject", SLICE_LITERAL("a\r\nBcc: x@y"));
    expect("Subject: =?utf-8?b?YQ0KQmNjOiB4QHk=?=\r\n");
}

Test(mail_text, addresses_are_taken_out_of_what_names_them) {
    slice one, left = SLICE_LITERAL("a@b, \"Last, First\" <c@d>,<e@f> , plain");
    const char *const want[] = {"a@b", "c@d", "e@f", "plain"};
    for (size_t i = 0; i < sizeof want / sizeof want[0]; i++) {
        cr_assert(mail_next_address(&left, &one));
        cr_assert(slice_is(one, want[i]), "%.*s", (int)one.len, one.data);
    }
    cr_assert_not(mail_next_address(&left, &one));
}

#define HEAD(encoding)                                                                                       \
    "Content-Type: text/plain; charset=\"utf-8\"\r\nContent-Transfer-Encoding: " encoding                    \
    "\r\nMIME-Version: 1.0\r\n\r\n"

Test(mail_text, every_line_of_a_body_ends) {
    mail_add_body(&out, SLICE_LITERAL("one\ntwo\rthree\r\nfour"));
    expect(HEAD("7bit") "one\r\ntwo\r\nthree\r\nfour\r\n");
}

Test(mail_text, an_empty_body_is_an_empty_line) {
    mail_add_body(&out, SLICE_LITERAL(""));
    expect(HEAD("7bit") "\r\n");
}

Test(mail_text, short_lines_that_are_not_ascii_go_as_they_are) {
    mail_add_body(&out, SLICE_LITERAL("größe"));
    expect(HEAD("8bit") "größe\r\n");
}

Test(mail_text, long_lines_are_quoted_or_base64) {
    char line[101];
    memset(line, 'y', 100);
    mail_add_body(&out, slice_make(line, 100));
    cr_assert_not_null(strstr(text_cstr(&out), "quoted-printable"));
    text_clear(&out);
    memset(line, '\x80', 100);
    mail_add_body(&out, slice_make(line, 100));
    cr_assert_not_null(strstr(text_cstr(&out), "base64"));
}
