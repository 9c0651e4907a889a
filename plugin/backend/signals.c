/* signals.c - takes the records of weir_signal_log out of their slots in the process mapping. Backend
 * thread. A slot is given back when the record is published, as a ring's room is. */
#include "backend/parts.h"

bool signals_waiting(const backend *b) {
    return __atomic_load_n(&b->set.process->accepted_signal, __ATOMIC_RELAXED) != b->signals_done;
}

/* The oldest filled slot that is not yet routed; -1: none. */
static int oldest(const backend *b) {
    int found = -1;
    for (int i = 0; i < SIGNAL_SLOTS; i++) {
        const signal_slot *s = &b->set.process->signals[i];
        if ((b->signal_mask & (uint64_t)1 << i) != 0 || __atomic_load_n(&s->state, __ATOMIC_ACQUIRE) != 1)
            continue;
        if (found < 0 || s->stamp < b->set.process->signals[found].stamp) found = i;
    }
    return found;
}

static bool route_slot(backend *b, const signal_slot *s) {
    uint32_t len = s->len < SIGNAL_TEXT ? s->len : SIGNAL_TEXT;
    ring_entry *e = notice_encode(b, &b->own_entry, s->logger, s->level, s->stamp, slice_make(s->text, len));
    if (e == NULL) return false;
    e->tid = s->tid;
    e->thread_name = 0;
    return route_made(b, e, false);
}

size_t signals_route(backend *b) {
    size_t count = 0;
    for (int at; signals_waiting(b) && (at = oldest(b)) >= 0; count++) {
        if (!route_slot(b, &b->set.process->signals[at])) break;
        b->signal_mask |= (uint64_t)1 << at;
        b->signals_done++;
        b->routed++;
    }
    return count;
}
