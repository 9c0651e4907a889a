/* history_counts.c - counts by minute, level and logger, from the table `rollup` that the writer keeps with
 * the rows. Reader's thread. It looks at no record: what a query asks of message or fields it does not know.
 */
#include "base/clock.h"
#include "store/history_reader.h"

static int64_t minute_down(int64_t us) {
    int64_t minute = us / QUERY_MINUTE_US;
    return us % QUERY_MINUTE_US < 0 ? minute - 1 : minute;
}

static int64_t minute_up(int64_t us) {
    if (us == INT64_MAX) return INT64_MAX;
    return minute_down(us) + (us % QUERY_MINUTE_US != 0);
}

static slice name_in(sqlite3_stmt *stmt, int column) {
    const char *name = (const char *)sqlite3_column_text(stmt, column);
    return name == NULL ? SLICE_LITERAL("") : slice_make(name, (size_t)sqlite3_column_bytes(stmt, column));
}

static int visit_all(history *h, const record_query *q, count_visitor visit, void *arg, weir_error *err) {
    sqlite3_stmt *counts = h->statements[RS_COUNTS];
    int rc;
    sqlite3_bind_int64(counts, 1, minute_down(q->since_us));
    sqlite3_bind_int64(counts, 2, minute_up(q->until_us));
    sqlite3_bind_int(counts, 3, q->min_level);
    while ((rc = sqlite3_step(counts)) == SQLITE_ROW) {
        record_count c = {.minute = sqlite3_column_int64(counts, 0),
                          .level = sqlite3_column_int(counts, 1),
                          .logger = name_in(counts, 2),
                          .count = sqlite3_column_int64(counts, 3)};
        if (query_logger_matches(q->logger, c.logger) && visit(arg, &c) != 0) break;
    }
    sqlite3_reset(counts);
    return reader_result(h, rc, err);
}

int history_counts(history *h, const record_query *q, int deadline_ms, count_visitor visit, void *arg,
                   weir_error *err) {
    if (!fork_gate_enter())
        return error_set(err, WEIR_ERR_STATE, "the history cannot be read in this forked process");
    h->timed_out = false;
    h->deadline_ns = clock_monotonic_ns() + (int64_t)deadline_ms * 1000000;
    int rc = reader_ready(h, err);
    if (rc == 0) rc = visit_all(h, q, visit, arg, err);
    h->deadline_ns = INT64_MAX;
    h->timed_out = false;
    fork_gate_leave();
    return rc;
}
