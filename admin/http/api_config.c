/* api_config.c - the running configuration: read, check, apply, history, rollback. Connection threads; a
 * push waits there for its turn and its build. */
#include "admin/control/status.h"
#include "admin/http/endpoints.h"
#include "admin/http/server_internal.h"

#define NAME_MAX_BYTES 255
#define DEFAULT_NAME "<http>"

static const char *const no_args[] = {NULL};

static void key_bool(json_writer *w, const char *key, bool b) {
    json_key(w, key);
    json_bool(w, b);
}

static void key_uint(json_writer *w, const char *key, uint64_t u) {
    json_key(w, key);
    json_uint(w, u);
}

/* ---- problems ---- */

static void put_problem(json_writer *w, const problems *p, const problem *one) {
    text line;
    text_init(&line, 0);
    problem_print(p, one, &line);
    json_begin_object(w);
    json_key(w, "line");
    json_int(w, one->line);
    json_key(w, "section");
    json_cstr(w, one->section);
    json_key(w, "key");
    json_cstr(w, one->key);
    json_key(w, "message");
    json_cstr(w, one->message);
    key_bool(w, "warning", one->warning);
    json_key(w, "text");
    json_string(w, text_slice(&line));
    json_end(w);
    text_done(&line);
}

static void put_problems(json_writer *w, const char *key, const problems *p, bool only_warnings) {
    json_key(w, key);
    json_begin_array(w);
    for (size_t i = 0; i < p->count; i++)
        if (!only_warnings || p->list[i].warning) put_problem(w, p, &p->list[i]);
    json_end(w);
}

/* ---- the answer to a push ---- */

static void put_result(http_request *r, const push_result *result) {
    json_writer *w = &r->writer;
    answer_json(r);
    json_begin_object(w);
    key_uint(w, "generation", result->generation);
    status_names(w, "disabled", &result->disabled);
    status_names(w, "over", &result->over);
    status_names(w, "restart", &result->restart);
    put_problems(w, "warnings", &result->problems, true);
    key_bool(w, "differs_from_file", result->differs_from_file);
    key_bool(w, "saved", result->saved);
    if (result->save_error[0] != '\0') {
        json_key(w, "save_error");
        json_cstr(w, result->save_error);
    }
    json_end(w);
}

static void answer_refused(http_request *r, const push_result *result) {
    char detail[96];
    size_t errors = result->problems.errors;
    snprintf(detail, sizeof detail, "%zu problem%s; the running configuration is unchanged", errors,
             errors == 1 ? "" : "s");
    answer_problem_begin(r, 422, detail);
    put_problems(&r->writer, "problems", &result->problems, false);
    key_uint(&r->writer, "problem_count", errors);
    json_end(&r->writer);
}

static void answer_conflict(http_request *r, const push_result *result, const weir_error *err) {
    uint64_t running;
    control_get_config(r->control, NULL, &running, NULL);
    answer_problem_begin(r, 409, err->message);
    if (result->superseded_by > 0) key_uint(&r->writer, "superseded_by", result->superseded_by);
    key_uint(&r->writer, "generation", running);
    json_end(&r->writer);
}

static void answer_push(http_request *r, int rc, push_result *result, const weir_error *err) {
    if (rc == 0)
        put_result(r, result);
    else if (result->problems.errors > 0)
        answer_refused(r, result);
    else if (err->code == WEIR_ERR_CONFLICT)
        answer_conflict(r, result, err);
    else
        answer_error(r, err);
    push_result_done(result);
}

/* ---- the body of a push or check ---- */

/* The name for messages: one line of text. false: answered. */
static bool read_name(http_request *r, const value *v, char out[NAME_MAX_BYTES + 1]) {
    snprintf(out, NAME_MAX_BYTES + 1, DEFAULT_NAME);
    if (v == NULL) return true;
    bool good = v->str.len > 0 && v->str.len <= NAME_MAX_BYTES;
    for (size_t i = 0; good && i < v->str.len; i++)
        good = (unsigned char)v->str.data[i] >= 0x20 && v->str.data[i] != 0x7F;
    if (!good) {
        answer_problem(r, 400, "'name' must be 1 to %d bytes without control characters", NAME_MAX_BYTES);
        return false;
    }
    memcpy(out, v->str.data, v->str.len);
    out[v->str.len] = '\0';
    return true;
}

static bool text_fits(http_request *r, const value *v) {
    if (v->str.len <= LIMIT_CONFIG_TEXT) return true;
    answer_problem(r, 413, "the configuration has %zu bytes (at most %d are taken)", v->str.len,
                   LIMIT_CONFIG_TEXT);
    return false;
}

void endpoint_apply(http_request *r) {
    body_field fields[] = {{"text", BODY_STR, true, NULL},
                           {"name", BODY_STR, false, NULL},
                           {"save", BODY_BOOL, false, NULL},
                           {"if_generation", BODY_INT, false, NULL}};
    char name[NAME_MAX_BYTES + 1];
    push_result result;
    weir_error err;
    if (!request_only(r, no_args) || !request_fields(r, fields, 4) || !text_fits(r, fields[0].found) ||
        !read_name(r, fields[1].found, name))
        return;
    int64_t wanted = fields[3].found != NULL ? fields[3].found->i64 : 0;
    if (fields[3].found != NULL && wanted < 1) {
        answer_problem(r, 400, "'if_generation' must be a generation's number");
        return;
    }
    bool save = fields[2].found != NULL && fields[2].found->boolean;
    requester by = request_by(r);
    int rc = control_push_if(r->control, (uint64_t)wanted, fields[0].found->str, name, CONFIG_HTTP, &by, save,
                             &result, &err);
    answer_push(r, rc, &result, &err);
}

