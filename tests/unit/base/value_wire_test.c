/* value_wire_test.c - values to bytes and back, and what damaged bytes do. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "base/json.h"
#include "base/limits.h"
#include "base/value.h"

static arena memory;
static text wire;

static void open_all(void) {
    arena_init(&memory, 0);
    text_init(&wire, 0);
}
static void close_all(void) {
    arena_done(&memory);
    text_done(&wire);
}
TestSuite(value_wire, .init = open_all, .fini = close_all);

static void expect_round(const char *json) {
    value v, back;
    cr_assert_eq(json_parse(slice_of(json), 16, &memory, &v, NULL), 0);
    text_clear(&wire);
    text_add_cstr(&wire, "xyz");
    value_encode(&v, &wire);
    cr_assert(!wire.failed);
    size_t at = 3;
    cr_assert_eq(value_decode(wire.data, wire.len, &at, &memory, &back), 0);
    cr_assert_eq(at, wire.len);
    text out;
    text_init(&out, 0);
    value_json(&back, &out);
    cr_assert_str_eq(text_cstr(&out), json);
    text_done(&out);
}

static const char all_kinds[] = "{\"a\":[null,true,false,-5,9223372036854775807,-99999999999999999999,0.1,"
                                "\"s\\u0000t\",[],{}],\"\":{\"b\":\"\"}}";

Test(value_wire, round_trip) {
    expect_round("null");
    expect_round("\"\"");
    expect_round("[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]");
    expect_round(all_kinds);
}

Test(value_wire, tuples_stay_tuples) {
    value items[] = {value_int(1), value_int(2)}, back;
    value v = {.type = VALUE_TUPLE, .list = {items, 2}};
    value_encode(&v, &wire);
    size_t at = 0;
    cr_assert_eq(value_decode(wire.data, wire.len, &at, &memory, &back), 0);
    cr_assert_eq(back.type, VALUE_TUPLE);
    cr_assert_eq(back.list.count, 2);
    cr_assert_eq(back.list.items[1].i64, 2);
}

Test(value_wire, strings_point_into_the_data) {
    value v = value_str(SLICE_LITERAL("here")), back;
    value_encode(&v, &wire);
    size_t at = 0;
    cr_assert_eq(value_decode(wire.data, wire.len, &at, &memory, &back), 0);
    cr_assert(back.str.data >= wire.data && back.str.data + 4 == wire.data + wire.len);
}

Test(value_wire, too_deep_is_not_encoded) {
    value v = value_none(), levels[LIMIT_VALUE_DEPTH + 1];
    for (int i = 0; i <= LIMIT_VALUE_DEPTH; i++) {
        levels[i] = v;
        v = (value){.type = VALUE_LIST, .list = {&levels[i], 1}};
    }
    text_add_cstr(&wire, "before");
    value_encode(&v, &wire);
    cr_assert(wire.failed);
    cr_assert_str_eq(text_cstr(&wire), "before", "no half a value");
    text_clear(&wire);
    value_encode(&levels[LIMIT_VALUE_DEPTH], &wire);
    cr_assert(!wire.failed);
}

static int decode(const char *data, size_t len) {
    value v;
    size_t at = 0;
    int result = value_decode(data, len, &at, &memory, &v);
    cr_assert(result == 0 ? at <= len : at == 0);
    return result;
}

Test(value_wire, every_cut_is_refused) {
    value v;
    cr_assert_eq(json_parse(slice_of(all_kinds), 16, &memory, &v, NULL), 0);
    value_encode(&v, &wire);
    for (size_t len = 0; len < wire.len; len++) {
        char *exact = malloc(len + 1); /* so that a sanitizer sees a read behind the end */
        memcpy(exact, wire.data, len);
        cr_assert_eq(decode(exact, len), -1);
        free(exact);
    }
    size_t beyond = wire.len + 1;
    cr_assert_eq(value_decode(wire.data, wire.len, &beyond, &memory, &v), -1);
}

Test(value_wire, bad_bytes) {
    cr_assert_eq(decode("", 0), -1);
    cr_assert_eq(decode("?", 1), -1);
    cr_assert_eq(decode("b\1\0\0\0x", 6), -1);
    cr_assert_eq(decode("b\0\0\0\0", 5), -1);
    cr_assert_eq(decode("b\2\0\0\0-0", 7), -1);
    cr_assert_eq(decode("b\2\0\0\0-1", 7), 0);
    cr_assert_eq(decode("s\xff\xff\xff\xffx", 6), -1);
    cr_assert_eq(decode("l\xff\xff\xff\xffNN", 7), -1);
    cr_assert_eq(decode("d\1\0\0\0N", 6), -1);
    char deep[5 * 100];
    for (size_t i = 0; i < sizeof(deep); i += 5) memcpy(deep + i, "l\1\0\0\0", 5);
    cr_assert_eq(decode(deep, sizeof(deep)), -1);
}

Test(value_wire, mutations_do_no_harm) {
    value v;
    cr_assert_eq(json_parse(slice_of(all_kinds), 16, &memory, &v, NULL), 0);
    value_encode(&v, &wire);
    srand(11);
    arena scratch;
    arena_init(&scratch, 1 << 20);
    int accepted = 0;
    for (int round = 0; round < 50000; round++) {
        size_t len = rand() % 4 == 0 ? (size_t)rand() % wire.len : wire.len;
        char *bad = malloc(len + 1);
        memcpy(bad, wire.data, len);
        for (int i = rand() % 4; i >= 0 && len > 0; i--) {
            bad[(size_t)rand() % len] = (char)(rand() % 2 == 0 ? rand() : rand() % 4);
        }
        value back;
        size_t at = 0;
        if (value_decode(bad, len, &at, &scratch, &back) == 0) {
            accepted++;
            text out;
            text_init(&out, 0);
            value_repr(&back, &out); /* every byte of it can be read */
            value_json(&back, &out);
            cr_assert(!out.failed);
            text_done(&out);
        }
        arena_reset(&scratch);
        free(bad);
    }
    cr_assert_gt(accepted, 100);
    arena_done(&scratch);
}

Test(value_wire, no_memory) {
    value items[] = {value_int(1), value_int(2)}, back;
    value v = {.type = VALUE_LIST, .list = {items, 2}};
    value_encode(&v, &wire);
    arena small;
    arena_init(&small, 16);
    size_t at = 0;
    cr_assert_eq(value_decode(wire.data, wire.len, &at, &small, &back), -1);
    arena_done(&small);
}
