/* check.c - a text becomes a plan, or all that is wrong with it. Runs on the thread that starts Weir or
 * pushes a configuration (and in `weir check`). Opens nothing but the file that config_check_file is
 * given, makes nothing, executes nothing. */
#include "config/check.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/limits.h"
#include "config/dict.h"
#include "config/incremental.h"
#include "config/ini_text.h"

const char *const config_origin_names[7] = {"start", "file", "port", "http", "command", "default", "api"};

void config_plan_free(config_plan *plan) {
    if (plan == NULL) return;
    arena_done(&plan->memory);
    free(plan->file);
    free(plan->text);
    free(plan);
}

config_plan *check_plan_create(slice in, const char *file, config_origin origin) {
    config_plan *plan = calloc(1, sizeof *plan);
    if (plan == NULL) return NULL;
    arena_init(&plan->memory, LIMIT_CONFIG_MEMORY);
    plan->origin = origin;
    plan->file = strdup(file);
    plan->text = malloc(in.len + 1);
    if (plan->file == NULL || plan->text == NULL) {
        config_plan_free(plan);
        return NULL;
    }
    if (in.len > 0) memcpy(plan->text, in.data, in.len);
    plan->text[in.len] = '\0';
    plan->text_len = in.len;
    return plan;
}

/* Nothing when there is none to be told (it was removed): then relative paths are refused. */
static slice working_directory(checker *c) {
    char *cwd = getcwd(NULL, 0);
    if (cwd == NULL && errno == ENOMEM) c->no_memory = true;
    slice made = cwd != NULL ? check_copy(c, slice_of(cwd)) : SLICE_NONE;
    free(cwd);
    return made;
}

static bool read_ini(checker *c, slice in) {
    arena *a = &c->plan->memory;
    if (ini_parse_text(in, a, &c->ini, c->p) == 0 &&
        ini_add_defaults(&c->ini, c->rules->defaults, c->rules->default_count, a) == 0)
        return true;
    c->no_memory = true;
    return false;
}

static void check_all(checker *c) {
    slice in = slice_make(c->plan->text, c->plan->text_len), stripped = ini_strip(in);
    if (stripped.len == 0) problems_add(c->p, 0, NULL, NULL, "the configuration is empty");
    c->is_dict = stripped.len > 0 && stripped.data[0] == '{';
    arena *a = &c->plan->memory;
    name_map_init(&c->formatters, a);
    name_map_init(&c->filters, a);
    name_map_init(&c->handlers, a);
    name_map_init(&c->loggers, a);
    name_map_init(&c->listed, a);
    dict d;
    if (c->is_dict ? !dict_read(c, &d) : !read_ini(c, in)) return;
    /* An edit means the files that the plan means, also when the host has changed its directory since. */
    c->base_dir = c->rules->edited != NULL ? check_copy(c, c->rules->edited->base_dir) : working_directory(c);
    c->plan->base_dir = c->base_dir;
    check_settings(c);
    if (stripped.len == 0) return;
    check_formatters(c);
    check_filters(c);
    check_handlers(c);
    check_feeds(c);
    check_loggers(c);
    if (!c->is_dict) check_leftover(c);
}

static void tell_no_memory(checker *c, weir_error *err) {
    if (c->plan->memory.total > LIMIT_CONFIG_MEMORY / 2) {
        problems_add(c->p, 0, NULL, NULL, "the configuration is too large once expanded (more than %d MiB)",
                     LIMIT_CONFIG_MEMORY >> 20);
        return;
    }
    problems_add(c->p, 0, NULL, NULL, "no memory to check the configuration");
    error_set(err, WEIR_ERR_SYSTEM, "%s: no memory to check the configuration", c->plan->file);
}

static config_plan *check_whole(slice in, const char *file, const config_rules *rules, problems *p,
                                weir_error *err) {
    config_plan *plan = check_plan_create(in, file, rules->origin);
    if (plan == NULL) {
        error_set(err, WEIR_ERR_SYSTEM, "%s: no memory to check the configuration", file);
        problems_add(p, 0, NULL, NULL, "no memory to check the configuration");
        return NULL;
    }
    checker c = {.plan = plan, .rules = rules, .p = p};
    check_all(&c);
    if (c.no_memory) tell_no_memory(&c, err);
    problems_sort(p);
    if (p->errors == 0) return plan;
    config_plan_free(plan);
    return NULL;
}

/* The whole configuration that an incremental one leads to: nothing of it but levels is new, so what a pushed
 * one may not do is no question. */
static config_plan *check_incremental(const incremental *i, const char *file, const config_rules *rules,
                                      problems *p, weir_error *err) {
    config_rules as_edit = *rules;
    if (p->errors > 0) return NULL;
    as_edit.origin = CONFIG_API;
    as_edit.edited = i->base;
    config_plan *plan = check_whole(text_slice(&i->merged), file, &as_edit, p, err);
    if (plan == NULL) return NULL;
    plan->origin = rules->origin;
    incremental_mark(i, plan);
    return plan;
}

config_plan *config_check(slice in, const char *file, const config_rules *rules, problems *p,
                          weir_error *err) {
    incremental i;
    if (in.len > LIMIT_CONFIG_TEXT) {
        problems_add(p, 0, NULL, NULL, "the configuration has %zu bytes (at most %d)", in.len,
                     LIMIT_CONFIG_TEXT);
        return NULL;
    }
    if (!incremental_read(in, file, rules, p, &i)) return check_whole(in, file, rules, p, err);
    config_plan *plan = check_incremental(&i, file, rules, p, err);
    problems_sort(p);
    if (plan != NULL && i.own_base != NULL) plan->changes = NULL; /* nothing ran */
    incremental_done(&i);
    return plan;
}
