/* Dicts and lists with one thing changed: the old one is left as it was. */
#include <criterion/criterion.h>

#include "base/json.h"
#include "base/value_dict.h"

static arena memory;

static value parse(const char *json) {
    value v;
    weir_error err;
    cr_assert_eq(json_parse(slice_of(json), LIMIT_VALUE_DEPTH, &memory, &v, &err), 0, "%s", err.message);
    return v;
}

static void expect(const value *v, const char *json) {
    text out;
    text_init(&out, 0);
    value_json(v, &out);
    cr_assert_str_eq(text_cstr(&out), json);
    text_done(&out);
}

static void begin(void) { arena_init(&memory, 0); }
static void end(void) { arena_done(&memory); }
TestSuite(value_dict, .init = begin, .fini = end);

Test(value_dict, a_key_is_replaced_in_its_place_or_added_at_the_end) {
    value v = parse("{\"a\": 1, \"b\": 2}"), old = v;
    const value three = value_int(3);
    cr_assert(value_dict_set(&memory, &v, SLICE_LITERAL("a"), &three));
    cr_assert(value_dict_set(&memory, &v, SLICE_LITERAL("c"), &three));
    expect(&v, "{\"a\":3,\"b\":2,\"c\":3}");
    expect(&old, "{\"a\":1,\"b\":2}");
}

Test(value_dict, a_key_is_copied) {
    char key[] = "key";
    value v = {.type = VALUE_DICT};
    const value one = value_int(1);
    cr_assert(value_dict_set(&memory, &v, slice_of(key), &one));
    key[0] = 'x';
    expect(&v, "{\"key\":1}");
}

Test(value_dict, keys_are_removed) {
    value v = parse("{\"a\": 1, \"b\": 2}");
    cr_assert(value_dict_remove(&memory, &v, SLICE_LITERAL("a")));
    cr_assert(value_dict_remove(&memory, &v, SLICE_LITERAL("none")));
    expect(&v, "{\"b\":2}");
}

Test(value_dict, lists_gain_lose_and_change_items) {
    value v = parse("[\"a\", 7, \"b\", \"a\"]"), old = v;
    const value c = value_str(SLICE_LITERAL("c"));
    cr_assert(value_list_has(&v, SLICE_LITERAL("b")));
    cr_assert_not(value_list_has(&v, SLICE_LITERAL("7")));
    cr_assert(value_list_add(&memory, &v, &c));
    cr_assert(value_list_remove(&memory, &v, SLICE_LITERAL("a")));
    cr_assert(value_list_replace(&memory, &v, SLICE_LITERAL("b"), &c));
    expect(&v, "[7,\"c\",\"c\"]");
    expect(&old, "[\"a\",7,\"b\",\"a\"]");
}

Test(value_dict, a_copy_outlives_its_arena) {
    arena other;
    arena_init(&other, 0);
    value v, copy;
    weir_error err;
    cr_assert_eq(json_parse(SLICE_LITERAL("{\"a\": [1, {\"b\": \"text\"}], \"c\": 123456789012345678901}"),
                            LIMIT_VALUE_DEPTH, &other, &v, &err),
                 0);
    cr_assert(value_copy(&memory, &v, &copy));
    arena_done(&other);
    expect(&copy, "{\"a\":[1,{\"b\":\"text\"}],\"c\":123456789012345678901}");
}

Test(value_dict, without_memory_nothing_changes) {
    arena small;
    arena_init(&small, 1);
    value v = parse("{\"a\": 1}");
    const value two = value_int(2);
    cr_assert_not(value_dict_set(&small, &v, SLICE_LITERAL("a"), &two));
    expect(&v, "{\"a\":1}");
    arena_done(&small);
}
