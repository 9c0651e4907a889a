/* edit.c - the host changes one thing of what runs (weir_handlers.h): the plan as a dict, edited, as JSON,
 * checked, built, swapped in, like any push but for three things: it supersedes nobody, no logger's level is
 * touched, and what it does not change is not opened anew. Runs on the host's thread. */
#include <stdlib.h>

#include "admin/control/control_internal.h"
#include "base/value_dict.h"

typedef struct edit_run {
    control *c;
    const requester *by;
    config_edit edit;
    arena memory;
    value dict;
    text json;
    push_result result;
} edit_run;

static int no_memory(weir_error *err) { return error_set(err, WEIR_ERR_SYSTEM, "no memory"); }

/* ---- the dict ---- */

static value level_value(arena *a, int level) {
    char room[32];
    int back;
    slice name = level_name(level, room);
    if (!level_from_name(name, &back) || back != level) return value_int(level > 0 ? level : 0);
    return value_str(arena_copy(a, name));
}

/* weir_set_level may have changed it since the plan was made. */
static bool refresh_level(arena *a, slice name, value *section) {
    const logger *l = logger_find(name);
    if (l == NULL) return true;
    const value now = level_value(a, l->level);
    return value_dict_set(a, section, SLICE_LITERAL("level"), &now);
}

static bool refresh_levels(arena *a, value *dict) {
    const value *found = value_get(dict, SLICE_LITERAL("root")),
                *all = value_get(dict, SLICE_LITERAL("loggers"));
    value root = *found, loggers = *all;
    if (!refresh_level(a, SLICE_LITERAL("root"), &root)) return false;
    for (size_t i = 0; i < all->dict.count; i++) {
        value one = all->dict.pairs[i].val;
        slice name = all->dict.pairs[i].key.str;
        if (!refresh_level(a, name, &one) || !value_dict_set(a, &loggers, name, &one)) return false;
    }
    return value_dict_set(a, dict, SLICE_LITERAL("loggers"), &loggers) &&
           value_dict_set(a, dict, SLICE_LITERAL("root"), &root);
}

/* The default setup stands for Python's lastResort, which is nobody's handler. */
static bool without_handlers(arena *a, value *dict) {
    const value none = {.type = VALUE_DICT}, nobody = {.type = VALUE_LIST};
    value root = *value_get(dict, SLICE_LITERAL("root"));
    return value_dict_set(a, &root, SLICE_LITERAL("handlers"), &nobody) &&
           value_dict_set(a, dict, SLICE_LITERAL("handlers"), &none) &&
           value_dict_set(a, dict, SLICE_LITERAL("root"), &root);
}

static int read_running(edit_run *r, weir_error *err) {
    const config_plan *plan = r->c->core->plan;
    if (config_plan_value(plan, &r->memory, &r->dict) != 0) return no_memory(err);
    if (plan->origin == CONFIG_DEFAULT && !without_handlers(&r->memory, &r->dict)) return no_memory(err);
    return refresh_levels(&r->memory, &r->dict) ? 0 : no_memory(err);
}

/* ---- applying it ---- */

static void tell_problems(const problems *p, weir_error *err) {
    text out;
    text_init(&out, 0);
    for (size_t i = 0; i < p->count; i++) {
        const problem *one = &p->list[i];
        if (one->warning) continue;
        if (out.len > 0) text_add_char(&out, '\n');
        if (one->section != NULL) text_addf(&out, "[%s] ", one->section);
        if (one->key != NULL) text_addf(&out, "%s: ", one->key);
        text_add_cstr(&out, one->message);
    }
    error_set(err, WEIR_ERR_INVALID, "%.*s", (int)sizeof err->message - 1, text_cstr(&out));
    text_done(&out);
}

