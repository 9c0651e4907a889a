/* configure.c - Python's fileConfig and dictConfig as the host calls them, and logging.shutdown. Any thread
 * of the host. */
#include <strings.h>

#include "admin/control/control.h"
#include "api/api.h"
#include "base/worker.h"

/* With Weir running. */
static int replace(const char *function, slice content, const char *name, bool disable, weir_error *err) {
    requester by = {"api", function};
    push_result result;
    control *c;
    if (host_enter(true, err) != 0) return -1;
    int rc =
        (c = control_current()) == NULL ? error_set(err, WEIR_ERR_STATE, "Weir runs without its control") : 0;
    if (rc == 0) {
        rc = control_configure(c, content, name, disable, &by, &result, err);
        if (rc != 0 && result.problems.errors > 0) problems_to_error(&result.problems, err);
        push_result_done(&result);
    }
    host_leave();
    return rc;
}

/* ---- fileConfig ---- */

/* The text that is meant: of the file, or given. */
static int read_text(const weir_file_config_options *o, text *out, weir_error *err) {
    problems p;
    if (o->text != NULL) {
        text_add_cstr(out, o->text);
        return out->failed ? api_no_memory(err) : 0;
    }
    if (problems_init(&p, o->path) != 0) return api_no_memory(err);
    int rc = config_read_file(o->path, out, &p);
    if (rc != 0) problems_to_error(&p, err);
    problems_done(&p);
    return rc;
}

static bool read_defaults(const weir_file_config_options *o, arena *a, config_rules *rules) {
    ini_default *list = arena_alloc(a, (o->default_count + 1) * sizeof *list);
    for (size_t i = 0; list != NULL && i < o->default_count; i++)
        list[i] = (ini_default){slice_of(o->defaults[i][0]), slice_of(o->defaults[i][1])};
    rules->defaults = list;
    rules->default_count = o->default_count;
    return list != NULL;
}

/* in with the defaults filled in: what is kept of it must mean the same without them. */
static int fill_in(const weir_file_config_options *o, slice in, const char *name, text *out,
                   weir_error *err) {
    config_rules rules = {.origin = CONFIG_START, .disable_existing = o->keep_existing == 0};
    problems p;
    arena a;
    if (problems_init(&p, name) != 0) return api_no_memory(err);
    arena_init(&a, 0);
    config_plan *plan = NULL;
    if (!read_defaults(o, &a, &rules))
        api_no_memory(err);
    else if ((plan = config_check(in, name, &rules, &p, err)) == NULL && p.errors > 0)
        problems_to_error(&p, err);
    int rc = plan == NULL ? -1 : config_print(plan, CONFIG_AS_JSON, false, out, err);
    config_plan_free(plan);
    arena_done(&a);
    problems_done(&p);
    return rc;
}

static int configure_text(const weir_file_config_options *o, const char *name, weir_error *err) {
    text in, filled;
    text_init(&in, 0);
    text_init(&filled, 0);
    bool disable = o->keep_existing == 0, fills = o->default_count > 0;
    int rc = read_text(o, &in, err);
    if (rc == 0 && fills) rc = fill_in(o, text_slice(&in), name, &filled, err);
    slice content = text_slice(fills ? &filled : &in);
    if (rc == 0) rc = host_start_by(NULL, content, name, disable, err);
    if (rc == 1) rc = replace("weir_file_config", content, name, disable, err);
    text_done(&filled);
    text_done(&in);
    return rc;
}

static int may_change(weir_error *err) {
    if (worker_is_self() || api_in_edit())
        return error_set(err, WEIR_ERR_STATE, "not from weir_edit, nor a handler, filter or formatter");
    return 0;
}

static int check_options(const weir_file_config_options *o, weir_error *err) {
    if (o == NULL || (o->path == NULL) == (o->text == NULL))
        return error_set(err, WEIR_ERR_INVALID, "either a path or a text is wanted");
    for (size_t i = 0; i < o->default_count; i++)
        if (o->defaults == NULL || o->defaults[i][0] == NULL || o->defaults[i][1] == NULL)
            return api_missing("default", err);
    bool utf8 =
        o->encoding == NULL || strcasecmp(o->encoding, "utf-8") == 0 || strcasecmp(o->encoding, "utf8") == 0;
    return utf8 ? 0
                : error_set(err, WEIR_ERR_INVALID, "encoding '%.40s': a configuration is UTF-8", o->encoding);
}

int weir_file_config(const weir_file_config_options *o, weir_error *err) {
    weir_error own;
    if (err == NULL) err = &own;
    *err = (weir_error){.code = WEIR_OK};
    if (check_options(o, err) != 0 || may_change(err) != 0) return -1;
    /* A file that starts Weir is the one that is watched. */
    if (o->path != NULL && o->default_count == 0) {
        int rc = host_start_by(o->path, SLICE_NONE, o->path, o->keep_existing == 0, err);
        if (rc <= 0) return rc;
    }
    return configure_text(o, o->path != NULL ? o->path : "<text>", err);
}

int weir_dict_config(const char *json, weir_error *err) {
    weir_error own;
    if (err == NULL) err = &own;
    *err = (weir_error){.code = WEIR_OK};
    if (json == NULL) return api_missing("dict", err);
    if (may_change(err) != 0) return -1;
    int rc = host_start_by(NULL, slice_of(json), "<dict>", true, err);
    return rc <= 0 ? rc : replace("weir_dict_config", slice_of(json), "<dict>", true, err);
}

int weir_shutdown(int timeout_ms) {
    if (worker_is_self() || api_in_edit()) return -1;
    int rc = weir_flush(timeout_ms);
    weir_stop();
    return rc;
}
