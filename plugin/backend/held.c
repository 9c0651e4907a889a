/* held.c - handlers that keep records and hand them to other handlers (MemoryHandler): taking one in, handing
 * all over when it is time, and what becomes of them at a swap and at the end. Backend thread (in recovery:
 * the thread that recovers). Whoever gets one is asked for its filters, not for its level, as in Python.
 *
 * What is kept counts as pending there. A handler's place in its list keeps Python's order: all are flushed
 * the last made first. */
#include <string.h>

#include "backend/parts.h"
#include "format/asctime.h"
#include "handler/hold.h"

/* The asctime that formatters have left in rec; data NULL: none. It lies in the scratch text. */
static slice left_asctime(backend *b, record *rec) {
    bool left = false;
    text_clear(&b->held_asctime);
    if (asctime_left(rec, &b->held_asctime, &left, NULL) != 0 || b->held_asctime.failed) return SLICE_NONE;
    return left ? text_slice(&b->held_asctime) : SLICE_NONE;
}

/* ---- handing over ---- */

static bool pass(handler *h, record *rec) {
    for (size_t i = 0; i < h->filter_count; i++)
        if (!h->filters[i]->pass(h->filters[i], rec)) return false;
    return true;
}

/* Python's handle(). id: of the record that is on its way just now (0: none), so that no lane says it has
 * had that one. false: abandoned. */
static bool give(backend *b, handler *h, uint64_t id, bool own) {
    record *rec = &b->held_rec;
    if (!pass(h, rec)) return true;
    delivery d = {
        .entry = rec->entry, .reader = b->from->held_reader, .rec = rec, .id = id, .fresh = true, .own = own};
    return deliver_group(b, &d, &h, 1);
}

/* false: abandoned; it is still the holder's. */
static bool hand_over(backend *b, handler *h, const parcel_head *p, uint64_t id) {
    bool own = (p->flags & PARCEL_OWN) != 0;
    for (size_t i = 0; i < h->feed_count; i++) {
        if (parcel_open(b->from->held_reader, p, &b->held_rec) != 0) {
            if (!own) __atomic_add_fetch(&h->stats->dropped[DROP_ERROR], 1, __ATOMIC_RELAXED);
            return true;
        }
        if (!give(b, h->feeds[i], id, own)) return false;
    }
    if (!own) count_row(h, &h->stats->delivered);
    return true;
}

bool held_flush(backend *b, handler *h, uint64_t id) {
    text all;
    size_t count, at = 0, done = 0;
    if (h->held == NULL || h->held->count == 0 || h->feed_count == 0) return true;
    hold_take(h->held, &all, &count);
    const parcel_head *p;
    bool through = true;
    while (through && (p = parcel_next(text_slice(&all), &at)) != NULL) {
        through = hand_over(b, h, p, id);
        done = through ? at : done;
        count -= through;
    }
    if (!through) memmove(all.data, all.data + done, all.len - done);
    all.len = through ? 0 : all.len - done;
    hold_put_back(h->held, &all, through ? 0 : count);
    return through;
}

/* One that was flushed may get records from one that is flushed later: as often as they stand in a row. */
void held_flush_all(backend *b, const generation *g) {
    bool again = true;
    for (int turn = 0; again && turn <= LIMIT_HOLD_CHAIN; turn++) {
        again = false;
        for (size_t i = g->handler_count; i-- > 0;) {
            handler *h = g->handlers[i];
            if (h->held == NULL || h->held->count == 0 || h->feed_count == 0) continue;
            if (!held_flush(b, h, 0)) return;
            again = true;
        }
    }
}

/* ---- taking in ---- */

bool held_take(backend *b, handler *h, const delivery *d) {
    hold *held = h->held;
    size_t about = sizeof(parcel_head) + d->entry->size;
    if (hold_is_full(held, about)) held_flush(b, h, d->id);
    if (hold_is_full(held, about)) { /* nobody takes them */
        overflow_drop(b, h, d, DROP_OVERFLOW);
        return true;
    }
    if (!hold_add(held, d->rec, left_asctime(b, d->rec), d->own ? PARCEL_OWN : 0)) {
        overflow_drop(b, h, d, DROP_ERROR);
        return true;
    }
    count_row(h, d->own ? &h->stats->notices : &h->stats->given);
    b->held_any = true;
    /* Abandoned ones are kept still; this one with them. */
    if (h->kind->should_flush(h, d->rec, held->count)) held_flush(b, h, d->id);
    return true;
}

/* In Python they keep the record itself, so they see what formatters after them have left in it. */
void held_renew(backend *b, const delivery *d, handler *const *handlers, size_t count) {
    if (d->rec == NULL || !d->rec->formatted) return;
    for (size_t i = 0; i < count; i++)
        if (handlers[i] != NULL && handlers[i]->held != NULL)
            hold_renew_last(handlers[i]->held, d->rec, left_asctime(b, d->rec));
}

bool held_had(const backend *b, const handler *h, uint64_t id) {
    if (h->target != NULL) return b->had(b->had_arg, h->target, id);
    for (size_t i = 0; i < h->feed_count; i++)
        if (held_had(b, h->feeds[i], id)) return true;
    return false;
}

handler *held_noted(handler *h, const filter *f) {
    if (filter_is_among(h->filters, h->filter_count, f)) return h;
    for (size_t i = 0; h->held != NULL && i < h->feed_count; i++) {
        handler *found = held_noted(h->feeds[i], f);
        if (found != NULL) return found;
    }
    return NULL;
}

/* ---- the end of a generation ---- */

static handler *successor(const generation *to, const handler *h) {
    for (size_t i = 0; i < to->handler_count; i++)
        if (to->handlers[i]->held != NULL && to->handlers[i]->whole == h->whole) return to->handlers[i];
    return NULL;
}

void held_switch(backend *b, const generation *from, const generation *to) {
    for (size_t i = 0; !to->flushes_holds && i < from->handler_count; i++) {
        handler *h = from->handlers[i], *next = h->held == NULL ? NULL : successor(to, h);
        if (next == NULL || next->held->count > 0) continue;
        hold *kept = next->held;
        next->held = h->held;
        h->held = kept;
    }
    held_flush_all(b, from);
    held_drop_rest(b, from);
}

void held_drop_rest(backend *b, const generation *g) {
    for (size_t i = 0; i < g->handler_count; i++) {
        handler *h = g->handlers[i];
        text all;
        size_t count, at = 0;
        if (h->held == NULL || h->held->count == 0) continue;
        hold_take(h->held, &all, &count);
        for (const parcel_head *p; (p = parcel_next(text_slice(&all), &at)) != NULL;) {
            if (p->flags & PARCEL_OWN) continue;
            __atomic_add_fetch(&h->stats->dropped[DROP_STOPPED], 1, __ATOMIC_RELAXED);
            h->drop_run[DROP_STOPPED]++;
            b->owing = true;
        }
        text_done(&all);
    }
}
