/* process_map.h - the mapping that says what process this is and holds its counters: file
 * "process" of the run directory. Read by status, by the page, by `weir recover`. */
#ifndef WEIR_QUEUE_PROCESS_MAP_H
#define WEIR_QUEUE_PROCESS_MAP_H

#include "base/clock.h"
#include "base/limits.h"
#include "queue/run_dir.h"

#define PROCESS_MAGIC 0x31434f5250524957u
#define PROCESS_VERSION 1u

/* Why a call's record never reached the backend. One row each: name and help in drop_reasons. */
enum early_drop {
    EARLY_STOPPED, /* after weir_stop */
    EARLY_REENTRY, /* a log call inside a log call of the same thread (signal handler, allocator) */
    EARLY_NO_RING, /* no ring and no spare ring, or the dictionary is full */
    EARLY_STALLED, /* the ring stayed full for stall_timeout */
    EARLY_COUNT
};
/* Why a handler did not deliver a record that it was given. */
enum handler_drop {
    DROP_OVERFLOW, /* queue full under `drop` or `drop_low` */
    DROP_STALLED,  /* its target made no progress for stall_timeout */
    DROP_ERROR,    /* could not be formatted, or the target refused this record for good */
    DROP_STOPPED,  /* not drained within stop_timeout, and not recoverable */
    DROP_COUNT
};
extern const char *const early_drop_names[EARLY_COUNT];
extern const char *const handler_drop_names[DROP_COUNT];

#define HANDLER_STATS_NAME 64
/* Counters of one handler. given and dropped are written by the backend alone, delivered by the
 * handler's writer alone; all are read relaxed by anybody. given = delivered + sum(dropped) +
 * pending, where pending is that difference. */
typedef struct handler_stats {
    uint32_t used; /* atomic; 0: the row is free */
    uint32_t generation;
    uint32_t users; /* atomic; handlers, of successive generations, that count here */
    uint32_t holds; /* what is pending here is kept in memory, and lost at a kill */
    char name[HANDLER_STATS_NAME];
    uint64_t given, delivered;
    uint64_t dropped[DROP_COUNT];
    uint64_t cut;     /* records shortened to fit */
    uint64_t notices; /* records of Weir's own put into its queue ("N records dropped"), counted apart */
    uint64_t errors;  /* failed writes */
} handler_stats;

/* One record of weir_signal_log: claimed by fetch_add, filled, then state = 1 (release). */
#define SIGNAL_SLOTS 64
#define SIGNAL_TEXT 400
typedef struct signal_slot {
    uint32_t state; /* 0 free, 1 filled, 2 being filled; atomic */
    int32_t level;
    uint32_t logger;
    uint32_t tid;
    uint64_t stamp;
    uint32_t len;
    char text[SIGNAL_TEXT];
} signal_slot;

typedef struct process_map {
    uint64_t magic;
    uint32_t version;
    uint32_t size;
    process_key key;
    char service[256];
    uint64_t accepted_signal;    /* of weir_signal_log; those of rings lie in the rings */
    uint64_t early[EARLY_COUNT]; /* atomic adds */
    uint64_t routed;             /* by the backend */
    uint64_t next_id;            /* the next record's id; backend */
    uint64_t generation;
    signal_slot signals[SIGNAL_SLOTS];
    handler_stats handlers[LIMIT_HANDLERS];
    clock_table clock;
} process_map;

process_map *process_map_create(const run_dir *d, const char *service, weir_error *err);
process_map *process_map_open(const run_dir *d, weir_error *err); /* checked; NULL if it is none */
void process_map_free(process_map *m);

/* A free row of counters, zeroed and named; NULL when LIMIT_HANDLERS are in use. */
handler_stats *process_map_take_row(process_map *m, slice name, uint32_t generation);
/* One more handler counts in that row (the same one, in the next generation). */
void process_map_share_row(handler_stats *row);
/* Once for each take and share; the last one frees the row. */
void process_map_free_row(handler_stats *row);

#endif
