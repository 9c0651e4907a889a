/* merge.c - takes entries out of all rings in the order of their stamps. A heap of ring heads; from
 * the ring with the smallest head a run is taken up to the next ring's head, so that one ring, or
 * rings filled in turns, cost no heap operation a record. Backend thread, or recovery. It releases
 * nothing: the visitor does, when the records are safe. */
#include "backend/merge.h"

#include <stdlib.h>

/* All rings and the spare one. */
#define MERGE_HEADS (LIMIT_RINGS + 1)

int merge_init(merge *m) {
    *m = (merge){0};
    m->heads = malloc(MERGE_HEADS * sizeof *m->heads);
    return m->heads == NULL ? -1 : 0;
}

void merge_done(merge *m) {
    free(m->heads);
    m->heads = NULL;
}

static inline uint64_t key_of(merge_order order, const ring_entry *e) {
    if (order == MERGE_BY_STAMP) return e->stamp;
    return e->id != 0 ? e->id : e->stamp | (uint64_t)1 << 63;
}

static void sift_up(merge *m, size_t at) {
    merge_head moved = m->heads[at];
    while (at > 0 && m->heads[(at - 1) / 2].key > moved.key) {
        m->heads[at] = m->heads[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    m->heads[at] = moved;
}

static void sift_down(merge *m) {
    merge_head moved = m->heads[0];
    size_t at = 0;
    for (;;) {
        size_t child = 2 * at + 1;
        if (child >= m->count) break;
        if (child + 1 < m->count && m->heads[child + 1].key < m->heads[child].key) child++;
        if (m->heads[child].key >= moved.key) break;
        m->heads[at] = m->heads[child];
        at = child;
    }
    m->heads[at] = moved;
}

static void collect(void *arg, ring *r) {
    merge *m = arg;
    ring_entry *e = ring_peek(r);
    if (e == NULL) return;
    uint64_t key = key_of(m->order, e);
    if (key > m->horizon || m->count == MERGE_HEADS) return; /* there are no more rings than that */
    m->heads[m->count] = (merge_head){key, r};
    sift_up(m, m->count++);
}

/* The smallest key of the other rings: how far the first one's run goes. */
static uint64_t run_limit(const merge *m) {
    uint64_t limit = m->horizon;
    for (size_t child = 1; child <= 2 && child < m->count; child++)
        if (m->heads[child].key < limit) limit = m->heads[child].key;
    return limit;
}

size_t merge_run(merge *m, ring_set *rings, merge_order order, uint64_t horizon,
                 bool (*each)(void *arg, ring *r, ring_entry *e), void *arg) {
    size_t taken = 0;
    m->count = 0;
    m->order = order;
    m->horizon = horizon;
    ring_set_each(rings, collect, m);
    while (m->count > 0) {
        ring *r = m->heads[0].ring;
        uint64_t limit = run_limit(m);
        ring_entry *e;
        while ((e = ring_peek(r)) != NULL && key_of(order, e) <= limit) {
            if (!each(arg, r, e)) return taken;
            ring_advance(r, e);
            taken++;
        }
        if (e != NULL && key_of(order, e) <= horizon)
            m->heads[0].key = key_of(order, e);
        else
            m->heads[0] = m->heads[--m->count];
        if (m->count > 1) sift_down(m);
    }
    return taken;
}
