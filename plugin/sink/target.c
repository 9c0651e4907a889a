/* target.c - what others may ask of a target and tell it. Any thread; the work is in writer.c, the
 * counting of references in target_registry.c. */
#include <stdlib.h>

#include "base/futex.h"
#include "sink/target_private.h"

/* A wait for progress is looked at again this often: progress of another waiter's may go unheard. */
#define DRAIN_SLICE_MS 50

/* ---- definitions ---- */

static bool copy_into(arena *a, slice from, slice *to) {
    *to = arena_copy(a, from.data == NULL ? SLICE_LITERAL("") : from);
    return to->data != NULL;
}

target_update *target_update_create(const sink_spec *spec, weir_error *err) {
    target_update *u = calloc(1, sizeof *u);
    if (u != NULL) {
        arena_init(&u->memory, 0);
        u->spec = *spec;
        u->spec.beneath_fd = -1; /* the configuration's, and gone with it; the sink has its own */
        if (copy_into(&u->memory, spec->kind, &u->spec.kind) &&
            copy_into(&u->memory, spec->path, &u->spec.path) &&
            copy_into(&u->memory, spec->beneath_path, &u->spec.beneath_path) &&
            copy_into(&u->memory, spec->options, &u->spec.options))
            return u;
        target_update_free(u);
    }
    error_set(err, WEIR_ERR_SYSTEM, "no memory");
    return NULL;
}

void target_update_free(target_update *u) {
    if (u == NULL) return;
    arena_done(&u->memory);
    free(u);
}

/* ---- life ---- */

void target_wake(target *t) {
    futex_signal(&t->signal);
    if (t->queue != NULL) chunk_queue_interrupt(t->queue);
}

void target_activate(target *t) {
    pthread_mutex_lock(&t->lock);
    if (t->offered != NULL) {
        target_update_free(t->update);
        t->update = t->offered;
        t->offered = NULL;
    }
    pthread_mutex_unlock(&t->lock);
    __atomic_store_n(&t->active, 1, __ATOMIC_RELEASE);
    target_wake(t);
}

void target_free(target *t) {
    if (t->sink != NULL) t->sink->close(t->sink);
    if (t->queue != NULL) chunk_queue_free(t->queue);
    target_update_free(t->definition);
    target_update_free(t->offered);
    target_update_free(t->update);
    pthread_mutex_destroy(&t->gate);
    pthread_mutex_destroy(&t->lock);
    free(t->name);
    free(t);
}

/* ---- questions ---- */

chunk_queue *target_queue(target *t) { return t->queue; }
const sink_spec *target_spec(const target *t) { return &t->definition->spec; }
const char *target_name(const target *t) { return t->name; }

void target_get_health(target *t, target_health *out) {
    out->stalled = __atomic_load_n(&t->stalled, __ATOMIC_RELAXED) != 0;
    uint64_t read_pos = chunk_queue_read_pos(t->queue), write_pos = chunk_queue_write_pos(t->queue);
    out->pending_bytes = write_pos > read_pos ? write_pos - read_pos : 0;
    pthread_mutex_lock(&t->lock);
    out->troubled = t->troubled;
    memcpy(out->trouble, t->trouble, sizeof out->trouble);
    pthread_mutex_unlock(&t->lock);
}

void target_set_stalled(target *t, bool stalled) {
    __atomic_store_n(&t->stalled, stalled ? 1u : 0u, __ATOMIC_RELAXED);
}

bool target_drain(target *t, int64_t deadline_ns) {
    uint64_t goal = chunk_queue_write_pos(t->queue);
    for (;;) {
        uint64_t seen = chunk_queue_read_pos(t->queue);
        if (seen >= goal) return true;
        int64_t left_ms = (deadline_ns - clock_monotonic_ns()) / 1000000;
        if (left_ms <= 0 || __atomic_load_n(&t->thread.finished, __ATOMIC_ACQUIRE) != 0) return false;
        chunk_queue_wait_room(t->queue, seen, left_ms < DRAIN_SLICE_MS ? (int)left_ms : DRAIN_SLICE_MS);
    }
}

int target_roll(target *t, int64_t deadline_ns, const uint32_t *stop, weir_error *err) {
    if (!slice_is(target_spec(t)->kind, "rolling"))
        return error_set(err, WEIR_ERR_INVALID, "%s does not roll over", t->name);
    uint32_t ticket = __atomic_add_fetch(&t->roll_asked, 1, __ATOMIC_ACQ_REL);
    target_wake(t);
    for (;;) {
        uint32_t seen = __atomic_load_n(&t->roll_done, __ATOMIC_ACQUIRE);
        if ((int32_t)(seen - ticket) >= 0) break;
        int64_t left_ms = (deadline_ns - clock_monotonic_ns()) / 1000000;
        if (left_ms <= 0 || __atomic_load_n(stop, __ATOMIC_ACQUIRE) != 0 ||
            __atomic_load_n(&t->thread.finished, __ATOMIC_ACQUIRE) != 0)
            return error_set(err, WEIR_ERR_TIMEOUT, "%s was not rolled over in time", t->name);
        futex_wait(&t->roll_done, seen, left_ms < DRAIN_SLICE_MS ? (int)left_ms + 1 : DRAIN_SLICE_MS);
    }
    pthread_mutex_lock(&t->lock);
    weir_error why = t->rolled;
    pthread_mutex_unlock(&t->lock);
    if (why.code != WEIR_OK && err != NULL) *err = why;
    return why.code == WEIR_OK ? 0 : -1;
}

bool target_feeds(const target *t) { return slice_is(t->definition->spec.kind, "queue"); }

void target_set_rank(target *t, uint32_t rank) { __atomic_store_n(&t->rank, rank, __ATOMIC_RELAXED); }

uint32_t target_rank(const target *t) { return __atomic_load_n(&t->rank, __ATOMIC_RELAXED); }

uint64_t target_records(const target *t) {
    uint64_t out = __atomic_load_n(&t->records_out, __ATOMIC_ACQUIRE);
    uint64_t in = __atomic_load_n(&t->records_in, __ATOMIC_RELAXED);
    return in > out ? in - out : 0;
}

void target_add_records(target *t, uint32_t records) {
    __atomic_add_fetch(&t->records_in, records, __ATOMIC_RELAXED);
}

uint16_t target_stats_row(const target *t, const handler_stats *stats) {
    return (uint16_t)(stats - t->registry->set.process->handlers);
}

void target_registry_notice(const target_registry *r, const char *name, int level, const char *words) {
    if (r->set.notice != NULL) r->set.notice(r->set.arg, name, level, words);
}
