/* configure.c - Python's fileConfig and dictConfig as the host calls them, and logging.shutdown. Any thread
 * of the host. */
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

static int replace_by_file(const char *path, bool disable, weir_error *err) {
    problems p;
    text in;
    if (problems_init(&p, path) != 0) return api_no_memory(err);
    text_init(&in, 0);
    int rc = config_read_file(path, &in, &p);
    if (rc != 0)
        problems_to_error(&p, err);
    else
        rc = replace("weir_file_config", text_slice(&in), path, disable, err);
    text_done(&in);
    problems_done(&p);
    return rc;
}

static int may_change(weir_error *err) {
    if (worker_is_self() || api_in_edit())
        return error_set(err, WEIR_ERR_STATE, "not from weir_edit, nor a handler, filter or formatter");
    return 0;
}

int weir_file_config(const weir_file_config_options *o, weir_error *err) {
    weir_error own;
    if (err == NULL) err = &own;
    *err = (weir_error){.code = WEIR_OK};
    if (o == NULL || (o->path == NULL) == (o->text == NULL))
        return error_set(err, WEIR_ERR_INVALID, "either a path or a text is wanted");
    if (may_change(err) != 0) return -1;
    bool disable = o->keep_existing == 0;
    slice content = slice_of(o->text);
    int rc = host_start_by(o->path, content, "<text>", disable, err);
    if (rc <= 0) return rc;
    if (o->text != NULL) return replace("weir_file_config", content, "<text>", disable, err);
    return replace_by_file(o->path, disable, err);
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
