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

typedef enum overflow_policy { OVERFLOW_ADAPTIVE, OVERFLOW_BLOCK, OVERFLOW_DROP, OVERFLOW_DROP_LOW } overflow_policy;
extern const char *const overflow_names[4];

typedef struct front_settings {
    ring_set *rings;
    dictionary *dictionary;
    process_map *process;
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
/* No call is inside the front end when it returns. */
void front_close(front_state next);
front_state front_get_state(void);
/* In the child after fork: forgets the parent's mappings (they are not there), state FORKED. */
void front_forked(void);
/* What the first record of a forked child, or of a host that only set WEIR_CONFIG, starts.
 * Set by weir_plugin.c. */
void front_set_starter(void (*starter)(void));

/* A record with given attributes (ENTRY_MADE); attributes is a dict. The logger's level is the
 * caller's business. Used by `weir log`, by receivers, by weir_vlog. 0, or -1: dropped, counted. */
int front_emit_made(bound_logger *lg, int level, const value *attributes);

/* Encodes a record of Weir's own (logger "weir") as an entry in out, for the backend's notices. */
void front_encode_own(text *out, const char *logger_name, int level, slice message);

#endif
