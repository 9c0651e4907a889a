/* config.h - from a text to a generation, in steps of which only the last can be seen.
 *
 *   config_check   text -> plan and all its problems. Opens nothing, executes nothing.
 *   config_build   plan -> generation: opens targets without truncating. Undone by config_discard.
 *   (admin/control then does the swap: thresholds down, backend_swap, thresholds set)
 *
 * A plan is a checked configuration as data, in its own arena; it keeps the text it came from. */
#ifndef WEIR_CONFIG_CONFIG_H
#define WEIR_CONFIG_CONFIG_H

#include "backend/generation.h"
#include "config/ini.h"
#include "config/settings.h"

typedef enum config_origin {
    CONFIG_START,
    CONFIG_FILE,
    CONFIG_PORT,
    CONFIG_HTTP,
    CONFIG_COMMAND,
    CONFIG_DEFAULT,
    CONFIG_API /* an edit of the running configuration by the host: see config_rules.edited */
} config_origin;
extern const char *const config_origin_names[7];

typedef struct plan_formatter {
    slice name;
    const formatter_kind *kind;
    formatter_options options;
    int line;
} plan_formatter;
typedef struct plan_filter {
    slice name;
    const filter_kind *kind;
    filter_args args;
    int line;
    uint64_t definition; /* hash of name, class and arguments */
} plan_filter;
typedef struct plan_filter_list {
    const plan_filter **items;
    size_t count;
} plan_filter_list;
typedef struct plan_handler plan_handler;
struct plan_handler {
    slice name;
    const handler_kind *kind;
    handler_args args;
    int level;
    const plan_formatter *formatter; /* NULL: default */
    escape_mode escape;
    overflow_policy overflow;
    bool overflow_given;
    int line, level_line, args_line;
    uint64_t definition; /* hash of name, class and arguments (paths made absolute) */
    uint64_t whole;      /* the same with level, formatter and filters, and with all that it feeds */
    plan_filter_list filters;
    plan_handler **feeds; /* the handlers that it hands records to */
    size_t feed_count;
    plan_handler *reader; /* of a QueueHandler: the one of its queue that names the handlers */
    uint32_t rank;        /* so many queues stand one behind the other from here on, its own counted */
};
typedef struct plan_logger {
    slice qualname; /* "root" for the root */
    slice section;
    int level; /* LEVEL_UNSET: none given */
    const plan_handler **handlers;
    size_t handler_count;
    bool propagate;
    int line, level_line;
    plan_filter_list filters;
    bool enable, level_again; /* named by an incremental configuration; with a level */
} plan_logger;

/* Where a value stands in the text. */
typedef struct plan_place {
    const char *section, *key;
    int line;
} plan_place;

typedef struct config_plan {
    arena memory;
    char *file; /* as given; "<port>" and the like */
    char *text; /* the whole text, NUL-terminated */
    size_t text_len;
    config_origin origin;
    slice base_dir; /* of relative paths; "": there was none */
    settings settings;
    plan_formatter *formatters;
    size_t formatter_count;
    plan_filter *filters;
    size_t filter_count;
    plan_handler *handlers;
    size_t handler_count;
    plan_logger *loggers; /* the root first */
    size_t logger_count;
    /* An incremental configuration: the plan that it changed, while that runs; all that it does not name
     * stays as it is. NULL: a whole one. */
    const struct config_plan *changes;
    bool disable_existing;   /* after the origin's default */
    bool escape_given;       /* settings.escape is the command's, see config_rules */
    const char **paths;      /* what its handlers write to, see config_paths */
    plan_place *path_places; /* where each is named */
    size_t path_count;
} config_plan;

typedef struct config_rules {
    config_origin origin;
    const settings
        *running; /* what the running text says, where that differs from fixed: may be repeated; or NULL */
    const settings *fixed;        /* of the running start configuration; NULL at start */
    const char *const *log_roots; /* absolute directories a pushed one may write below; NULL: anywhere */
    size_t log_root_count;
    const char *const *allowed_paths; /* absolute paths the start configuration names */
    size_t allowed_path_count;
    const char *config_file; /* that a pushed one may not write to; NULL: none */
    /* CONFIG_API: the plan that runs. The new one is an edit of it: [weir] and [admin] stay, whatever the
     * text says; loggers whose level is what it is there keep the level that they have (the host may have set
     * another meanwhile); none is reset, disabled or enabled. */
    const struct config_plan *edited;
    const struct config_plan *current; /* that runs: what an incremental dictConfig changes; NULL: none yet */
    /* CONFIG_API, and no edit: the settings that run, to begin with; disable_existing: unless it says. */
    const settings *host_settings;
    bool disable_existing;
    bool repeats;                /* the very text that runs, pushed back: nothing is reopened */
    bool python_defaults;        /* `weir log`: disable_existing yes, [admin] ignored */
    const ini_default *defaults; /* fileConfig's `defaults`; dictConfig has none */
    size_t default_count;
    bool escape_given; /* the command's --escape: instead of what [weir] and handlers say */
    escape_mode escape;
} config_rules;

