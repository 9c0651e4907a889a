/* target_private.h - what target.c, target_registry.c, target_stop.c and writer.c share; nobody else
 * includes it.
 *
 * Who may touch what: `refs`, `ending`, `joined` and the list under the registry's lock; the sink and the
 * writer's side of the queue by the writer; `key`, `trouble`, `offered`, `update` under `lock`; the small
 * words are atomic. Locks are taken in the order gate, registry, lock.
 *
 * The gate: the writer holds it all the time, but for calls of its sink. A stop that gives a writer up
 * takes it and sets `abandoned`: whenever the blocked call comes back, the thread finds that and
 * ends without a look at anything that may be gone by then. */
#ifndef WEIR_SINK_TARGET_PRIVATE_H
#define WEIR_SINK_TARGET_PRIVATE_H

#include "base/worker.h"
#include "sink/target.h"

/* A definition that is not yet, or newly, in force. */
typedef struct target_update {
    arena memory;
    sink_spec spec;
} target_update;

struct target {
    target_registry *registry;
    target *next;
    char key[128];
    char *name;
    target_update *definition; /* by which it was made */
    sink *sink;
    chunk_queue *queue;
    worker thread;

    uint64_t records_in, records_out; /* atomic; the first is counted where somebody asks only */

    size_t refs;
    bool ending; /* the writer found it drained and without references: it cannot be revived */
    bool joined;

    uint32_t unused; /* atomic: no references; the writer ends it once it is drained */
    uint32_t active; /* atomic: its generation is current, or was */
    uint32_t finish; /* atomic: nothing is added any more; end when drained */
    uint32_t stop;   /* atomic: end now */
    uint32_t signal; /* futex: one of the words above changed */

    uint32_t rank; /* atomic: target_set_rank */

    uint32_t roll_asked, roll_done; /* atomic: by target_roll, by the writer; futex words */

    pthread_mutex_t gate;
    bool abandoned;

    pthread_mutex_t lock;
    uint32_t stalled; /* atomic */
    bool troubled;
    char trouble[256];
    target_update *offered; /* of the acquire that comes last; in force when activated */
    target_update *update;  /* in force, to be told to the sink */
    weir_error rolled;      /* of the last target_roll; code 0: it went well */
};

struct target_registry {
    target_registry_settings set;
    pthread_mutex_t lock;
    target *first;
    size_t count;
    uint32_t next_number;
    chunk_queue *spare; /* of a target that has ended, for the next one; NULL: none */
    bool stopped;
};

/* target.c */
target_update *target_update_create(const sink_spec *spec, weir_error *err);
void target_update_free(target_update *u);
/* After one of the words changed. */
void target_wake(target *t);
/* Frees what is left of a target whose writer is joined (or was never started). */
void target_free(target *t);

/* writer.c: the thread's function; arg is the target. */
void writer_run(void *arg);
/* Counts what can neither be delivered nor recovered; the writer is joined. */
void writer_drop_rest(target *t, enum handler_drop why);

#endif
