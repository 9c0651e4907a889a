/* A query of the history: the right rows, in order, by the indexes, in time, whatever is asked. */
#include "support/history_fixture.h"

#include "base/clock.h"
#include "store/history_reader.h"

static history_fixture f;
static history *h;
static record_query q;

static void set_up(void) {
    fixture_dir(&f);
    fixture_open(&f, NULL);
    query_init(&q);
    h = NULL;
}
static void tear_down(void) {
    history_close(h);
    fixture_done(&f);
}
TestSuite(history_query, .init = set_up, .fini = tear_down, .timeout = 120);

typedef struct found {
    uint64_t ids[1200];
    int64_t created[1200];
    size_t count, stop_at;
} found;

static int keep(void *arg, const row *r) {
    found *all = arg;
    all->ids[all->count] = r->id;
    all->created[all->count++] = r->created_us;
    return all->count == all->stop_at;
}

static int ask(found *out) {
    memset(out, 0, sizeof *out);
    if (h == NULL) cr_assert_eq(history_open(f.path, &h, &f.err), 0, "%s", f.err.message);
    return history_query(h, &q, 10000, keep, out, &f.err);
}

/* "5 3 1": the ids in the order given out. */
static void expect_ids(const char *wanted) {
    static found got;
    char ids[8000] = "";
    size_t at = 0;
    cr_assert_eq(ask(&got), 0, "%s", f.err.message);
    for (size_t i = 0; i < got.count; i++)
        at += (size_t)snprintf(ids + at, sizeof ids - at, "%s%d", i > 0 ? " " : "", (int)got.ids[i]);
    cr_expect_str_eq(ids, wanted);
}

static void feed_one(uint64_t id, const char *logger, int level, const char *message, const char *fields) {
    row r = fixture_row(id);
    r.logger = slice_of(logger);
    r.level = level;
    r.message = slice_of(message);
    r.fields = slice_of(fields);
    fixture_feed(&f, &r, 1);
}

static void feed_mixed(void) {
    feed_one(1, "app", 20, "disk full on sda1", "{\"ip\":\"10.0.0.1\"}");
    feed_one(2, "app.net", 30, "Disk nearly FULL", "{\"ip\":\"10.0.0.2\",\"n\":7}");
    feed_one(3, "app.net.tcp", 40, "peer 10.0.0.17 reset", "{}");
    feed_one(4, "apple", 20, "dis-full: k=\"v\"", "{\"a \\\"b\\\"\":\"1\"}");
    feed_one(5, "db", 50, "diskful of \xc3\xa4pfel", "{\"n\":7}");
}

Test(history_query, an_empty_history_has_no_rows) {
    row_key newest = {1, 1};
    expect_ids("");
    cr_assert_eq(history_newest(h, &newest, &f.err), 0);
    cr_expect_eq(newest.id, 0);
    cr_expect_eq(newest.created_us, 0);
}

Test(history_query, newest_first_and_oldest_first) {
    feed_mixed();
    expect_ids("5 4 3 2 1");
    q.oldest_first = true;
    expect_ids("1 2 3 4 5");
    q.limit = 2;
    expect_ids("1 2");
    row_key newest;
    cr_assert_eq(history_newest(h, &newest, &f.err), 0);
    cr_expect_eq(newest.id, 5);
}

Test(history_query, time_bounds) {
    feed_mixed();
    q.since_us = fixture_row(2).created_us;
    q.until_us = fixture_row(4).created_us;
    expect_ids("3 2");
}

Test(history_query, levels_and_loggers) {
    feed_mixed();
    q.min_level = 30;
    expect_ids("5 3 2");
    q.min_level = 0;
    q.logger = slice_of("app");
    expect_ids("3 2 1");
    q.logger = slice_of("app*");
    expect_ids("4 3 2 1");
    q.logger = slice_of("?b");
    expect_ids("5");
    q.logger = slice_of("nobody");
    expect_ids("");
}

