/* query.c - the recent records and the history as one sequence. Runs on the thread that asks, within its
 * deadline. A record at the edge of time may be in both, and one that the history's handler did not
 * take is in the recent ones only: both are asked, and merged by (created, id). */
#include <stdlib.h>

#include "admin/control/control_internal.h"
#include "admin/control/recent_rows.h"

char *control_history_path(control *c) {
    char *path = NULL;
    pthread_mutex_lock(&c->change);
    const generation *g = c->core->generation;
    for (size_t i = 0; i < g->handler_count && path == NULL; i++) {
        const handler *h = g->handlers[i];
        if (strcmp(h->kind->name, "weir.HistoryHandler") != 0 || h->target == NULL) continue;
        slice spec = target_spec(h->target)->path;
        path = strndup(spec.data, spec.len);
    }
    pthread_mutex_unlock(&c->change);
    return path;
}

static int keep_row(void *arg, const row *r) { return row_list_add(arg, r); }

/* 0: done, or there is none, or it cannot be read now (trouble). -1: it took too long. */
static int history_rows(control *c, const record_query *q, int64_t deadline_ns, row_list *out,
                        weir_error *trouble, weir_error *err) {
    char *path = control_history_path(c);
    history *h = NULL;
    int rc = 0;
    if (path != NULL && history_open(path, &h, trouble) == 0) {
        int64_t left_ms = (deadline_ns - clock_monotonic_ns()) / 1000000;
        if (history_query(h, q, left_ms > 1 ? (int)left_ms : 1, keep_row, out, trouble) != 0) {
            if (trouble->code == WEIR_ERR_TIMEOUT)
                rc = error_set(err, WEIR_ERR_TIMEOUT, "%s", trouble->message);
        } else {
            trouble->message[0] = '\0';
        }
        history_close(h);
    }
    free(path);
    return rc;
}

int control_query(control *c, const record_query *q, int deadline_ms, row_visitor visit, void *arg,
                  weir_error *trouble, weir_error *err) {
    weir_error own;
    row_list recents, kept;
    int64_t deadline_ns = clock_monotonic_ns() + (int64_t)deadline_ms * 1000000;
    if (trouble == NULL) trouble = &own;
    trouble->code = WEIR_OK;
    trouble->message[0] = '\0';
    row_list_init(&recents, q->limit, q->oldest_first);
    row_list_init(&kept, q->limit, q->oldest_first);
    int rc = recent_rows(c->core, q, deadline_ns, &recents, err);
    if (rc == 0) rc = history_rows(c, q, deadline_ns, &kept, trouble, err);
    if (rc == 0 && (row_list_finish(&recents) != 0 || row_list_finish(&kept) != 0))
        rc = error_set(err, WEIR_ERR_SYSTEM, "no memory");
    if (rc == 0) row_list_merge(&recents, &kept, visit, arg);
    row_list_done(&recents);
    row_list_done(&kept);
    return rc;
}

/* The recent entries carry their ids: only the one that is asked for is decoded. */
static int recent_record(control *c, uint64_t id, row_visitor visit, void *arg, weir_error *err) {
    recent_cursor cursor;
    if (recent_cursor_open(&cursor, c->core, recent_first(c->core->recents), err) != 0) return -1;
    uint64_t last = recent_last(c->core->recents);
    const ring_entry *e;
    int found = 0;
    while (found == 0 && (e = recent_cursor_next(&cursor)) != NULL) {
        row r;
        if (e->id == id && recent_cursor_decode(&cursor, e, &r) == 0) {
            visit(arg, &r);
            found = 1;
        }
        if (cursor.next > last && cursor.at >= cursor.len) break;
    }
    recent_cursor_close(&cursor);
    return found;
}

typedef struct one_row {
    row_visitor visit;
    void *arg;
    bool found;
} one_row;

static int visit_one(void *arg, const row *r) {
    one_row *one = arg;
    one->found = true;
    return one->visit(one->arg, r);
}

int control_get_record(control *c, uint64_t id, row_visitor visit, void *arg, weir_error *err) {
    int rc = recent_record(c, id, visit, arg, err);
    if (rc != 0) return rc;
    char *path = control_history_path(c);
    history *h = NULL;
    one_row one = {visit, arg, false};
    if (path != NULL) {
        rc = history_open(path, &h, err);
        if (rc == 0) rc = history_get(h, id, visit_one, &one, err);
        if (h != NULL) history_close(h);
    }
    free(path);
    return one.found ? 1 : rc < 0 && (err == NULL || err->code != WEIR_OK) ? -1 : 0;
}
