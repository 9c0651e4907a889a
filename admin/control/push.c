/* push.c - the way of a new configuration: its turn, check, build, swap, commit, answer. Runs on the
 * thread of whoever pushes. Up to the swap everything can be undone; nothing after it can fail. */
#include <stdlib.h>

#include "admin/control/control_internal.h"
#include "config/secrets.h"
#include "host/object.h"

config_rules push_rules(const control *c, const push_request *request) {
    config_rules rules = rules_for(c, request->origin);
    if (request->edit || request->origin != CONFIG_API) return rules;
    rules.edited = NULL; /* the host's whole configurations replace what runs */
    rules.host_settings = &c->core->plan->settings;
    rules.disable_existing = request->disable_existing;
    return rules;
}

static bool is_pushed(config_origin origin) { return origin == CONFIG_PORT || origin == CONFIG_HTTP; }

static void keep_disabled(void *arg, logger *l) { name_list_add(arg, l->name); }

/* What the answer says beside the generation. The caller holds `change`. */
static void tell_rest(control *c, const push_request *request, const config_plan *plan, push_result *result) {
    over_list(c, &result->over);
    if (request->origin == CONFIG_FILE) rules_restart(c, &plan->settings, &result->restart);
    result->differs_from_file = file_differs(c);
}

/* The settings of [weir] that a running Weir can follow. */
static void follow_settings(control *c, const settings *s) {
    weir_error err;
    front_set_overflow(s->overflow, (int)s->stall_timeout_ms);
    if (recent_resize(c->core->recents, (size_t)s->recent, (size_t)s->recent_bytes, &err) != 0)
        backend_log(c->core->backend, WEIR_LEVEL_WARNING, slice_of(err.message));
}

/* The plan is current: plan, generation and all that hangs on them. The caller holds `change`. */
static void take_over(control *c, const push_request *request, config_plan *plan, generation *g) {
    config_plan *old = c->core->plan;
    plan->changes = NULL;
    c->core->plan = plan;
    c->core->generation = g;
    c->core->generations = g->number;
    rules_index(c);
    if (request->origin == CONFIG_FILE) {
        bool first = c->first_file != NULL;
        if (rules_take(c, plan, first) != 0)
            backend_log(c->core->backend, WEIR_LEVEL_ERROR,
                        SLICE_LITERAL("no memory for the paths of the file: pushes to them will be refused"));
        file_seen(c, slice_make(plan->text, plan->text_len), plan);
    }
    running_changed(c);
    follow_settings(c, &plan->settings);
    if (!request->edit) objects_unbind_all();
    core_note_root(plan);
    kept_add(c, plan, g->number, request->edit, request->by);
    config_plan_free(old);
}

/* Filters that run at the call; no thread is in one of the old ones when it returns. Before the swap: after
 * it the old generation, and its filters with it, may be freed at any time. */
static void take_hooks(control *c, const generation *now, const generation *next) {
    if (now->hook_count + next->hook_count == 0) return;
    if (call_hooks_configure(next->hooks, next->hook_count) != 0)
        backend_log(c->core->backend, WEIR_LEVEL_ERROR,
                    SLICE_LITERAL("no memory for the filters that run at the call: some are missing"));
}

/* 0: it runs, and plan is the core's. The caller holds `change`. */
static int swap(control *c, const push_request *request, config_plan *plan, built_config *built,
                push_result *result, weir_error *err) {
    const generation *now = c->core->generation;
    take_hooks(c, now, built->generation);
    logger_tree_prepare(&built->tree);
    if (backend_swap(c->core->backend, built->generation, err) != 0) {
        logger_tree_cancel();
        take_hooks(c, built->generation, now);
        config_discard(built);
        return -1;
    }
    logger_tree_commit(&built->tree, keep_disabled, &result->disabled);
    if (logger_tree_unlower(clock_monotonic_ns()) != 0) control_wake(c);
    take_over(c, request, plan, built->generation);
    result->generation = built->generation->number;
    config_built_done(built);
    tell_rest(c, request, plan, result);
    return 0;
}

/* Pushed back is the text that runs, or what `weir config get --as` prints of it (with its passwords). */
static bool is_running_text(const config_plan *running, const config_plan *plan) {
    slice in = slice_make(plan->text, plan->text_len);
    bool same = slice_equal(in, slice_make(running->text, running->text_len));
    for (int form = CONFIG_AS_INI; !same && form <= CONFIG_AS_JSON && config_looks_printed(in); form++) {
        text printed;
        text_init(&printed, 0);
        same = config_print(running, (config_form)form, false, &printed, NULL) == 0 &&
               slice_equal(in, text_slice(&printed));
        text_done(&printed);
    }
    return same;
}

