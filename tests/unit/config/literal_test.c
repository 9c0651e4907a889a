/* The parts of literals that tests/compat/literal_test.py cannot see: streams, types, messages. */
#include "config/literal.h"

#include <criterion/criterion.h>

static arena memory;
static void begin(void) { arena_init(&memory, 0); }
static void end(void) { arena_done(&memory); }
TestSuite(literal, .init = begin, .fini = end);

static value read_value(const char *in) {
    value v;
    weir_error err;
    cr_assert_eq(literal_parse(slice_of(in), &memory, &v, &err), 0, "%s: %s", in, err.message);
    return v;
}

static void expect_error(const char *in, const char *words) {
    value v;
    weir_error err;
    cr_assert_eq(literal_parse(slice_of(in), &memory, &v, &err), -1, "%s is taken", in);
    cr_assert_not_null(strstr(err.message, words), "%s: %s", in, err.message);
}

Test(literal, streams_are_known_under_their_names) {
    cr_assert(slice_equal(read_value("sys.stdout").str, LITERAL_STDOUT));
    cr_assert(slice_equal(read_value("(sys.stderr,)").list.items[0].str, LITERAL_STDERR));
}

Test(literal, the_comma_makes_the_tuple) {
    cr_assert_eq(read_value("('x')").type, VALUE_STR);
    cr_assert_eq(read_value("('x',)").type, VALUE_TUPLE);
    cr_assert_eq(read_value("'x',").list.count, 1);
    cr_assert_eq(read_value("()").list.count, 0);
}

Test(literal, integers_beyond_64_bits_keep_every_digit) {
    value v = read_value("-1234567890123456789012345678901234567890");
    cr_assert_eq(v.type, VALUE_BIGINT);
    cr_assert(slice_is(v.str, "-1234567890123456789012345678901234567890"));
    cr_assert_eq(read_value("-9223372036854775808").i64, INT64_MIN);
}

Test(literal, messages_say_what_would_be_right) {
    expect_error("open('x')", "a call is not a literal");
    expect_error("('x'", "unbalanced '('");
    expect_error("('x'))", "unbalanced ')'");
    expect_error("(file.log,)", "a string needs quotes");
    expect_error("'x", "unterminated string, in column 1");
    expect_error("('é', x)", "in column 7");
    expect_error("9**9**9", "64 bits");
    expect_error("'a'*10**9", "more than 65536");
    expect_error("(((((((((((((((((1)))))))))))))))))", "nested more than 16");
    expect_error("{1, 2}", "a set");
    expect_error("os.environ", "\"os.environ\" is not known");
    expect_error("", "ends too early");
}

Test(literal, durations_and_sizes) {
    int64_t n;
    weir_error err;
    cr_assert(literal_duration(SLICE_LITERAL("1h30m"), &n, &err) == 0 && n == 5400000);
    cr_assert(literal_size(SLICE_LITERAL("2GiB"), &n, &err) == 0 && n == 2147483648);
    cr_assert_eq(literal_duration(SLICE_LITERAL("soon"), &n, &err), -1);
}

Test(literal, arithmetic_at_the_edges_is_no_undefined_behaviour) {
    expect_error("-9223372036854775808 // -1", "64 bits");
    expect_error("-(-9223372036854775808)", "64 bits");
    expect_error("0 - -9223372036854775808", "64 bits");
    cr_assert_eq(read_value("-9223372036854775808 % -1").i64, 0);
    cr_assert_eq(read_value("-1 << 62").i64, -((int64_t)1 << 62));
    cr_assert_eq(read_value("-9223372036854775808 >> 999").i64, -1);
}
