/* listener_hold.c - handlers behind a queue that keep records and hand them to others (MemoryHandler), by the
 * listener's thread; what backend/held.c is for those on loggers. A record is kept as it came off the queue
 * (a byte that says whether its message is the prepared one, and a host frame), so that whoever gets it later
 * has it as those that had it at once. Whoever gets one is asked for its filters, not for its level, as in
 * Python. */
#include "handler/hold.h"

#include "base/limits.h"
#include "handler/listener_parts.h"

record_reader *listener_reader(listener *l) {
    if (l->own_reader == NULL) l->own_reader = host_frame_reader(NULL);
    return l->own_reader;
}

/* ---- handing over ---- */

static bool unpack(slice payload, text *aligned, prepared *p) {
    slice raw, shown;
    bool is_prepared = payload.len > 0 && payload.data[0] != 0;
    payload = payload.len > 0 ? slice_make(payload.data + 1, payload.len - 1) : payload;
    if (!host_frame_read(payload, aligned, &shown, &raw, &p->parcel)) return false;
    p->raw = is_prepared ? raw : SLICE_NONE;
    p->shown = shown;
    return true;
}

/* false: the thread is to end; it is the holder's still. */
static bool hand_on(listener *l, listened *at, const prepared *p) {
    record rec;
    for (size_t i = 0; i < at->feed_count; i++) {
        if (listener_open(p, &rec) != 0) {
            listener_drop_given(at, DROP_ERROR);
            return true;
        }
        if (listener_give(l, at->feeds[i], p, &rec) == FEED_STOPPED) return false;
    }
    listener_count(&at->h->stats->delivered);
    return true;
}

static void hand_over(listener *l, listened *at) {
    text all, aligned;
    size_t count;
    hold *held = at->h->held;
    prepared p = {.reader = listener_reader(l)};
    if (held == NULL || held->count == 0 || at->feed_count == 0 || p.reader == NULL) return;
    hold_take(held, &all, &count);
    slice left = text_slice(&all), payload, before = left;
    text_init(&aligned, 0);
    for (; frame_next(&left, &payload); before = left, count--) {
        if (!unpack(payload, &aligned, &p))
            listener_drop_given(at, DROP_ERROR);
        else if (!hand_on(l, at, &p))
            break;
    }
    text_done(&aligned);
    if (before.len > 0) memmove(all.data, before.data, before.len);
    all.len = before.len;
    hold_put_back(held, &all, count);
}

/* One that was flushed may get records from one that is flushed later: as often as they stand in a row. */
void listener_hand_over(listener *l) {
    bool again = true;
    for (int turn = 0; again && turn <= LIMIT_HOLD_CHAIN; turn++) {
        again = false;
        for (size_t i = l->count; i-- > 0;) {
            const hold *held = l->handlers[i].h->held;
            if (held == NULL || held->count == 0) continue;
            hand_over(l, &l->handlers[i]);
            again = true;
        }
    }
}

/* ---- keeping ---- */

static bool add(hold *held, const prepared *p) {
    size_t end = held->parcels.len, begin = frame_begin(&held->parcels);
    text_add_char(&held->parcels, p->raw.data != NULL);
    host_frame_put(p->parcel, p->shown, p->raw, &held->parcels);
    frame_end(&held->parcels, begin);
    if (!held->parcels.failed) {
        held->last = end;
        held->count++;
        return true;
    }
    held->parcels.failed = false;
    held->parcels.len = end;
    return false;
}

static void drop_new(listened *at, enum handler_drop why) {
    listener_count(&at->h->stats->given);
    listener_drop_given(at, why);
}

void listener_keep(listener *l, listened *at, const prepared *p, const record *rec) {
    handler *h = at->h;
    size_t about = p->parcel->size + p->raw.len + p->shown.len + 64;
    if (hold_is_full(h->held, about)) hand_over(l, at);
    if (hold_is_full(h->held, about)) { /* nobody takes them */
        drop_new(at, DROP_OVERFLOW);
        return;
    }
    if (!add(h->held, p)) {
        drop_new(at, DROP_ERROR);
        return;
    }
    __atomic_store_n(&l->base.keeps, 1, __ATOMIC_RELEASE);
    listener_count(&h->stats->given);
    if (h->kind->should_flush(h, rec, h->held->count)) hand_over(l, at);
}

/* ---- from one listener to the next ---- */

/* The same to the last detail, and with the same counters: one that was away for a generation has others. */
static handler *successor(const listener *to, const handler *h) {
    for (size_t i = 0; to != NULL && i < to->count; i++) {
        handler *next = to->handlers[i].h;
        if (next->held != NULL && next->whole == h->whole && next->stats == h->stats) return next;
    }
    return NULL;
}

static void pass_on(listener *from, listener *to, const uint32_t *stop) {
    from->stop = stop;
    for (size_t i = 0; i < from->count && !to->flushes_holds; i++) {
        handler *h = from->handlers[i].h, *next = h->held != NULL ? successor(to, h) : NULL;
        text all;
        size_t count;
        if (next == NULL || h->held->count == 0) continue;
        hold_take(h->held, &all, &count);
        hold_put_back(next->held, &all, count);
        __atomic_store_n(&to->base.keeps, 1, __ATOMIC_RELEASE);
    }
    listener_hand_over(from);
}

void listener_take_over(listener *l) {
    for (feed *f = feed_older(&l->base); f != NULL; f = feed_older(f)) pass_on((listener *)f, l, l->stop);
}

static void drop_rest(listened *at) {
    text all;
    size_t count;
    if (at->h->held == NULL || at->h->held->count == 0) return;
    hold_take(at->h->held, &all, &count);
    text_done(&all);
    while (count-- > 0) listener_drop_given(at, DROP_STOPPED);
}

void listener_leave(listener *l, bool closing) {
    listener *next = closing ? NULL : (listener *)feed_newest(&l->base);
    if (next != NULL && next != l)
        pass_on(l, next, l->stop);
    else
        listener_hand_over(l);
    for (size_t i = 0; i < l->count; i++) drop_rest(&l->handlers[i]);
}
