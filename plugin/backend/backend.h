/* backend.h - the thread that takes records out of the rings and hands them to handlers.
 *
 * A pass: take the horizon (now); merge the rings' entries by stamp up to it; give each its id;
 * keep it in the recent records; route it; at the end publish the chunk queues, wake writers, give
 * ring room back. Then pause: none while there was work, doubling up to 12 ms when idle.
 *
 * The swap. control calls backend_swap with a built generation: the backend, between two records,
 * takes the mark (now); records stamped before it belong to the old generation, later ones to the
 * new; it answers at once. When a pass has ended whose horizon is past the mark, the old one has
 * seen its last record (a straggler found later goes to the new one) and is handed to `retired`.
 * One swap is under way at a time; backend_swap waits for the one before.
 *
 * Requests (swap, flush, own records) come over one small mailbox; while the backend waits for a
 * full queue it serves the mailbox too, so no configuration is ever locked out by a hung target. */
#ifndef WEIR_BACKEND_BACKEND_H
#define WEIR_BACKEND_BACKEND_H

#include "backend/generation.h"
#include "backend/recent.h"

typedef struct backend backend;

typedef struct backend_settings {
    ring_set *rings;
    dictionary *dictionary;
    process_map *process;
    target_registry *targets;
    recent *recents;
    generation *first; /* current from the start; owned by the backend from then on */
    int64_t start_ns;
    /* What goes wrong with records, and all else that Weir has to say, goes to stderr as Python's words, to
     * no handler: what handlers write is then what Python's write. */
    bool python_errors;
    /* On the backend thread; hands the old generation to who frees it (not there: it may block). */
    void (*retired)(void *arg, generation *old);
    void *arg;
} backend_settings;

backend *backend_create(const backend_settings *settings, weir_error *err);
int backend_start(backend *b, weir_error *err);
/* The words that capture needs (front_settings). Valid before start. */
uint32_t *backend_asleep_word(backend *b);
uint32_t *backend_wake_word(backend *b);
/* Drains the rings until deadline, publishes, ends the thread. Returns the current generation (the
 * caller frees it after the targets have stopped). */
generation *backend_stop(backend *b, int64_t deadline_ns);
void backend_free(backend *b);

/* Makes g current. Truncations of mode 'w' go into the queues at the mark. 0, or -1 (stopping). */
int backend_swap(backend *b, generation *g, weir_error *err);
/* Until all accepted before the call is routed and in the queues. */
int backend_flush_routed(backend *b, int64_t deadline_ns);
/* Until all accepted before the call is routed, published, and written by every target. */
int backend_flush(backend *b, int64_t deadline_ns);
/* Those who wait in backend_flush, now or later, give up: -1. Any thread. */
void backend_end_flushes(backend *b);
/* A record of Weir's own (logger "weir", whose level it is subject to), routed like any other. Any thread of
 * Weir; never blocks. false: the mailbox is full, or there is no memory; the record is counted, not kept. */
bool backend_log(backend *b, int level, slice message);
/* What a dead process's rings (and slots of weir_signal_log) hold, routed by the current generation
 * before backend_start: first what was routed there already, in that order, then the rest in the order
 * of stamps. A record that has no id gets the dead process's next one. had(arg, target, id): this
 * target's dead queue has it already. Room in the rings is given back as the records are published. */
typedef struct recovered_rings {
    ring_set *rings;
    const dictionary *dictionary;
    process_map *process;
    bool (*had)(void *arg, const target *t, uint64_t id);
    void *arg;
} recovered_rings;
typedef struct recovered_counts {
    uint64_t routed; /* brought to some handler */
    uint64_t unreadable;
    bool abandoned; /* a target under `block` takes nothing: the rest is still in the rings */
} recovered_counts;
int backend_route_recovered(backend *b, const recovered_rings *from, recovered_counts *counts,
                            weir_error *err);

/* accepted = routed + early drops + in_rings (and in the slots of weir_signal_log). */
typedef struct backend_status {
    uint64_t accepted, routed, early[EARLY_COUNT], in_rings;
    uint64_t generation;
    uint32_t rings_live, rings_total;
    size_t ring_bytes;
} backend_status;
void backend_get_status(backend *b, backend_status *out); /* any thread */

#endif
