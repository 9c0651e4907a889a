/* lifecycle.h - what a process with Weir in it consists of, made and ended in one order. The only
 * place that knows all parts. weir_plugin.c wraps it as weir_start and weir_stop.
 *
 * Start: clock, run directory, process map, dictionary, rings, targets, first generation, backend,
 * recovery of the dead, front end open, control (local socket, listeners, watcher).
 * Stop: control closes its doors, front end closed, backend drains, targets drain and are joined,
 * mappings removed when empty, kept when not. One lock serialises both; fork takes it too. */
#ifndef WEIR_HOST_LIFECYCLE_H
#define WEIR_HOST_LIFECYCLE_H

#include <pthread.h>

#include "backend/backend.h"
#include "backend/recovery.h"
#include "config/config.h"

typedef struct weir_core {
    run_dir dir;
    char *no_tmpfs; /* why mappings are plain memory; NULL: they are not */
    char service[256];
    int64_t start_ns;
    process_map *process;
    dictionary *dictionary;
    ring_set *rings;
    recent *recents;
    target_registry *targets;
    backend *backend;
    config_plan *plan; /* of the current generation; replaced by control under its lock */
    /* The one that plan was built to: the backend owns it, control reads what never changes in it
     * (handlers, rules) and replaces the pointer with each swap, before the old one is freed. */
    generation *generation;
    char *config_path;        /* the file that is watched; NULL: none */
    bool is_child;            /* made by the first record after a fork */
    recovery_report recovery; /* of this start */
    bool python_errors;       /* see backend_settings */
    uint64_t generations;     /* numbers given so far; control counts on, under its lock */
    /* Generations that the backend has retired and core_reap will free. */
    pthread_mutex_t retired_lock;
    generation *retired[4]; /* one swap at a time: two would do */
    size_t retired_count;
    uint32_t retired_word; /* futex word: moved when one was added */
} weir_core;

typedef struct core_options {
    bool no_recovery;   /* `weir log` takes nobody's leavings */
    bool keep_contents; /* mode 'w' truncates nothing: `weir recover`, a forked child */
    bool no_admin;      /* no socket, no listeners, no watcher, no timers */
    bool python_defaults;
    bool python_errors;  /* see backend_settings */
    bool keep_levels;    /* the loggers' levels stay as the host has set them: it started by an edit */
    const char *service; /* NULL: as configured */
    bool is_child;       /* made after a fork */
} core_options;

/* Builds and starts everything but control. plan is owned by the core then. */
int core_start(weir_core *core, config_plan *plan, const char *config_path, const core_options *options,
               problems *p, weir_error *err);
/* Drains until stop_timeout_ms from now and ends everything. What is not delivered by then stays in
 * the run directory, to be recovered when this process has ended. */
void core_stop(weir_core *core, int64_t stop_timeout_ms);

/* Frees what the backend has retired: may block in a target's last writes. Control thread, or
 * whoever made the swap where there is no control. */
void core_reap(weir_core *core);

/* Has the root logger a handler of a configuration (Python's root.handlers; Weir's default setup is
 * nobody's)? Told with each plan that runs; one load. */
void core_note_root(const config_plan *plan); /* NULL: none runs */
bool core_root_has_handlers(void);

/* One line of Weir's own on stderr, where nothing else is left to say it; not if that would wait. */
void lastresort_notice(slice line);

/* What host threads of the library's own do with records that no start configuration covers. */
void lastresort_call(weir_logger *from, int level, const char *format, va_list args);

#endif
