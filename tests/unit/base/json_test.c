/* json_test.c - what json_parse accepts, refuses and says, and what the writer writes. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "base/json.h"

static arena memory;

static void open_arena(void) { arena_init(&memory, 0); }
static void close_arena(void) { arena_done(&memory); }

TestSuite(json, .init = open_arena, .fini = close_arena);

static void expect_repr(const char *in, const char *repr) {
    value v;
    weir_error err;
    cr_assert_eq(json_parse(slice_of(in), 16, &memory, &v, &err), 0, "%s: %s", in, err.message);
    text out;
    text_init(&out, 0);
    value_repr(&v, &out);
    cr_assert_str_eq(text_cstr(&out), repr);
    text_done(&out);
}

static void expect_error(slice in, const char *message) {
    value v;
    weir_error err = {0};
    cr_assert_eq(json_parse(in, 16, &memory, &v, &err), -1, "%.*s is accepted", (int)in.len, in.data);
    cr_assert_str_eq(err.message, message);
    cr_assert_eq(err.code, WEIR_ERR_INVALID);
    cr_assert_eq(json_parse(in, 16, &memory, &v, NULL), -1);
}

Test(json, scalars) {
    expect_repr("null", "None");
    expect_repr(" true\n", "True");
    expect_repr("false", "False");
    expect_repr("0", "0");
    expect_repr("-0", "0");
    expect_repr("-0.0", "-0.0");
    expect_repr("9223372036854775807", "9223372036854775807");
    expect_repr("-9223372036854775808", "-9223372036854775808");
    expect_repr("9223372036854775808", "9223372036854775808");
    expect_repr("-123456789012345678901234567890", "-123456789012345678901234567890");
    expect_repr("1e2", "100.0");
    expect_repr("1E-5", "1e-05");
    expect_repr("0.1", "0.1");
    expect_repr("1e999", "inf");
    expect_repr("\"\"", "''");
    expect_repr("\"a\\u00e9\\ud83d\\ude00\\n\\u0000\\/\"", "'aé😀\\n\\x00/'");
    expect_repr("\"\\\\ud800\"", "'\\\\ud800'");
}

/* Also what is only begun there. */
Test(json, nothing_stands_behind_the_value) {
    static const char *const texts[] = {"\"a\"\"b", "{} tru", "[1]\"", "1 -", "null nul", "{\"a\":1} \"x"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        expect_error(slice_of(texts[i]), "line 1: parse error: trailing garbage");
    expect_repr("{} \r\n\t", "{}");
    expect_repr("12", "12");
    expect_repr("\"a\" ", "'a'");
}

Test(json, types_of_numbers) {
    value v;
    cr_assert_eq(json_parse(SLICE_LITERAL("[1,1.0,1e0,9223372036854775808]"), 16, &memory, &v, NULL), 0);
    cr_assert_eq(v.list.items[0].type, VALUE_INT);
    cr_assert_eq(v.list.items[1].type, VALUE_FLOAT);
    cr_assert_eq(v.list.items[2].type, VALUE_FLOAT);
    cr_assert_eq(v.list.items[3].type, VALUE_BIGINT);
}

Test(json, containers) {
    expect_repr("[]", "[]");
    expect_repr("{}", "{}");
    expect_repr("{\"b\":[1,[2,{}],\"x\"],\"a\":{\"k\":null}}", "{'b': [1, [2, {}], 'x'], 'a': {'k': None}}");
}

Test(json, keys_stay_in_order_and_are_found) {
    value v;
    cr_assert_eq(json_parse(SLICE_LITERAL("{\"z\":1,\"a\":2,\"\":3}"), 16, &memory, &v, NULL), 0);
    cr_assert_eq(v.dict.count, 3);
    cr_assert(slice_is(v.dict.pairs[0].key.str, "z"));
    cr_assert_eq(value_get(&v, SLICE_LITERAL("a"))->i64, 2);
    cr_assert_eq(value_get(&v, SLICE_LITERAL(""))->i64, 3);
    cr_assert_null(value_get(&v, SLICE_LITERAL("b")));
    cr_assert_null(value_get(&v.dict.pairs[0].val, SLICE_LITERAL("b")));
}

Test(json, depth) {
    expect_repr("[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]", "[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]");
    expect_error(SLICE_LITERAL("\n[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]"), "line 2: nested too deeply");
    value v;
    weir_error err;
    cr_assert_eq(json_parse(SLICE_LITERAL("[[1]]"), 1, &memory, &v, &err), -1);
    cr_assert_eq(json_parse(SLICE_LITERAL("[1]"), 1, &memory, &v, &err), 0);
    text many;
    text_init(&many, 0);
    text_add_repeat(&many, '[', 1000000);
    cr_assert_eq(json_parse(text_slice(&many), 1000000, &memory, &v, &err), -1);
    text_done(&many);
}

Test(json, refusals) {
    expect_error(SLICE_LITERAL(""), "line 1: parse error: premature EOF");
    expect_error(SLICE_LITERAL("{\"a\":1,\n\"b\":2,\n\"a\":3}"), "line 3: key \"a\" given twice");
    expect_error(SLICE_LITERAL("\"\\ud800\""), "line 1: unpaired surrogate \\ud800");
    expect_error(SLICE_LITERAL("\"\\ud800\\u0041\""), "line 1: unpaired surrogate \\ud800");
    expect_error(SLICE_LITERAL("\"\\udc00\""), "line 1: unpaired surrogate \\udc00");
    expect_error(SLICE_LITERAL("[\n\"\xff\"]"), "line 2: invalid UTF-8 (byte 0xFF)");
    expect_error(SLICE_LITERAL("\"\xc0\x80\""), "line 1: invalid UTF-8 (byte 0xC0)");
    expect_error(SLICE_LITERAL("\"\xed\xa0\x80\""), "line 1: invalid UTF-8 (byte 0xED)");
}

static void expect_refused(slice in) {
    value v;
    weir_error err = {0};
    cr_assert_eq(json_parse(in, 16, &memory, &v, &err), -1, "%.*s is accepted", (int)in.len, in.data);
    cr_assert_eq(strncmp(err.message, "line 1: ", 8), 0, "%s", err.message);
    cr_assert_null(strchr(err.message, '\n'));
}

Test(json, what_yajl_refuses) {
    static const char *const bad[] = {
        "{",     "[1,]", "{\"a\"}", "{\"a\":1,}", "01",   "1.",   "+1",      "NaN",
        "nul",   "\"a",  "\"\\x\"", "1 2",        "[1]x", "'a'",  "/*c*/1",  "\"\t\"",
        "{1:2}", "-",    "1e",      "\"\\u12",    "]",    "\"\\", "// x\n1", "\xEF\xBB\xBF[]",
        "[1 2]", "\\"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) expect_refused(slice_of(bad[i]));
    expect_refused(SLICE_LITERAL("[1]\0"));
    expect_refused(SLICE_LITERAL("\"a\0b\""));
}

Test(json, many_digits) {
    text digits;
    text_init(&digits, 0);
    text_add_repeat(&digits, '9', 4300);
    value v;
    cr_assert_eq(json_parse(text_slice(&digits), 16, &memory, &v, NULL), 0);
    cr_assert_eq(v.str.len, 4300);
    text_add_char(&digits, '9');
    expect_error(text_slice(&digits), "line 1: an integer of too many digits (at most 4300)");
    text_add_cstr(&digits, ".5");
    cr_assert_eq(json_parse(text_slice(&digits), 16, &memory, &v, NULL), 0);
    cr_assert_eq(v.type, VALUE_FLOAT);
    text_done(&digits);
}

Test(json, many_keys) {
    text in;
    text_init(&in, 0);
    for (int i = 0; i < 50000; i++) text_addf(&in, "%c\"k%d\":%d", i == 0 ? '{' : ',', i, i);
    text_add_char(&in, '}');
    value v;
    cr_assert_eq(json_parse(text_slice(&in), 16, &memory, &v, NULL), 0);
    cr_assert_eq(v.dict.count, 50000);
    in.len--;
    text_add_cstr(&in, ",\"k777\":1}");
    expect_error(text_slice(&in), "line 1: key \"k777\" given twice");
    text_done(&in);
}

Test(json, a_bounded_arena_refuses) {
    arena small;
    arena_init(&small, 64);
    value v;
    weir_error err;
    cr_assert_eq(json_parse(SLICE_LITERAL("[1,2,3,4,5,6,7,8,9]"), 16, &small, &v, &err), -1);
    cr_assert_eq(err.code, WEIR_ERR_SYSTEM);
    cr_assert_str_eq(err.message, "cannot read JSON: Cannot allocate memory");
    arena_done(&small);
}

Test(json, damaged_texts_do_no_harm) {
    static const char good[] =
        "{\"a\":[1,2.5e3,\"x\\u00e9\\ud83d\\ude00\",null,true],\"b\":{\"c\":-12345678901234567890}}";
    srand(7);
    for (int round = 0; round < 20000; round++) {
        char bad[sizeof(good)];
        memcpy(bad, good, sizeof(good));
        for (int i = rand() % 3; i >= 0; i--) bad[(size_t)rand() % (sizeof(good) - 1)] = (char)rand();
        value v;
        json_parse(slice_make(bad, (size_t)rand() % sizeof(good)), 16, &memory, &v, NULL);
        arena_reset(&memory);
    }
}
