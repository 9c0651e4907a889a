/* control.h - the one door: everything that can be done to a running Weir. The config port, the
 * HTTP API, the file watcher, timers and the host's own functions all come through here; each
 * change is serialised by one lock, checked, audited (who, when, from where, what) and answered.
 *
 * Threads: any; calls may block (a push builds files). Not from the backend or a writer. */
#ifndef WEIR_ADMIN_CONTROL_H
#define WEIR_ADMIN_CONTROL_H

#include "frontend/level_rule.h"
#include "host/lifecycle.h"
#include "store/history.h"

typedef struct control control;

/* Who asks. Copied. */
typedef struct requester {
    const char *way; /* "port", "http", "socket", "file", "timer", "api", "start" */
    const char *who; /* "127.0.0.1:53122", "uid 1000 pid 4242", a path */
} requester;

control *control_create(weir_core *core, weir_error *err);
/* Timers, the watched file, the retirement of generations: thread "weir-control". */
int control_start(control *c, weir_error *err);
void control_stop(control *c);
void control_free(control *c);
control *control_current(void); /* NULL when Weir does not run with an admin side */
/* Weir was started by a bad file, so by the default setup. When the file's first valid version is
 * applied, its [admin] section opens the doors: called then, once, on the control thread. */
void control_on_first_file(control *c, void (*open_doors)(const settings *s));
/* Calls again on thread weir-control, once a second until it returns true. */
void control_retry(control *c, bool (*again)(const settings *s));
/* In the child after fork: c is the parent's copy, closed and never freed. Levels over the
 * configuration go on in the child's own control. */
void control_forked(control *c);

/* ---- configuration ---- */
typedef struct name_list {
    char **names;
    size_t count;
} name_list;
void name_list_done(name_list *l);

typedef struct push_result {
    uint64_t generation;    /* the one that is current now because of this push */
    name_list disabled;     /* loggers that it disabled */
    name_list over;         /* "kvd.store DEBUG until 12:00:03": levels in force over it */
    name_list restart;      /* keys of a reread that need a restart */
    problems problems;      /* warnings too; problems.errors > 0: refused, nothing changed */
    uint64_t superseded_by; /* > 0: replaced before its swap */
    bool differs_from_file;
    bool saved;
    char save_error[512]; /* "": none; the configuration runs all the same */
} push_result;
void push_result_done(push_result *r);

/* 0: applied. -1: refused (result->problems.errors > 0) or not possible (err). save: also write it to the
 * watched file (atomically, after it is applied). The result is to be ended in every case. */
int control_push(control *c, slice text, const char *name, config_origin origin, const requester *by,
                 bool save, push_result *result, weir_error *err);
/* The same, unless another generation than that one runs by then (WEIR_ERR_CONFLICT). */
int control_push_if(control *c, uint64_t if_generation, slice text, const char *name, config_origin origin,
                    const requester *by, bool save, push_result *result, weir_error *err);
/* Of the host (weir_file_config, weir_dict_config): origin CONFIG_API, by Python's rules for loggers that it
 * does not name. */
int control_configure(control *c, slice text, const char *name, bool disable_existing, const requester *by,
                      push_result *result, weir_error *err);
/* The same without doing it: problems, and what would be disabled. */
int control_check(control *c, slice text, const char *name, config_origin origin, push_result *result,
                  weir_error *err);
/* The running text as config_dump gives it; malloc'd by the text. */
void control_get_config(control *c, text *out, uint64_t *generation, bool *differs_from_file);
/* The running configuration in either form, whatever form it came in; passwords are '***'. -1: see
 * config_print. */
int control_print_config(control *c, config_form form, text *out, weir_error *err);
/* The levels in force over it, as push_result's `over`; the watched file, NULL: none (lives with c). */
void control_list_over(control *c, name_list *out);
const char *control_file(const control *c);
/* Reads the watched file now, if it has changed, on thread "weir-control". */
void control_reread(control *c);
typedef struct config_entry {
    uint64_t generation;
    uint64_t edits; /* by the host, in a row, of which it is the last; 0: a whole configuration */
    int64_t created_us;
    const char *way, *who;
    slice text; /* as it was pushed */
} config_entry;
/* Newest first, at most LIMIT_CONFIG_HISTORY; slices live for the call. Edits by the host cost whole
 * configurations no place: those in a row have one, and go first when places are wanted. */
void control_config_history(control *c, void (*each)(void *arg, const config_entry *e), void *arg);
int control_rollback(control *c, uint64_t generation, const requester *by, push_result *result,
                     weir_error *err);

/* ---- edits by the host: what runs, with one thing changed ----
 *
 * change is given the running configuration as a dict (config_plan_value; each logger's level as it is now)
 * and edits it in place; no push and no other edit comes between that and the swap. Loggers keep level and
 * `disabled`; handlers whose definition is the same stay open. Without a configuration (Weir's default setup)
 * the dict has no handlers. */
typedef struct config_edit {
    arena *memory;
    value *dict;
    logger *logger; /* whose level is set with the swap; NULL: none */
    int level;
} config_edit;
/* Returned by change beside -1 (err). */
enum { EDIT_APPLY, EDIT_NOTHING };
/* done (may be NULL) is called before the next change can come; err has no places, as nobody wrote the text.
 */
int control_edit(control *c, int (*change)(void *arg, config_edit *edit, weir_error *err),
                 void (*done)(void *arg, bool applied), void *arg, const requester *by, weir_error *err);

