/* Attributes by Python's names. */
#include "record/attribute.h"

#include "support/record_fixture.h"

TestSuite(attribute, .init = fixture_init, .fini = fixture_done);

static const char *shown(record *rec, const char *name) {
    static text out;
    value v;
    text_clear(&out);
    if (!record_attribute(rec, slice_of(name), &v)) return "missing";
    value_repr(&v, &out);
    return text_cstr(&out);
}

Test(attribute, of_a_captured_record) {
    record *rec = fixture_call("%s has %d of %lu", "bob", 3, 18446744073709551615ul);
    static const char *const want[][2] = {{"name", "'app.net'"},
                                          {"msg", "'%s has %d of %lu'"},
                                          {"args", "('bob', 3, 18446744073709551615)"},
                                          {"levelno", "20"},
                                          {"lineno", "42"},
                                          {"exc_info", "None"},
                                          {"exc_text", "None"},
                                          {"msecs", "123.0"},
                                          {"process", "4711"},
                                          {"message", "'bob has 3 of 18446744073709551615'"},
                                          {"asctime", "missing"},
                                          {"taskName", "missing"},
                                          {"nope", "missing"}};
    for (size_t i = 0; i < sizeof want / sizeof want[0]; i++)
        cr_assert_str_eq(shown(rec, want[i][0]), want[i][1], "%s", want[i][0]);
}

Test(attribute, the_dict_has_pythons_order) {
    value all;
    text out;
    text_init(&out, 0);
    cr_assert(record_dict(
        fixture_made("{\"msg\":\"%s\",\"args\":[\"x\"],\"extra\":{\"ip\":1},\"pathname\":\"p\",\"created\":0,"
                     "\"thread\":1,\"process\":2,\"relativeCreated\":0.0}"),
        &all));
    value_repr(&all, &out);
    cr_assert_str_eq(
        text_cstr(&out),
        "{'name': 'app.net', 'msg': '%s', 'args': ('x',), 'levelname': 'INFO', 'levelno': 20, 'pathname': "
        "'p', "
        "'filename': 'p', 'module': 'p', 'exc_info': None, 'exc_text': None, 'stack_info': None, 'lineno': "
        "0, "
        "'funcName': '', 'created': 0.0, 'msecs': 0.0, 'relativeCreated': 0.0, 'thread': 1, 'threadName': "
        "'worker-1', 'processName': 'MainProcess', 'process': 2, 'ip': 1, 'message': 'x'}");
    text_done(&out);
}
