/* What site_parse makes of printf formats: the arguments to fetch and how each is printed. */
#include "queue/site.h"

#include <criterion/criterion.h>

static site_format parsed;

static void parse(const char *format) { site_parse(slice_of(format), &parsed); }

static void expect_types(const char *format, size_t count, const arg_type *types) {
    parse(format);
    cr_assert(parsed.capturable, "%s", format);
    cr_assert_eq(parsed.arg_count, count, "%s: %d arguments", format, parsed.arg_count);
    for (size_t i = 0; i < count; i++) cr_assert_eq(parsed.types[i], types[i], "%s: argument %zu", format, i);
}
#define TYPES(format, ...)                                                                                   \
    expect_types(format, sizeof((arg_type[]){__VA_ARGS__}) / sizeof(arg_type), (arg_type[]){__VA_ARGS__})

Test(site, argument_types) {
    TYPES("%d %i %c", ARG_INT, ARG_INT, ARG_INT);
    TYPES("%u %o %x %X", ARG_UINT, ARG_UINT, ARG_UINT, ARG_UINT);
    TYPES("%hhd %hd %hhu %hx", ARG_INT, ARG_INT, ARG_UINT, ARG_UINT);
    TYPES("%ld %lld %jd %zd %td %Ld %qd", ARG_LONG, ARG_LONG, ARG_LONG, ARG_LONG, ARG_LONG, ARG_LONG,
          ARG_LONG);
    TYPES("%lu %llx %ju %zu %to", ARG_ULONG, ARG_ULONG, ARG_ULONG, ARG_ULONG, ARG_ULONG);
    TYPES("%f %lf %e %G %a", ARG_DOUBLE, ARG_DOUBLE, ARG_DOUBLE, ARG_DOUBLE, ARG_DOUBLE);
    TYPES("%Lf %La", ARG_LONG_DOUBLE, ARG_LONG_DOUBLE);
    TYPES("%p %s %m", ARG_POINTER, ARG_STRING, ARG_ERRNO);
    TYPES("%.*s", ARG_INT, ARG_STRING_LIMITED);
    TYPES("%*.*f", ARG_INT, ARG_INT, ARG_DOUBLE);
}

Test(site, string_limits) {
    parse("%.5s %s %.s %.*s");
    cr_assert_eq(parsed.arg_count, 5);
    cr_assert_eq(parsed.limits[0], 5);
    cr_assert_eq(parsed.limits[1], CONV_NONE);
    cr_assert_eq(parsed.limits[2], 0);
    cr_assert_eq(parsed.types[4], ARG_STRING_LIMITED);
    cr_assert_eq(parsed.limits[4], CONV_NONE);
}

Test(site, flags_width_precision) {
    parse("a%-+ #0'12.3dz");
    cr_assert_eq(parsed.conversion_count, 2);
    const conversion *c = &parsed.conversions[0];
    cr_assert(slice_is(c->literal, "a"));
    cr_assert_eq(c->flags, CONV_MINUS | CONV_PLUS | CONV_SPACE | CONV_ALT | CONV_ZERO | CONV_GROUP);
    cr_assert_eq(c->width, 12);
    cr_assert_eq(c->precision, 3);
    cr_assert_eq(c->type, 'd');
    cr_assert(slice_is(parsed.conversions[1].literal, "z"));
    cr_assert_eq(parsed.conversions[1].type, 0);
    parse("%.f%*.*g%hhx");
    cr_assert_eq(parsed.conversions[0].precision, 0);
    cr_assert_eq(parsed.conversions[0].width, CONV_NONE);
    cr_assert_eq(parsed.conversions[1].width, CONV_STAR);
    cr_assert_eq(parsed.conversions[1].precision, CONV_STAR);
    cr_assert_eq(parsed.conversions[2].length, 'H');
}

Test(site, percent_signs) {
    parse("100%% of %d%%");
    cr_assert_eq(parsed.conversion_count, 3);
    cr_assert(slice_is(parsed.conversions[0].literal, "100%"));
    cr_assert_eq(parsed.conversions[0].type, 0);
    cr_assert(slice_is(parsed.conversions[1].literal, " of "));
    cr_assert_eq(parsed.conversions[1].type, 'd');
    cr_assert(slice_is(parsed.conversions[2].literal, "%"));
    parse("");
    cr_assert(parsed.capturable);
    cr_assert_eq(parsed.conversion_count, 0);
}

Test(site, what_cannot_be_captured) {
    static const char *const formats[] = {"%1$d %2$d", "%*1$d", "%ls",           "%lc",           "%S", "%C",
                                          "%n",        "%",     "abc %",         "%5.",           "%k", "%b",
                                          "%hf",       "%lp",   "%99999999999d", "%.99999999999f"};
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        parse(formats[i]);
        cr_assert_not(parsed.capturable, "%s", formats[i]);
        cr_assert_eq(parsed.arg_count, 0);
    }
}

Test(site, bounds) {
    char format[2 * (LIMIT_CALL_ARGS + 1) + 1] = "";
    for (int i = 0; i < LIMIT_CALL_ARGS; i++) memcpy(format + 2 * i, "%d", 3);
    parse(format);
    cr_assert(parsed.capturable);
    cr_assert_eq(parsed.arg_count, LIMIT_CALL_ARGS);
    memcpy(format + 2 * LIMIT_CALL_ARGS, "%d", 3);
    parse(format);
    cr_assert_not(parsed.capturable);
    char percents[4 * LIMIT_CALL_ARGS + 16];
    memset(percents, '%', sizeof percents);
    site_parse(slice_make(percents, sizeof percents), &parsed);
    cr_assert_not(parsed.capturable);
}
