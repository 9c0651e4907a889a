/* publish.c - makes what was routed visible to the writers, then gives the rings their room back;
 * never the other way round: after a kill a record must lie in a ring or in a published queue. */
#include "backend/parts.h"

/* The entries stay where they are until their ring is released: kept by address until then, so that
 * the recent records' lock is taken once for many. */
void publish_stage_recent(backend *b, const ring_entry *e) {
    if (b->staged_count == STAGED_MAX) {
        recent_add_all(b->set.recents, b->staged, b->staged_count);
        b->staged_count = 0;
    }
    b->staged[b->staged_count++] = e;
    b->recents_changed = true;
}

static void flush_staged(backend *b) {
    if (b->staged_count > 0) recent_add_all(b->set.recents, b->staged, b->staged_count);
    b->staged_count = 0;
}

void publish_recent_copy(backend *b, const ring_entry *e) {
    flush_staged(b);
    recent_add(b->set.recents, e);
    b->recents_changed = true;
}

static void flush_recents(backend *b) {
    flush_staged(b);
    if (b->recents_changed) recent_publish(b->set.recents);
    b->recents_changed = false;
}

void publish_lane(backend *b, lane *l) {
    if (!l->dirty && l->noted == b->done_id) return;
    bool shared = chunk_queue_is_shared(l->queue);
    if (__builtin_expect(shared, 0)) chunk_queue_lock(l->queue);
    chunk_queue_note(l->queue, b->done_id);
    chunk_queue_publish(l->queue);
    chunk_queue_set_main_dirty(l->queue, false);
    if (__builtin_expect(shared, 0)) chunk_queue_unlock(l->queue);
    if (l->dirty) chunk_queue_wake(l->queue);
    l->noted = b->done_id;
    l->dirty = false;
}

/* The mark says "all up to done_id was considered here". A lane that holds a part of a record that
 * is still on its way to another handler of the same lane cannot say so yet. */
bool publish_lanes(backend *b, uint64_t held) {
    bool all = true;
    uint64_t now = clock_stamp();
    for (size_t i = 0; i < b->current->lane_count; i++) {
        lane *l = &b->current->lanes[i];
        lane_observe(b, l, now);
        if (held != 0 && l->holds == held) {
            all = false;
            continue;
        }
        publish_lane(b, l);
    }
    return all;
}

static void release_one(void *arg, ring *r) { ring_release(arg, r); }

static void release_signals(backend *b) {
    for (int i = 0; b->signal_mask != 0; i++, b->signal_mask >>= 1)
        if (b->signal_mask & 1) __atomic_store_n(&b->set.process->signals[i].state, 0, __ATOMIC_RELEASE);
}

void publish_and_release(backend *b, uint64_t held) {
    flush_recents(b);
    if (!publish_lanes(b, held)) return; /* a later call publishes that lane, and releases then */
    ring_set_each(b->releases, release_one, b->releases);
    release_signals(b);
    if (b->from == &b->live)
        __atomic_store_n(&b->set.process->routed, b->set.process->routed + b->routed, __ATOMIC_RELEASE);
    b->routed = 0;
    b->unpublished = 0;
    b->published_at = clock_stamp();
}
