/* counts.c - how many records there are by minute, level and logger. Runs on the thread that asks. The
 * history keeps such counts; the recent records are counted one by one. The two are not added up: most recent
 * records are in the history too, and a count does not say which. */
#include <stdlib.h>

#include "admin/control/control_internal.h"
#include "admin/control/recent_rows.h"

/* Entries between two looks at the clock. */
#define DEADLINE_EVERY 256

static int64_t minute_of(int64_t us) { return us / QUERY_MINUTE_US - (us % QUERY_MINUTE_US < 0 ? 1 : 0); }

static int recent_counts(control *c, const record_query *q, int64_t deadline_ns, count_visitor visit,
                         void *arg, weir_error *err) {
    recent_cursor cursor;
    if (recent_cursor_open(&cursor, c->core, recent_first(c->core->recents), err) != 0) return -1;
    uint64_t last = recent_last(c->core->recents);
    const ring_entry *e;
    int rc = 0;
    bool ended = false;
    for (size_t n = 1; !ended && (e = recent_cursor_next(&cursor)) != NULL; n++) {
        row r;
        if (n % DEADLINE_EVERY == 0 && clock_monotonic_ns() > deadline_ns) {
            rc = error_set(err, WEIR_ERR_TIMEOUT, "counting the recent records took too long");
            ended = true;
        } else if (e->level >= q->min_level && recent_cursor_decode(&cursor, e, &r) == 0 &&
                   query_matches(q, &r)) {
            record_count one = {minute_of(r.created_us), r.level, r.logger, 1};
            ended = visit(arg, &one) != 0;
        }
        if (cursor.next > last && cursor.at >= cursor.len) break;
    }
    recent_cursor_close(&cursor);
    return rc;
}

int control_counts(control *c, const record_query *q, int deadline_ms, count_visitor visit, void *arg,
                   bool *from_history, weir_error *err) {
    char *path = control_history_path(c);
    history *h = NULL;
    *from_history = path != NULL;
    if (path == NULL)
        return recent_counts(c, q, clock_monotonic_ns() + (int64_t)deadline_ms * 1000000, visit, arg, err);
    int rc = history_open(path, &h, err);
    if (rc == 0) {
        rc = history_counts(h, q, deadline_ms, visit, arg, err);
        history_close(h);
    }
    free(path);
    return rc;
}
