/* value_print_test.c - values as Python's repr and str, and as JSON. */
#include <criterion/criterion.h>
#include <math.h>

#include "base/value.h"

static text out;
static void open_text(void) { text_init(&out, 0); }
static void close_text(void) { text_done(&out); }
TestSuite(value_print, .init = open_text, .fini = close_text);

static void expect(value v, const char *repr, const char *print, const char *json) {
    text_clear(&out);
    value_repr(&v, &out);
    cr_assert_str_eq(text_cstr(&out), repr);
    text_clear(&out);
    value_print(&v, &out);
    cr_assert_str_eq(text_cstr(&out), print);
    text_clear(&out);
    value_json(&v, &out);
    cr_assert_str_eq(text_cstr(&out), json);
}

static void expect_str(slice s, const char *repr) {
    value v = value_str(s);
    text_clear(&out);
    value_repr(&v, &out);
    cr_assert_str_eq(text_cstr(&out), repr);
}

Test(value_print, scalars) {
    expect(value_none(), "None", "None", "null");
    expect(value_bool(true), "True", "True", "true");
    expect(value_bool(false), "False", "False", "false");
    expect(value_int(INT64_MIN), "-9223372036854775808", "-9223372036854775808", "-9223372036854775808");
    expect(value_float(1), "1.0", "1.0", "1.0");
    expect(value_float(1e16), "1e+16", "1e+16", "1e+16");
    expect(value_float(NAN), "nan", "nan", "\"NaN\"");
    expect(value_float(INFINITY), "inf", "inf", "\"Infinity\"");
    expect(value_float(-INFINITY), "-inf", "-inf", "\"-Infinity\"");
    expect((value){.type = VALUE_BIGINT, .str = SLICE_LITERAL("-99999999999999999999")},
           "-99999999999999999999", "-99999999999999999999", "-99999999999999999999");
    expect(value_str(SLICE_LITERAL("it's \"x\"")), "'it\\'s \"x\"'", "it's \"x\"", "\"it's \\\"x\\\"\"");
}

/* As `python3 -c 'print(repr(...))'` shows them. */
Test(value_print, repr_of_strings) {
    expect_str(SLICE_LITERAL(""), "''");
    expect_str(SLICE_NONE, "''");
    expect_str(SLICE_LITERAL("it's"), "\"it's\"");
    expect_str(SLICE_LITERAL("\"q\""), "'\"q\"'");
    expect_str(SLICE_LITERAL("a\\b\n\r\t\0\x1b\x7f"), "'a\\\\b\\n\\r\\t\\x00\\x1b\\x7f'");
    expect_str(SLICE_LITERAL("é€😀"), "'é€😀'");
    expect_str(SLICE_LITERAL("\xc2\x80\xc2\xa0\xc2\xad"), "'\\x80\\xa0\\xad'");
    expect_str(SLICE_LITERAL("\xe2\x80\xa8\xe2\x80\xae\xef\xbb\xbf"), "'\\u2028\\u202e\\ufeff'");
    expect_str(SLICE_LITERAL("\xf3\xa0\x80\x81\xf4\x8f\xbf\xbf"), "'\\U000e0001\\U0010ffff'");
    expect_str(SLICE_LITERAL("\xcd\xb8\xcd\xb7"), "'\\u0378ͷ'");
    expect_str(SLICE_LITERAL("\xff\xc3\x28"), "'\\udcff\\udcc3('");
}

Test(value_print, containers) {
    value items[] = {value_int(1), value_str(SLICE_LITERAL("b")), value_none()};
    expect((value){.type = VALUE_LIST, .list = {items, 3}}, "[1, 'b', None]", "[1, 'b', None]",
           "[1,\"b\",null]");
    expect((value){.type = VALUE_LIST, .list = {NULL, 0}}, "[]", "[]", "[]");
    expect((value){.type = VALUE_TUPLE, .list = {items, 2}}, "(1, 'b')", "(1, 'b')", "[1,\"b\"]");
    expect((value){.type = VALUE_TUPLE, .list = {items, 1}}, "(1,)", "(1,)", "[1]");
    expect((value){.type = VALUE_TUPLE, .list = {items, 0}}, "()", "()", "[]");
    value_pair pairs[] = {{value_str(SLICE_LITERAL("k\n")), value_float(0.5)},
                          {value_int(7), value_bool(true)},
                          {value_none(), {.type = VALUE_TUPLE, .list = {items, 1}}},
                          {value_bool(true), value_int(2)},
                          {{.type = VALUE_TUPLE, .list = {items, 2}}, value_int(3)}};
    const char *repr = "{'k\\n': 0.5, 7: True, None: (1,), True: 2, (1, 'b'): 3}";
    expect((value){.type = VALUE_DICT, .dict = {pairs, 5}}, repr, repr,
           "{\"k\\n\":0.5,\"7\":true,\"null\":[1],\"true\":2,\"(1, 'b')\":3}");
    expect((value){.type = VALUE_DICT, .dict = {NULL, 0}}, "{}", "{}", "{}");
}

Test(value_print, names_of_types) {
    static const char *const names[] = {"NoneType", "bool", "int",   "int", "float",
                                        "str",      "list", "tuple", "dict"};
    for (int type = VALUE_NONE; type <= VALUE_DICT; type++) {
        value v = {.type = (value_type)type};
        cr_assert_str_eq(value_type_name(&v), names[type]);
    }
}

Test(value_print, the_last_of_equal_keys_counts) {
    value_pair pairs[] = {{value_str(SLICE_LITERAL("a")), value_int(1)},
                          {value_int(1), value_int(9)},
                          {value_str(SLICE_LITERAL("a")), value_int(2)}};
    value dict = {.type = VALUE_DICT, .dict = {pairs, 3}};
    cr_assert_eq(value_get(&dict, SLICE_LITERAL("a"))->i64, 2);
    cr_assert_null(value_get(&dict, SLICE_LITERAL("1")));
    cr_assert_null(value_get(NULL, SLICE_LITERAL("a")));
}
