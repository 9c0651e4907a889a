/* rules.c - what a configuration that comes by port or HTTP may do (promise 6 of docs/architecture.md): write
 * below log_root or to what the file names, and repeat [weir] and [admin], not change them. And what of a
 * reread file waits for a restart. The caller holds `change`. */
#include <stdlib.h>

#include "admin/control/control_internal.h"

static void list_done(char ***list, size_t *count) {
    for (size_t i = 0; i < *count; i++) free((*list)[i]);
    free(*list);
    *list = NULL;
    *count = 0;
}

static int list_add(char ***list, size_t *count, slice path) {
    for (size_t i = 0; i < *count; i++)
        if (slice_is(path, (*list)[i])) return 0;
    char **grown = realloc(*list, (*count + 1) * sizeof **list);
    if (grown == NULL) return -1;
    *list = grown;
    grown[*count] = strndup(path.data, path.len);
    if (grown[*count] == NULL) return -1;
    (*count)++;
    return 0;
}

static int paths_take(control *c, const config_plan *plan) {
    const char **paths = NULL;
    const char *const *roots;
    size_t count = config_paths(plan, &paths);
    int rc = 0;
    for (size_t i = 0; i < count && rc == 0; i++)
        rc = list_add(&c->allowed_paths, &c->allowed_count, slice_of(paths[i]));
    arena memory;
    arena_init(&memory, 0);
    count = config_log_roots(plan, &memory, &roots);
    for (size_t i = 0; i < count && rc == 0; i++)
        rc = list_add(&c->log_roots, &c->log_root_count, slice_of(roots[i]));
    arena_done(&memory);
    return rc;
}

/* What needs a restart stays as it was at the start, whatever a reread says. */
static void fix_settings(control *c, const settings *now) {
    const settings *s = &c->start;
    c->fixed = *now;
    memcpy(c->fixed.service, s->service, sizeof s->service);
    memcpy(c->fixed.run_dir, s->run_dir, sizeof s->run_dir);
    memcpy(c->fixed.http, s->http, sizeof s->http);
    memcpy(c->fixed.config_port, s->config_port, sizeof s->config_port);
    memcpy(c->fixed.hosts, s->hosts, sizeof s->hosts);
    c->fixed.queue = s->queue;
    c->fixed.queue_total = s->queue_total;
    c->fixed.has_admin = s->has_admin;
    c->fixed.socket = s->socket;
}

int rules_take(control *c, const config_plan *plan, bool is_start) {
    const settings *set = &plan->settings;
    if (is_start) c->start = *set;
    fix_settings(c, set);
    rules_done(c);
    return paths_take(c, plan);
}

static const char *shown(text *of) { return of->len > 0 ? text_cstr(of) : "not set"; }

void rules_restart(const control *c, const settings *now, name_list *out) {
    text was, is;
    text_init(&was, 0);
    text_init(&is, 0);
    const setting_row *setting;
    for (size_t i = 0; (setting = setting_at(i)) != NULL; i++) {
        if (!setting->start_only) continue;
        text_clear(&was);
        text_clear(&is);
        setting->print(setting, &c->start, &was);
        setting->print(setting, now, &is);
        if (!slice_equal(text_slice(&was), text_slice(&is)))
            name_list_addf(out, "[%s] %s: %s -> %s", setting->section, setting->key, shown(&was), shown(&is));
    }
    text_done(&was);
    text_done(&is);
}

config_rules rules_for(const control *c, config_origin origin) {
    config_rules rules = {.origin = origin, .current = c->core->plan};
    static const char *const nothing[1] = {NULL};
    if (origin != CONFIG_START && origin != CONFIG_DEFAULT) rules.fixed = &c->fixed;
    if (origin == CONFIG_FILE) rules.fixed = &c->start;
    if (origin == CONFIG_COMMAND) { /* `weir log`: as Python's fileConfig, and escaped as it was told */
        rules.python_defaults = true;
        rules.escape_given = c->core->plan->escape_given;
        rules.escape = c->core->plan->settings.escape;
    }
    if (origin == CONFIG_API) rules.edited = c->core->plan;
    if (origin != CONFIG_PORT && origin != CONFIG_HTTP) return rules;
    /* A reread may have asked for what only a restart brings: its text can be pushed back all the same. */
    rules.running = &c->core->plan->settings;
    rules.log_roots = c->log_root_count > 0 ? (const char *const *)c->log_roots : nothing;
    rules.log_root_count = c->log_root_count;
    rules.allowed_paths = c->allowed_count > 0 ? (const char *const *)c->allowed_paths : nothing;
    rules.allowed_path_count = c->allowed_count;
    rules.config_file = c->core->config_path;
    return rules;
}

void rules_done(control *c) {
    list_done(&c->log_roots, &c->log_root_count);
    list_done(&c->allowed_paths, &c->allowed_count);
}