Test(history_query, words_begin_words_in_any_case) {
    feed_mixed();
    q.words[0] = slice_of("disk");
    q.word_count = 1;
    expect_ids("5 2 1");
    q.words[1] = slice_of("full");
    q.word_count = 2;
    expect_ids("2 1");
    q.words[0] = slice_of("10.0.0.1");
    q.word_count = 1;
    expect_ids("3");
    q.words[0] = slice_of("0.0.1");
    expect_ids("3");
    q.words[0] = slice_of("\xc3\xa4");
    expect_ids("5");
    q.words[0] = slice_of("k=\"v\"");
    expect_ids("4");
    q.words[0] = slice_of("(ne-");
    expect_ids("2");
    q.words[0] = slice_of("->");
    expect_ids("");
}

Test(history_query, fields_equal_their_text) {
    feed_mixed();
    q.fields[0].key = slice_of("ip");
    q.fields[0].val = slice_of("10.0.0.2");
    q.field_count = 1;
    expect_ids("2");
    q.fields[0].key = slice_of("n");
    q.fields[0].val = slice_of("7");
    expect_ids("5 2");
    q.fields[0].key = slice_of("a \"b\"");
    q.fields[0].val = slice_of("1");
    expect_ids("4");
}

/* Rows of the same microsecond are told apart by their ids; no page loses or repeats one. */
Test(history_query, pages_meet_exactly) {
    row rows[90];
    static found got;
    for (uint64_t i = 0; i < 90; i++) {
        rows[i] = fixture_row(1000 - i);
        rows[i].created_us = INT64_C(1700000000000000) + (int64_t)(i / 30);
    }
    fixture_feed(&f, rows, 90);
    for (int oldest_first = 0; oldest_first < 2; oldest_first++) {
        size_t total = 0;
        row_key last = {0, 0};
        query_init(&q);
        q.limit = 7;
        q.oldest_first = oldest_first != 0;
        for (;;) {
            cr_assert_eq(ask(&got), 0);
            for (size_t i = 0; i < got.count; i++) {
                row_key key = {got.created[i], got.ids[i]};
                bool newer =
                    key.created_us != last.created_us ? key.created_us > last.created_us : key.id > last.id;
                if (total++ > 0) cr_assert_eq(newer, q.oldest_first);
                last = key;
            }
            if (got.count < 7) break;
            if (q.oldest_first)
                q.after = last;
            else
                q.before = last;
        }
        cr_expect_eq(total, 90);
    }
}

Test(history_query, a_visitor_can_end_it) {
    static found got;
    feed_mixed();
    memset(&got, 0, sizeof got);
    cr_assert_eq(history_open(f.path, &h, &f.err), 0);
    got.stop_at = 2;
    cr_assert_eq(history_query(h, &q, 1000, keep, &got, &f.err), 0);
    cr_expect_eq(got.count, 2);
}

/* ---- beyond the newest rows: the other ways ---- */

#define MANY (HISTORY_SCAN_ROWS + 4000)

/* Old and rare: five rows among the oldest that no look at the newest finds. */
static void feed_many(void) {
    static row rows[1000];
    for (uint64_t id = 1; id <= MANY; id += 1000) {
        for (uint64_t i = 0; i < 1000; i++) {
            rows[i] = fixture_row(id + i);
            if ((id + i) % 100 != 7 || id + i > 500) continue;
            rows[i].logger = slice_of("rare.one");
            rows[i].level = (id + i) % 200 == 7 ? 40 : 50;
            rows[i].message = slice_of("needle in the haystack");
        }
        fixture_feed(&f, rows, 1000);
    }
}

Test(history_query, the_rare_and_old_is_found_each_way) {
    feed_many();
    q.logger = slice_of("rare");
    expect_ids("407 307 207 107 7");
    q.min_level = 45;
    expect_ids("307 107");
    query_init(&q);
    q.min_level = 40;
    q.limit = 2;
    expect_ids("407 307");
    q.before = (row_key){fixture_row(307).created_us, 307};
    expect_ids("207 107");
    query_init(&q);
    q.words[0] = slice_of("need-");
    q.words[1] = slice_of("the,HAY");
    q.word_count = 2;
    expect_ids("407 307 207 107 7");
    q.min_level = 50;
    expect_ids("307 107");
    q.oldest_first = true;
    expect_ids("107 307");
    query_init(&q);
    q.words[0] = slice_of("absent");
    q.word_count = 1;
    expect_ids("");
    query_init(&q);
    q.oldest_first = true;
    q.logger = slice_of("app");
    q.since_us = fixture_row(MANY - 1).created_us;
    char last[32];
    snprintf(last, sizeof last, "%d %d", MANY - 1, MANY);
    expect_ids(last);
}

