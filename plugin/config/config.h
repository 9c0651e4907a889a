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

typedef enum config_origin { CONFIG_START, CONFIG_FILE, CONFIG_PORT, CONFIG_HTTP, CONFIG_COMMAND, CONFIG_DEFAULT } config_origin;
extern const char *const config_origin_names[6];

typedef struct plan_formatter {
    slice name;
    const formatter_kind *kind;
    formatter_options options;
    int line;
} plan_formatter;
typedef struct plan_handler {
    slice name;
    const handler_kind *kind;
    handler_args args;
    int level;
    const plan_formatter *formatter; /* NULL: default */
    escape_mode escape;
    overflow_policy overflow;
    bool overflow_given;
    int line, level_line;
    uint64_t definition;
} plan_handler;
typedef struct plan_logger {
    slice qualname; /* "root" for the root */
    slice section;
    int level; /* LEVEL_UNSET: none given */
    const plan_handler **handlers;
    size_t handler_count;
    bool propagate;
    int line, level_line;
} plan_logger;

typedef struct config_plan {
    arena memory;
    char *file;  /* as given; "<port>" and the like */
    char *text;  /* the whole text, NUL-terminated */
    size_t text_len;
    config_origin origin;
    settings settings;
    plan_formatter *formatters;
    size_t formatter_count;
    plan_handler *handlers;
    size_t handler_count;
    plan_logger *loggers; /* the root first */
    size_t logger_count;
    bool disable_existing; /* after the origin's default */
} config_plan;

typedef struct config_rules {
    config_origin origin;
    const settings *fixed;      /* of the running start configuration; NULL at start */
    const char *const *log_roots; /* absolute directories a pushed one may write below; NULL: anywhere */
    size_t log_root_count;
    const char *const *allowed_paths; /* absolute paths the start configuration names */
    size_t allowed_path_count;
    bool python_defaults;       /* `weir log`: disable_existing yes, escape as told, [admin] ignored */
} config_rules;

/* The plan, or NULL with p->errors > 0 (or err: no memory). file is the name for messages. */
config_plan *config_check(slice text, const char *file, const config_rules *rules, problems *p, weir_error *err);
/* Reads a file (at most LIMIT_CONFIG_TEXT) and checks it. */
config_plan *config_check_file(const char *path, const config_rules *rules, problems *p, weir_error *err);
void config_plan_free(config_plan *plan);
/* What weir_start(NULL) without WEIR_CONFIG runs by: root at WARNING, lastResort to stderr. */
config_plan *config_default(weir_error *err);
/* All file paths that the plan's handlers write to (absolute, in the plan's arena). */
size_t config_paths(const config_plan *plan, const char ***out);

typedef struct built_config {
    generation *generation;
    tree_plan tree;
    tree_plan_row *rows;
    char **created; /* files that this build made */
    size_t created_count;
} built_config;

/* `old` (may be NULL): handlers of the same definition are taken over with their counters. Problems
 * (unwritable path, no room for a queue) go to p. */
int config_build(const config_plan *plan, uint64_t number, target_registry *targets, process_map *process,
                 const generation *old, const config_rules *rules, built_config *out, problems *p);
/* A build that is not used: releases, removes the files it made. */
void config_discard(built_config *built);
/* After the swap: frees what only the build needed. */
void config_built_done(built_config *built);

/* The running configuration as INI text that config_check accepts: what `weir config get` prints. */
void config_dump(const config_plan *plan, text *out);

#endif
