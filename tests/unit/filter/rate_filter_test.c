/* weir.RateLimitFilter and weir.DuplicateFilter: what passes, what is told of the rest, and that memory is
 * bounded. */
#include <criterion/criterion.h>

#include "base/clock.h"
#include "filter/filter.h"

static filter *made(const char *kind, const value *values, size_t count) {
    filter_args args = {.kind = filter_kind_find(slice_of(kind))};
    weir_error err;
    filter *f = NULL;
    for (size_t i = 0; i < count; i++) {
        args.values[i] = values[i];
        args.given[i] = values[i].type != VALUE_NONE;
    }
    if (args.kind->create(&args, &f, &err) != 0) return NULL;
    return f;
}

static filter *limit(int64_t rate, int64_t per_ms) {
    const value values[] = {value_int(rate), value_int(per_ms)};
    return made("weir.RateLimitFilter", values, 2);
}

static const ring_entry captured = {.kind = ENTRY_CALL};

/* A captured record of that time. */
static bool passes(filter *f, const char *logger, int level, const char *template, int64_t ms) {
    record rec = {.name = slice_of(logger),
                  .level = level,
                  .template = slice_of(template),
                  .message_raw = slice_of(template),
                  .rendered = true,
                  .entry = &captured,
                  .created_ns = 1000000000000000000 + ms * 1000000};
    return f->pass(f, &rec);
}

static filter_note note;
static bool told(filter *f, int64_t ms) {
    return f->tell(f, 1000000000000000000 + ms * 1000000, false, &note);
}

Test(rate_filter, so_many_of_a_kind_in_a_window) {
    filter *f = limit(2, 1000);
    cr_assert(passes(f, "a", 20, "x %d", 0));
    cr_assert(passes(f, "a", 20, "x %d", 1));
    cr_assert_not(passes(f, "a", 20, "x %d", 2));
    cr_assert_not(passes(f, "a", 20, "x %d", 900));
    cr_assert(passes(f, "a", 30, "x %d", 3), "another level");
    cr_assert(passes(f, "b", 20, "x %d", 3), "another logger");
    cr_assert(passes(f, "a", 20, "y %d", 3), "another template");
    cr_assert(passes(f, "a", 20, "x %d", 1001), "the next window");
    f->free(f);
}

Test(rate_filter, the_rest_is_told_of_when_its_window_ends_also_the_last_one) {
    filter *f = limit(1, 1000);
    cr_assert(passes(f, "a.b", 40, "no %s", 0));
    for (int i = 0; i < 12; i++) cr_assert_not(passes(f, "a.b", 40, "no %s", i));
    cr_assert_not(told(f, 999));
    cr_assert(told(f, 1000));
    cr_assert_str_eq(note.message, "12 similar suppressed in 1s: no %s");
    cr_assert_str_eq(note.logger, "a.b");
    cr_assert_eq(note.level, 40);
    cr_assert_not(told(f, 5000), "once");
    /* A window that begins before the note was asked for does not take it away. */
    cr_assert(passes(f, "a.b", 40, "no %s", 2000));
    cr_assert_not(passes(f, "a.b", 40, "no %s", 2001));
    cr_assert(passes(f, "a.b", 40, "no %s", 3000));
    cr_assert(told(f, 3000));
    cr_assert_str_eq(note.message, "1 similar suppressed in 1s: no %s");
    cr_assert_not(passes(f, "a.b", 40, "no %s", 3001));
    cr_assert(f->tell(f, 0, true, &note), "the generation ends");
    cr_assert_not(f->tell(f, 0, true, &note));
    f->free(f);
}

Test(rate_filter, duplicates_are_the_same_message) {
    filter *f = made("weir.DuplicateFilter", NULL, 0);
    cr_assert(passes(f, "a", 20, "same", 0));
    cr_assert_not(passes(f, "a", 20, "same", 4999));
    cr_assert(passes(f, "a", 20, "other", 1));
    cr_assert(passes(f, "a", 20, "same", 5000));
    cr_assert(told(f, 5000));
    cr_assert_str_eq(note.message, "1 similar suppressed in 5s: same");
    f->free(f);
}

Test(rate_filter, a_hundred_thousand_kinds_take_no_more_memory_and_lose_no_count) {
    filter *f = limit(1, 1000000);
    char template[32];
    uint64_t held = 0, sum = 0;
    for (int i = 0; i < 100000; i++) {
        snprintf(template, sizeof template, "kind %d", i);
        held += !passes(f, "a", 20, template, 0);
        held += !passes(f, "a", 20, template, 0);
    }
    while (f->tell(f, 0, true, &note)) sum += strtoull(note.message, NULL, 10);
    cr_assert_eq(sum, held);
    cr_assert_eq(held, 100000);
    f->free(f);
}

Test(rate_filter, arguments) {
    const value none = value_none(), one = value_int(1), zero = value_int(0),
                word = value_str(SLICE_LITERAL("moon")), all = value_str(SLICE_LITERAL("all"));
    const value bad[] = {one, none, word}, whole[] = {one, none, all};
    cr_assert_null(made("weir.RateLimitFilter", &zero, 1));
    cr_assert_null(made("weir.RateLimitFilter", bad, 3));
    cr_assert_null(limit(1, 0));
    filter *f = made("weir.RateLimitFilter", whole, 3);
    cr_assert(passes(f, "a", 20, "x", 0));
    cr_assert_not(passes(f, "b", 30, "y", 0));
    f->free(f);
}

Test(rate_filter, kinds_that_differ_in_their_last_letters_are_kept_apart) {
    filter *f = limit(1, 1000);
    char kind[32];
    int passed = 0;
    for (int round = 0; round < 3; round++)
        for (int i = 0; i < 200; i++) {
            snprintf(kind, sizeof kind, "kind %d", i);
            passed += passes(f, "a", 20, kind, round);
        }
    /* By chance some five of them may meet in one set of four. */
    cr_assert_leq(passed, 210, "%d", passed);
    f->free(f);
}