/* All ways give what a plain scan gives. */
Test(history_query, the_ways_agree) {
    static found by_words, by_scan;
    feed_many();
    for (int oldest_first = 0; oldest_first < 2; oldest_first++) {
        query_init(&q);
        q.limit = 1000;
        q.oldest_first = oldest_first != 0;
        q.words[0] = slice_of("needle");
        q.word_count = 1;
        cr_assert_eq(ask(&by_words), 0);
        query_init(&q);
        q.limit = 1000;
        q.oldest_first = oldest_first != 0;
        q.min_level = 40;
        cr_assert_eq(ask(&by_scan), 0);
        cr_assert_eq(by_words.count, by_scan.count);
        cr_expect_eq(memcmp(by_words.ids, by_scan.ids, by_scan.count * sizeof(uint64_t)), 0);
    }
}

static int64_t ms_since(int64_t begin) { return (clock_monotonic_ns() - begin) / 1000000; }

Test(history_query, a_deadline_holds) {
    static found got;
    feed_many();
    q.fields[0].key = slice_of("no");
    q.fields[0].val = slice_of("such");
    q.field_count = 1;
    cr_assert_eq(history_open(f.path, &h, &f.err), 0);
    int64_t begin = clock_monotonic_ns();
    cr_assert_eq(history_query(h, &q, 2, keep, &got, &f.err), -1);
    cr_expect_eq(f.err.code, WEIR_ERR_TIMEOUT, "%s", f.err.message);
    cr_expect_lt(ms_since(begin), 500);
    query_init(&q);
    q.limit = 3;
    cr_expect_eq(ask(&got), 0, "and the next query works: %s", f.err.message);
    cr_expect_eq(got.count, 3);
    fixture_sql(&f, "PRAGMA wal_checkpoint(TRUNCATE)"); /* no snapshot was left behind */
}

/* ---- what an attacker tries ---- */

Test(history_query, injection_is_text) {
    static const char *const attempts[] = {
        "'; DROP TABLE records; --",
        "\" OR 1=1",
        "x\" OR records_text MATCH \"y",
        "NEAR(a b)",
        "a* OR b",
        "message:x",
        "^x",
        "-x",
        "(",
        "\"",
        "'",
        "%",
        "*",
        "?",
        "[a-z]",
        "AND",
        "NOT",
        "\xff",
        "{message}: x",
        "+",
        "a\nb",
    };
    static found got;
    feed_many();
    for (size_t i = 0; i < sizeof attempts / sizeof attempts[0]; i++) {
        for (int way = 0; way < 4; way++) {
            slice s = slice_of(attempts[i]);
            query_init(&q);
            if (way == 0) q.logger = s;
            if (way == 1) q.words[0] = s, q.word_count = 1;
            if (way == 2) q.fields[0].key = s, q.fields[0].val = s, q.field_count = 1;
            if (way == 3) q.words[0] = slice_of("connection"), q.words[1] = s, q.word_count = 2;
            q.limit = 5;
            cr_expect_eq(ask(&got), 0, "%s: %s", attempts[i], f.err.message);
        }
    }
    cr_expect_eq(fixture_number(&f, "SELECT count(*) FROM records"), MANY);
}

Test(history_query, sixteen_words_and_fields) {
    static found got;
    static char word[4000];
    feed_many();
    memset(word, '.', sizeof word);
    for (size_t i = 0; i < sizeof word; i += 2) word[i] = 'a'; /* 2,000 tokens */
    for (q.word_count = 0; q.word_count < QUERY_TERMS; q.word_count++)
        q.words[q.word_count] = slice_make(word, sizeof word);
    cr_expect_eq(ask(&got), 0, "%s", f.err.message);
}

