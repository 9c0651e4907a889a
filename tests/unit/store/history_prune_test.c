/* A history stays below its age and its size, and its words, counts and names stay true. */
#include "support/history_fixture.h"

#include "base/clock.h"

static history_fixture f;

static void set_up(void) { fixture_dir(&f); }
static void tear_down(void) { fixture_done(&f); }
TestSuite(history_prune, .init = set_up, .fini = tear_down, .timeout = 120);

static int64_t rows(void) { return fixture_number(&f, "SELECT count(*) FROM records"); }

static void consistent(void) {
    fixture_sql(&f, "INSERT INTO records_text (records_text, rank) VALUES ('integrity-check', 1)");
    cr_expect_eq(fixture_number(&f, "SELECT sum(count) FROM rollup"), rows());
    cr_expect_eq(fixture_number(&f, "SELECT count(*) FROM rollup WHERE count <= 0"), 0);
    cr_expect_eq(
        fixture_number(&f, "SELECT count(*) FROM records r LEFT JOIN sites s ON s.id = r.site"
                           " LEFT JOIN loggers l ON l.id = s.logger LEFT JOIN threads t ON t.id = r.thread"
                           " WHERE l.id IS NULL OR t.id IS NULL"),
        0);
}

/* idle does a little each time; this is many times. */
static void idle_until_done(void) {
    for (int i = 0; i < 10000; i++) {
        fixture_writer(&f)->look_at_ns = 0;
        f.sink->idle(f.sink);
        if (!fixture_writer(&f)->over_limit) return;
    }
    cr_assert_fail("pruning does not end");
}

/* Rows that are age_s seconds old, each with a logger and a thread of that age. */
static void feed_aged(uint64_t first, size_t count, int64_t age_s) {
    char logger[32];
    snprintf(logger, sizeof logger, "age.of.%d", (int)age_s);
    for (size_t i = 0; i < count; i++) {
        row r = fixture_row(first + i);
        r.created_us = clock_realtime_ns() / 1000 - age_s * 1000000;
        r.logger = r.thread_name = slice_of(logger);
        fixture_chunk(&f, &r, 1);
        if (f.count < FIXTURE_CHUNKS && i + 1 < count) continue;
        size_t bytes;
        cr_assert_eq(fixture_write(&f, &bytes), SINK_OK, "%s", f.err.message);
        fixture_drop_chunks(&f);
    }
}

Test(history_prune, by_age) {
    fixture_open(&f, NULL);
    feed_aged(1, 3000, 7 * 86400);
    feed_aged(10001, 10, 60);
    fixture_close_sink(&f);
    fixture_open(&f, "{\"max_age_ms\": 86400000}");
    idle_until_done();
    cr_expect_eq(rows(), 10);
    cr_expect_eq(fixture_writer(&f)->pruned, 3000);
    consistent();
    fixture_writer(&f)->look_at_ns = fixture_writer(&f)->sweep_at_ns = 0;
    f.sink->idle(f.sink);
    cr_expect_eq(fixture_number(&f, "SELECT count(*) FROM loggers"), 1,
                 "names that nothing refers to go too");
    cr_expect_eq(fixture_number(&f, "SELECT count(*) FROM sites"), 1);
    cr_expect_eq(fixture_number(&f, "SELECT count(*) FROM threads"), 1);
    feed_aged(20001, 10, 61);
    feed_aged(20101, 10, 0);
    cr_expect_eq(rows(), 30);
    consistent();
}

/* Old records out of a dead process's queue come after their site was swept. */
Test(history_prune, a_swept_name_comes_back) {
    sink_spec shorter = f.spec;
    fixture_open(&f, NULL);
    feed_aged(1, 5, 9 * 86400);
    feed_aged(101, 5, 0);
    shorter.options = slice_of("{\"max_age_ms\": 691200000}");
    f.sink->update(f.sink, &shorter);
    idle_until_done();
    fixture_writer(&f)->look_at_ns = fixture_writer(&f)->sweep_at_ns = 0;
    f.sink->idle(f.sink);
    cr_expect_eq(fixture_number(&f, "SELECT count(*) FROM sites"), 1);
    f.sink->update(f.sink, &f.spec);
    feed_aged(6, 5, 9 * 86400);
    cr_expect_eq(fixture_number(&f, "SELECT count(*) FROM log WHERE logger = 'age.of.777600'"), 5);
    consistent();
}

Test(history_prune, by_size_while_writing) {
    static row some[500];
    static char message[220];
    int64_t largest = 0;
    struct stat st;
    fixture_open(&f, "{\"max_size\": 3000000}");
    for (uint64_t id = 1; id < 60000; id += 500) {
        for (uint64_t i = 0; i < 500; i++) {
            some[i] = fixture_row(id + i);
            memset(message, 'x', sizeof message);
            snprintf(message, 60, "request %d of user %d ", (int)(id + i), (int)((id * 7919) % 10007));
            some[i].message = slice_make(message, sizeof message);
        }
        fixture_writer(&f)->look_at_ns = 0;
        fixture_feed(&f, some, 500);
        sqlite3_wal_checkpoint_v2(fixture_writer(&f)->conn.db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
        cr_assert_eq(stat(f.path, &st), 0);
        if (st.st_size > largest) largest = st.st_size;
    }
    idle_until_done();
    cr_expect_lt(largest, 4500000, "it never grows far beyond: %lld", (long long)largest);
    cr_expect_gt(rows(), 3000, "and is used well");
    cr_expect_eq(fixture_number(&f, "SELECT max(id) FROM records"), 60000, "the oldest go, not the newest");
    cr_expect_eq(fixture_number(&f, "SELECT max(id) - min(id) + 1 FROM records"), rows());
    consistent();
}

Test(history_prune, a_smaller_bound_shrinks_the_file) {
    struct stat before, after;
    fixture_open(&f, NULL);
    fixture_feed_plain(&f, 1, 60000);
    fixture_close_sink(&f);
    cr_assert_eq(stat(f.path, &before), 0);
    fixture_open(&f, "{\"max_size\": 1048576}");
    idle_until_done();
    for (int i = 0; i < 300; i++) {
        fixture_writer(&f)->look_at_ns = 0;
        f.sink->idle(f.sink);
    }
    fixture_close_sink(&f);
    cr_assert_eq(stat(f.path, &after), 0);
    cr_expect_gt(before.st_size, 4000000);
    cr_expect_lt(after.st_size, 2000000, "%lld", (long long)after.st_size);
    consistent();
}

Test(history_prune, a_step_is_short) {
    fixture_open(&f, NULL);
    fixture_feed_plain(&f, 1, 50000);
    fixture_close_sink(&f);
    fixture_open(&f, "{\"max_age_ms\": 1}");
    int64_t longest = 0;
    for (int i = 0; i < 20; i++) {
        int64_t begin = clock_monotonic_ns();
        f.sink->idle(f.sink);
        if (clock_monotonic_ns() - begin > longest) longest = clock_monotonic_ns() - begin;
    }
    cr_expect_lt(longest, INT64_C(250000000), "%lld ms", (long long)longest / 1000000);
}
