/* json_python_test.c - what Python's json reads beyond JSON, and what it refuses. Against Python:
 * tests/compat. */
#include <criterion/criterion.h>

#include "base/json_python.h"
#include "base/limits.h"

static arena memory;

static void open_arena(void) { arena_init(&memory, 0); }
static void close_arena(void) { arena_done(&memory); }

TestSuite(json_python, .init = open_arena, .fini = close_arena);

static void expect(const char *in, const char *repr) {
    value v;
    weir_error err;
    text out;
    cr_assert_eq(json_parse_python(slice_of(in), LIMIT_VALUE_DEPTH, &memory, &v, &err), 0, "%s: %s", in,
                 err.message);
    text_init(&out, 0);
    value_repr(&v, &out);
    cr_assert_str_eq(text_cstr(&out), repr);
    text_done(&out);
}

static void refused(const char *in, const char *message) {
    value v;
    weir_error err = {0};
    cr_assert_eq(json_parse_python(slice_of(in), LIMIT_VALUE_DEPTH, &memory, &v, &err), -1, "%s is accepted",
                 in);
    cr_assert_str_eq(err.message, message);
}

Test(json_python, constants_and_numbers) {
    expect("[NaN, Infinity, -Infinity, null, true, false]", "[nan, inf, -inf, None, True, False]");
    expect("[0, -0, 1.0, 1e5, -1.5E-3, 123456789012345678901234567890]",
           "[0, 0, 1.0, 100000.0, -0.0015, 123456789012345678901234567890]");
    expect("[9223372036854775807, -9223372036854775808, 9223372036854775808, 1e400]",
           "[9223372036854775807, -9223372036854775808, 9223372036854775808, inf]");
}

Test(json_python, the_last_of_equal_keys_counts_at_the_first_place) {
    expect("{\"a\": 1, \"b\": 2, \"a\": 3}", "{'a': 3, 'b': 2}");
}

Test(json_python, surrogates) {
    expect("\"\\ud83d\\ude00 \\ud83d \\ude00\"", "'😀 \\ud83d \\ude00'");
    expect("\"\\ud83d\\ud83d\\ude00\"", "'\\ud83d😀'");
}

Test(json_python, what_is_no_json) {
    refused("", "Expecting value: char 0");
    refused("[1,]", "Expecting value: char 3");
    refused("{\"a\" 1}", "Expecting ':' delimiter: char 5");
    refused("[1 2]", "Expecting ',' delimiter: char 3");
    refused("\"a", "Unterminated string: char 2");
    refused("\"a\\x\"", "Invalid \\escape: char 4");
    refused("\"\\u12g4\"", "Invalid \\uXXXX escape: char 5");
    refused("\"\t\"", "Invalid control character: char 1");
    refused("1 2", "Extra data: char 2");
    refused("-", "Expecting value: char 1");
    refused("[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]", "nested too deeply: char 16");
}
