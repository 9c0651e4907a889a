/* Messages of captured records: what glibc's printf prints, and what escaping makes of it. */
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#include "support/record_fixture.h"

TestSuite(message, .init = fixture_init, .fini = fixture_done);

__attribute__((format(printf, 1, 2))) static void same_as_libc(const char *format, ...) {
    char want[4096];
    va_list args;
    va_start(args, format);
    vsnprintf(want, sizeof want, format, args);
    va_end(args);
    va_start(args, format);
    record *rec = fixture_vcall(&fixture_plain, format, args);
    va_end(args);
    slice got = record_message(rec, ESCAPE_NONE);
    cr_assert(slice_is(got, want), "%s: got \"%.*s\", not \"%s\"", format, (int)got.len, got.data, want);
}
#define SAME(...) same_as_libc(__VA_ARGS__)

/* Flags that mean nothing to a conversion, NULL strings and endless widths are part of the test. */
#pragma GCC diagnostic ignored "-Wformat"
#pragma GCC diagnostic ignored "-Wformat-overflow"

Test(message, integers) {
    static const int values[] = {0, 1, -1, 7, -42, 100, INT_MAX, INT_MIN};
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        int v = values[i];
        SAME("%d %i %u %x %X %o", v, v, v, v, v, v);
        SAME("[%5d] [%-5d] [%05d] [%+d] [% d] [%+05d] [%-05d] [%+-7d]", v, v, v, v, v, v, v, v);
        SAME("[%.0d] [%.3d] [%8.3d] [%-8.3d] [%08.3d] [%+.4d]", v, v, v, v, v, v);
        SAME("[%#x] [%#X] [%#o] [%#8x] [%-#8x] [%#08x] [%#.4x] [%#10.4x]", v, v, v, v, v, v, v, v);
        SAME("[%#.0o] [%#.0x] [%.0u] [%#05o] [%#8.3o] [%#-8o] [%#1.9o]", v, v, v, v, v, v, v);
        SAME("%hhd %hhu %hd %hu %hhx %hx", v, v, v, v, v, v);
        SAME("%ld %lu %lx %zd %jd %llo", (long)v * 1000003, (long)v, (long)v, (size_t)v, (intmax_t)v,
             (long long)v);
        SAME("[%*d] [%-*d] [%.*d] [%*.*d]", 7, v, 7, v, 4, v, 9, 3, v);
        SAME("[%*d] [%.*d]", -7, v, -4, v);
    }
    SAME("%ld %lu %lx", LONG_MIN, ULONG_MAX, ULONG_MAX);
}

Test(message, doubles) {
    static const double values[] = {
        0.0,    -0.0, 1.0, -1.5, 3.14159265358979, 1e16,     1e-5,     123456789.125, 1e100,
        5e-324, 0.1,  2.5, 1e21, 99999.95,         999999.5, INFINITY, -INFINITY,     NAN};
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        double v = values[i];
        SAME("%f %e %g %a", v, v, v, v);
        SAME("%F %E %G %A", v, v, v, v);
        SAME("[%10.2f] [%-10.2f] [%010.2f] [%+.1f] [% .3e] [%+012g]", v, v, v, v, v, v);
        SAME("[%.0f] [%#.0f] [%.10g] [%.17g] [%.0e]", v, v, v, v, v);
        if (v != 999999.5) SAME("[%#g]", v); /* glibc 2.36 prints "1.e+06", which no standard allows */
        SAME("[%20a] [%-20a] [%020a] [%.2a] [%+a]", v, v, v, v, v);
        SAME("[%*.*f]", 12, 4, v);
        SAME("%Lf %Le %Lg", (long double)v, (long double)v, (long double)v);
        SAME("[%20.3Lf] [%-12Lg]", (long double)v, (long double)v);
    }
}

Test(message, strings) {
    SAME("%s|%10s|%-10s|%.2s|%10.2s|%-10.2s", "abcdef", "abc", "abc", "abcdef", "abcdef", "abcdef");
    SAME("%.*s|%.*s|%*.*s", 3, "abcdef", -1, "abcdef", 6, 2, "abcdef");
    SAME("%s|%10s|%.6s", "", "", "");
    char *null = NULL;
    SAME("%s %.3s %.6s %10s", null, null, null, null);
    SAME("%c%c%c|%3c|%-3c|", 'a', 'b', 'c', 'd', 'e');
    SAME("no arguments");
    SAME("100%% of %d%%", 5);
}

Test(message, pointers_and_errno) {
    int x;
    SAME("%p %20p %-20p|", (void *)&x, (void *)&x, (void *)&x);
    SAME("%p %10p|", NULL, NULL);
    errno = ENOENT;
    SAME("open: %m");
    SAME("[%30m] [%.4m] [%-30m]");
    errno = 54321;
    SAME("%m");
}