/* An edit leaves all levels as they are when it is swapped in, but for the one that it is about. */
static void set_levels(const push_request *request, built_config *built) {
    for (size_t i = 0; i < built->tree.count; i++) {
        bool meant = request->set_level != NULL && built->rows[i].logger == request->set_level->logger;
        built->rows[i].level = meant ? request->set_level->level : LEVEL_UNSET;
    }
}

int push_plan(control *c, const push_request *request, config_plan *plan, push_result *result,
              weir_error *err) {
    weir_core *core = c->core;
    built_config built = {0};
    config_rules rules = push_rules(c, request);
    rules.repeats = is_pushed(request->origin) && is_running_text(core->plan, plan);
    if (config_build(plan, core->generations + 1, core->targets, core->process, core->generation, &rules,
                     &built, &result->problems) != 0) {
        if (result->problems.errors > 0) return -1;
        return error_set(err, WEIR_ERR_SYSTEM, "the configuration could not be built: no memory");
    }
    if (request->edit) set_levels(request, &built);
    pthread_mutex_lock(&c->change);
    int rc = swap(c, request, plan, &built, result, err);
    pthread_mutex_unlock(&c->change);
    return rc;
}

/* With the turn. */
static int apply(control *c, const push_request *request, push_result *result, weir_error *err) {
    uint64_t running = c->core->generation->number;
    if (control_stopping(c)) return error_set(err, WEIR_ERR_STATE, "Weir stops");
    if (request->if_generation != 0 && request->if_generation != running)
        return error_set(err, WEIR_ERR_CONFLICT, "generation %llu runs, not %llu",
                         (unsigned long long)running, (unsigned long long)request->if_generation);
    config_rules rules = push_rules(c, request);
    config_plan *plan = config_check(request->text, request->name, &rules, &result->problems, err);
    if (plan == NULL) return -1;
    if (request->restored) secrets_hold(c->core->plan, plan, &result->problems);
    if (result->problems.errors > 0) {
        config_plan_free(plan);
        return -1;
    }
    int rc = push_plan(c, request, plan, result, err);
    if (rc != 0) config_plan_free(plan);
    return rc;
}

static void audit_push(control *c, const push_request *request, int rc, const push_result *result,
                       const weir_error *err) {
    if (rc == 0)
        control_note(c, request->by, "configuration %.200s applied as generation %llu, %zu loggers disabled",
                     request->name, (unsigned long long)result->generation, result->disabled.count);
    else if (result->problems.errors > 0)
        control_note(c, request->by, "configuration %.200s refused: %zu problems", request->name,
                     result->problems.errors);
    else
        control_note(c, request->by, "configuration %.200s not applied: %.200s", request->name, err->message);
}

/* The text as the file will be read: what it leaves out of [weir] and [admin] is the default there, not
 * what runs. NULL: no memory. */
static config_plan *plan_as_file(control *c, const push_request *request) {
    problems p;
    weir_error err;
    if (problems_init(&p, request->name) != 0) return NULL;
    config_rules rules = rules_for(c, CONFIG_FILE);
    config_plan *plan = config_check(request->text, request->name, &rules, &p, &err);
    problems_done(&p);
    return plan;
}

static void save(control *c, const push_request *request, push_result *result) {
    weir_error err;
    if (file_save(c, request->text, &err) != 0) {
        snprintf(result->save_error, sizeof result->save_error, "%.500s", err.message);
        return;
    }
    result->saved = true;
    control_note(c, request->by, "configuration %.200s saved to %.200s", request->name, c->core->config_path);
    pthread_mutex_lock(&c->change);
    config_plan *plan = plan_as_file(c, request);
    if (plan != NULL) rules_restart(c, &plan->settings, &result->restart);
    file_seen(c, request->text, plan != NULL ? plan : c->core->plan);
    result->differs_from_file = file_differs(c);
    pthread_mutex_unlock(&c->change);
    config_plan_free(plan);
}

int push_apply(control *c, const push_request *request, push_result *result, weir_error *err) {
    weir_error own;
    push_turn turn = {0};
    *result = (push_result){0};
    if (err == NULL) err = &own;
    err->code = WEIR_OK;
    err->message[0] = '\0';
    if (problems_init(&result->problems, request->name) != 0)
        return error_set(err, WEIR_ERR_SYSTEM, "no memory");
    if (!gate_enter(&c->gate, &turn, &result->superseded_by)) {
        error_set(err, WEIR_ERR_CONFLICT, "superseded by generation %llu",
                  (unsigned long long)result->superseded_by);
        audit_push(c, request, -1, result, err);
        return -1;
    }
    text whole;
    push_request changed = *request;
    text_init(&whole, 0);
    if (is_pushed(request->origin) && secrets_restore(c->core->plan, request->text, &whole)) {
        changed.text = text_slice(&whole);
        changed.restored = true;
        request = &changed;
    }
    int rc = apply(c, request, result, err);
    if (rc == 0 && request->save) save(c, request, result); /* with the turn: nobody else writes the file */
    gate_leave(&c->gate, &turn, rc == 0, result->generation);
    problems_sort(&result->problems);
    audit_push(c, request, rc, result, err);
    text_done(&whole);
    return rc;
}