void endpoint_check(http_request *r) {
    body_field fields[] = {{"text", BODY_STR, true, NULL}, {"name", BODY_STR, false, NULL}};
    char name[NAME_MAX_BYTES + 1];
    push_result result;
    weir_error err = {0};
    json_writer *w = &r->writer;
    if (!request_only(r, no_args) || !request_fields(r, fields, 2) || !text_fits(r, fields[0].found) ||
        !read_name(r, fields[1].found, name))
        return;
    int rc = control_check(r->control, fields[0].found->str, name, CONFIG_HTTP, &result, &err);
    if (rc != 0 && result.problems.errors == 0) {
        answer_error(r, &err);
    } else {
        answer_json(r);
        json_begin_object(w);
        key_bool(w, "valid", rc == 0);
        put_problems(w, "problems", &result.problems, false);
        key_uint(w, "problem_count", result.problems.errors);
        status_names(w, "disabled", &result.disabled);
        status_names(w, "over", &result.over);
        status_names(w, "restart", &result.restart);
        json_end(w);
    }
    push_result_done(&result);
}

/* ---- reading ---- */

/* ?as=ini|json; neither: the text as it came. false: answered. */
static bool print_as(http_request *r, slice as, text *out) {
    weir_error err;
    config_form form = slice_is(as, "json") ? CONFIG_AS_JSON : CONFIG_AS_INI;
    if (as.data == NULL) return true;
    if (form == CONFIG_AS_INI && !slice_is(as, "ini")) {
        answer_problem(r, 400, "'as' must be ini or json");
        return false;
    }
    text_clear(out);
    if (control_print_config(r->control, form, out, &err) == 0) return true;
    if (err.code == WEIR_ERR_INVALID)
        answer_problem(r, 409, "%s", err.message);
    else
        answer_error(r, &err);
    return false;
}

void endpoint_config(http_request *r) {
    static const char *const args[] = {"as", NULL};
    text running;
    uint64_t number;
    bool differs;
    name_list over = {0};
    json_writer *w = &r->writer;
    if (!request_only(r, args)) return;
    text_init(&running, 0);
    control_get_config(r->control, &running, &number, &differs);
    if (!print_as(r, request_arg(r, "as"), &running)) {
        text_done(&running);
        return;
    }
    control_list_over(r->control, &over);
    answer_json(r);
    json_begin_object(w);
    key_uint(w, "generation", number);
    json_key(w, "text");
    json_string(w, text_slice(&running));
    json_key(w, "file");
    json_cstr(w, control_file(r->control));
    key_bool(w, "differs_from_file", differs);
    status_names(w, "over", &over);
    json_end(w);
    if (running.failed) r->out.failed = true;
    text_done(&running);
    name_list_done(&over);
}

typedef struct entry_list {
    json_writer *w;
    uint64_t current, wanted; /* wanted 0: all, without their texts */
    bool found;
} entry_list;

static void put_entry(void *arg, const config_entry *e) {
    entry_list *l = arg;
    if (l->wanted != 0 && e->generation != l->wanted) return;
    l->found = true;
    json_begin_object(l->w);
    key_uint(l->w, "generation", e->generation);
    status_time(l->w, "created", e->created_us);
    json_key(l->w, "way");
    json_cstr(l->w, e->way);
    json_key(l->w, "who");
    json_cstr(l->w, e->who);
    key_bool(l->w, "current", e->generation == l->current);
    key_uint(l->w, "edits", e->edits);
    key_uint(l->w, "size", e->text.len);
    if (l->wanted != 0) {
        json_key(l->w, "text");
        json_string(l->w, e->text);
    }
    json_end(l->w);
}

void endpoint_history(http_request *r) {
    entry_list list = {.w = &r->writer};
    if (!request_only(r, no_args)) return;
    control_get_config(r->control, NULL, &list.current, NULL);
    answer_json(r);
    json_begin_object(&r->writer);
    key_uint(&r->writer, "current", list.current);
    json_key(&r->writer, "entries");
    json_begin_array(&r->writer);
    control_config_history(r->control, put_entry, &list);
    json_end(&r->writer);
    json_end(&r->writer);
}

void endpoint_history_entry(http_request *r) {
    entry_list list = {.w = &r->writer};
    if (!request_only(r, no_args)) return;
    if (request_parse_u64(r->params[0], &list.wanted) && list.wanted != 0) {
        control_get_config(r->control, NULL, &list.current, NULL);
        answer_json(r);
        control_config_history(r->control, put_entry, &list);
    }
    if (!list.found)
        answer_problem(r, 404, "generation '%.*s' is not kept",
                       (int)(r->params[0].len > 40 ? 40 : r->params[0].len), r->params[0].data);
}

void endpoint_rollback(http_request *r) {
    body_field fields[] = {{"generation", BODY_INT, true, NULL}};
    push_result result;
    weir_error err;
    if (!request_only(r, no_args) || !request_fields(r, fields, 1)) return;
    if (fields[0].found->i64 < 1) {
        answer_problem(r, 400, "'generation' must be a generation's number");
        return;
    }
    requester by = request_by(r);
    int rc = control_rollback(r->control, (uint64_t)fields[0].found->i64, &by, &result, &err);
    if (rc != 0 && result.problems.errors == 0 && err.code == WEIR_ERR_INVALID) {
        answer_problem(r, 404, "%s", err.message);
        push_result_done(&result);
    } else {
        answer_push(r, rc, &result, &err);
    }
}
