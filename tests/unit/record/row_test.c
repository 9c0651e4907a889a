/* Rows: from records, over the wire and back, as JSON. */
#include "record/row.h"

#include "support/record_fixture.h"

TestSuite(row, .init = fixture_init, .fini = fixture_done);

static text wire;

static row there_and_back(const row *in) {
    row out;
    size_t at = 0;
    text_clear(&wire);
    row_encode(in, &wire);
    cr_assert_eq(row_decode(wire.data, wire.len, &at, &out), 0);
    cr_assert_eq(at, wire.len);
    return out;
}

static const char *as_json(const row *r) {
    static text out;
    json_writer w;
    text_clear(&out);
    json_writer_init(&w, &out);
    row_json(r, &w);
    return text_cstr(&out);
}

Test(row, of_a_record) {
    row r;
    row_from_record(fixture_call("%s", "a\nb"), &r);
    row back = there_and_back(&r);
    cr_assert_str_eq(
        as_json(&back),
        "{\"id\":\"77\",\"timestamp\":\"2023-11-14T22:13:20.123456Z\",\"level\":\"INFO\",\"levelno\":20,"
        "\"logger\":\"app.net\",\"message\":\"a\\nb\",\"template\":\"%s\",\"pathname\":\"/srv/app/net.io.c\","
        "\"lineno\":42,\"func\":\"accept_one\",\"thread\":815,\"threadName\":\"worker-1\",\"process\":4711,"
        "\"processName\":\"MainProcess\",\"exc\":null,\"fields\":{}}");
}

Test(row, of_a_made_record) {
    row r;
    row_from_record(
        fixture_made("{\"msg\":\"%d!\",\"args\":[5],\"exc_text\":\"E\",\"stack_info\":\"S\",\"created\":-1.5,"
                     "\"extra\":{\"k\":[1,\"x\"],\"n\":null}}"),
        &r);
    row back = there_and_back(&r);
    fixture_expect(back.message, "5!");
    fixture_expect(back.template, "%d!");
    fixture_expect(back.exc_text, "E\nS");
    fixture_expect(back.fields, "{\"k\":[1,\"x\"],\"n\":null}");
    cr_assert_eq(back.created_us, -1500000);
}

Test(row, damaged_wire_is_refused) {
    row r, out;
    row_from_record(fixture_call("%s", "text"), &r);
    there_and_back(&r);
    for (size_t len = 0; len < wire.len; len++) {
        char *cut = malloc(len + 1);
        size_t at = 0;
        memcpy(cut, wire.data, len);
        cr_assert_eq(row_decode(cut, len, &at, &out), -1);
        cr_assert_eq(at, 0);
        free(cut);
    }
    for (size_t i = 0; i < wire.len; i++) {
        for (int bit = 0; bit < 8; bit++) {
            char *flipped = malloc(wire.len);
            size_t at = 0;
            memcpy(flipped, wire.data, wire.len);
            flipped[i] = (char)(flipped[i] ^ (1 << bit));
            if (row_decode(flipped, wire.len, &at, &out) == 0) as_json(&out);
            free(flipped);
        }
    }
}
