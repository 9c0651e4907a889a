/* logging.Formatter in `%` style: the project's vectors, escaping, padding, exceptions. */
#include <stdio.h>

#include "support/formatter_fixture.h"

TestSuite(percent, .init = fixture_init, .fini = fixture_done);

static slice text_of(const value *v, const char *key) {
    const value *found = value_get(v, slice_of(key));
    return found != NULL && found->type == VALUE_STR ? found->str : SLICE_NONE;
}

static void check_vector(const value *vector) {
    char zone_name[64];
    slice zone_text = text_of(vector, "timezone"), want = text_of(vector, "output");
    snprintf(zone_name, sizeof zone_name, "%.*s", (int)zone_text.len, zone_text.data);
    zone *z = zone_create(zone_name);
    const formatter_options options = {.format = text_of(vector, "format"),
                                       .datefmt = text_of(vector, "datefmt"),
                                       .style = text_of(vector, "style"),
                                       .zone = z};
    formatter *f = make_formatter("logging.Formatter", &options);
    cr_assert_not_null(f, "%s", formatter_error.message);
    fixture_begin(ENTRY_MADE);
    value_encode(value_get(vector, SLICE_LITERAL("record")), &fixture.entry);
    cr_assert_eq(fixture_end(ENTRY_MADE, 0, &fixture_plain), 0);
    for (int i = 0; i < 2; i++) { /* the second time from what was kept */
        const char *got = line_of(f, &fixture.rec, ESCAPE_NONE);
        cr_assert(slice_is(want, got), "%.*s: got \"%s\", not \"%.*s\"", (int)options.format.len,
                  options.format.data, got, (int)want.len, want.data);
    }
    f->free(f);
    zone_free(z);
}

Test(percent, public_vectors) {
    FILE *file = fopen("tests/fixtures/vectors-public.jsonl", "re");
    char *line = NULL;
    size_t size = 0, checked = 0;
    cr_assert_not_null(file, "run from the root of the repository");
    for (ssize_t len; (len = getline(&line, &size, file)) > 0;) {
        value vector;
        cr_assert_eq(
            json_parse(slice_make(line, (size_t)len), 16, &fixture.memory, &vector, &formatter_error), 0);
        check_vector(&vector);
        checked++;
    }
    cr_assert_eq(checked, 40);
    free(line);
    fclose(file);
}

Test(percent, a_captured_record) {
    record *rec = fixture_call("order %d of %d at %g", 3, 4, 2.5);
    cr_assert_str_eq(line_by("%(asctime)s %(levelname)s %(name)s %(message)s", rec, ESCAPE_ARGUMENTS),
                     "2023-11-14 22:13:20,123 INFO app.net order 3 of 4 at 2.5");
    cr_assert_str_eq(
        line_by("%(filename)s:%(lineno)d %(funcName)s %(module)s %(process)d/%(thread)d %(threadName)s "
                "%(processName)s %(msecs)03d %(relativeCreated)d %(levelno)s",
                rec, ESCAPE_ARGUMENTS),
        "net.io.c:42 accept_one net.io 4711/815 worker-1 MainProcess 123 2 20");
    cr_assert_str_eq(line_by("%(created).6f", rec, ESCAPE_NONE), "1700000000.123457");
}

Test(percent, escapes_arguments_fields_and_names_not_the_format) {
    text fields;
    text_init(&fields, 0);
    value key = value_str(SLICE_LITERAL("user")), val = value_str(SLICE_LITERAL("eve\nroot"));
    value_encode(&key, &fields);
    value_encode(&val, &fields);
    fixture_extra extra = fixture_plain;
    extra.fields = text_slice(&fields);
    extra.logger = "app\x1b[1m";
    record *rec = fixture_call_with(&extra, "%s\n", "x\ny");
    cr_assert_str_eq(line_by("%(name)s|\n%(user)-12s|%(message)s|", rec, ESCAPE_ARGUMENTS),
                     "app\\x1b[1m|\neve\\nroot   |x\\ny\n|");
    cr_assert_str_eq(line_by("%(name)s|%(user)-12s|%(message)s|", rec, ESCAPE_NONE),
                     "app\x1b[1m|eve\nroot    |x\ny\n|");
    cr_assert_str_eq(line_by("%(user).4s|%(message)8s|%(message).2s", rec, ESCAPE_ARGUMENTS),
                     "eve\\n|   x\\ny\n|x\\n");
    text_done(&fields);
}

Test(percent, exception_text_keeps_its_lines) {
    fixture_extra extra = fixture_plain;
    extra.exc_text = "Traceback:\n at \x1b main\nend";
    record *rec = fixture_call_with(&extra, "failed");
    cr_assert_str_eq(line_by("%(message)s", rec, ESCAPE_NONE), "failed\nTraceback:\n at \x1b main\nend");
    cr_assert_str_eq(line_by("%(message)s", rec, ESCAPE_ARGUMENTS),
                     "failed\n    Traceback:\n     at \\x1b main\n    end");
}

Test(percent, what_cannot_be_formatted) {
    record *rec = fixture_call("x");
    cr_assert_str_eq(line_by("%(message)s %(user)s", rec, ESCAPE_NONE),
                     "ValueError: Formatting field not found in record: 'user'");
    cr_assert_str_eq(line_by("%(message)s %", rec, ESCAPE_NONE), "ValueError: incomplete format");
    cr_assert_str_eq(line_by("%(message)d", rec, ESCAPE_NONE),
                     "TypeError: %d format: a real number is required, not str");
    cr_assert_str_eq(line_by("no field", rec, ESCAPE_NONE),
                     "Invalid format 'no field' for '%' style (write one like %(message)s)");
    rec = fixture_made("{\"msg\":\"%s %s\",\"args\":[1]}");
    cr_assert_str_eq(line_by("%(levelname)s", rec, ESCAPE_NONE),
                     "TypeError: not enough arguments for format string");
}

Test(percent, the_default_formatter) {
    cr_assert_str_eq(line_of(formatter_default(), fixture_call("%s", "a\n"), ESCAPE_ARGUMENTS), "a\\n");
    cr_assert_str_eq(line_by("", fixture_call("just this"), ESCAPE_NONE), "just this");
}

Test(percent, a_text_that_is_full_is_an_error) {
    text small;
    text_init(&small, 10);
    const formatter_options options = {.format = SLICE_LITERAL("%(message)s")};
    formatter *f = make_formatter("logging.Formatter", &options);
    cr_assert_eq(f->format(f, fixture_call("%s", "more than ten bytes"), ESCAPE_ARGUMENTS, &small, NULL), -1);
    f->free(f);
    text_done(&small);
}
