/* target.h - one target, one writer: a sink, its chunk queue and the thread that empties it.
 *
 * Handlers whose sink key is equal share one target, in one generation or in successive ones, so
 * order on a target is never broken; the registry (one per process) keeps them by key and counts
 * references. A target without references drains, is closed and its queue removed.
 *
 * The writer: takes chunks, writes, consumes, counts delivered into the handler's stats row; on
 * SINK_AGAIN it keeps the queue, says so once a minute through target_set_notice, and tries again
 * within a second; on SINK_ELSEWHERE too, but its end does not wait for what is left. Threads:
 * acquire/release by the control thread; the queue's backend side by the backend; everything else
 * inside. */
#ifndef WEIR_SINK_TARGET_H
#define WEIR_SINK_TARGET_H

#include "queue/process_map.h"
#include "sink/sink.h"

typedef struct target target;
typedef struct target_registry target_registry;

typedef struct target_registry_settings {
    const run_dir *dir;
    process_map *process;
    size_t queue_size; /* of each chunk queue */
    /* Trouble and its end, for status and for a record of logger "weir"; called by writers. */
    void (*notice)(void *arg, const char *target_name, int level, const char *text);
    void *arg;
} target_registry_settings;

target_registry *target_registry_create(const target_registry_settings *settings, weir_error *err);
/* Stops all writers: drains until deadline (CLOCK_MONOTONIC ns), interrupts what blocks after it.
 * Returns the number of writers left behind in a blocked disk call, their names in left. */
size_t target_registry_stop(target_registry *r, int64_t deadline_ns, text *left);
void target_registry_free(target_registry *r);

/* Opens the sink; an existing target of the same key gets one more reference, else a queue and a
 * (not yet started) writer are made. *created as sink_kind.open's. */
int target_acquire(target_registry *r, const sink_spec *spec, target **out, bool *created, weir_error *err);
/* One more reference, without a look at what its path leads to now: a handler that goes on as it is. Whoever
 * calls has, or borrows, a reference already. */
void target_retain(target *t);
/* The writer begins; called at the swap. Cannot fail later: the thread is made by acquire, parked. */
void target_activate(target *t);
void target_release(target *t);

chunk_queue *target_queue(target *t);
const sink_spec *target_spec(const target *t);
const char *target_name(const target *t); /* its path, or "stdout", "stderr" */

/* Is the target stalled: has it made no progress for stall_timeout while its queue was full? Kept
 * by the backend (backend/overflow.c); shown by status. */
typedef struct target_health {
    bool stalled;
    bool troubled;     /* the last write failed */
    char trouble[256]; /* why, "" when fine */
    uint64_t pending_bytes;
} target_health;
void target_get_health(target *t, target_health *out); /* any thread */
void target_set_stalled(target *t, bool stalled);      /* backend */

/* Does its sink hand records on to other targets (sink/queue_sink.c)? Those must end after it. */
bool target_feeds(const target *t);
/* Of those, how many queues stand one behind the other from here on: the higher ones are stopped first, since
 * they put records into the others. Any thread. */
void target_set_rank(target *t, uint32_t rank);
uint32_t target_rank(const target *t);
/* Records in a queue that is bounded by their number: put there by the backend, less those that are through.
 */
uint64_t target_records(const target *t);
void target_add_records(target *t, uint32_t records); /* backend */
/* The index of a row of counters in the process's. */
uint16_t target_stats_row(const target *t, const handler_stats *stats);
/* As its writers tell of trouble; any thread. */
void target_registry_notice(const target_registry *r, const char *name, int level, const char *words);

/* Waits until what is published now is written, or deadline. */
bool target_drain(target *t, int64_t deadline_ns);
/* The writer begins its file anew, between two records; waits until it has. WEIR_ERR_INVALID: it is no target
 * that rolls; WEIR_ERR_TIMEOUT (also when *stop, atomic, is set); else the system's reason. Any thread that
 * has a reference. */
int target_roll(target *t, int64_t deadline_ns, const uint32_t *stop, weir_error *err);
/* Calls each for every target alive (registry locked). */
void target_registry_each(target_registry *r, void (*each)(void *arg, target *t), void *arg);

#endif
