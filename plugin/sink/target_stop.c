/* target_stop.c - the end of all targets at weir_stop, within a deadline. Runs on the stopping thread, after
 * the backend has ended: nothing is added to any queue any more. What is not delivered stays in the queues'
 * files, for recovery. */
#include <stdlib.h>

#include "sink/target_private.h"

/* Every wait inside a sink ends within 100 ms of `stop`; twice that before the deadline they are
 * told, and at least so long they are waited for, whatever the deadline. */
#define STOP_GRACE_NS (200 * (int64_t)1000000)
/* An interrupt that came just before a wait began is repeated this often. */
#define STOP_SLICE_MS 20
/* A thread that stands in a blocked disk call does not hold its gate; one that holds it is about to
 * end. Tried this often, STOP_SLICE_MS apart. */
#define STOP_GATE_TRIES 25

static int64_t later(int64_t a, int64_t b) { return a > b ? a : b; }

/* Those that feed others are dealt with first, rank by rank. */
#define EVERYONE (-1)

static int64_t rank_of(const target *t) { return target_feeds(t) ? (int64_t)target_rank(t) : EVERYONE; }

static bool is_meant(const target *t, int64_t rank) { return rank == EVERYONE || rank_of(t) == rank; }

static void raise_all(target_registry *r, size_t offset, int64_t rank) {
    for (target *t = r->first; t != NULL; t = t->next) {
        if (!is_meant(t, rank)) continue;
        __atomic_store_n((uint32_t *)(void *)((char *)t + offset), 1, __ATOMIC_RELEASE);
        target_wake(t);
    }
}

/* Joins those that end before until_ns; true: all have. */
static bool join_all(target_registry *r, int64_t until_ns, int64_t rank) {
    for (;;) {
        bool all = true;
        for (target *t = r->first; t != NULL; t = t->next) {
            if (t->joined || !is_meant(t, rank)) continue;
            t->joined = worker_join(&t->thread, all ? STOP_SLICE_MS : 0);
            if (!t->joined) target_wake(t);
            all = all && t->joined;
        }
        if (all || clock_monotonic_ns() >= until_ns) return all;
    }
}

/* False: it ended after all. */
static bool give_up(target *t) {
    for (int i = 0; i < STOP_GATE_TRIES; i++) {
        if (pthread_mutex_trylock(&t->gate) == 0) {
            t->abandoned = true;
            pthread_mutex_unlock(&t->gate);
            return true;
        }
        t->joined = worker_join(&t->thread, STOP_SLICE_MS);
        if (t->joined) return false;
    }
    /* It neither ends nor stands in its sink: a notice that does not return. Left, like the others. */
    return true;
}

static size_t give_up_rest(target_registry *r, text *left) {
    size_t count = 0;
    for (target *t = r->first; t != NULL; t = t->next) {
        if (t->joined || !give_up(t)) continue;
        if (left != NULL && count > 0) text_add_cstr(left, ", ");
        if (left != NULL) text_add_cstr(left, t->name);
        count++;
    }
    return count;
}

/* Queues that are empty leave nothing to recover; those in plain memory cannot be recovered. */
static void settle(target_registry *r) {
    if (r->spare != NULL) chunk_queue_remove(r->set.dir, r->spare);
    for (target *t = r->first; t != NULL; t = t->next) {
        if (!t->joined) continue;
        /* Those of a listener's queue are of this process alone. */
        if (r->set.dir->fd < 0 || target_feeds(t)) writer_drop_rest(t, DROP_STOPPED);
        if (chunk_queue_read_pos(t->queue) == chunk_queue_write_pos(t->queue))
            chunk_queue_remove(r->set.dir, t->queue);
    }
}

/* EVERYONE: there is none. */
static int64_t highest_rank(const target_registry *r) {
    int64_t highest = EVERYONE;
    for (const target *t = r->first; t != NULL; t = t->next)
        if (rank_of(t) > highest) highest = rank_of(t);
    return highest;
}

/* As long as the deadline lets, less what the others need to be told and joined. */
static void stop_feeds(target_registry *r, int64_t deadline_ns) {
    for (int64_t rank = highest_rank(r); rank != EVERYONE; rank--) {
        raise_all(r, offsetof(target, finish), rank);
        if (join_all(r, deadline_ns - 2 * STOP_GRACE_NS, rank)) continue;
        raise_all(r, offsetof(target, stop), rank);
        join_all(r, later(deadline_ns - STOP_GRACE_NS, clock_monotonic_ns() + STOP_GRACE_NS), rank);
    }
}

size_t target_registry_stop(target_registry *r, int64_t deadline_ns, text *left) {
    /* No lock while waiting: a writer that ends takes it. From here on nobody else changes the list. */
    pthread_mutex_lock(&r->lock);
    r->stopped = true;
    pthread_mutex_unlock(&r->lock);
    stop_feeds(r, deadline_ns);
    raise_all(r, offsetof(target, finish), EVERYONE);
    bool all = join_all(r, deadline_ns - STOP_GRACE_NS, EVERYONE);
    if (!all) {
        raise_all(r, offsetof(target, stop), EVERYONE);
        all = join_all(r, later(deadline_ns, clock_monotonic_ns() + STOP_GRACE_NS), EVERYONE);
    }
    size_t count = all ? 0 : give_up_rest(r, left);
    settle(r);
    return count;
}

void target_registry_free(target_registry *r) {
    chunk_queue_free(r->spare);
    for (target *t = r->first, *next; t != NULL; t = next) {
        next = t->next;
        /* What a thread that was given up may still touch stays allocated, for good. */
        if (t->joined) target_free(t);
    }
    pthread_mutex_destroy(&r->lock);
    free(r);
}