int control_push_if(control *c, uint64_t if_generation, slice content, const char *name, config_origin origin,
                    const requester *by, bool save_too, push_result *result, weir_error *err) {
    push_request request = {.text = content,
                            .name = name,
                            .origin = origin,
                            .by = by,
                            .save = save_too,
                            .if_generation = if_generation};
    return push_apply(c, &request, result, err);
}

int control_configure(control *c, slice content, const char *name, bool disable_existing, const requester *by,
                      push_result *result, weir_error *err) {
    push_request request = {
        .text = content, .name = name, .origin = CONFIG_API, .by = by, .disable_existing = disable_existing};
    return push_apply(c, &request, result, err);
}

int control_push(control *c, slice content, const char *name, config_origin origin, const requester *by,
                 bool save_too, push_result *result, weir_error *err) {
    return control_push_if(c, 0, content, name, origin, by, save_too, result, err);
}

/* ---- the same without doing it ---- */

/* Names of the plan that are no loggers yet: what exists below them would be reset, not disabled. */
typedef struct preview_names {
    slice *missing; /* sorted */
    size_t count;
    name_list *disabled;
} preview_names;

static int by_bytes(const void *a, const void *b) {
    const slice *x = a, *y = b;
    int order = memcmp(x->data, y->data, x->len < y->len ? x->len : y->len);
    return order != 0 ? order : x->len < y->len ? -1 : x->len > y->len;
}

static void keep_if_disabled(void *arg, logger *l) {
    preview_names *names = arg;
    for (size_t i = 0; i < l->name.len; i++) {
        slice ancestor = slice_make(l->name.data, i);
        if (l->name.data[i] == '.' && names->count > 0 &&
            bsearch(&ancestor, names->missing, names->count, sizeof ancestor, by_bytes) != NULL)
            return;
    }
    name_list_add(names->disabled, l->name);
}

/* Which loggers it would disable, without making those that it names. */
static void preview(const config_plan *plan, push_result *result) {
    tree_plan_row *rows = malloc((plan->logger_count + 1) * sizeof *rows);
    preview_names names = {malloc((plan->logger_count + 1) * sizeof(slice)), 0, &result->disabled};
    tree_plan tree = {
        .rows = rows, .disable_existing = plan->disable_existing, .edit = plan->changes != NULL};
    for (size_t i = 0; i < plan->logger_count && rows != NULL && names.missing != NULL; i++) {
        const plan_logger *named = &plan->loggers[i];
        logger *l = logger_find(named->qualname);
        if (l != NULL)
            rows[tree.count++] = (tree_plan_row){.logger = l, .level = named->level};
        else
            names.missing[names.count++] = named->qualname;
    }
    if (rows != NULL && names.missing != NULL) {
        qsort(names.missing, names.count, sizeof(slice), by_bytes);
        logger_tree_preview(&tree, keep_if_disabled, &names);
    }
    free(rows);
    free(names.missing);
}

int control_check(control *c, slice content, const char *name, config_origin origin, push_result *result,
                  weir_error *err) {
    *result = (push_result){0};
    if (problems_init(&result->problems, name) != 0) return error_set(err, WEIR_ERR_SYSTEM, "no memory");
    text whole;
    text_init(&whole, 0);
    pthread_mutex_lock(&c->change);
    config_rules rules = rules_for(c, origin);
    bool restored = is_pushed(origin) && secrets_restore(c->core->plan, content, &whole);
    config_plan *plan =
        config_check(restored ? text_slice(&whole) : content, name, &rules, &result->problems, err);
    if (plan != NULL && restored) secrets_hold(c->core->plan, plan, &result->problems);
    if (plan != NULL) {
        preview(plan, result);
        over_list(c, &result->over);
        rules_restart(c, &plan->settings, &result->restart);
    }
    pthread_mutex_unlock(&c->change);
    problems_sort(&result->problems);
    int rc = plan != NULL && result->problems.errors == 0 ? 0 : -1;
    text_done(&whole);
    config_plan_free(plan);
    return rc;
}
