/* capture_test.c - what a call leaves in the ring, read back as a record. */
#include <errno.h>
#include <locale.h>
#include <math.h>
#include <stddef.h>
#include <wchar.h>

#include "front_fixture.h"

static front_fixture f;
static record rec;

static void open_front(void) { fixture_open(&f); }
static void close_front(void) { fixture_close(&f); }
TestSuite(capture, .init = open_front, .fini = close_front);

Test(capture, numbers) {
    weir_logger *lg = weir_get_logger("a.b");
    WEIR_ERROR(lg, "%d %u %ld %lu %lld %zu %c %x %hd %hhu %g", -1, 4000000000u, -5L, 7UL, -9LL, (size_t)11,
               'x', 255, (short)-3, (unsigned char)200, 0.25);
    expect_message(&f, &rec, "-1 4000000000 -5 7 -9 11 x ff -3 200 0.25");
    cr_assert_slice(rec.name, "a.b");
    cr_assert_eq(rec.level, WEIR_LEVEL_ERROR);
    cr_assert_slice(rec.func, __func__);
    cr_assert_slice(rec.filename, "capture_test.c");
}

Test(capture, no_arguments) {
    WEIR_WARNING(weir_get_logger(NULL), "100%%");
    expect_message(&f, &rec, "100%");
    cr_assert_slice(rec.name, "root");
}

Test(capture, strings) {
    char buffer[8] = "before";
    const char *volatile none = NULL;
    WEIR_ERROR(weir_get_logger("s"), "%s|%.3s|%.*s|%.*s|%5s|%s", buffer, "abcdef", 2, "xyz", -1, "whole", "r",
               none);
    memcpy(buffer, "after!", 7);
    expect_message(&f, &rec, "before|abc|xy|whole|    r|(null)");
}

/* The same site again and again: its first call goes another way than the warm ones. */
Test(capture, strings_of_every_length_beside_numbers) {
    weir_logger *lg = weir_bind(weir_get_logger("s"), "key", "value");
    for (size_t len = 0; len < 100; len++) {
        char letters[101], expected[400];
        for (size_t i = 0; i < len; i++) letters[i] = (char)('a' + i % 26);
        letters[len] = '\0';
        const char *volatile nothing = len % 2 != 0 ? "" : NULL;
        WEIR_ERROR(lg, "%s %d %s %g %s %u %d %d %d %d %d %s", letters, -3, letters, 0.5, nothing, 4000000000u,
                   6, 7, 8, 9, 10, letters);
        snprintf(expected, sizeof expected, "%s -3 %s 0.5 %s 4000000000 6 7 8 9 10 %s", letters, letters,
                 nothing == NULL ? "(null)" : "", letters);
        expect_message(&f, &rec, expected);
        cr_assert_eq(rec.field_count, 1);
        cr_assert_slice(rec.fields[0].key, "key");
    }
}

Test(capture, a_warm_site_takes_a_string_that_must_be_cut) {
    static char huge[RING_DEFAULT_SIZE];
    memset(huge, 'x', sizeof huge - 1);
    for (int i = 0; i < 3; i++) {
        WEIR_ERROR(weir_get_logger("s"), "%d %s", i, i == 1 ? huge : "short");
        cr_assert(fixture_next(&f, &rec));
        cr_assert_eq((rec.entry->flags & ENTRY_CUT) != 0, i == 1);
        cr_assert_eq(record_message(&rec, ESCAPE_NONE).data[0], '0' + i);
    }
}

Test(capture, a_limited_string_needs_no_nul) {
    char raw[4] = {'w', 'x', 'y', 'z'};
    WEIR_ERROR(weir_get_logger("s"), "%.*s", 4, raw);
    expect_message(&f, &rec, "wxyz");
}

Test(capture, long_double_pointer_errno) {
    errno = ENOENT;
    WEIR_ERROR(weir_get_logger("s"), "%Lg %p %m %jd %td", 1.5L, (void *)0x1234, (intmax_t)-8, (ptrdiff_t)3);
    cr_assert_eq(errno, ENOENT);
    expect_message(&f, &rec, "1.5 0x1234 No such file or directory -8 3");
}

Test(capture, many_arguments) {
    WEIR_ERROR(weir_get_logger("m"), "%d %d %d %d %d %d %d %d %d %d %d %d %d %s %f", 1, 2, 3, 4, 5, 6, 7, 8,
               9, 10, 11, 12, 13, "s", 0.5);
    expect_message(&f, &rec, "1 2 3 4 5 6 7 8 9 10 11 12 13 s 0.500000");
}

