/* number_double_test.c - number_printf against the C library, number_repr against strtod. */
#include <criterion/criterion.h>
#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/number.h"

static const double edges[] = {
    0.0,
    -0.0,
    1.0,
    -1.0,
    0.5,
    1.5,
    2.5,
    0.25,
    0.125,
    0.375,
    9.5,
    99.5,
    999.5,
    0.05,
    0.95,
    0.995,
    9.995,
    1234565.0,
    1234575.0,
    12345675.0,
    1234567.5,
    999999.5,
    9999995.0,
    1e5,
    1e6,
    1e15,
    1e16,
    1e17,
    1e22,
    1e23,
    5e22,
    0.0001,
    0.00001,
    0.00009999995,
    123456.5,
    4503599627370496.5,
    9007199254740991.0,
    9007199254740992.0,
    9223372036854774784.0,
    9223372036854775808.0,
    18446744073709551616.0,
    5e-324,
    DBL_MIN,
    DBL_MAX,
    DBL_EPSILON,
    2.2250738585072011e-308,
    1e-292,
    1e292,
    1e-5,
    8.5,
    7.5,
    0.3,
    2.675,
    1.005,
    1e100,
    1e-100,
    6.103515625e-05,
    3.0517578125e-05,
    1.4901161193847656e-08,
};

static const char conversions[] = "efgEFG";

/* The same literal for every conversion, as the compiler wants it. */
static int print_by_libc(char *out, size_t size, char conversion, bool alt, int precision, double d) {
#define BY(c) (alt ? snprintf(out, size, "%#.*" c, precision, d) : snprintf(out, size, "%.*" c, precision, d))
    switch (conversion) {
    case 'e': return BY("e");
    case 'f': return BY("f");
    case 'g': return BY("g");
    case 'E': return BY("E");
    case 'F': return BY("F");
    case 'G': return BY("G");
    case 'a': return BY("a");
    default: return BY("A");
    }
#undef BY
}

/* %#g as C11 7.21.6.1 defines it, since glibc 2.36 drops a digit where rounding adds one before the
 * point (it prints 99.5 by %#.2g as "1.e+02"). */
static void print_alternative_general(char *out, size_t size, bool upper, int precision, double d) {
    int digits = precision < 0 ? 6 : precision == 0 ? 1 : precision;
    char scientific[2000];
    snprintf(scientific, sizeof(scientific), "%.*e", digits - 1, d);
    const char *e = strchr(scientific, 'e');
    int exponent = e == NULL ? 0 : atoi(e + 1);
    bool fixed = exponent >= -4 && exponent < digits;
    print_by_libc(out, size, (char)((fixed ? 'f' : 'e') - (upper ? 32 : 0)), true,
                  fixed ? digits - 1 - exponent : digits - 1, d);
}

static text out;
static void open_text(void) { text_init(&out, 0); }
static void close_text(void) { text_done(&out); }
TestSuite(number_double, .init = open_text, .fini = close_text);

static void compare(char conversion, int precision, bool alt, double d) {
    char expected[2000];
    if (alt && (conversion == 'g' || conversion == 'G')) {
        print_alternative_general(expected, sizeof(expected), conversion == 'G', precision, d);
    } else {
        print_by_libc(expected, sizeof(expected), conversion, alt, precision, d);
    }
    text_clear(&out);
    number_printf(&out, conversion, precision, alt, d);
    if (strcmp(expected, text_cstr(&out)) != 0) {
        cr_assert_fail("%a %%%s.%d%c: expected %s, got %s", d, alt ? "#" : "", precision, conversion,
                       expected, text_cstr(&out));
    }
}

static void compare_all(double d) {
    for (int precision = -1; precision <= 25; precision++) {
        for (size_t c = 0; c < sizeof(conversions) - 1; c++) {
            compare(conversions[c], precision, false, d);
            compare(conversions[c], precision, true, d);
        }
    }
}

