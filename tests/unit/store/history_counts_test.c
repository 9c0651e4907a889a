/* Counts of the history by minute, level and logger: the right ones, in order, by times, level and logger. */
#include "support/history_fixture.h"

#define MINUTE QUERY_MINUTE_US
/* A whole minute, some time ago. */
#define START (INT64_C(28333333) * MINUTE)

static history_fixture f;
static history *h;
static record_query q;

static void feed(uint64_t id, int64_t created_us, int level, const char *logger) {
    row r = fixture_row(id);
    r.created_us = created_us;
    r.level = level;
    r.logger = slice_of(logger);
    fixture_feed(&f, &r, 1);
}

static void set_up(void) {
    fixture_dir(&f);
    fixture_open(&f, NULL);
    query_init(&q);
    feed(1, START, 20, "app");
    feed(2, START + MINUTE - 1, 20, "app");
    feed(3, START + MINUTE - 1, 40, "app");
    feed(4, START + MINUTE, 20, "app.net");
    feed(5, START + 5 * MINUTE, 20, "apple");
    cr_assert_eq(history_open(f.path, &h, &f.err), 0, "%s", f.err.message);
}

static void tear_down(void) {
    history_close(h);
    fixture_done(&f);
}
TestSuite(history_counts, .init = set_up, .fini = tear_down, .timeout = 120);

typedef struct seen {
    char words[512];
    int stop_after; /* 0: never */
    int calls;
} seen;

static int note(void *arg, const record_count *c) {
    seen *s = arg;
    size_t at = strlen(s->words);
    snprintf(s->words + at, sizeof s->words - at, "%s%d/%d/%.*s=%d", at > 0 ? " " : "",
             (int)(c->minute - START / MINUTE), c->level, (int)c->logger.len, c->logger.data, (int)c->count);
    return ++s->calls == s->stop_after;
}

static void expect(const char *words) {
    seen s = {.calls = 0};
    cr_assert_eq(history_counts(h, &q, 10000, note, &s, &f.err), 0, "%s", f.err.message);
    cr_expect_str_eq(s.words, words);
}

Test(history_counts, all_in_the_order_of_minutes_and_levels) {
    expect("0/20/app=2 0/40/app=1 1/20/app.net=1 5/20/apple=1");
}

Test(history_counts, since_is_rounded_down_and_until_up) {
    q.since_us = START + MINUTE - 1;
    q.until_us = START + MINUTE;
    expect("0/20/app=2 0/40/app=1");
    q.until_us = START + MINUTE + 1;
    expect("0/20/app=2 0/40/app=1 1/20/app.net=1");
    q.since_us = START + 6 * MINUTE;
    q.until_us = INT64_MAX;
    expect("");
}

Test(history_counts, level_and_logger) {
    q.min_level = 30;
    expect("0/40/app=1");
    q.min_level = 0;
    q.logger = slice_of("app");
    expect("0/20/app=2 0/40/app=1 1/20/app.net=1");
    q.logger = slice_of("b*");
    expect("");
    q.logger = slice_of("appl?");
    expect("5/20/apple=1");
}

Test(history_counts, the_visitor_ends_it_and_it_can_be_asked_again) {
    seen s = {.stop_after = 2};
    cr_assert_eq(history_counts(h, &q, 10000, note, &s, &f.err), 0, "%s", f.err.message);
    cr_expect_eq(s.calls, 2);
    feed(6, START, 20, "app");
    expect("0/20/app=3 0/40/app=1 1/20/app.net=1 5/20/apple=1");
}
