/* log_jsonl.c - `weir log --jsonl`: a line is one operation, a record or a control. What each does is
 * fixed by Python's logging; the controls are the rows of `operations`. */
#include <limits.h>
#include <string.h>
#include <time.h>

#include "admin/cli/client.h"
#include "admin/cli/log.h"
#include "base/json_python.h"
#include "base/level.h"
#include "frontend/level_rule.h"

/* A number, or a name that Python knows: exact case. */
static bool read_level(log_session *s, const value *object, int *level) {
    const value *v = value_get(object, SLICE_LITERAL("level"));
    if (v != NULL && v->type == VALUE_INT && v->i64 >= INT_MIN && v->i64 <= INT_MAX) {
        *level = (int)v->i64;
        return true;
    }
    if (v != NULL && v->type == VALUE_STR && level_from_name(v->str, level)) return true;
    text shown;
    text_init(&shown, 0);
    if (v != NULL) value_repr(v, &shown);
    log_complain(s, "level %s: expected a number or a known level's name",
                 v ? text_cstr(&shown) : "is missing");
    text_done(&shown);
    return false;
}

/* A threshold: what no record can reach is the same, however large it is (sys.maxsize). */
static bool read_threshold(log_session *s, const value *object, int *level) {
    const value *v = value_get(object, SLICE_LITERAL("level"));
    bool below = v != NULL &&
                 (v->type == VALUE_INT ? v->i64 < INT_MIN : v->type == VALUE_BIGINT && v->str.data[0] == '-');
    bool above = v != NULL && !below && (v->type == VALUE_INT ? v->i64 > INT_MAX : v->type == VALUE_BIGINT);
    bool word = v != NULL && v->type == VALUE_BOOL; /* 1 or 0 */
    if (!below && !above && !word) return read_level(s, object, level);
    *level = word ? v->boolean : below ? INT_MIN : INT_MAX;
    return true;
}

/* NULL: told. */
static weir_logger *read_logger(log_session *s, const value *object) {
    char name[LIMIT_LOGGER_NAME + 1];
    slice given = get_str(object, "logger");
    if (given.len > LIMIT_LOGGER_NAME || memchr(given.data, '\0', given.len) != NULL) {
        log_complain(s, "logger: a name has at most %d bytes, and no NUL", LIMIT_LOGGER_NAME);
        return NULL;
    }
    memcpy(name, given.data, given.len);
    name[given.len] = '\0';
    return weir_get_logger(name);
}

/* ---- records ---- */

/* Not attributes of the record, but of the operation. */
static bool is_envelope(slice key) { return slice_is(key, "logger") || slice_is(key, "level"); }

/* str(msg), as the record has it from the beginning. false: no memory. */
static bool message_as_text(arena *a, value_pair *pair) {
    if (!slice_is(pair->key.str, "msg") || pair->val.type == VALUE_STR) return true;
    text shown;
    text_init(&shown, 0);
    value_print(&pair->val, &shown);
    slice kept = shown.failed ? SLICE_NONE : arena_copy(a, text_slice(&shown));
    text_done(&shown);
    pair->val = value_str(kept);
    return kept.data != NULL;
}

static void emit(log_session *s, arena *a, const value *object) {
    int level;
    char buffer[32];
    if (!read_level(s, object, &level)) return;
    weir_logger *to = read_logger(s, object);
    const rule_fields where = {.extra = value_get(object, SLICE_LITERAL("extra"))};
    if (to == NULL || !weir_may_pass_(to, level) || !level_passes(logger_of_handle(to), level, &where))
        return;
    value_pair *pairs = arena_alloc(a, (object->dict.count + 3) * sizeof *pairs);
    if (pairs == NULL) {
        log_complain(s, "no memory");
        return;
    }
    size_t n = 0;
    /* levelname is what the level is called at this moment; given attributes come later and win. */
    pairs[n++] = (value_pair){value_str(SLICE_LITERAL("levelname")), value_str(level_name(level, buffer))};
    pairs[n++] = (value_pair){value_str(SLICE_LITERAL("threadName")), value_str(slice_of(log_thread_name))};
    pairs[n++] = (value_pair){value_str(SLICE_LITERAL("processName")), value_str(slice_of(log_process_name))};
    bool whole = true;
    for (size_t i = 0; i < object->dict.count; i++) {
        if (is_envelope(object->dict.pairs[i].key.str)) continue;
        pairs[n] = object->dict.pairs[i];
        whole = message_as_text(a, &pairs[n++]) && whole;
    }
    if (!whole) {
        log_complain(s, "no memory");
        return;
    }
    value attributes = {.type = VALUE_DICT};
    attributes.dict.pairs = pairs;
    attributes.dict.count = n;
    front_emit_made(logger_of_handle(to), level, &attributes);
}

