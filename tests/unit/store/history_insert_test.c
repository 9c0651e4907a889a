/* What goes into a history comes out of it, once, whatever happens in between. */
#include <signal.h>
#include <sys/wait.h>

#include "support/history_fixture.h"

static history_fixture f;

static void set_up(void) {
    fixture_dir(&f);
    fixture_open(&f, NULL);
}
static void tear_down(void) { fixture_done(&f); }
TestSuite(history_insert, .init = set_up, .fini = tear_down, .timeout = 60);

typedef struct seen {
    size_t count;
    uint64_t last;
} seen;

static int count_row(void *arg, const row *r) {
    seen *s = arg;
    s->count++;
    s->last = r->id;
    return 0;
}

static size_t readable(void) {
    history *h = NULL;
    record_query q;
    seen s = {0};
    query_init(&q);
    q.limit = 1000;
    cr_assert_eq(history_open(f.path, &h, &f.err), 0, "%s", f.err.message);
    cr_assert_eq(history_query(h, &q, 5000, count_row, &s, &f.err), 0, "%s", f.err.message);
    history_close(h);
    return s.count;
}

static void same(slice got, slice wanted, const char *what) {
    cr_expect(slice_equal(got, wanted), "%s: \"%.*s\" is not \"%.*s\"", what, (int)got.len, got.data,
              (int)wanted.len, wanted.data);
}

static int compare(void *arg, const row *r) {
    const row *w = arg;
    cr_expect_eq(r->id, w->id);
    cr_expect_eq(r->created_us, w->created_us);
    cr_expect_eq(r->level, w->level);
    cr_expect_eq(r->lineno, w->lineno);
    cr_expect_eq(r->thread, w->thread);
    cr_expect_eq(r->process, w->process);
    same(r->level_name, w->level_name, "level_name");
    same(r->logger, w->logger, "logger");
    same(r->message, w->message, "message");
    same(r->template, w->template, "template");
    same(r->pathname, w->pathname, "pathname");
    same(r->func, w->func, "func");
    same(r->thread_name, w->thread_name, "thread_name");
    same(r->process_name, w->process_name, "process_name");
    same(r->exc_text, w->exc_text, "exc_text");
    same(r->fields, w->fields, "fields");
    cr_expect_eq(r->exc_text.data == NULL, w->exc_text.data == NULL, "an empty text is not none");
    return 0;
}

static void round_trip(row r) {
    history *h = NULL;
    fixture_feed(&f, &r, 1);
    cr_assert_eq(history_open(f.path, &h, &f.err), 0, "%s", f.err.message);
    cr_assert_eq(history_get(h, r.id, compare, &r, &f.err), 0, "%s", f.err.message);
    history_close(h);
}

Test(history_insert, every_column_comes_back) { round_trip(fixture_row(1)); }

Test(history_insert, hostile_and_empty_texts_come_back) {
    row r = fixture_row(2);
    r.message = SLICE_LITERAL("a\0b \xff\xfe '); DROP TABLE records; -- \n\t\xe2\x80\xa8");
    r.template = SLICE_LITERAL("");
    r.logger = SLICE_LITERAL("x'\"\0y");
    r.exc_text = SLICE_LITERAL("");
    r.fields = SLICE_LITERAL("{\"k\":\"\\u0000\"}");
    r.pathname = r.func = r.thread_name = r.process_name = SLICE_LITERAL("");
    r.level = -5;
    r.created_us = -1;
    r.lineno = INT64_MIN;
    r.thread = UINT64_MAX;
    round_trip(r);
    row none = fixture_row(3);
    none.message = none.template = SLICE_NONE;
    none.message = none.template = SLICE_LITERAL("");
    round_trip(none);
}

Test(history_insert, a_message_without_template_is_its_own_and_makes_no_site_each) {
    for (uint64_t id = 1; id <= 20; id++) {
        char message[32];
        snprintf(message, sizeof message, "line %d", (int)id);
        row r = fixture_row(id);
        r.message = r.template = slice_of(message);
        r.lineno = (int64_t)id; /* as `weir log` numbers its lines */
        round_trip(r);
    }
    cr_expect_eq(fixture_number(&f, "SELECT count(*) FROM sites"), 1);
}

Test(history_insert, sites_are_found_again_after_a_restart) {
    fixture_feed_plain(&f, 1, 10);
    fixture_close_sink(&f);
    fixture_open(&f, NULL);
    fixture_feed_plain(&f, 11, 10);
    cr_expect_eq(fixture_number(&f, "SELECT count(*) FROM sites"), 1);
    cr_expect_eq(fixture_number(&f, "SELECT count(*) FROM loggers"), 1);
    cr_expect_eq(readable(), 20);
}

Test(history_insert, a_known_id_is_passed_over_and_counted) {
    fixture_feed_plain(&f, 1, 10);
    fixture_feed_plain(&f, 6, 10);
    cr_expect_eq(readable(), 15);
    cr_expect_eq(fixture_writer(&f)->inserted, 15);
    cr_expect_eq(fixture_writer(&f)->duplicates, 5);
    cr_expect_eq(fixture_number(&f, "SELECT sum(count) FROM rollup"), 15);
    fixture_sql(&f, "INSERT INTO records_text (records_text, rank) VALUES ('integrity-check', 1)");
}

