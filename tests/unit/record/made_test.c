/* Records from given attributes, as `weir log --jsonl` and receivers make them. */
#include "record/made.h"

#include "support/record_fixture.h"

TestSuite(made, .init = fixture_init, .fini = fixture_done);

Test(made, given_attributes_override) {
    record *rec =
        fixture_made("{\"msg\":\"m\",\"pathname\":\"/a/b/c.tar.gz\",\"lineno\":7,\"func\":\"f\",\"thread\":9,"
                     "\"threadName\":\"T\",\"process\":3,\"processName\":\"P\",\"levelname\":\"LOUD\","
                     "\"exc_text\":\"E\",\"stack_info\":\"S\",\"created\":1700000000.123}");
    fixture_expect(rec->name, "app.net");
    fixture_expect(rec->filename, "c.tar.gz");
    fixture_expect(rec->module, "c.tar");
    fixture_expect(rec->func, "f");
    fixture_expect(rec->thread_name, "T");
    fixture_expect(rec->process_name, "P");
    fixture_expect(rec->level_name, "LOUD");
    fixture_expect(rec->exc_text, "E");
    fixture_expect(rec->stack_info, "S");
    cr_assert_eq(rec->lineno, 7);
    cr_assert_eq(rec->thread, 9);
    cr_assert_eq(rec->process, 3);
    cr_assert_null(rec->given);
    cr_assert_eq(rec->msecs, 122.0);
    cr_assert_eq(rec->second, 1700000000);
    cr_assert_eq(rec->created_ns, INT64_C(1700000000123000000));
}

Test(made, given_derived_attributes_win) {
    record *rec = fixture_made(
        "{\"msg\":\"m\",\"pathname\":\"/a/b.c\",\"filename\":\"z\",\"module\":\"y\",\"created\":5.25,"
        "\"msecs\":1.0,\"relativeCreated\":2.0}");
    fixture_expect(rec->filename, "z");
    fixture_expect(rec->module, "y");
    cr_assert_eq(rec->msecs, 1.0);
    cr_assert_eq(rec->relative_created, 2.0);
}

Test(made, created_is_a_float_whatever_number_is_given) {
    record *rec = fixture_made("{\"msg\":\"m\",\"created\":-2}");
    cr_assert_eq(rec->created, -2.0);
    cr_assert_eq(rec->second, -2);
    cr_assert_null(rec->given);
    rec = fixture_made("{\"msg\":\"m\",\"created\":-1.5}");
    cr_assert_eq(rec->second, -2);
    cr_assert_eq(rec->msecs, -500.0);
    rec = fixture_made("{\"msg\":\"m\",\"created\":1e300}");
    cr_assert_eq(rec->second, INT64_MAX);
}

Test(made, arguments) {
    cr_assert_null(fixture_made("{\"msg\":\"m\",\"args\":[]}")->args);
    cr_assert_null(fixture_made("{\"msg\":\"m\"}")->args);
    cr_assert_eq(fixture_made("{\"msg\":\"m\",\"args\":[1,2]}")->args->type, VALUE_TUPLE);
    cr_assert_eq(fixture_made("{\"msg\":\"m\",\"args\":[{\"a\":1}]}")->args->type, VALUE_DICT);
    cr_assert_eq(fixture_made("{\"msg\":\"m\",\"args\":[{}]}")->args->type, VALUE_TUPLE);
}

Test(made, extras_and_unknown_attributes) {
    record *rec = fixture_made("{\"logger\":\"x\",\"level\":\"INFO\",\"msg\":\"m\",\"user\":\"eve\","
                               "\"extra\":{\"ip\":\"::1\",\"level\":5}}");
    cr_assert_eq(rec->field_count, 3);
    fixture_expect(rec->fields[0].key, "user");
    fixture_expect(rec->fields[1].key, "ip");
    fixture_expect(rec->fields[2].key, "level");
}

Test(made, extras_shadow_the_fields_of_logger_and_thread) {
    text fields;
    value attributes;
    text_init(&fields, 0);
    static const char *const pairs[][2] = {{"user", "eve"}, {"ip", "::1"}};
    for (size_t i = 0; i < 2; i++) {
        value key = value_str(slice_of(pairs[i][0])), val = value_str(slice_of(pairs[i][1]));
        value_encode(&key, &fields);
        value_encode(&val, &fields);
    }
    fixture_extra extra = fixture_plain;
    extra.fields = text_slice(&fields);
    slice json = SLICE_LITERAL("{\"msg\":\"m\",\"extra\":{\"user\":\"bob\",\"n\":1}}");
    cr_assert_eq(json_parse(json, 16, &fixture.memory, &attributes, NULL), 0);
    fixture_begin(ENTRY_MADE);
    value_encode(&attributes, &fixture.entry);
    fixture_pad(&fixture.entry);
    cr_assert_eq(fixture_end(ENTRY_MADE, 0, &extra), 0);
    cr_assert_eq(fixture.rec.field_count, 3);
    fixture_expect(fixture.rec.fields[0].key, "user");
    fixture_expect(fixture.rec.fields[0].val.str, "bob");
    fixture_expect(fixture.rec.fields[1].key, "ip");
    fixture_expect(fixture.rec.fields[2].key, "n");
    text_done(&fields);
}

Test(made, odd_types_stay_as_given) {
    record *rec = fixture_made("{\"msg\":5,\"lineno\":\"x\",\"func\":null}");
    value v;
    cr_assert_not_null(rec->given);
    cr_assert(record_attribute(rec, SLICE_LITERAL("lineno"), &v));
    fixture_expect(v.str, "x");
    cr_assert(record_attribute(rec, SLICE_LITERAL("funcName"), &v));
    cr_assert_eq(v.type, VALUE_NONE);
    fixture_expect(rec->template, "5");
}

Test(made, milliseconds_are_cut_from_the_double) {
    cr_assert_eq(record_msecs(1700000000.123), 122.0);
    cr_assert_eq(record_msecs(1.9999), 999.0);
    cr_assert_eq(record_msecs(0), 0.0);
}
