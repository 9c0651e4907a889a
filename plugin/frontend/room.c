/* room.c - room for an entry in the thread's ring, or in the spare one; and what to do when there is
 * none. In the caller's thread, inside a call. Sleeps only here, never at a cancellation point. */
#include <limits.h>

#include "base/futex.h"
#include "frontend/front_internal.h"

/* A thread that uses the spare ring asks for one of its own each so many calls: it may be the budget
 * (queue_total) that was spent, and others have ended since. */
#define SPARE_CALLS 256u
/* The longest sleep without a look at the epoch, in case a wake-up is lost. */
#define WAIT_SLICE_MS 50

void room_wake_backend(ring *r) {
    uint32_t *asleep = front.set.backend_asleep;
    if (__atomic_load_n(asleep, __ATOMIC_RELAXED) == 0) return;
    r->cached_read = __atomic_load_n(&r->head->read_pos, __ATOMIC_ACQUIRE);
    if (!ring_half_full(r)) return;
    if (__atomic_exchange_n(asleep, 0, __ATOMIC_SEQ_CST) != 0) futex_signal(front.set.backend_wake);
}

static void wake_backend_now(void) {
    if (__atomic_exchange_n(front.set.backend_asleep, 0, __ATOMIC_SEQ_CST) != 0)
        futex_signal(front.set.backend_wake);
}

static bool is_spare(const ring *r) { return r == ring_spare(front.set.rings); }

static bool try_spare(uint32_t size, room *out) {
    ring *spare = ring_spare(front.set.rings);
    ring_spare_lock(front.set.rings);
    out->r = spare;
    out->at = ring_reserve(front.set.rings, spare, size);
    if (out->at != NULL) return true;
    ring_spare_unlock(front.set.rings);
    return false;
}

static bool try_once(thread_state *t, uint32_t size, room *out) {
    if (t->ring == NULL && ++t->spare_calls >= SPARE_CALLS) {
        t->spare_calls = 0;
        t->ring = ring_acquire(front.set.rings);
    }
    if (t->ring == NULL) return try_spare(size, out);
    out->r = t->ring;
    out->at = ring_reserve(front.set.rings, t->ring, size);
    if (out->at != NULL) return true;
    /* A ring that may not grow to the size of this record will never take it; the spare one may. */
    return size > t->ring->head_mask + 1 && try_spare(size, out);
}

/* How long this record may wait, in ms; 0: not at all; negative: as long as it takes. */
static int patience(const thread_state *t, int level) {
    int stall = __atomic_load_n(&front.stall_timeout_ms, __ATOMIC_RELAXED);
    /* Where one has waited in vain the next does not wait again, until there was room in between. */
    if (t->stalled) stall = 0;
    switch ((overflow_policy)__atomic_load_n(&front.overflow, __ATOMIC_RELAXED)) {
    case OVERFLOW_BLOCK: return -1;
    case OVERFLOW_DROP: return 0;
    case OVERFLOW_DROP_LOW: return level < WEIR_LEVEL_WARNING ? 0 : stall;
    default: return stall;
    }
}

static bool is_open(const thread_state *t) {
    return __atomic_load_n(&front.epoch, __ATOMIC_SEQ_CST) == t->epoch;
}

/* A slice of the wait; false: the time is up. */
static bool wait_slice(ring *r, int64_t deadline) {
    int64_t left =
        deadline == INT64_MAX ? WAIT_SLICE_MS : (deadline - clock_monotonic_ns() + 999999) / 1000000;
    if (left <= 0) return false;
    wake_backend_now();
    ring_wait(r, left < WAIT_SLICE_MS ? (int)left : WAIT_SLICE_MS);
    return true;
}

static FRONT_COLD bool wait_for_room(thread_state *t, uint32_t size, int level, room *out) {
    int wait_ms = patience(t, level);
    int64_t deadline = wait_ms < 0 ? INT64_MAX : clock_monotonic_ns() + (int64_t)wait_ms * 1000000;
    for (;;) {
        if (!is_open(t)) {
            front_count_early(EARLY_STOPPED);
            return false;
        }
        if (!wait_slice(t->ring != NULL ? t->ring : ring_spare(front.set.rings), deadline)) break;
        if (try_once(t, size, out)) return true;
    }
    t->stalled = wait_ms > 0 || t->stalled;
    wake_backend_now();
    front_count_early(EARLY_STALLED);
    return false;
}

bool room_reserve(thread_state *t, uint32_t size, int level, room *out) {
    if (FRONT_UNLIKELY(!try_once(t, size, out)) && !wait_for_room(t, size, level, out)) return false;
    t->stalled = false;
    return true;
}

bool room_try(thread_state *t, uint32_t size, room *out) {
    if (try_once(t, size, out)) return true;
    wake_backend_now();
    return false;
}

void room_publish(const room *place, uint32_t size) {
    ring_publish(place->r, size);
    if (ring_half_full(place->r)) room_wake_backend(place->r);
    if (is_spare(place->r)) ring_spare_unlock(front.set.rings);
}
