/* overflow.c - what happens when a record finds no room in its target's queue: backpressure by
 * progress. A target that moves is waited for; one that has not finished a whole chunk, or all that
 * it has, within stall_timeout is stalled, and what finds no room there is dropped and counted at
 * once until it moves again. Backend thread. While it waits it publishes, so that writers and
 * producers go on, and serves the mailbox, so that a new configuration can replace the target. */
#include <string.h>

#include "backend/parts.h"
#include "frontend/module_state.h"

/* A look at a target counts for at most this long: if the whole process stood still (SIGSTOP, a
 * suspended machine), the writer had no chance to move either. */
#define LOOK_MAX_MS 20
/* Recovery has no caller whose time is short: it gives a target that takes nothing this long. */
#define RECOVERY_STALL_MS 2000

static void trust(lane *l) {
    l->trusted = true;
    l->still = 0;
}

static bool recovering(const backend *b) { return b->had != NULL; }

static uint64_t stall_ticks(const backend *b) {
    int64_t ms = b->current->generation->stall_timeout_ms;
    if (recovering(b) && ms < RECOVERY_STALL_MS) ms = RECOVERY_STALL_MS;
    return (uint64_t)ms * b->ticks_per_ms;
}

/* Trust, once lost, comes back when the target moves twice within stall_timeout or has written all:
 * one that frees a chunk now and then would else be waited for again after each of them. */
void lane_observe(backend *b, lane *l, uint64_t now) {
    uint64_t read = chunk_queue_read_pos(l->queue);
    uint64_t timeout = stall_ticks(b);
    uint64_t passed = now - l->observed_at, most = LOOK_MAX_MS * b->ticks_per_ms;
    l->observed_at = now;
    if (read == chunk_queue_write_pos(l->queue)) {
        trust(l);
        l->seen_read = read;
        l->moved_at = now;
    } else if (read != l->seen_read) {
        if (l->trusted || now - l->moved_at <= timeout) trust(l);
        l->still = 0;
        l->seen_read = read;
        l->moved_at = now;
    } else {
        l->still += passed < most ? passed : most;
    }
}

static bool stands_still(const backend *b, const lane *l) {
    return !l->trusted || l->still >= stall_ticks(b);
}

static void set_stalled(lane *l, bool stalled) {
    if (l->stalled == stalled) return;
    l->stalled = stalled;
    if (stalled) l->trusted = false;
    target_set_stalled(l->target, stalled);
}

static uint16_t row_of(const backend *b, const handler *h) {
    return (uint16_t)(h->stats - b->set.process->handlers);
}

/* Where a listener adds to the queue too, its lock is held until the commit. */
static void lock_shared(lane *l) {
    l->locked = chunk_queue_is_shared(l->queue);
    if (__builtin_expect(l->locked, 0)) chunk_queue_lock(l->queue);
}

static void unlock_shared(lane *l) {
    if (__builtin_expect(l->locked, 0)) chunk_queue_unlock(l->queue);
    l->locked = false;
}

static bool add_truncate(lane *l) {
    if (!chunk_queue_add_truncate(l->queue)) return false;
    chunk_queue_set_main_dirty(l->queue, true);
    l->truncate = l->delayed = false;
    l->dirty = true;
    return true;
}

char *lane_try(backend *b, handler *h, size_t bytes) {
    lane *l = h->lane;
    if (__builtin_expect(h->capacity > 0, 0) && target_records(h->target) >= h->capacity) return NULL;
    lock_shared(l);
    char *place = NULL;
    if (__builtin_expect(!l->truncate, 1) || add_truncate(l))
        place = chunk_queue_reserve(l->queue, row_of(b, h), bytes);
    if (place == NULL) unlock_shared(l);
    if (__builtin_expect(l->stalled, 0) && place != NULL) set_stalled(l, false);
    return place;
}

void lane_commit(backend *b, handler *h, size_t bytes, uint32_t records) {
    lane *l = h->lane;
    chunk_queue_commit(l->queue, b->done_id, bytes, records);
    if (bytes > 0) l->dirty = true;
    if (__builtin_expect(l->locked, 0) && bytes > 0) chunk_queue_set_main_dirty(l->queue, true);
    unlock_shared(l);
    if (__builtin_expect(h->kind->queues, 0)) target_add_records(h->target, records);
}