static int apply(edit_run *r, weir_error *err) {
    tree_plan_row set = {.logger = r->edit.logger, .level = r->edit.level};
    config_print_dict(&r->dict, &r->json);
    if (r->json.failed) return no_memory(err);
    push_request request = {.text = text_slice(&r->json),
                            .name = "<api>",
                            .origin = CONFIG_API,
                            .by = r->by,
                            .edit = true,
                            .set_level = r->edit.logger != NULL ? &set : NULL};
    config_rules rules = push_rules(r->c, &request);
    problems *p = &r->result.problems;
    config_plan *plan = config_check(request.text, request.name, &rules, p, err);
    int rc = plan == NULL ? -1 : push_plan(r->c, &request, plan, &r->result, err);
    if (rc != 0) config_plan_free(plan);
    if (rc != 0 && p->errors > 0) tell_problems(p, err);
    return rc;
}

static void note(const edit_run *r, int rc, const weir_error *err) {
    if (rc == 0)
        control_note(r->c, r->by, "%s: applied as generation %llu", r->by->who,
                     (unsigned long long)r->result.generation);
    else
        control_note(r->c, r->by, "%s: refused: %.300s", r->by->who, err->message);
}

/* With the turn. *applied: there is a new generation. */
static int run(edit_run *r, int (*change)(void *arg, config_edit *edit, weir_error *err), void *arg,
               bool *applied, weir_error *err) {
    if (control_stopping(r->c)) return error_set(err, WEIR_ERR_STATE, "Weir stops");
    if (read_running(r, err) != 0) return -1;
    int rc = change(arg, &r->edit, err);
    if (rc != EDIT_APPLY) return rc == EDIT_NOTHING ? 0 : -1;
    rc = apply(r, err);
    *applied = rc == 0;
    note(r, rc, err);
    return rc;
}

int control_edit(control *c, int (*change)(void *arg, config_edit *edit, weir_error *err),
                 void (*done)(void *arg, bool applied), void *arg, const requester *by, weir_error *err) {
    edit_run r = {.c = c, .by = by};
    weir_error own;
    push_turn turn = {0};
    bool applied = false;
    if (err == NULL) err = &own;
    err->code = WEIR_OK;
    err->message[0] = '\0';
    if (problems_init(&r.result.problems, "<api>") != 0) return no_memory(err);
    arena_init(&r.memory, 0);
    text_init(&r.json, 0);
    r.edit = (config_edit){.memory = &r.memory, .dict = &r.dict};
    gate_enter_edit(&c->gate, &turn);
    int rc = run(&r, change, arg, &applied, err);
    if (done != NULL) done(arg, applied);
    gate_leave(&c->gate, &turn, false, 0);
    push_result_done(&r.result);
    text_done(&r.json);
    arena_done(&r.memory);
    return rc;
}

/* ---- what the host does with one handler ---- */

int control_flush_routed(control *c, int64_t deadline_ns) {
    return backend_flush_routed(c->core->backend, deadline_ns);
}

int control_flush(control *c, int64_t deadline_ns) { return backend_flush(c->core->backend, deadline_ns); }

/* A plan and its generation have their handlers in the same order. `change` is held. */
static handler *find_handler(const control *c, slice name) {
    const config_plan *plan = c->core->plan;
    for (size_t i = 0; i < plan->handler_count; i++)
        if (slice_equal(plan->handlers[i].name, name)) return c->core->generation->handlers[i];
    return NULL;
}

target *control_handler_target(control *c, slice name) {
    pthread_mutex_lock(&c->change);
    const handler *h = find_handler(c, name);
    target *found = h != NULL ? h->target : NULL;
    if (found != NULL) target_retain(found);
    pthread_mutex_unlock(&c->change);
    return found;
}

bool control_handler_key(control *c, slice name, char key[HANDLER_STATS_NAME]) {
    pthread_mutex_lock(&c->change);
    const handler *h = find_handler(c, name);
    if (h != NULL) memcpy(key, h->name, HANDLER_STATS_NAME);
    pthread_mutex_unlock(&c->change);
    return h != NULL;
}