Test(history_insert, the_rollup_counts_by_minute_level_and_logger) {
    static const char *const names[] = {"a", "a.b", "c"};
    row rows[300];
    for (int turn = 0; turn < 20; turn++) { /* 6,000 rows in 2,000 cells: more than one flush */
        for (size_t i = 0; i < 300; i++) {
            rows[i] = fixture_row((uint64_t)turn * 300 + i + 1);
            rows[i].created_us = INT64_C(60000000) * ((int64_t)i * 20 + turn - 3000);
            rows[i].logger = slice_of(names[i % 3]);
            rows[i].level = i % 2 == 0 ? 20 : 40;
        }
        fixture_chunk(&f, rows, 300);
    }
    size_t bytes;
    cr_assert_eq(fixture_write(&f, &bytes), SINK_OK, "%s", f.err.message);
    cr_expect_eq(fixture_number(&f, "SELECT sum(count) FROM rollup"), 6000);
    cr_expect_eq(fixture_number(&f,
                                "SELECT count(*) FROM (SELECT minute, level, logger, count FROM rollup EXCEPT"
                                " SELECT CAST(floor(r.created / 60000000.0) AS INTEGER), s.level, s.logger,"
                                " count(*) FROM records r JOIN sites s ON s.id = r.site GROUP BY 1, 2, 3)"),
                 0);
}

Test(history_insert, a_batch_ends_at_ten_thousand_rows) {
    static row rows[2100];
    size_t bytes, five = 0;
    for (uint64_t c = 0; c < 6; c++) {
        for (uint64_t i = 0; i < 2100; i++) rows[i] = fixture_row(c * 2100 + i + 1);
        fixture_chunk(&f, rows, 2100);
        if (c < 4) five += f.bytes[c].len;
    }
    cr_assert_eq(fixture_write(&f, &bytes), SINK_OK);
    cr_expect_eq(bytes, five, "four chunks are 8,400 rows; five would be too many");
}

Test(history_insert, damage_costs_one_chunk) {
    size_t bytes;
    for (uint64_t c = 0; c < 3; c++) {
        row rows[2] = {fixture_row(c * 2 + 1), fixture_row(c * 2 + 2)};
        fixture_chunk(&f, rows, 2);
    }
    f.views[1].bytes.len -= 3; /* its second row is cut */
    cr_assert_eq(fixture_write(&f, &bytes), SINK_OK, "%s", f.err.message);
    cr_expect_eq(bytes, f.bytes[0].len, "what lies before the damage is kept");
    f.views[0] = f.views[1], f.views[1] = f.views[2], f.count = 2;
    cr_assert_eq(fixture_write(&f, &bytes), SINK_LOST);
    cr_expect_eq(bytes, 0);
    cr_expect(strstr(f.err.message, "damaged") != NULL, "%s", f.err.message);
    cr_expect_eq(readable(), 2, "nothing of the damaged chunk is there");
    f.views[0] = f.views[1], f.count = 1;
    cr_assert_eq(fixture_write(&f, &bytes), SINK_OK);
    cr_expect_eq(readable(), 4);
    f.count = 3;
}

/* ---- recovery ---- */

static size_t already(void) {
    bool doubtful = false;
    size_t n = f.sink->already(f.sink, f.map, f.views, f.count, &doubtful);
    cr_expect_not(doubtful);
    return n;
}

Test(history_insert, already_knows_what_is_committed) {
    size_t bytes, three = 0;
    for (uint64_t c = 0; c < 5; c++) {
        row r = fixture_row(c + 1);
        fixture_chunk(&f, &r, 1);
        if (c < 3) three += f.bytes[c].len;
    }
    cr_expect_eq(already(), 0);
    f.count = 3;
    cr_assert_eq(fixture_write(&f, &bytes), SINK_OK);
    f.count = 5;
    cr_expect_eq(already(), three);
    f.map->identity++;
    cr_expect_eq(already(), 0, "another queue");
}

/* Killed between two rows, between rows and commit: the transaction is not there; then once, all. */
Test(history_insert, a_kill_in_the_middle_of_a_transaction_loses_and_doubles_nothing) {
    static row rows[500];
    fixture_feed_plain(&f, 1, 100);
    for (uint64_t i = 0; i < 500; i++) rows[i] = fixture_row(101 + i);
    fixture_chunk(&f, rows, 500);
    fixture_close_sink(&f);
    for (int stage = 0; stage < 3; stage++) {
        pid_t child = fork();
        if (child == 0) {
            fixture_open(&f, NULL);
            history_writer *w = fixture_writer(&f);
            sink_batch batch = {.chunks = f.views, .count = 1, .map = f.map, .stop = &f.stop};
            size_t done = 0;
            if (stage == 0)
                history_step(w, HS_BEGIN, NULL); /* the insert's own BEGIN fails: nothing at all */
            if (stage == 1) {                    /* all rows, no commit */
                sqlite3_finalize(w->statements[HS_COMMIT]);
                sqlite3_prepare_v2(w->conn.db, "SELECT 1", -1, &w->statements[HS_COMMIT], NULL);
            }
            history_insert(w, &batch, &done, NULL);
            kill(getpid(), SIGKILL);
        }
        int status;
        cr_assert_eq(waitpid(child, &status, 0), child);
        cr_assert(WIFSIGNALED(status));
        fixture_open(&f, NULL);
        cr_expect_eq(already(), stage == 2 ? f.bytes[0].len : 0, "stage %d", stage);
        cr_expect_eq(readable(), stage == 2 ? 600 : 100, "stage %d", stage);
        fixture_close_sink(&f);
    }
    fixture_open(&f, NULL);
    size_t bytes;
    cr_assert_eq(fixture_write(&f, &bytes), SINK_OK);
    cr_expect_eq(readable(), 600);
    cr_expect_eq(fixture_writer(&f)->duplicates, 500);
}
