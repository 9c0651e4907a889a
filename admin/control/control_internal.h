/* control_internal.h - what the files of admin/control share. Nobody else includes it.
 *
 * Locks, in the order in which they are taken: the gate (one push at a time, held while building),
 * `change` (plan, generation, levels over them: held for short), `notes` (audit, listeners, trouble). */
#ifndef WEIR_ADMIN_CONTROL_INTERNAL_H
#define WEIR_ADMIN_CONTROL_INTERNAL_H

#include <pthread.h>

#include "admin/control/control.h"
#include "base/worker.h"

#define REQUESTER_WAY 16
#define REQUESTER_WHO 128
/* Two ports, two sockets, the receivers' eight doors and some room: what can have a line of status. */
#define LISTENERS 16
/* The texts of the configurations kept for a rollback, in all: 50 of 1 MiB would be too much. */
#define CONFIG_HISTORY_BYTES (8 * 1024 * 1024)

/* A level that lies over the configuration. Kept in the order of logger->index. */
typedef struct over_level {
    logger *logger;
    int level;
    int64_t until_ns; /* CLOCK_MONOTONIC; 0: until it is reset */
    int64_t until_us; /* the same as CLOCK_REALTIME, for people */
    char by[REQUESTER_WAY + REQUESTER_WHO];
} over_level;

typedef struct listener_line {
    char name[32], address[256], state[256];
} listener_line;

typedef struct kept_config {
    uint64_t generation;
    uint64_t edits; /* in a row, of which it is the last; 0: a whole configuration */
    int64_t created_us;
    char way[REQUESTER_WAY], who[REQUESTER_WHO];
    config_origin origin; /* by whose rules it was accepted */
    char *name, *text;
    char *masked; /* text without its passwords; NULL: it has none */
    size_t len;
} kept_config;

/* The right to push, given to the newest who waits (gate.c). */
typedef struct push_gate {
    pthread_mutex_t lock;
    pthread_cond_t moved;
    struct push_turn *waiting;
    uint64_t tickets;        /* given so far */
    uint64_t applied_ticket; /* of the newest push that was applied */
    uint64_t applied_generation;
    bool busy;
} push_gate;
typedef struct push_turn {
    uint64_t ticket;
    struct push_turn *next;
} push_turn;

/* The watched file as it was seen last (file_watch.c). Control thread, but for what `change` guards. */
typedef struct file_watch {
    int inotify;     /* -1: none; the file is looked at every second */
    int watches[2];  /* the directory of the path, and that of the file it links to */
    uint32_t asked;  /* atomic: control_reread */
    bool lost;       /* a directory went away: make the watches anew */
    int64_t look_ns; /* when to read it; 0: nothing is due */
    int64_t first_event_ns;
} file_watch;

struct control {
    weir_core *core;
    push_gate gate;
    pthread_mutex_t change;
    /* under change */
    over_level *over;
    size_t over_count, over_cap;
    logger_rule const **rules_by_logger; /* of the current generation, by logger->index; sorted */
    size_t rule_count;
    kept_config kept[LIMIT_CONFIG_HISTORY]; /* newest first */
    size_t kept_count, kept_bytes;
    bool silent;      /* `weir log`: its output is that of Python's logging, no record of Weir's own in it */
    settings start;   /* what needs a restart is compared with this */
    settings fixed;   /* what a pushed configuration may only repeat: that of the file */
    char **log_roots; /* below which a pushed configuration may write */
    size_t log_root_count;
    char **allowed_paths;
    size_t allowed_count;
    char *file_text; /* the file's content when it was read last; NULL: never, or it is gone */
    size_t file_len;
    char *file_dump;        /* its plan, printed; NULL: it is not valid */
    char *running_dump;     /* the plan that runs, printed */
    char *file_trouble;     /* why it is not applied; NULL: it is */
    name_list file_restart; /* what it changes that waits for a restart */
    /* under notes */
    pthread_mutex_t notes;
    audit_entry *audit; /* a ring of LIMIT_AUDIT */
    size_t audit_count, audit_next;
    listener_line listeners[LISTENERS];
    size_t listener_count;
    /* threads */
    worker keeper, reaper;
    int wake; /* eventfd: a timer was set, or stop */
    file_watch watch;
    uint32_t stopping;                     /* atomic */
    void (*first_file)(const settings *s); /* see control_on_first_file */
    bool (*again)(const settings *s);      /* atomic; see control_retry */
    int64_t again_ns;                      /* thread weir-control */
};

void control_wake(control *c);
/* The file of the first HistoryHandler, malloc'd; NULL: there is none. */
char *control_history_path(control *c);
bool control_stopping(const control *c);

