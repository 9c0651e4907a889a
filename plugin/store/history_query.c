/* history_query.c - which way a query goes, and the other questions to a history. Reader's thread.
 *
 * First the newest records are looked at, in order of time: what is frequent is found there. If that
 * was not enough, the rest comes from a merge of the call sites that have the level and the logger, or
 * from the words' index; both are quick just where matches are rare. */
#include <stdlib.h>

#include "base/clock.h"
#include "base/limits.h"
#include "record/words.h"
#include "store/history_reader.h"

static int step_plain(history *h, reader_statement which, weir_error *err) {
    int rc = sqlite3_step(h->statements[which]);
    sqlite3_reset(h->statements[which]);
    return reader_result(h, rc, err);
}

static bool key_less(row_key a, row_key b) {
    return a.created_us != b.created_us ? a.created_us < b.created_us : (int64_t)a.id < (int64_t)b.id;
}

/* since and until, before and after as one open interval of keys. */
static void set_bounds(history_search *s, const record_query *q) {
    s->upper = (row_key){q->until_us, (uint64_t)INT64_MIN};
    if (q->until_us == INT64_MAX) s->upper.id = (uint64_t)INT64_MAX;
    if (q->before.id != 0 && key_less(q->before, s->upper)) s->upper = q->before;
    s->lower = (row_key){q->since_us, (uint64_t)INT64_MIN};
    if (q->after.id != 0 && key_less(s->lower, q->after)) s->lower = q->after;
}

static int search(history_search *s) {
    bool finished = false, words = s->query->word_count > 0;
    for (size_t i = 0; i < s->query->word_count; i++)
        if (!words_has_token(s->query->words[i])) return 0; /* nothing matches it */
    if (search_sites(s) != 0) return -1;
    if (s->sites != NULL && s->site_count == 0) return 0;
    bool sites = s->sites != NULL && s->site_count <= HISTORY_MERGE_SITES;
    if (search_scan(s, words || sites ? HISTORY_SCAN_ROWS : 0, &finished) != 0) return -1;
    if (finished || s->ended || !(words || sites)) return 0;
    /* With words, too, few records of few sites are the better way; if there are many, the words. */
    if (sites && search_merge(s, words ? HISTORY_SCAN_ROWS : 0, &finished) != 0) return -1;
    if (finished || s->ended || !words) return 0;
    return search_words(s);
}

/* The snapshot must not outlive the query: it would keep the WAL from starting anew. */
static void end_snapshot(history *h) {
    h->deadline_ns = INT64_MAX;
    h->timed_out = false;
    if (!sqlite3_get_autocommit(h->conn.db) && step_plain(h, RS_END, NULL) != 0) reader_disconnect(h);
}

static int query_inside(history_search *s) {
    history *h = s->h;
    if (reader_ready(h, s->err) != 0 || step_plain(h, RS_BEGIN, s->err) != 0) return -1;
    int rc = search(s);
    end_snapshot(h);
    return rc;
}

static int not_in_this_child(weir_error *err) {
    return error_set(err, WEIR_ERR_STATE, "the history cannot be read in this forked process");
}

int history_query(history *h, const record_query *q, int deadline_ms, row_visitor visit, void *arg,
                  weir_error *err) {
    record_query bounded = *q;
    if (bounded.limit == 0 || bounded.limit > LIMIT_PAGE_RECORDS) bounded.limit = LIMIT_PAGE_RECORDS;
    history_search s = {.h = h, .query = &bounded, .visit = visit, .arg = arg, .err = err};
    set_bounds(&s, q);
    if (!fork_gate_enter()) return not_in_this_child(err);
    h->timed_out = false;
    h->deadline_ns = clock_monotonic_ns() + (int64_t)deadline_ms * 1000000;
    int rc = query_inside(&s);
    fork_gate_leave();
    free(s.sites);
    return rc;
}

int history_get(history *h, uint64_t id, row_visitor visit, void *arg, weir_error *err) {
    if (!fork_gate_enter()) return not_in_this_child(err);
    int rc = reader_ready(h, err);
    if (rc == 0) {
        sqlite3_stmt *get = h->statements[RS_GET];
        sqlite3_bind_int64(get, 1, (int64_t)id);
        int result = sqlite3_step(get);
        row r;
        if (result == SQLITE_ROW) {
            reader_row(get, &r);
            visit(arg, &r);
        }
        sqlite3_reset(get);
        rc = reader_result(h, result, err);
    }
    fork_gate_leave();
    return rc;
}

int history_newest(history *h, row_key *out, weir_error *err) {
    row_key key = {0, 0};
    if (!fork_gate_enter()) return not_in_this_child(err);
    int rc = reader_ready(h, err);
    if (rc == 0) {
        sqlite3_stmt *newest = h->statements[RS_NEWEST];
        int result = sqlite3_step(newest);
        if (result == SQLITE_ROW)
            key = (row_key){sqlite3_column_int64(newest, 0), (uint64_t)sqlite3_column_int64(newest, 1)};
        sqlite3_reset(newest);
        rc = reader_result(h, result, err);
    }
    fork_gate_leave();
    if (rc == 0) *out = key;
    return rc;
}
