/* loop.c - the backend thread: pass after pass, and the pause between them. Under load it does not
 * pause; idle it sleeps up to 12 ms at a time, so that producers need not wake it. A producer that
 * finds its ring half full while `asleep` is set wakes it. */
#include <sched.h>

#include "backend/parts.h"
#include "base/futex.h"

/* Passes without work before it yields, and before it sleeps: some microseconds in all. A record a
 * microsecond later is taken at once; a burst that comes later is better taken as one. */
#define IDLE_SPINS 24
#define IDLE_YIELDS 4
/* In the middle of a pass, which takes milliseconds when the rings are full, it looks so often (in
 * records) for who waits: a producer, or a new configuration. */
#define LOOK_EVERY 32
#define CALIBRATE_MS 1000

static inline void relax(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
}

/* A producer that waits is woken for a quarter of its ring, not for each record: a wake costs as much
 * as 80 records. */
static bool worth_waking(const backend *b, const ring *r) {
    return b->unpublished > r->reading_mask / 4 && __atomic_load_n(&r->waiting, __ATOMIC_RELAXED) != 0;
}

static bool visit(void *arg, ring *r, ring_entry *e) {
    backend *b = arg;
    bool look = b->routed % LOOK_EVERY == LOOK_EVERY - 1;
    if (b->unpublished >= PUBLISH_BYTES || (look && worth_waking(b, r))) publish_and_release(b, 0);
    if (look) mailbox_serve(b);
    if (__builtin_expect(b->next != NULL, 0) && e->stamp >= b->mark) stage_switch(b);
    uint32_t size = e->size;
    if (!route_entry(b, e)) return false;
    b->unpublished += size;
    b->routed++;
    return true;
}

static bool publication_due(const backend *b) {
    if (b->old != NULL || b->flushes > 0 || b->unpublished >= PUBLISH_BYTES) return true;
    return b->unpublished > 0 && clock_stamp() - b->published_at >= PUBLISH_MS * b->ticks_per_ms;
}

/* Everything that waits now, up to now. Returns how many records there were. */
static size_t pass(backend *b, bool all) {
    mailbox_serve(b);
    b->pass++;
    uint64_t horizon = all ? UINT64_MAX : clock_stamp();
    if (b->unpublished == 0) b->published_at = clock_stamp();
    size_t count = signals_route(b);
    mailbox_route_own(b);
    count += merge_run(&b->merge, b->set.rings, MERGE_BY_STAMP, horizon, visit, b);
    if (b->next != NULL && horizon >= b->mark) stage_switch(b);
    if (b->pass <= b->hand_over_until) held_flush_all(b, b->current->generation);
    if (publication_due(b)) {
        publish_and_release(b, 0);
        stage_retire(b);
        mailbox_passed(b);
    }
    return count;
}

static void see_ring(void *arg, ring *r) {
    if (ring_peek(r) != NULL) *(bool *)arg = true;
}

static bool anything_waits(backend *b) {
    bool waits = __atomic_load_n(&b->mail_waiting, __ATOMIC_SEQ_CST) != 0 ||
                 __atomic_load_n(&b->stop, __ATOMIC_SEQ_CST) != 0 || signals_waiting(b) || b->next != NULL;
    if (!waits) ring_set_each(b->set.rings, see_ring, &waits);
    return waits;
}

static void sleep_a_while(backend *b, unsigned times) {
    int ms = times < 4 ? 1 << times : PAUSE_MAX_MS;
    uint32_t seen = __atomic_load_n(&b->words.wake, __ATOMIC_ACQUIRE);
    __atomic_store_n(&b->words.asleep, 1, __ATOMIC_SEQ_CST);
    if (!anything_waits(b)) futex_wait(&b->words.wake, seen, ms);
    __atomic_store_n(&b->words.asleep, 0, __ATOMIC_RELAXED);
}

/* What is worth doing before a sleep. Publishing also takes back the rings of ended threads. */
static void settle(backend *b) {
    suppressed_tell(b, false);
    if (b->owing) notice_emit_all(b);
    early_tell(b, false);
    publish_and_release(b, 0);
}

static void calibrate(backend *b) {
    uint64_t now = clock_stamp();
    if (now - b->calibrated_at < CALIBRATE_MS * b->ticks_per_ms) return;
    clock_calibrate(&b->set.process->clock);
    b->ticks_per_ms = clock_ticks_per_ms(&b->set.process->clock);
    b->calibrated_at = now;
    early_tell(b, true);
    suppressed_tell(b, false);
}

static void see_waiting(void *arg, ring *r) {
    if (__atomic_load_n(&r->waiting, __ATOMIC_RELAXED) != 0) *(bool *)arg = true;
}

/* All is read, and a producer waits for what is not yet given back. */
static void release_to_waiting(backend *b) {
    bool waiting = false;
    ring_set_each(b->set.rings, see_waiting, &waiting);
    if (waiting) publish_and_release(b, 0);
}

static void take_pause(backend *b) {
    unsigned idle = b->idle++;
    if (idle < IDLE_SPINS) {
        if (idle % (IDLE_SPINS / 3) == 0 && b->unpublished > 0) release_to_waiting(b);
        relax();
    } else if (idle < IDLE_SPINS + IDLE_YIELDS) {
        sched_yield();
    } else {
        settle(b);
        sleep_a_while(b, idle - IDLE_SPINS - IDLE_YIELDS);
    }
}

static bool time_is_up(const backend *b) { return clock_monotonic_ns() >= b->stop_deadline; }

/* The front end is closed: what the rings hold now is all. */
static void drain(backend *b) {
    early_tell(b, true);
    while (pass(b, true) > 0 && !time_is_up(b)) {
    }
    suppressed_tell(b, true);
    held_flush_all(b, b->current->generation);
    held_drop_rest(b, b->current->generation);
    if (b->owing) notice_emit_all(b);
    publish_and_release(b, 0);
    stage_retire(b);
    mailbox_close(b);
}

void loop_run(void *arg) {
    backend *b = arg;
    b->published_at = b->calibrated_at = clock_stamp();
    while (__atomic_load_n(&b->stop, __ATOMIC_ACQUIRE) == 0) {
        if (pass(b, false) > 0)
            b->idle = 0;
        else
            take_pause(b);
        calibrate(b);
    }
    drain(b);
}