/* ---- gate.c ---- */
int gate_init(push_gate *g);
void gate_done(push_gate *g);
/* Waits for the turn. false: a newer push was applied meanwhile, *generation says which. */
bool gate_enter(push_gate *g, push_turn *turn, uint64_t *generation);
/* The turn of an edit, which changes what runs and replaces nothing: pushes that wait are not superseded by
 * it, nor it by them. Its gate_leave says applied = false. */
void gate_enter_edit(push_gate *g, push_turn *turn);
void gate_leave(push_gate *g, const push_turn *turn, bool applied, uint64_t generation);

/* ---- levels over the configuration: over.c; `change` is held ---- */
over_level *over_find(control *c, const logger *l);
int over_set(control *c, logger *l, int level, int64_t for_ms, const requester *by);
void over_remove(control *c, size_t index);
/* "kvd.store DEBUG until 2026-11-20T12:00:03.000000Z" */
void over_list(control *c, name_list *out);

/* by_context.c: the rules of level by context over l. out starts zeroed, may be used again, and its list is
 * freed by the caller. What there is no memory for is left out. */
typedef struct rule_list {
    rule_view *list;
    size_t count, cap;
} rule_list;
void by_context_list(const logger *l, rule_list *out);
/* Ends those whose time has come; returns when the next one ends, 0: none does. */
int64_t over_expire(control *c, int64_t now_ns);
/* WEIR_LEVEL, if it is set. */
void over_from_environment(control *c);

/* ---- dropping.c; `change` is held ---- */
void rules_index(control *c);
const logger_rule *rules_find(const control *c, const logger *l);
/* Appends a line for each handler that a record of that logger and level reaches and that drops it. */
void dropping_list(control *c, logger *l, int level, name_list *out);

/* ---- name_list.c ---- */
bool name_list_add(name_list *l, slice name);
bool name_list_addf(name_list *l, const char *format, ...) __attribute__((format(printf, 2, 3)));
void name_list_copy(name_list *to, const name_list *from);

/* ---- rules.c: what a pushed configuration may do; `change` is held ---- */
/* By the file that was applied last (or the start). */
int rules_take(control *c, const config_plan *plan, bool is_start);
/* "[weir] queue: 1MiB -> 4MiB" for what differs from the start and needs a restart. */
void rules_restart(const control *c, const settings *now, name_list *out);
/* The rules for a text of that origin; points into c. */
config_rules rules_for(const control *c, config_origin origin);
void rules_done(control *c);

/* ---- push.c, kept.c ---- */
typedef struct push_request {
    slice text;
    const char *name;
    config_origin origin;
    const requester *by;
    bool save;
    uint64_t if_generation;         /* 0: whatever runs */
    bool restored;                  /* its '***' are passwords again: set by push_apply */
    bool disable_existing;          /* of the host's: loggers that it does not name, unless it says */
    bool edit;                      /* of what runs, by the host: see edit.c */
    const tree_plan_row *set_level; /* an edit's; NULL: no level is set by it */
} push_request;
/* The rules for what it asks: an edit's settings are those that run. Points into c. */
config_rules push_rules(const control *c, const push_request *request);
int push_apply(control *c, const push_request *request, push_result *result, weir_error *err);
/* The plan is built, swapped in and taken over; with the turn. */
int push_plan(control *c, const push_request *request, config_plan *plan, push_result *result,
              weir_error *err);
/* edit: by the host, see edit.c. */
void kept_add(control *c, const config_plan *plan, uint64_t generation, bool edit, const requester *by);
void kept_done(control *c);
/* The texts that status and the answers compare; the caller holds change. */
void running_changed(control *c);
char *plan_dump(const config_plan *plan);
/* Does the running configuration say something else than the file? `change` is held. */
bool file_differs(const control *c);

/* ---- file_watch.c: control thread ---- */
void file_watch_open(control *c);
void file_watch_close(control *c);
/* After events or time: reads and applies the file if it changed. Returns when to be called again, 0: at the
 * next event. */
int64_t file_watch_step(control *c, int64_t now_ns);
/* What the file holds is remembered as seen; `change` is held. plan NULL: not valid. */
void file_seen(control *c, slice content, const config_plan *plan);
/* save.c: text into the watched file, atomically. */
int file_save(control *c, slice content, weir_error *err);

/* ---- audit.c ---- */
void audit_add(control *c, const requester *by, const char *what);

/* ---- recent_rows.c ---- */
record_reader *control_reader(control *c, weir_error *err);

#endif
