/* level_filter_test.c - weir.ContextLevelFilter: its arguments, and that it holds nothing back. */
#include <criterion/criterion.h>

#include "filter/filter.h"
#include "frontend/level_rule.h"

static weir_error err;

static filter *made(const value *field, const value *values, const value *level) {
    filter_args args = {.kind = filter_kind_find(SLICE_LITERAL("weir.ContextLevelFilter"))};
    filter *f = NULL;
    args.values[0] = *field;
    args.values[1] = *values;
    args.given[0] = args.given[1] = true;
    if (level != NULL) args.values[2] = *level;
    args.given[2] = level != NULL;
    return args.kind->create(&args, &f, &err) == 0 ? f : NULL;
}

static filter *of(value values, value level) {
    const value field = value_str(SLICE_LITERAL("user"));
    return made(&field, &values, &level);
}

static value word(const char *s) { return value_str(slice_of(s)); }

Test(level_filter, a_rule_with_its_values_as_text) {
    const value items[] = {word("bob"), value_int(7), value_bool(true), value_float(0.5)};
    filter *f = of((value){.type = VALUE_LIST, .list = {items, 4}}, word("INFO"));
    static const char *const texts[] = {"bob", "7", "True", "0.5"};
    cr_assert_not_null(f);
    cr_assert_eq(f->rule->level, WEIR_LEVEL_INFO);
    cr_assert(slice_is(f->rule->field, "user"));
    cr_assert_eq(f->rule->value_count, 4);
    for (int i = 0; i < 4; i++) cr_assert(slice_is(f->rule->values[i], texts[i]));
    record rec = {.level = 1};
    cr_assert(f->pass(f, &rec), "it holds nothing back");
    f->free(f);
}

Test(level_filter, debug_is_the_default_and_numbers_are_levels) {
    const value field = word("user"), one = word("bob"), number = value_int(15);
    filter *f = made(&field, &one, NULL);
    cr_assert_eq(f->rule->level, WEIR_LEVEL_DEBUG);
    f->free(f);
    f = made(&field, &one, &number);
    cr_assert_eq(f->rule->level, 15);
    f->free(f);
}

static void refused(filter *f, const char *why) {
    cr_assert_null(f);
    cr_assert_not_null(strstr(err.message, why), "%s", err.message);
}

Test(level_filter, what_is_wrong_is_said) {
    static char letters[LIMIT_RULE_VALUE + 2];
    static value many[LIMIT_RULE_VALUES + 1];
    memset(letters, 'x', LIMIT_RULE_VALUE + 1);
    for (int i = 0; i <= LIMIT_RULE_VALUES; i++) many[i] = word("v");
    const value debug = word("DEBUG"), none = value_none(), empty = word(""), bob = word("bob");
    refused(of((value){.type = VALUE_LIST}, debug), "0 values (right are 1 to 64)");
    refused(of((value){.type = VALUE_LIST, .list = {many, LIMIT_RULE_VALUES + 1}}, debug), "65 values");
    refused(of((value){.type = VALUE_LIST, .list = {&none, 1}}, debug), "a value is a NoneType");
    refused(of((value){.type = VALUE_DICT}, debug), "a value is a dict (right are strings and numbers)");
    refused(of(word(letters), debug), "more than 256 bytes");
    refused(of(bob, word("DEBGU")), "level is 'DEBGU' (right is a level above 0: DEBUG");
    refused(of(bob, value_int(0)), "level is 0");
    refused(of(bob, value_int(-10)), "level is -10");
    refused(of(bob, value_bool(true)), "level is True");
    refused(made(&empty, &bob, NULL), "field has 0 bytes");
}