/* ---- controls ---- */

static void do_set_level(log_session *s, const value *object) {
    int level;
    if (!read_threshold(s, object, &level)) return;
    weir_logger *to = read_logger(s, object);
    if (to != NULL) weir_set_level(to, level);
}

static void do_disable(log_session *s, const value *object) {
    int level;
    if (read_threshold(s, object, &level)) weir_disable(level);
}

static void do_add_level_name(log_session *s, const value *object) {
    int64_t level = get_int(object, "level");
    const value *name = value_get(object, SLICE_LITERAL("name"));
    if (name == NULL || name->type != VALUE_STR || level < INT_MIN || level > INT_MAX ||
        level_add_name((int)level, name->str) != 0)
        log_complain(s, "add_level_name: expected a level number and a name of at most %d bytes",
                     LIMIT_LEVEL_NAME);
}

static void do_flush(log_session *s, const value *object) {
    (void)object;
    backend_flush(s->core->backend, INT64_MAX);
}

/* Python closes what there was first; and the new may reach the same file by another way. */
static void reconfigure(log_session *s, const char *path, slice config) {
    const requester by = {.way = "api", .who = "weir log"};
    push_result result;
    weir_error err = {0};
    do_flush(s, NULL);
    int rc = control_push(s->control, config, path, CONFIG_COMMAND, &by, false, &result, &err);
    if (rc != 0) {
        if (result.problems.errors > 0) problems_to_error(&result.problems, &err);
        log_complain(s, "reconfigure: %s", err.message);
    }
    push_result_done(&result);
    if (rc == 0) core_reap(s->core);
}

static void do_reconfigure(log_session *s, const value *object) {
    char path[PATH_MAX];
    slice given = get_str(object, "path");
    problems p;
    weir_error err = {0};
    text config;
    if (given.len == 0 || given.len >= sizeof path) {
        log_complain(s, "reconfigure: expected a path");
        return;
    }
    memcpy(path, given.data, given.len);
    path[given.len] = '\0';
    text_init(&config, 0);
    if (problems_init(&p, path) != 0) {
        log_complain(s, "no memory");
    } else if (config_read_file(path, &config, &p) != 0) {
        problems_to_error(&p, &err);
        log_complain(s, "reconfigure: %s", err.message);
    } else {
        reconfigure(s, path, text_slice(&config));
    }
    problems_done(&p);
    text_done(&config);
}

static void do_sleep(log_session *s, const value *object) {
    const value *given = value_get(object, SLICE_LITERAL("ms"));
    double wanted = given == NULL                ? -1
                    : given->type == VALUE_FLOAT ? given->f64
                    : given->type == VALUE_INT   ? (double)given->i64
                                                 : -1;
    int64_t ms = wanted >= 0 && wanted < 1e9 ? (int64_t)wanted : -1;
    if (ms < 0)
        log_complain(s, "sleep: ms: expected a number of milliseconds");
    else
        nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000}, NULL);
}

static const struct operation {
    const char *name;
    void (*run)(log_session *s, const value *object);
} operations[] = {
    {"set_level", do_set_level},           {"disable", do_disable}, {"reconfigure", do_reconfigure},
    {"add_level_name", do_add_level_name}, {"sleep", do_sleep},     {"flush", do_flush},
};

static void control_line(log_session *s, const value *object, slice op) {
    for (size_t i = 0; i < sizeof operations / sizeof operations[0]; i++)
        if (slice_is(op, operations[i].name)) {
            operations[i].run(s, object);
            return;
        }
    log_complain(s, "unknown op '%.*s' (set_level, disable, reconfigure, add_level_name, sleep, flush)",
                 (int)op.len, op.data);
}

static bool is_blank(slice line) {
    for (size_t i = 0; i < line.len; i++)
        if (line.data[i] == '\0' || strchr(" \t\r", line.data[i]) == NULL) return false;
    return true;
}

void log_jsonl_line(log_session *s, slice line) {
    arena a;
    value object;
    weir_error err = {0};
    if (is_blank(line)) return;
    arena_init(&a, 0);
    if (json_parse_python(line, LIMIT_VALUE_DEPTH, &a, &object, &err) != 0)
        log_complain(s, "%s", err.message);
    else if (object.type != VALUE_DICT)
        log_complain(s, "expected an object, not %s", value_type_name(&object));
    else if (get_str(&object, "op").len > 0)
        control_line(s, &object, get_str(&object, "op"));
    else
        emit(s, &a, &object);
    arena_done(&a);
}