/* The plan, or NULL with p->errors > 0 (or err: no memory). file is the name for messages. */
config_plan *config_check(slice text, const char *file, const config_rules *rules, problems *p,
                          weir_error *err);
/* A file's text, at most LIMIT_CONFIG_TEXT of it; -1: told. */
int config_read_file(const char *path, text *out, problems *p);
/* Reads a file (at most LIMIT_CONFIG_TEXT) and checks it. */
config_plan *config_check_file(const char *path, const config_rules *rules, problems *p, weir_error *err);
void config_plan_free(config_plan *plan);
/* What weir_start(NULL) without WEIR_CONFIG runs by: root at WARNING, lastResort to stderr. */
config_plan *config_default(weir_error *err);
/* All file paths that the plan's handlers write to (absolute, without "." and "..", in the plan's
 * arena): config_rules.allowed_paths of what is pushed later. */
size_t config_paths(const config_plan *plan, const char ***out);
/* Below which directories a pushed configuration may write when `start` is the start configuration: its
 * log_root, else the directories of its own paths, $LOGS_DIRECTORY and $STATE_DIRECTORY (absolute, in
 * the arena). Returns how many; 0 also without memory: nothing is allowed then. */
size_t config_log_roots(const config_plan *start, arena *a, const char *const **out);
/* For `weir check`: reports paths that could not be opened for writing now, with the handler's line.
 * Opens and makes nothing. */
void config_probe_paths(const config_plan *plan, problems *p);
/* Settings that differ and that only a start can change ("queue", "http", …): the answer to a reread
 * names them. At most max rows into out; returns how many. */
size_t config_restart_keys(const settings *running, const settings *next, const setting_row **out,
                           size_t max);

/* A file that a build made, and how to find it again without following a link. */
typedef struct built_file {
    char *path;
    int beneath_fd; /* -1: no pushed one */
    char *below;    /* path relative to it */
} built_file;
typedef struct built_config {
    generation *generation;
    tree_plan tree;
    tree_plan_row *rows;
    built_file *created; /* files that this build made */
    size_t created_count;
    int *beneath; /* directory descriptors of the log roots used */
    size_t beneath_count;
} built_config;

/* `old` (may be NULL): a handler of the same name, definition and target goes on with the counters of
 * the old one. Problems (unwritable path, no room for a queue) go to p. The generation does not point
 * into the plan. -1: nothing is left of the build, files that it made are removed. */
int config_build(const config_plan *plan, uint64_t number, target_registry *targets, process_map *process,
                 const generation *old, const config_rules *rules, built_config *out, problems *p);
/* A build that is not used: releases, removes the files it made. */
void config_discard(built_config *built);
/* After the swap: frees what only the build needed. */
void config_built_done(built_config *built);

/* The plan as the dict that dictConfig takes, with Weir's own sections "weir" and "admin" (what differs from
 * the defaults): as JSON (value_json) config_check makes an equal plan of it. Everything is explicit:
 * version, disable_existing_loggers, each class by its first name, each given argument by name, each level,
 * list and propagate. Strings point into the plan or lie in the arena; it is shared by nobody, so its arrays
 * may be edited. -1: no memory. */
int config_plan_value(const config_plan *plan, arena *a, value *out);
/* The same with passwords as '***'. */
int config_plan_value_masked(const config_plan *plan, arena *a, value *out);

/* The text that the plan was made of, lines ended by \n: what `weir config get` prints. */
void config_dump(const config_plan *plan, text *out);

/* The plan in either form, whatever form it came in; config_check makes an equal plan of it. -1: no memory,
 * or it cannot be said in that form (an INI file has no place for blanks around a logger's name): err says
 * why. masked: with passwords as '***'. */
typedef enum config_form { CONFIG_AS_INI, CONFIG_AS_JSON } config_form;
int config_print(const config_plan *plan, config_form form, bool masked, text *out, weir_error *err);
/* A dict of that kind as JSON with one member a line; LIMIT_VALUE_DEPTH deep. */
void config_print_dict(const value *dict, text *out);
/* What both begin with, so that a text that was not printed here is told from one that was at once. */
bool config_looks_printed(slice text);

#endif