Test(number_double, edges) {
    for (size_t i = 0; i < sizeof(edges) / sizeof(edges[0]); i++) {
        compare_all(edges[i]);
        compare_all(-edges[i]);
        compare_all(nextafter(edges[i], INFINITY));
        compare_all(nextafter(edges[i], -INFINITY));
    }
    compare_all(INFINITY);
    compare_all(-INFINITY);
    compare_all(NAN);
    compare_all(-NAN);
}

Test(number_double, powers) {
    for (int e = -1074; e < 1024; e++) {
        for (int precision = 0; precision < 18; precision++) {
            compare('e', precision, false, ldexp(1, e));
            compare('g', precision, false, ldexp(1, e));
        }
        compare('f', 6, false, ldexp(1, e));
    }
    for (int e = -323; e <= 308; e++) {
        char decimal[16];
        snprintf(decimal, sizeof(decimal), "1e%d", e);
        double d = strtod(decimal, NULL);
        for (int precision = 0; precision < 18; precision++) {
            compare('e', precision, false, d);
            compare('g', precision, false, nextafter(d, 0));
        }
    }
}

static uint64_t state = 88172645463325252u;
static uint64_t random64(void) {
    state ^= state << 13;
    state ^= state >> 7;
    return state ^= state << 17;
}

static double any_double(void) {
    uint64_t bits = random64();
    double d;
    memcpy(&d, &bits, sizeof(d));
    return d;
}

/* What programs print: measures with few decimals, ties among them. */
static double usual_double(void) {
    static const double units[] = {1, 2, 4, 8, 10, 16, 100, 1000, 1024, 1e6, 1e9};
    double whole = (double)(int64_t)(random64() >> (random64() % 50 + 14));
    return whole / units[random64() % (sizeof(units) / sizeof(units[0]))];
}

Test(number_double, random) {
    for (int i = 0; i < 60000; i++) {
        char conversion = conversions[random64() % 6];
        int precision = (int)(random64() % 20) - 1;
        bool alt = random64() % 8 == 0;
        compare(conversion, precision, alt, any_double());
        compare(conversion, precision, alt, usual_double());
        compare('g', -1, false, usual_double());
        compare('f', precision, false, usual_double());
    }
}

/* %g of a whole number with a 5 behind the last digit shown: ties on the way of whole numbers. */
Test(number_double, ties) {
    for (uint64_t i = 0; i < 20000; i++) {
        double d = (double)(random64() % 1000000 * 10 + 5);
        compare('g', 6, false, d);
        compare('g', 6, false, d * 1e3);
        compare('e', 5, false, d * 1e10);
        compare('f', 2, false, d / 1000);
        compare('f', 0, false, d / 2);
    }
}

Test(number_double, hexadecimal_is_the_c_librarys) {
    compare('a', -1, false, 0.1);
    compare('A', 3, true, -1e300);
    compare('a', -1, false, INFINITY);
}

Test(number_double, very_long) {
    compare('f', 1500, false, 0.1);
    compare('f', 3, false, DBL_MAX);
    compare('e', 1000, false, DBL_MIN);
    text small;
    text_init(&small, 20);
    number_printf(&small, 'f', 30, false, 0.1);
    cr_assert(small.failed);
    cr_assert_eq(small.len, 0);
    text_clear(&small);
    text_add_cstr(&small, "0123456789");
    number_printf(&small, 'f', 2, false, 1e20); /* 24 bytes */
    cr_assert(small.failed);
    cr_assert_str_eq(text_cstr(&small), "0123456789");
    text_done(&small);
}