Test(message, widths_without_end_are_refused) {
    slice got = record_message(fixture_call("[%*d] [%.*f]", 2000000000, 5, 2000000000, 1.5), ESCAPE_NONE);
    fixture_expect(got, "[[width 2000000000 refused]5] [[precision 2000000000 refused]1.500000]");
}

Test(message, escapes_arguments_and_trusts_the_format) {
    record *rec = fixture_call("user\t%s\nleft after %d s", "eve\nroot: ok\x1b[2J", 5);
    fixture_expect(record_message(rec, ESCAPE_ARGUMENTS), "user\teve\\nroot: ok\\x1b[2J\nleft after 5 s");
    fixture_expect(record_message(rec, ESCAPE_NONE), "user\teve\nroot: ok\x1b[2J\nleft after 5 s");
}

Test(message, cuts_then_escapes_then_pads) {
    fixture_expect(record_message(fixture_call("[%10.3s]", "a\nbc"), ESCAPE_ARGUMENTS), "[      a\\nb]");
    fixture_expect(record_message(fixture_call("[%-10.3s]", "a\nbc"), ESCAPE_ARGUMENTS), "[a\\nb      ]");
    fixture_expect(record_message(fixture_call("[%.3s]", "ab\xc3\xa9"), ESCAPE_ARGUMENTS), "[ab\\xc3]");
    fixture_expect(record_message(fixture_call("[%3c][%c]", '\n', 0), ESCAPE_ARGUMENTS), "[ \\n][\\x00]");
}

Test(message, cut_message_escapes_what_is_left_of_arguments) {
    text out;
    text_init(&out, 0);
    record_message_add_cut(fixture_call("a\n%s\n%s", "b\nc", "d\n"), ESCAPE_ARGUMENTS, 7, &out);
    fixture_expect(text_slice(&out), "a\nb\\nc\nd");
    text_clear(&out);
    record_message_add_cut(fixture_call("%s", "b\nc"), ESCAPE_ARGUMENTS, 2, &out);
    fixture_expect(text_slice(&out), "b\\n");
    text_done(&out);
}

Test(message, asked_again_is_the_same) {
    text out;
    text_init(&out, 0);
    record *rec = fixture_call("%d %s", 1, "x\n");
    for (int i = 0; i < 3; i++) cr_assert_eq(record_message_add(rec, ESCAPE_ARGUMENTS, &out), 0);
    for (int i = 0; i < 3; i++) cr_assert_eq(record_message_add(rec, ESCAPE_NONE, &out), 0);
    fixture_expect(text_slice(&out), "1 x\\n1 x\\n1 x\\n1 x\n1 x\n1 x\n");
    text_done(&out);
}

Test(message, formatted_at_the_call) {
    record *rec = fixture_text("%1$s!", "hello\nworld!");
    fixture_expect(record_message(rec, ESCAPE_NONE), "hello\nworld!");
    fixture_expect(record_message(rec, ESCAPE_ARGUMENTS), "hello\\nworld!");
    fixture_expect(rec->template, "%1$s!");
}

Test(message, made_records) {
    fixture_expect(record_message(fixture_made("{\"msg\":\"100%%\"}"), ESCAPE_NONE), "100%%");
    fixture_expect(record_message(fixture_made("{\"msg\":\"%s: %d\",\"args\":[\"x\",5]}"), ESCAPE_NONE),
                   "x: 5");
    fixture_expect(record_message(fixture_made("{\"msg\":\"%(a)s\",\"args\":[{\"a\":1.0}]}"), ESCAPE_NONE),
                   "1.0");
    fixture_expect(record_message(fixture_made("{\"msg\":\"%s\",\"args\":[{}]}"), ESCAPE_NONE), "{}");
    fixture_expect(record_message(fixture_made("{\"msg\":[1,\"a\"]}"), ESCAPE_NONE), "[1, 'a']");
    fixture_expect(record_message(fixture_made("{\"msg\":\"a\\nb%s\",\"args\":[\"\\n\"]}"), ESCAPE_ARGUMENTS),
                   "a\\nb\\n");
    fixture_expect(record_message(fixture_made("{\"msg\":\"[%5s]\",\"args\":[\"\\n\"]}"), ESCAPE_ARGUMENTS),
                   "[   \\n]");
}

Test(message, failure_is_told_in_pythons_words) {
    text out;
    text_init(&out, 0);
    text_add_cstr(&out, "before ");
    record *rec = fixture_made("{\"msg\":\"%s and %s\",\"args\":[1]}");
    cr_assert_eq(record_message_add(rec, ESCAPE_NONE, &out), -1);
    fixture_expect(text_slice(&out), "before ");
    cr_assert(rec->render_failed);
    fixture_expect(rec->render_error, "TypeError: not enough arguments for format string");
    fixture_expect(record_message(rec, ESCAPE_NONE), "%s and %s");
    cr_assert_eq(record_message_add(rec, ESCAPE_NONE, &out), -1);
    text_done(&out);
}
