/* Records as pickles: opcodes as CPython's pickler writes them. Byte for byte against it: tests/compat. */
#include "record/pickle.h"

#include "support/record_fixture.h"

TestSuite(pickle, .init = fixture_init, .fini = fixture_done);

static void expect_value(const char *json, const char *want, size_t len) {
    value v;
    text out;
    weir_error err;
    text_init(&out, 0);
    cr_assert_eq(json_parse(slice_of(json), 16, &fixture.memory, &v, &err), 0, "%s", err.message);
    pickle_value(&v, &out);
    cr_assert(out.len == len && memcmp(out.data, want, len) == 0, "%s", json);
    text_done(&out);
}
#define EXPECT(json, bytes) expect_value(json, bytes, sizeof(bytes) - 1)

Test(pickle, every_type_has_its_opcode) {
    EXPECT("null", "N.");
    EXPECT("true", "I01\n.");
    EXPECT("255", "K\xff.");
    EXPECT("256", "M\0\1.");
    EXPECT("65536", "J\0\0\1\0.");
    EXPECT("-1", "J\xff\xff\xff\xff.");
    EXPECT("2147483648", "L2147483648L\n.");
    EXPECT("123456789012345678901234567890", "L123456789012345678901234567890L\n.");
    EXPECT("1.5", "G\x3f\xf8\0\0\0\0\0\0.");
    EXPECT("\"ab\"", "X\2\0\0\0abq\1.");
    EXPECT("[]", "]q\1.");
    EXPECT("[7]", "]q\1K\7a.");
    EXPECT("[7, 8]", "]q\1(K\7K\x08"
                     "e.");
    EXPECT("{}", "}q\1.");
    EXPECT("{\"ab\": 1}", "}q\1X\2\0\0\0abq\2K\1s.");
}

Test(pickle, what_is_one_object_in_python_is_written_once) {
    EXPECT("[\"\", \"\"]", "]q\1(X\0\0\0\0q\2h\2e.");
    EXPECT("[\"x\", \"x\"]", "]q\1(X\1\0\0\0xq\2h\2e.");
    EXPECT("[\"xy\", \"xy\"]", "]q\1(X\2\0\0\0xyq\2X\2\0\0\0xyq\3e.");
}

Test(pickle, a_record_begins_with_name_and_message) {
    record *rec = fixture_call("%s has %d", "bob", 3);
    text out;
    weir_error err;
    text_init(&out, 0);
    cr_assert_eq(pickle_record(rec, SLICE_NONE, &out, &err), 0, "%s", err.message);
    static const char want[] =
        "}q\0(X\4\0\0\0nameq\1X\7\0\0\0app.netq\2X\3\0\0\0msgq\3X\x09\0\0\0bob has 3q\4X\4\0\0\0argsq\5N";
    cr_assert(out.len > sizeof want && memcmp(out.data, want, sizeof want - 1) == 0);
    cr_assert_eq(memcmp(out.data + out.len - 2, "u.", 2), 0);
    text_done(&out);
}

Test(pickle, bytes_that_are_no_utf8_can_still_be_loaded) {
    record *rec = fixture_call("%s", "a\xff");
    text out;
    weir_error err;
    text_init(&out, 0);
    cr_assert_eq(pickle_record(rec, SLICE_NONE, &out, &err), 0);
    cr_assert_not_null(memmem(out.data, out.len, "X\5\0\0\0a\\xff", 10));
    text_done(&out);
}

Test(pickle, a_message_that_cannot_be_merged_is_an_error) {
    record *rec = fixture_made("{\"msg\":\"%d\",\"args\":[\"x\"]}");
    text out;
    weir_error err;
    text_init(&out, 0);
    cr_assert_eq(pickle_record(rec, SLICE_NONE, &out, &err), -1);
    cr_assert_not_null(strstr(err.message, "TypeError"), "%s", err.message);
    text_done(&out);
}

Test(pickle, no_room_is_told) {
    record *rec = fixture_call("%s", "text");
    char room[64];
    text out = {.data = room, .cap = sizeof room, .limit = sizeof room - 1};
    weir_error err;
    pickle_record(rec, SLICE_NONE, &out, &err);
    cr_assert(out.failed);
}
