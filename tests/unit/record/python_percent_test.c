/* Python's `%`: the cases that a reader of the code would ask for. tests/compat/percent_test.py
 * compares thousands with Python itself. */
#include "record/python_percent.h"

#include <criterion/criterion.h>

#include "base/json.h"
#include "queue/site.h"

static weir_error err;
static text out;
static arena memory;

static void setup(void) {
    text_init(&out, 0);
    arena_init(&memory, 0);
}
static void teardown(void) {
    text_done(&out);
    arena_done(&memory);
}
TestSuite(python_percent, .init = setup, .fini = teardown);

static const char *format(const char *form, const char *args_json, unsigned escape) {
    value args;
    cr_assert_eq(json_parse(slice_of(args_json), 16, &memory, &args, &err), 0, "%s", err.message);
    if (args.type == VALUE_LIST) args.type = VALUE_TUPLE;
    text_clear(&out);
    return python_percent(slice_of(form), &args, escape, &out, &err) == 0 ? text_cstr(&out) : err.message;
}
#define EXPECT(form, args, want) cr_assert_str_eq(format(form, args, PERCENT_ESCAPE_NONE), want)

Test(python_percent, conversions) {
    EXPECT("%s %r %a", "[\"\xc3\xa9\", \"\xc3\xa9\", \"\xc3\xa9\"]", "\xc3\xa9 '\xc3\xa9' '\\xe9'");
    EXPECT("%d %i %u", "[1.9, -1.9, true]", "1 -1 1");
    EXPECT("%#o %#x %#X", "[15, 255, 255]", "0o17 0xff 0XFF");
    EXPECT("%x", "[340282366920938463463374607431768211456]", "100000000000000000000000000000000");
    EXPECT("%d", "[1e22]", "10000000000000000000000");
    EXPECT("%5s|%-5s|%05d|%+.3d", "[\"\xe2\x82\xac\", \"\xe2\x82\xac\", -42, 7]",
           "    \xe2\x82\xac|\xe2\x82\xac    |-0042|+007");
    EXPECT("%c%c", "[8364, \"x\"]", "\xe2\x82\xacx");
    EXPECT("%s %s", "[1e16, 1.0]", "1e+16 1.0");
}

Test(python_percent, errors_in_pythons_words) {
    EXPECT("%d", "[\"a\"]", "TypeError: %d format: a real number is required, not str");
    EXPECT("%x", "[1.5]", "TypeError: %x format: an integer is required, not float");
    EXPECT("%c", "[\"ab\"]", "TypeError: %c requires int or char");
    EXPECT("%s", "[]", "TypeError: not enough arguments for format string");
    EXPECT("x", "[1]", "TypeError: not all arguments converted during string formatting");
    EXPECT("%(a)s", "{\"b\":1}", "KeyError: 'a'");
    EXPECT("%(a)s", "[1]", "TypeError: format requires a mapping");
    EXPECT("%", "[1]", "ValueError: incomplete format");
    EXPECT("%y", "[1]", "ValueError: unsupported format character 'y' (0x79) at index 1");
}

Test(python_percent, widths_have_a_bound) {
    EXPECT("%70000d", "[1]", "ValueError: width too big");
    EXPECT("%*d", "[-70000, 1]", "ValueError: width too big");
    EXPECT("%.70000f", "[1]", "ValueError: precision too big");
    EXPECT("%.70000s", "[\"x\"]", "x");
    EXPECT("%99999999999s", "[\"x\"]", "ValueError: width too big");
}

Test(python_percent, escapes_values_and_format_apart) {
    cr_assert_str_eq(format("a\n[%5s]", "[\"\\n\"]", PERCENT_ESCAPE_VALUES), "a\n[   \\n]");
    cr_assert_str_eq(format("a\n[%5s]", "[\"\\n\"]", PERCENT_ESCAPE_FORMAT), "a\\n[    \n]");
    cr_assert_str_eq(format("[%.1s]", "[\"\\nb\"]", PERCENT_ESCAPE_VALUES), "[\\n]");
}

Test(python_percent, pieces_for_compiling) {
    slice key = SLICE_NONE, in = SLICE_LITERAL("%(a b)-05.3lf%%%(x)*d");
    percent_spec spec;
    size_t at = 0;
    cr_assert_eq(percent_read(in, &at, &key, &spec), PIECE_KEYED);
    cr_assert(slice_is(key, "a b"));
    cr_assert_eq(spec.flags, CONV_MINUS | CONV_ZERO);
    cr_assert_eq(spec.width, 5);
    cr_assert_eq(spec.precision, 3);
    cr_assert_eq(spec.type, 'f');
    cr_assert_eq(percent_read(in, &at, &key, &spec), PIECE_LITERAL);
    cr_assert_eq(percent_read(in, &at, &key, &spec), PIECE_OTHER);
}