Test(history_query, the_connection_cannot_write) {
    static const char *const tries[] = {
        "DELETE FROM records",
        "CREATE TABLE x (y)",
        "ATTACH ':memory:' AS other",
        "PRAGMA journal_mode = DELETE",
        "SELECT load_extension('x')",
        "VACUUM",
        "INSERT INTO records_text (records_text) VALUES ('delete-all')",
        "SELECT randomblob(1000000000)",
        "CREATE TEMP TABLE x (y)",
        "UPDATE sqlite_master SET sql = ''",
    };
    feed_mixed();
    cr_assert_eq(history_open(f.path, &h, &f.err), 0);
    for (size_t i = 0; i < sizeof tries / sizeof tries[0]; i++)
        cr_expect_neq(sqlite3_exec(h->conn.db, tries[i], NULL, NULL, NULL), SQLITE_OK, "%s", tries[i]);
    expect_ids("5 4 3 2 1");
}

/* ---- plans ---- */

static void plan_of(reader_statement which, char *out, size_t size) {
    char explain[2000];
    sqlite3 *db = fixture_shell(&f);
    sqlite3_stmt *stmt;
    size_t at = 0;
    snprintf(explain, sizeof explain, "EXPLAIN QUERY PLAN %s", reader_sql(which));
    cr_assert_eq(sqlite3_prepare_v2(db, explain, -1, &stmt, NULL), SQLITE_OK, "%s", sqlite3_errmsg(db));
    while (sqlite3_step(stmt) == SQLITE_ROW)
        at += (size_t)snprintf(out + at, size - at, "%s\n", (const char *)sqlite3_column_text(stmt, 3));
    sqlite3_finalize(stmt);
    sqlite3_close(db);
}

Test(history_query, plans_use_the_indexes) {
    static const struct {
        reader_statement which;
        const char *wanted;
        bool sorts;
    } plans[] = {
        {RS_SCAN, "SEARCH r USING INDEX records_created (created>? AND created<?)", false},
        {RS_SCAN_OLDEST, "SEARCH r USING INDEX records_created (created>? AND created<?)", false},
        {RS_SITE_NEXT, "COVERING INDEX records_site (site=? AND created>? AND created<?)", false},
        {RS_SITE_NEXT_OLDEST, "COVERING INDEX records_site (site=? AND created>? AND created<?)", false},
        {RS_WORDS, "SCAN w VIRTUAL TABLE INDEX", true}, /* few: they are sorted */
        {RS_GET, "SEARCH r USING INTEGER PRIMARY KEY (rowid=?)", false},
        {RS_NEWEST, "COVERING INDEX records_created", false},
    };
    for (size_t i = 0; i < sizeof plans / sizeof plans[0]; i++) {
        char plan[2000] = "";
        plan_of(plans[i].which, plan, sizeof plan);
        cr_expect(strstr(plan, plans[i].wanted) != NULL, "%s", plan);
        cr_expect_eq(strstr(plan, "TEMP B-TREE") != NULL, plans[i].sorts, "%s", plan);
        cr_expect(strstr(plan, "SCAN s") == NULL && strstr(plan, "SCAN t") == NULL, "%s", plan);
    }
}

Test(history_query, the_schema_has_two_indexes_and_one_text_index) {
    cr_expect_eq(fixture_number(&f, "SELECT count(*) FROM sqlite_master WHERE type = 'index' AND"
                                    " tbl_name = 'records'"),
                 2);
    cr_expect_eq(fixture_number(&f, "SELECT count(*) FROM sqlite_master WHERE sql LIKE '%fts5%'"), 1);
    feed_mixed();
    cr_expect_eq(fixture_number(&f, "SELECT count(*) FROM log WHERE timestamp = '2023-11-14T22:13:20.005000Z'"
                                    " AND level = 'INFO' AND logger = 'db'"),
                 1, "the view for people");
}