Test(number_double, long_double) {
    const long double values[] = {0.1L, 1.0L / 3, 1e4000L, -2.5L, 0.0L, 1e-4940L, 18446744073709551615.0L};
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        char expected[6000];
        for (int precision = 0; precision < 30; precision++) {
            snprintf(expected, sizeof(expected), "%.*Lg %#.*Lf %.*LE %.*La", precision, values[i], precision,
                     values[i], precision, values[i], precision, values[i]);
            text_clear(&out);
            number_printf_long(&out, 'g', precision, false, values[i]);
            text_add_char(&out, ' ');
            number_printf_long(&out, 'f', precision, true, values[i]);
            text_add_char(&out, ' ');
            number_printf_long(&out, 'E', precision, false, values[i]);
            text_add_char(&out, ' ');
            number_printf_long(&out, 'a', precision, false, values[i]);
            cr_assert_str_eq(text_cstr(&out), expected);
        }
    }
    text_clear(&out);
    number_printf_long(&out, 'g', -1, false, (long double)NAN);
    number_printf_long(&out, 'F', -1, false, -(long double)INFINITY);
    number_printf_long(&out, 'a', -1, false, (long double)INFINITY);
    cr_assert_str_eq(text_cstr(&out), "nan-INFinf");
}

static void expect_repr(double d, const char *expected) {
    text_clear(&out);
    number_repr(&out, d);
    cr_assert_str_eq(text_cstr(&out), expected);
}

Test(number_double, repr) {
    expect_repr(0.0, "0.0");
    expect_repr(-0.0, "-0.0");
    expect_repr(1.0, "1.0");
    expect_repr(100.0, "100.0");
    expect_repr(0.1, "0.1");
    expect_repr(2.0 / 3, "0.6666666666666666");
    expect_repr(1e15, "1000000000000000.0");
    expect_repr(9999999999999998.0, "9999999999999998.0");
    expect_repr(1e16, "1e+16");
    expect_repr(123456789012345680.0, "1.2345678901234568e+17");
    expect_repr(1e22, "1e+22");
    expect_repr(1e23, "1e+23");
    expect_repr(0.0001, "0.0001");
    expect_repr(0.00012345, "0.00012345");
    expect_repr(0.00001, "1e-05");
    expect_repr(5e-324, "5e-324");
    expect_repr(-DBL_MAX, "-1.7976931348623157e+308");
    expect_repr(DBL_MIN, "2.2250738585072014e-308");
    expect_repr(INFINITY, "inf");
    expect_repr(-INFINITY, "-inf");
    expect_repr(NAN, "nan");
    expect_repr(-NAN, "nan");
    expect_repr(9007199254740993.0, "9007199254740992.0");
    expect_repr(4.35, "4.35");
}

static size_t digits_in(const char *repr) {
    size_t digits = 0, zeros = 0;
    for (; *repr != '\0' && *repr != 'e'; repr++) {
        if (*repr < '0' || *repr > '9') continue;
        zeros = *repr == '0' ? zeros + 1 : 0;
        digits += digits > 0 || *repr != '0';
    }
    return digits - (digits > 0 ? zeros : 0);
}

/* It reads back, and no shorter one does. */
Test(number_double, repr_random) {
    for (int i = 0; i < 100000; i++) {
        double d = i % 2 == 0 ? any_double() : usual_double();
        if (!isfinite(d) || d == 0) continue;
        text_clear(&out);
        number_repr(&out, d);
        cr_assert_eq(strtod(text_cstr(&out), NULL), d, "%a: %s", d, text_cstr(&out));
        size_t digits = digits_in(text_cstr(&out));
        if (digits < 2) continue;
        char shorter[64];
        snprintf(shorter, sizeof(shorter), "%.*e", (int)digits - 2, d);
        cr_assert_neq(strtod(shorter, NULL), d, "%a: %s is longer than %s", d, text_cstr(&out), shorter);
    }
}

Test(number_double, does_not_follow_the_hosts_locale) {
    static const char *const with_comma[] = {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "de_DE"};
    for (size_t i = 0; i < sizeof(with_comma) / sizeof(with_comma[0]); i++) {
        if (setlocale(LC_ALL, with_comma[i]) != NULL) break;
    }
    number_printf(&out, 'f', 2, false, 1.5);
    number_printf(&out, 'f', 25, false, 1.5);
    number_printf(&out, 'a', -1, false, 1.5);
    number_printf_long(&out, 'g', -1, false, 1.5L);
    cr_assert_str_eq(text_cstr(&out), "1.50"
                                      "1.5000000000000000000000000"
                                      "0x1.8p+0"
                                      "1.5");
}
