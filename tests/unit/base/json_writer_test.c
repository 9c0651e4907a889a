/* json_writer_test.c - the strings and structures that json.h writes. */
#include <criterion/criterion.h>
#include <math.h>

#include "base/json.h"

static void expect_string(slice in, const char *json) {
    text out;
    text_init(&out, 0);
    json_add_string(&out, in);
    cr_assert_str_eq(text_cstr(&out), json);
    text_done(&out);
}

Test(json_writer, strings) {
    expect_string(SLICE_NONE, "\"\"");
    expect_string(SLICE_LITERAL("plain"), "\"plain\"");
    expect_string(SLICE_LITERAL("\"\\/\b\f\n\r\t\0\x1f\x7f"),
                  "\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0000\\u001f\\u007f\"");
    expect_string(SLICE_LITERAL("é😀"), "\"é😀\"");
    expect_string(SLICE_LITERAL("\xe2\x80\xa8\xe2\x80\xa9"), "\"\\u2028\\u2029\"");
    expect_string(SLICE_LITERAL("a\xff\xc3"), "\"a\xEF\xBF\xBD\xEF\xBF\xBD\"");
    expect_string(SLICE_LITERAL("\xed\xa0\x80"), "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"");
}

Test(json_writer, every_byte_reads_back) {
    char bytes[128];
    for (int i = 0; i < 128; i++) bytes[i] = (char)i;
    text out;
    text_init(&out, 0);
    json_add_string(&out, slice_make(bytes, sizeof(bytes)));
    arena a;
    arena_init(&a, 0);
    value v;
    cr_assert_eq(json_parse(text_slice(&out), 1, &a, &v, NULL), 0);
    cr_assert(slice_equal(v.str, slice_make(bytes, sizeof(bytes))));
    arena_done(&a);
    text_done(&out);
}

Test(json_writer, structure) {
    text out;
    text_init(&out, 0);
    json_writer w;
    json_writer_init(&w, &out);
    json_begin_object(&w);
    json_key(&w, "a");
    json_begin_array(&w);
    json_int(&w, -5);
    json_uint(&w, UINT64_MAX);
    json_double(&w, 0.1);
    json_double(&w, NAN);
    json_begin_object(&w);
    json_end(&w);
    json_end(&w);
    json_key_slice(&w, SLICE_LITERAL("b"));
    json_bool(&w, true);
    json_key(&w, "c");
    json_cstr(&w, NULL);
    json_key(&w, "d");
    json_raw(&w, SLICE_LITERAL("{\"x\":1}"));
    json_key(&w, "e");
    value v = value_str(SLICE_LITERAL("q"));
    json_value(&w, &v);
    json_key(&w, "f");
    json_null(&w);
    json_end(&w);
    cr_assert_str_eq(text_cstr(&out), "{\"a\":[-5,18446744073709551615,0.1,null,{}],\"b\":true,\"c\":null,"
                                      "\"d\":{\"x\":1},\"e\":\"q\",\"f\":null}");
    cr_assert(!out.failed);
    text_done(&out);
}

Test(json_writer, wrong_use_is_told) {
    text out;
    text_init(&out, 0);
    json_writer w;
    json_writer_init(&w, &out);
    for (int i = 0; i < LIMIT_VALUE_DEPTH; i++) json_begin_array(&w);
    cr_assert(!out.failed);
    json_begin_array(&w);
    cr_assert(out.failed);
    text_clear(&out);
    json_writer_init(&w, &out);
    json_end(&w);
    cr_assert(out.failed);
    text_done(&out);
}