/* Until all that was accepted before is in the queues of its handlers. 0, or -1: not in time, or Weir stops.
 */
int control_flush_routed(control *c, int64_t deadline_ns);
/* weir_flush: what MemoryHandlers keep is handed over, too. */
int control_flush(control *c, int64_t deadline_ns);
/* The target of the running configuration's handler of that name, with one more reference (target_release);
 * NULL: there is no such handler, or it has no target. */
target *control_handler_target(control *c, slice name);
/* The name by which the backend knows that handler (HANDLER_STATS_NAME bytes). false: there is none. */
bool control_handler_key(control *c, slice name, char key[HANDLER_STATS_NAME]);

/* ---- levels ---- */
typedef struct level_change {
    char logger[LIMIT_LOGGER_NAME + 1];
    bool created;       /* the logger did not exist */
    int before, now;    /* effective levels */
    int64_t until_us;   /* 0: until reset */
    name_list dropping; /* "handler file: level INFO, weir.ini:14" */
} level_change;
void level_change_done(level_change *l);
/* Sets a level over the configuration; for_ms 0: until reset. */
int control_set_level(control *c, slice logger, int level, int64_t for_ms, const requester *by,
                      level_change *out, weir_error *err);
/* Removes it; logger data NULL: all of them, *count says how many. */
int control_reset_level(control *c, slice logger, const requester *by, size_t *count, level_change *out,
                        weir_error *err);
/* A rule of level by context, and the logger whose filters have it. */
typedef struct rule_view {
    const level_rule *rule;
    slice logger;
} rule_view;
typedef struct logger_view {
    slice name;
    int level;             /* configured; 0: inherited */
    int over;              /* LEVEL_UNSET: none */
    int64_t over_until_us; /* 0: until reset */
    slice over_by;         /* "socket uid 0 pid 4" */
    int effective;
    bool disabled, propagate;
    const slice *handlers;
    size_t handler_count;
    const slice *dropping; /* as in level_change */
    size_t dropping_count;
    const rule_view *rules; /* over it, its own first */
    size_t rule_count;
} logger_view;
/* In the order of names, the root first. glob: SLICE_NONE for all. Views live for the call. */
void control_loggers(control *c, slice glob, void (*each)(void *arg, const logger_view *v), void *arg);
/* One of them; not called when there is no such logger. */
void control_logger(control *c, slice name, void (*each)(void *arg, const logger_view *v), void *arg);

/* ---- records ---- */
/* Recent records and the first HistoryHandler as one sequence. When the history cannot be read, the
 * recent records alone answer, and trouble (may be NULL) says why; its message is "" otherwise. */
int control_query(control *c, const record_query *q, int deadline_ms, row_visitor visit, void *arg,
                  weir_error *trouble, weir_error *err);
/* How many records there are by minute, level and logger; of the query its times (whole minutes where a
 * history answers), level and logger. Of the first HistoryHandler's records; without one of the recent ones.
 * *from_history says which. */
int control_counts(control *c, const record_query *q, int deadline_ms, count_visitor visit, void *arg,
                   bool *from_history, weir_error *err);
/* 1: visited. 0: there is none. */
int control_get_record(control *c, uint64_t id, row_visitor visit, void *arg, weir_error *err);
/* A live tail: rows that match q, from now on. */
typedef struct tail tail;
tail *tail_create(control *c, const record_query *q, weir_error *err);
/* Before the first tail_next: go on after the record of that id, as far as the recent records hold
 * what followed; 0: all that they hold. false: they do not reach back to it, so some may be missed. */
bool tail_resume(tail *t, uint64_t last_id);
/* Waits up to timeout_ms; visits what has come; *gap counts records that were overwritten before they
 * could be read. -1: Weir stops. */
int tail_next(tail *t, int timeout_ms, row_visitor visit, void *arg, uint64_t *gap);
void tail_interrupt(tail *t);
void tail_free(tail *t);

/* ---- status and audit ---- */
/* The object of /api/status: version, service, pid, generation, law (accepted, routed, early drops, in
 * rings), handlers (given, delivered, dropped by reason, pending, stalled, trouble), run directory,
 * listeners, file and whether it differs, recovery of the last start, audit (newest 20). */
void control_status_json(control *c, json_writer *w);
/* The same figures in the Prometheus text format. */
void control_metrics(control *c, text *out);
const char *control_service(const control *c);
typedef struct audit_entry {
    int64_t time_us;
    char way[16], who[128];
    char what[512]; /* "level kvd.store INFO -> DEBUG for 60 s" */
} audit_entry;
void control_audit(control *c, size_t max, void (*each)(void *arg, const audit_entry *e), void *arg);
void control_note(control *c, const requester *by, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* A line of status that somebody else keeps: "config port 127.0.0.1:9030: taken, retrying". state NULL: the
 * listener is gone. */
void control_set_listener(control *c, const char *name, const char *address, const char *state);
/* All of them, while nothing changes; the texts live for the call. */
void control_listeners(control *c,
                       void (*each)(void *arg, const char *name, const char *address, const char *state),
                       void *arg);
/* The same as a listener_tell (listen/listener.h): arg is the control. */
void control_tell_listener(void *arg, const char *name, const char *address, const char *state);
/* A record of Weir's own; arg is the control. Never blocks. */
void control_log(void *arg, int level, slice line);

#endif
