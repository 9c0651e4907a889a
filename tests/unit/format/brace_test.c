/* logging.Formatter in the styles `{` and `$`: what is escaped, cut and padded, in that order; the rest is
 * tests/compat/style_test.py's. covers: promise 5 */
#include "support/formatter_fixture.h"

TestSuite(brace, .init = fixture_init, .fini = fixture_done);

static const char *line_in(const char *style, const char *format, record *rec, escape_mode escape) {
    const formatter_options options = {
        .format = slice_of(format), .style = slice_of(style), .zone = zone_utc()};
    formatter *f = make_formatter("logging.Formatter", &options);
    if (f == NULL) return formatter_error.message;
    const char *line = line_of(f, rec, escape);
    f->free(f);
    return line;
}

Test(brace, a_captured_record) {
    record *rec = fixture_call("order %d of %d at %g", 3, 4, 2.5);
    const char *want = "2023-11-14 22:13:20,123 INFO     app.net 0042 order 3 of 4 at 2.5";
    cr_assert_str_eq(
        line_in("{", "{asctime} {levelname:8} {name} {lineno:04d} {message}", rec, ESCAPE_ARGUMENTS), want);
    cr_assert_str_eq(line_in("$", "$levelname:$name ${message}$$", rec, ESCAPE_ARGUMENTS),
                     "INFO:app.net order 3 of 4 at 2.5$");
}

Test(brace, escapes_arguments_and_fields_not_the_format) {
    text fields;
    text_init(&fields, 0);
    value key = value_str(SLICE_LITERAL("user")), val = value_str(SLICE_LITERAL("eve\nroot"));
    value_encode(&key, &fields);
    value_encode(&val, &fields);
    fixture_extra extra = fixture_plain;
    extra.fields = text_slice(&fields);
    record *rec = fixture_call_with(&extra, "%s\n", "x\ny");
    cr_assert_str_eq(
        line_in("{", "{user:12}|\n{user:.4}|{user[3]}|{message:6}|{message:.3}|", rec, ESCAPE_ARGUMENTS),
        "eve\\nroot   |\neve\\n|\\n|x\\ny\n |x\\ny|");
    cr_assert_str_eq(line_in("{", "{user:10}|{message!r}", rec, ESCAPE_NONE), "eve\nroot  |'x\\ny\\n'");
    cr_assert_str_eq(line_in("$", "$user|$message", rec, ESCAPE_ARGUMENTS), "eve\\nroot|x\\ny\n");
    text_done(&fields);
}

Test(brace, a_fill_that_comes_from_a_record_cannot_break_the_line) {
    text fields;
    text_init(&fields, 0);
    value key = value_str(SLICE_LITERAL("w")), val = value_str(SLICE_LITERAL("\n<9"));
    value_encode(&key, &fields);
    value_encode(&val, &fields);
    fixture_extra extra = fixture_plain;
    extra.fields = text_slice(&fields);
    record *rec = fixture_call_with(&extra, "x");
    cr_assert_str_eq(line_in("{", "{message:{w}}", rec, ESCAPE_NONE), "x\n\n\n\n\n\n\n\n");
    cr_assert(strstr(line_in("{", "{message:{w}}", rec, ESCAPE_ARGUMENTS), "Invalid format specifier") !=
              NULL);
    text_done(&fields);
}
