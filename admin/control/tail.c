/* tail.c - a live tail: the recent records from now on (or from after an id), decoded on the thread of
 * its reader. A reader that is too slow finds a gap, never a lock that producers or the backend share. */
#include <stdlib.h>

#include "admin/control/control_internal.h"
#include "admin/control/recent_rows.h"

struct tail {
    control *control;
    recent_cursor cursor;
    record_query query; /* its slices lie in memory */
    arena memory;
    uint32_t interrupted; /* atomic */
};

static bool copy_slice(arena *a, slice *s) {
    if (s->data == NULL) return true;
    *s = arena_copy(a, *s);
    return s->data != NULL;
}

static bool copy_query(tail *t, const record_query *q) {
    t->query = *q;
    bool done = copy_slice(&t->memory, &t->query.logger);
    for (size_t i = 0; i < q->word_count; i++) done = done && copy_slice(&t->memory, &t->query.words[i]);
    for (size_t i = 0; i < q->field_count; i++)
        done = done && copy_slice(&t->memory, &t->query.fields[i].key) &&
               copy_slice(&t->memory, &t->query.fields[i].val);
    return done;
}

tail *tail_create(control *c, const record_query *q, weir_error *err) {
    tail *t = calloc(1, sizeof *t);
    if (t == NULL) goto no_memory;
    t->control = c;
    arena_init(&t->memory, 0);
    if (recent_cursor_open(&t->cursor, c->core, recent_last(c->core->recents) + 1, err) != 0) {
        arena_done(&t->memory);
        free(t);
        return NULL;
    }
    if (copy_query(t, q)) return t;
    tail_free(t);
no_memory:
    error_set(err, WEIR_ERR_SYSTEM, "no memory");
    return NULL;
}

/* Ids grow in the order of the recent records: what follows is what has a greater one. */
bool tail_resume(tail *t, uint64_t last_id) {
    recent_cursor *r = &t->cursor;
    uint64_t end = r->next, from = end;
    r->next = recent_first(r->recents);
    bool reached = last_id == 0 && r->next == 1; /* nothing was pushed out yet */
    const ring_entry *e;
    while (from == end && (e = recent_cursor_next(r)) != NULL && r->sequence < end) {
        if (e->id > last_id) from = r->sequence;
        if (e->id == last_id) reached = true;
    }
    r->next = from;
    r->at = r->len = 0;
    r->skipped = 0;
    return reached;
}

static bool ended(const tail *t) {
    return __atomic_load_n(&t->interrupted, __ATOMIC_ACQUIRE) != 0 || control_stopping(t->control);
}

int tail_next(tail *t, int timeout_ms, row_visitor visit, void *arg, uint64_t *gap) {
    recent_cursor *r = &t->cursor;
    *gap = 0;
    if (ended(t)) return -1;
    if (r->at >= r->len) recent_wait(r->recents, r->next - 1, timeout_ms);
    if (ended(t)) return -1;
    const ring_entry *e;
    do {
        row found;
        e = recent_cursor_next(r);
        if (e != NULL && e->level >= t->query.min_level && recent_cursor_decode(r, e, &found) == 0 &&
            query_matches(&t->query, &found) && visit(arg, &found) != 0)
            break;
    } while (e != NULL && r->at < r->len); /* a batch a call: the caller can send it, and look around */
    *gap = r->skipped;
    r->skipped = 0;
    return 0;
}

void tail_interrupt(tail *t) {
    __atomic_store_n(&t->interrupted, 1, __ATOMIC_RELEASE);
    recent_interrupt(t->control->core->recents);
}

void tail_free(tail *t) {
    if (t == NULL) return;
    recent_cursor_close(&t->cursor);
    arena_done(&t->memory);
    free(t);
}
