/* capture.h - what happens in the caller's thread: raw arguments into the thread's own ring.
 *
 * front_open gives the front end its rings and dictionary and begins a new epoch; numbers cached
 * in call sites, loggers and threads carry the epoch they were made in and are made anew when it
 * has changed (stop and start, fork). front_close ends it: later calls are counted as
 * EARLY_STOPPED, after waiting for calls that are under way.
 *
 * The path of a warm call: thread's state (one TLS load), re-entry mark, sizes, ring_reserve,
 * stamp, copy, publish. No lock, no malloc, no system call, no cancellation point, errno kept. The
 * stamp is taken after the room is reserved, so that a ring's stamps never run backwards. */
#ifndef WEIR_FRONTEND_CAPTURE_H
#define WEIR_FRONTEND_CAPTURE_H

#include "base/value.h"
#include "frontend/logger_tree.h"
#include "queue/dictionary.h"
#include "queue/process_map.h"
#include "queue/ring.h"

typedef enum overflow_policy {
    OVERFLOW_ADAPTIVE,
    OVERFLOW_BLOCK,
    OVERFLOW_DROP,
    OVERFLOW_DROP_LOW
} overflow_policy;
extern const char *const overflow_names[4];

typedef struct front_settings {
    ring_set *rings;
    dictionary *dictionary;
    process_map *process;
    int64_t start_ns;         /* of this Weir, for relativeCreated */
    overflow_policy overflow; /* what a caller does when its ring is full */
    int stall_timeout_ms;
    uint32_t *backend_asleep; /* 1 while the backend sleeps; who finds it and is half full sets 0 and wakes */
    uint32_t *backend_wake;   /* futex word of the backend */
} front_settings;

/* What a call finds when there is no front end: the caller's thread does as Python's lastResort
 * (FRONT_UNSTARTED), counts (FRONT_STOPPED), or starts Weir in the child of a fork. */
typedef enum front_state { FRONT_UNSTARTED, FRONT_RUNNING, FRONT_STOPPED, FRONT_FORKED } front_state;

void front_open(const front_settings *settings);
/* Applies overflow and stall_timeout of a new configuration. */
void front_set_overflow(overflow_policy overflow, int stall_timeout_ms);
/* Ends the epoch and waits for the calls that are under way (those that wait for room give up). true:
 * no call is inside the front end any more. false: after FRONT_CLOSE_MS one still is (its thread was
 * stopped inside it, or left it by longjmp): the mappings must then stay mapped for good. */
bool front_close(front_state next);
#define FRONT_CLOSE_MS 2000
front_state front_get_state(void);

/* Around fork, by the handlers that the host's side registers: prepare holds the tree's lock and the
 * list of threads; child forgets the parent's mappings (they are not there: MADV_DONTFORK) and, where
 * the parent was running, becomes FRONT_FORKED. The locks inside mappings need no holding: the child
 * has them no more than the rest. */
void front_fork_prepare(void);
void front_fork_parent(void);
void front_fork_child(void);

/* While it is true log calls of the calling thread are dropped and counted as re-entry: around code of the
 * host's on Weir's threads, which would else feed itself. Returns what was before. */
bool front_deafen(bool deaf);

/* Two things that lie above the front end, called by it and defined by weir_plugin.c and
 * host/lastresort.c (in a program without them, a unit test say, they are simply not done).
 * Starts Weir for the first record of a forked child, or for the first weir_get_logger of a host that
 * only set WEIR_CONFIG. Takes its own lock; called again while it runs, or later, it does nothing. */
void front_start_on_demand(void);
/* What unconfigured Python does with a record. */
void lastresort_call(weir_logger *from, int level, const char *format, va_list args)
    __attribute__((format(printf, 3, 0)));

/* A record with given attributes (ENTRY_MADE); attributes is a dict. The logger's level is the
 * caller's business. Used by `weir log` and by receivers. 0, or -1: dropped, counted. */
int front_emit_made(bound_logger *lg, int level, const value *attributes);
/* The same for one handler alone, by its name in the generation; filtered: its filters are asked. No code of
 * the host's runs at this call. */
int front_emit_to(bound_logger *lg, int level, const value *attributes, slice handler, bool filtered);
/* The same without waiting for room in the ring: 1 when there is none now, and nothing is counted. */
int front_try_made(bound_logger *lg, int level, const value *attributes);

#endif