void overflow_drop(backend *b, handler *h, const delivery *d, enum handler_drop reason) {
    if (d->own) return; /* Weir's own are no promise; telling of them would have no end */
    count_row(h, &h->stats->given);
    __atomic_add_fetch(&h->stats->dropped[reason], 1,
                       __ATOMIC_RELAXED); /* the writer adds to DROP_ERROR too */
    if (reason == DROP_ERROR && !module_raises_exceptions()) return;
    h->drop_run[reason]++;
    b->owing = true;
}

/* `drop_low`: what is below WARNING is dropped, the rest is waited for. What is recovered was accepted
 * long ago, often more than a queue can hold: it is always waited for. */
static overflow_policy policy_of(const backend *b, const handler *h, int level) {
    overflow_policy p = h->overflow_given ? h->overflow : b->current->generation->overflow;
    if (recovering(b)) return p == OVERFLOW_BLOCK ? p : OVERFLOW_ADAPTIVE;
    if (p != OVERFLOW_DROP_LOW) return p;
    return level < WEIR_LEVEL_WARNING ? OVERFLOW_DROP : OVERFLOW_ADAPTIVE;
}

/* `block` waits for ever, but not against a configuration that was pushed meanwhile: it may be the
 * one that takes the hung target away. */
static bool gives_up(const backend *b, const lane *l, overflow_policy p) {
    if (p == OVERFLOW_BLOCK && b->next == NULL) return false;
    return stands_still(b, l);
}

static bool out_of_time(const backend *b) {
    return __atomic_load_n(&b->stop, __ATOMIC_ACQUIRE) != 0 && clock_monotonic_ns() >= b->stop_deadline;
}

/* All are looked at while one is waited for: targets that hang together are found to in one stall_timeout,
 * not one after the other. */
static void observe_all(backend *b, lane *waited_for) {
    uint64_t now = clock_stamp();
    for (size_t i = 0; i < b->current->lane_count; i++) lane_observe(b, &b->current->lanes[i], now);
    lane_observe(b, waited_for, now);
}

static lane_room wait_for_room(backend *b, handler *h, const delivery *d, size_t bytes, char **out) {
    lane *l = h->lane;
    overflow_policy policy = policy_of(b, h, d->entry->level);
    b->waits++;
    publish_and_release(b, d->id);
    for (;;) {
        observe_all(b, l);
        if ((*out = lane_try(b, h, bytes)) != NULL) return ROOM_OK;
        if (gives_up(b, l, policy)) break;
        /* `block` drops nothing: in a recovery the rest stays where it is, for the next one. */
        if (out_of_time(b) || (recovering(b) && stands_still(b, l))) return ROOM_ABANDON;
        chunk_queue_wait_room(l->queue, l->seen_read, WAIT_SLICE_MS);
        mailbox_serve(b);
        /* All that the writer may see is written, and still no room: the rest of the room is taken by
         * what it may not see yet, the first part of this very record. */
        if (l->dirty && chunk_queue_read_pos(l->queue) == chunk_queue_write_pos(l->queue)) publish_lane(b, l);
    }
    set_stalled(l, true);
    overflow_drop(b, h, d, DROP_STALLED);
    return ROOM_DROPPED;
}

lane_room overflow_reserve(backend *b, handler *h, const delivery *d, size_t bytes, char **out) {
    lane *l = h->lane;
    if (__builtin_expect((*out = lane_try(b, h, bytes)) != NULL, 1)) return ROOM_OK;
    overflow_policy policy = policy_of(b, h, d->entry->level);
    if (policy == OVERFLOW_DROP || d->own) {
        /* Lets the writer see what it may work on. */
        if (l->dirty && l->holds != d->id) publish_lane(b, l);
        overflow_drop(b, h, d, DROP_OVERFLOW);
        return ROOM_DROPPED;
    }
    if (l->stalled && policy != OVERFLOW_BLOCK) {
        overflow_drop(b, h, d, DROP_STALLED);
        return ROOM_DROPPED;
    }
    return wait_for_room(b, h, d, bytes, out);
}
