/* weir.JSONFormatter: one valid object a line, whatever comes. */
#include "support/formatter_fixture.h"

TestSuite(json_formatter, .init = fixture_init, .fini = fixture_done);

static const value *kwargs_of(const char *json) {
    static value kwargs;
    cr_assert_eq(json_parse(slice_of(json), 16, &fixture.memory, &kwargs, NULL), 0);
    return &kwargs;
}

static const char *json_line(const char *kwargs, record *rec) {
    const formatter_options options = {.kwargs = kwargs == NULL ? NULL : kwargs_of(kwargs)};
    formatter *f = make_formatter("weir.JSONFormatter", &options);
    if (f == NULL) return formatter_error.message;
    const char *line = line_of(f, rec, ESCAPE_ARGUMENTS);
    f->free(f);
    return line;
}

Test(json_formatter, the_standard_object) {
    cr_assert_str_eq(
        json_line(NULL, fixture_call("order %d: %s", 3, "a\nb")),
        "{\"timestamp\":\"2023-11-14T22:13:20.123456Z\",\"level\":\"info\",\"logger\":\"app.net\","
        "\"event\":\"order 3: a\\nb\"}");
}

Test(json_formatter, fields_and_exception) {
    record *rec = fixture_made("{\"msg\":\"m\",\"created\":0.5,\"exc_text\":\"E\\n1\",\"stack_info\":\"S\","
                               "\"extra\":{\"ip\":\"::1\",\"n\":[1,null,2.5],\"level\":7,\"level_\":8}}");
    cr_assert_str_eq(json_line(NULL, rec), "{\"timestamp\":\"1970-01-01T00:00:00.500000Z\",\"level\":"
                                           "\"info\",\"logger\":\"app.net\",\"event\":\"m\","
                                           "\"ip\":\"::1\",\"n\":[1,null,2.5],\"level__\":7,\"level_\":8,"
                                           "\"exception\":\"E\\n1\",\"stack\":\"S\"}");
}

Test(json_formatter, names_can_be_changed) {
    record *rec = fixture_call("%d", 5);
    cr_assert_str_eq(json_line("{\"timestamp\":false,\"level\":\"severity\",\"event\":\"message\","
                               "\"template\":true,\"source\":true}",
                               rec),
                     "{\"severity\":\"info\",\"logger\":\"app.net\",\"message\":\"5\",\"template\":\"%d\","
                     "\"pathname\":\"/srv/app/net.io.c\",\"lineno\":42,\"func\":\"accept_one\"}");
    cr_assert_str_eq(
        json_line("{\"template\":\"format\",\"timestamp\":false,\"logger\":false,\"level\":false}", rec),
        "{\"event\":\"5\",\"format\":\"%d\"}");
}

Test(json_formatter, wrong_kwargs_are_refused) {
    record *rec = fixture_call("x");
    cr_assert(strstr(json_line("{\"colour\":\"red\"}", rec), "knows no 'colour'") != NULL);
    cr_assert(strstr(json_line("{\"level\":5}", rec), "'level' is a name, True or False, not int") != NULL);
    cr_assert(strstr(json_line("{\"level\":\"event\"}", rec), "two keys of the object are called") != NULL);
    cr_assert(strstr(json_line("{\"source\":\"where\"}", rec), "True or False") != NULL);
    const formatter_options options = {.format = SLICE_LITERAL("%(message)s")};
    cr_assert_null(make_formatter("weir.JSONFormatter", &options));
    cr_assert(strstr(formatter_error.message, "leave out format") != NULL);
}

Test(json_formatter, every_byte_is_valid_json) {
    for (int c = 1; c < 256; c++) {
        const char in[] = {'a', (char)c, 'b', (char)c, '\0'};
        const char *line = json_line(NULL, fixture_call("%s", in));
        value parsed;
        cr_assert_eq(json_parse(slice_of(line), 16, &fixture.memory, &parsed, &formatter_error), 0,
                     "byte %d: %s", c, line);
        cr_assert(strpbrk(line, "\n\r") == NULL);
        if (c < 0x80) fixture_expect(value_get(&parsed, SLICE_LITERAL("event"))->str, in);
    }
}

Test(json_formatter, a_time_beyond_all_clocks_is_an_error) {
    cr_assert(strstr(json_line(NULL, fixture_made("{\"msg\":\"m\",\"created\":1e300}")), "OverflowError") !=
              NULL);
    cr_assert(strstr(json_line(NULL, fixture_made("{\"msg\":\"m\",\"created\":1e12}")), "OverflowError") !=
              NULL);
}
