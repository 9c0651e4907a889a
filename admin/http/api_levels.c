/* api_levels.c - loggers and levels over the configuration. Connection threads. */
#include "admin/control/status.h"
#include "admin/http/endpoints.h"
#include "admin/http/server_internal.h"
#include "base/units.h"

/* A temporary level that outlives a year is not temporary. */
#define LEVEL_FOR_MAX_MS (365LL * 24 * 3600 * 1000)

static const char *const no_args[] = {NULL};

/* Name and number under two keys. */
static void put_level(json_writer *w, const char *key, const char *key_number, int level) {
    char buffer[32];
    json_key(w, key);
    json_string(w, level_name(level, buffer));
    json_key(w, key_number);
    json_int(w, level);
}

static void put_slices(json_writer *w, const char *key, const slice *list, size_t count) {
    json_key(w, key);
    json_begin_array(w);
    for (size_t i = 0; i < count; i++) json_string(w, list[i]);
    json_end(w);
}

static void put_over(json_writer *w, const logger_view *v) {
    json_key(w, "over");
    if (v->over == LEVEL_UNSET) {
        json_null(w);
        return;
    }
    json_begin_object(w);
    put_level(w, "level", "levelno", v->over);
    status_time(w, "until", v->over_until_us);
    json_key(w, "by");
    json_string(w, v->over_by);
    json_end(w);
}

static void put_rules(json_writer *w, const logger_view *v) {
    json_key(w, "rules");
    json_begin_array(w);
    for (size_t i = 0; i < v->rule_count; i++) {
        const level_rule *rule = v->rules[i].rule;
        json_begin_object(w);
        put_level(w, "level", "levelno", rule->level);
        json_key(w, "field");
        json_string(w, rule->field);
        put_slices(w, "values", rule->values, rule->value_count);
        json_key(w, "logger");
        json_string(w, v->rules[i].logger);
        json_end(w);
    }
    json_end(w);
}

static void put_logger(void *arg, const logger_view *v) {
    json_writer *w = arg;
    json_begin_object(w);
    json_key(w, "name");
    json_string(w, v->name);
    if (v->level != WEIR_LEVEL_NOTSET) {
        put_level(w, "level", "levelno", v->level);
    } else {
        json_key(w, "level");
        json_null(w);
        json_key(w, "levelno");
        json_null(w);
    }
    put_over(w, v);
    put_level(w, "effective", "effectiveno", v->effective);
    json_key(w, "disabled");
    json_bool(w, v->disabled);
    json_key(w, "propagate");
    json_bool(w, v->propagate);
    put_slices(w, "handlers", v->handlers, v->handler_count);
    put_slices(w, "dropping", v->dropping, v->dropping_count);
    put_rules(w, v);
    json_end(w);
}

void endpoint_loggers(http_request *r) {
    static const char *const args[] = {"glob", NULL};
    uint64_t number;
    int level;
    slice name;
    if (!request_only(r, args)) return;
    control_get_config(r->control, NULL, &number, NULL);
    answer_json(r);
    json_begin_object(&r->writer);
    json_key(&r->writer, "generation");
    json_uint(&r->writer, number);
    json_key(&r->writer, "levels");
    json_begin_array(&r->writer);
    for (size_t i = 0; level_at(i, &level, &name); i++) {
        json_begin_object(&r->writer);
        json_key(&r->writer, "level");
        json_string(&r->writer, name);
        json_key(&r->writer, "levelno");
        json_int(&r->writer, level);
        json_end(&r->writer);
    }
    json_end(&r->writer);
    json_key(&r->writer, "loggers");
    json_begin_array(&r->writer);
    control_loggers(r->control, request_arg(r, "glob"), put_logger, &r->writer);
    json_end(&r->writer);
    json_end(&r->writer);
}

void endpoint_logger(http_request *r) {
    if (!request_only(r, no_args)) return;
    answer_json(r);
    control_logger(r->control, r->params[0], put_logger, &r->writer);
    if (r->out.len == 0)
        answer_problem(r, 404, "there is no logger '%.*s'", (int)r->params[0].len, r->params[0].data);
}

/* Without the braces: the reset adds a key. */
static void put_change(json_writer *w, const level_change *l) {
    json_key(w, "logger");
    json_cstr(w, l->logger);
    json_key(w, "created");
    json_bool(w, l->created);
    put_level(w, "before", "beforeno", l->before);
    put_level(w, "now", "nowno", l->now);
    status_time(w, "until", l->until_us);
    status_names(w, "dropping", &l->dropping);
}

static bool read_level(http_request *r, const value *v, int *out) {
    text known;
    if (v->type == VALUE_INT && v->i64 >= 0 && v->i64 <= INT32_MAX) {
        *out = (int)v->i64;
        return true;
    }
    if (v->type == VALUE_STR && level_parse(v->str, out)) return true;
    text_init(&known, 0);
    level_list(&known);
    if (v->type == VALUE_STR)
        answer_problem(r, 400, "unknown level '%.*s' (%s)", (int)(v->str.len > 100 ? 100 : v->str.len),
                       v->str.data, text_cstr(&known));
    else
        answer_problem(r, 400, "no level has the number %lld (%s)", (long long)v->i64, text_cstr(&known));
    text_done(&known);
    return false;
}

static bool read_for(http_request *r, const value *v, int64_t *for_ms) {
    weir_error err;
    *for_ms = 0;
    if (v == NULL || v->type == VALUE_NONE) return true;
    if (units_parse_duration(v->str, for_ms, &err) != 0) {
        answer_problem(r, 400, "for: %s", err.message);
        return false;
    }
    if (*for_ms > 0 && *for_ms <= LEVEL_FOR_MAX_MS) return true;
    answer_problem(r, 400,
                   "for: a duration above 0 and at most 365d (15m, 1h30m), or null until it is reset");
    return false;
}

void endpoint_set_level(http_request *r) {
    body_field fields[] = {{"level", BODY_STR_OR_INT, true, NULL}, {"for", BODY_STR_OR_NULL, false, NULL}};
    level_change change;
    weir_error err;
    int level;
    int64_t for_ms;
    if (!request_only(r, no_args) || !request_fields(r, fields, 2) ||
        !read_level(r, fields[0].found, &level) || !read_for(r, fields[1].found, &for_ms))
        return;
    requester by = request_by(r);
    if (control_set_level(r->control, r->params[0], level, for_ms, &by, &change, &err) != 0) {
        answer_error(r, &err);
        return;
    }
    answer_json(r);
    json_begin_object(&r->writer);
    put_change(&r->writer, &change);
    json_end(&r->writer);
    level_change_done(&change);
}

static void put_count(json_writer *w, size_t count) {
    json_key(w, "count");
    json_uint(w, count);
}

void endpoint_reset_level(http_request *r) {
    level_change change;
    weir_error err;
    size_t count = 0;
    requester by = request_by(r);
    if (!request_only(r, no_args)) return;
    if (control_reset_level(r->control, r->params[0], &by, &count, &change, &err) != 0) {
        answer_problem(r, 404, "%s", err.message);
        return;
    }
    answer_json(r);
    json_begin_object(&r->writer);
    put_count(&r->writer, count);
    put_change(&r->writer, &change);
    json_end(&r->writer);
    level_change_done(&change);
}

void endpoint_reset_all(http_request *r) {
    level_change change;
    size_t count = 0;
    requester by = request_by(r);
    if (!request_only(r, no_args)) return;
    control_reset_level(r->control, SLICE_NONE, &by, &count, &change, NULL);
    answer_json(r);
    json_begin_object(&r->writer);
    put_count(&r->writer, count);
    json_end(&r->writer);
}