Test(capture, what_cannot_be_captured_is_formatted_at_once_in_the_c_locale) {
    setlocale(LC_ALL, "de_DE.UTF-8");
    WEIR_ERROR(weir_get_logger("t"), "%2$s %1$.1f %3$ls", 1.5, "two", L"w");
    expect_message(&f, &rec, "two 1.5 w");
    WEIR_ERROR(weir_get_logger("t"), "%ls %.2f %lc %6.2ls|", L"caf\u00e9", 1.5, (wint_t)0x20AC, L"\u00e9a");
    expect_message(&f, &rec, "caf\u00e9 1.50 \u20ac     \u00e9|");
    int n = 77;
    WEIR_ERROR(weir_get_logger("t"), "%d %n", 1, &n);
    expect_message(&f, &rec, "[not formatted: %n] %d %n");
    cr_assert_eq(n, 77);
}

static void log_by_va_list(weir_logger *lg, int level, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static void log_by_va_list(weir_logger *lg, int level, const char *format, ...) {
    va_list args;
    va_start(args, format);
    weir_vlog(lg, level, "/src/x.lua", 12, "fn", format, args);
    va_end(args);
}

Test(capture, vlog) {
    weir_logger *lg = weir_get_logger("v");
    log_by_va_list(lg, WEIR_LEVEL_DEBUG, "%d is not seen", 1);
    errno = EPERM;
    log_by_va_list(lg, WEIR_LEVEL_ERROR, "%d %s %m", 1, "a");
    expect_message(&f, &rec, "1 a Operation not permitted");
    cr_assert_slice(rec.filename, "x.lua");
    cr_assert_eq(rec.lineno, 12);
    cr_assert_slice(rec.func, "fn");
    cr_assert_not(fixture_next(&f, &rec));
}

Test(capture, fields_of_logger_thread_and_call) {
    weir_logger *lg = weir_bind(weir_bind(weir_get_logger("f"), "a", "1"), "b", "2");
    cr_assert_eq(lg, weir_bind(weir_bind(weir_get_logger("f"), "a", "1"), "b", "2"));
    cr_assert_eq(weir_context_push("b", "thread"), 0);
    WEIR_ERROR(lg, "%d", 1);
    expect_message(&f, &rec, "1");
    cr_assert_eq(rec.field_count, 2);
    cr_assert_slice(fixture_field(&rec, "a")->str, "1");
    cr_assert_slice(fixture_field(&rec, "b")->str, "thread");
    const char *null = NULL;
    WEIR_LOG_FIELDS(lg, WEIR_LEVEL_ERROR,
                    (weir_str("b", "call"), weir_int("i", -5), weir_uint("u", 5),
                     weir_uint("big", UINT64_MAX), weir_double("d", 0.5), weir_bool("t", 1),
                     weir_str("n", null)),
                    "%s", "x");
    expect_message(&f, &rec, "x");
    cr_assert_slice(fixture_field(&rec, "b")->str, "call");
    cr_assert_eq(fixture_field(&rec, "i")->i64, -5);
    cr_assert_eq(fixture_field(&rec, "u")->i64, 5);
    cr_assert_eq(fixture_field(&rec, "big")->type, VALUE_BIGINT);
    cr_assert_slice(fixture_field(&rec, "big")->str, "18446744073709551615");
    cr_assert_float_eq(fixture_field(&rec, "d")->f64, 0.5, 0);
    cr_assert(fixture_field(&rec, "t")->boolean);
    cr_assert_eq(fixture_field(&rec, "n")->type, VALUE_NONE);
    cr_assert_eq(weir_context_pop("b"), 0);
    cr_assert_eq(weir_context_pop("b"), -1);
    WEIR_ERROR(lg, "again");
    cr_assert(fixture_next(&f, &rec));
    cr_assert_slice(fixture_field(&rec, "b")->str, "2");
}

Test(capture, more_fields_than_the_limit_are_left_out_and_marked) {
    weir_field many[LIMIT_CALL_FIELDS + 3];
    for (size_t i = 0; i < LIMIT_CALL_FIELDS + 3; i++) many[i] = weir_int("k", (int64_t)i);
    static weir_call_site site = {0, "f.c", "fn", "x", 1, 0};
    weir_log_call_fields(weir_get_logger("f"), &site, WEIR_LEVEL_ERROR, many, LIMIT_CALL_FIELDS + 3, "x");
    cr_assert(fixture_next(&f, &rec));
    cr_assert_eq(fixture_field(&rec, "k")->i64, LIMIT_CALL_FIELDS - 1);
    cr_assert(rec.entry->flags & ENTRY_CUT);
}

Test(capture, long_strings_are_cut_the_longest_first) {
    static char large[1024 * 1024];
    memset(large, 'x', sizeof large - 1);
    WEIR_ERROR(weir_get_logger("c"), "%s|%s", "short", large);
    cr_assert(fixture_next(&f, &rec));
    slice m = record_message(&rec, ESCAPE_NONE);
    cr_assert(rec.entry->flags & ENTRY_CUT);
    cr_assert_leq(rec.entry->size, RING_DEFAULT_SIZE / 4);
    cr_assert_geq(rec.entry->size, RING_DEFAULT_SIZE / 4 - 64);
    cr_assert_eq(memcmp(m.data, "short|xxx", 9), 0);
    unsigned long cut = 0;
    const char *mark = memmem(m.data, m.len, "…[", 4);
    cr_assert_not_null(mark);
    cr_assert_eq(sscanf(mark, "…[%lu bytes cut]", &cut), 1);
    cr_assert_eq((size_t)(mark - m.data) - 6 + cut, sizeof large - 1);
    cr_assert_eq(m.data[m.len - 1], ']');
}

Test(capture, a_cut_splits_no_character) {
    static char large[600 * 1024 + 1];
    for (size_t i = 0; i + 3 < sizeof large; i += 3) memcpy(large + i, "€", 3);
    for (int shift = 0; shift < 3; shift++) {
        WEIR_ERROR(weir_get_logger("c"), "%s%s", &"ab"[2 - shift], large);
        cr_assert(fixture_next(&f, &rec));
        slice m = record_message(&rec, ESCAPE_NONE);
        const char *mark = memmem(m.data, m.len, "…[", 4);
        cr_assert_eq((mark - m.data - shift) % 3, 0);
        log_by_va_list(weir_get_logger("c"), WEIR_LEVEL_ERROR, "%s%s", &"ab"[2 - shift], large);
        cr_assert(fixture_next(&f, &rec));
        m = record_message(&rec, ESCAPE_NONE);
        mark = memmem(m.data, m.len, "…[", 4);
        cr_assert_not_null(mark);
        cr_assert_eq((mark - m.data - shift) % 3, 0);
    }
}

static __attribute__((noinline)) void fails(void) {
    WEIR_EXCEPTION(weir_get_logger("e"), "failed %d", 3);
    __asm__ volatile("");
}

Test(capture, exception_has_the_callers_stack) {
    fails();
    expect_message(&f, &rec, "failed 3");
    cr_assert_eq(rec.level, WEIR_LEVEL_ERROR);
    cr_assert_eq(memcmp(rec.exc_text.data, "Stack (most recent call first):\n  #0 ", 37), 0);
    cr_assert_null(memmem(rec.exc_text.data, rec.exc_text.len, "weir_log_call", 13));
    cr_assert_not_null(memmem(rec.exc_text.data, rec.exc_text.len, "\n  #1 ", 6), "%.*s",
                       (int)rec.exc_text.len, rec.exc_text.data);
}

Test(capture, made_records) {
    value_pair pairs[] = {{value_str(SLICE_LITERAL("msg")), value_str(SLICE_LITERAL("hello"))},
                          {value_str(SLICE_LITERAL("lineno")), value_int(7)}};
    value attributes = {.type = VALUE_DICT, .dict = {pairs, 2}};
    cr_assert_eq(front_emit_made(logger_of_handle(weir_get_logger("made")), 35, &attributes), 0);
    expect_message(&f, &rec, "hello");
    cr_assert_slice(rec.name, "made");
    cr_assert_eq(rec.level, 35);
    cr_assert_eq(rec.lineno, 7);
    static char large[700000];
    memset(large, 'y', sizeof large);
    pairs[0].val = value_str(slice_make(large, sizeof large));
    cr_assert_eq(front_emit_made(logger_of_handle(weir_get_logger("made")), 35, &attributes), 0);
    cr_assert(fixture_next(&f, &rec));
    cr_assert(rec.entry->flags & ENTRY_CUT);
    cr_assert_eq(rec.lineno, 7);
    cr_assert_not_null(memmem(record_message(&rec, ESCAPE_NONE).data, record_message(&rec, ESCAPE_NONE).len,
                              " bytes cut]", 11));
}

Test(capture, stamps_never_run_backwards) {
    weir_logger *lg = weir_get_logger("o");
    uint64_t last = 0;
    for (int i = 0; i < 1000; i++) WEIR_ERROR(lg, "%d", i);
    for (int i = 0; i < 1000; i++) {
        cr_assert(fixture_next(&f, &rec));
        cr_assert_geq(rec.stamp, last);
        last = rec.stamp;
    }
}
