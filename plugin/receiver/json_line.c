/* json_line.c - a record as one JSON object: of `weir log --jsonl` ({"logger", "level", "msg", …}), or as
 * weir.JSONFormatter writes it ({"timestamp", "level", "logger", "event", …}). Pure. */
#include <limits.h>

#include "base/json.h"
#include "base/level.h"
#include "receiver/decode.h"

/* name, levelno, levelname, created and the four of attributes_add_nobody. */
#define OWN_ATTRIBUTES 8

/* The keys of weir.JSONFormatter, and the attributes that they are. */
static const struct renamed {
    const char *key, *attribute;
} renamed[] = {{"event", "msg"}, {"exception", "exc_text"}, {"stack", "stack_info"}};

static bool is_operation(slice key) { return slice_is(key, "logger") || slice_is(key, "level"); }

static bool read_level(const value *object, int *level) {
    const value *v = value_get(object, SLICE_LITERAL("level"));
    if (v != NULL && v->type == VALUE_STR) return level_parse(v->str, level);
    if (v == NULL || v->type != VALUE_INT || v->i64 < INT_MIN || v->i64 > INT_MAX) return false;
    *level = (int)v->i64;
    return true;
}

static int add_time(attribute_list *to, const value *v, weir_error *err) {
    double seconds;
    if (v->type != VALUE_STR || !read_timestamp(v->str, &seconds))
        return error_set(err, WEIR_ERR_INVALID, "timestamp is no time (2026-11-20T10:06:00.123456Z)");
    attributes_add(to, "created", value_float(seconds));
    return 0;
}

static void add_formatted(attribute_list *to, const value_pair *pair) {
    slice key = pair->key.str;
    for (size_t i = 0; i < sizeof renamed / sizeof renamed[0]; i++)
        if (slice_is(key, renamed[i].key)) key = slice_of(renamed[i].attribute);
    attributes_add_slice(to, key, pair->val);
}

static int add_all(attribute_list *to, const value *object, bool formatted, weir_error *err) {
    for (size_t i = 0; i < object->dict.count; i++) {
        const value_pair *pair = &object->dict.pairs[i];
        if (is_operation(pair->key.str)) continue;
        if (formatted && slice_is(pair->key.str, "timestamp")) {
            if (add_time(to, &pair->val, err) != 0) return -1;
        } else if (formatted) {
            add_formatted(to, pair);
        } else {
            attributes_add_slice(to, pair->key.str, pair->val);
        }
    }
    return 0;
}

int decode_json(slice line, arena *a, value *out, weir_error *err) {
    value object;
    attribute_list to;
    int level;
    if (json_parse(line, LIMIT_VALUE_DEPTH, a, &object, err) != 0) return -1;
    if (object.type != VALUE_DICT)
        return error_set(err, WEIR_ERR_INVALID, "expected an object, not %s", value_type_name(&object));
    if (value_get(&object, SLICE_LITERAL("op")) != NULL)
        return error_set(err, WEIR_ERR_INVALID, "an operation (only records are received)");
    const value *name = value_get(&object, SLICE_LITERAL("logger"));
    bool formatted = value_get(&object, SLICE_LITERAL("event")) != NULL;
    if (!formatted && value_get(&object, SLICE_LITERAL("msg")) == NULL)
        return error_set(err, WEIR_ERR_INVALID, "neither msg nor event in the object");
    if (name != NULL && name->type != VALUE_STR)
        return error_set(err, WEIR_ERR_INVALID, "logger is no string");
    if (!read_level(&object, &level))
        return error_set(err, WEIR_ERR_INVALID, "level is no level's name or number");
    if (attributes_begin(&to, a, object.dict.count + OWN_ATTRIBUTES) != 0)
        return error_set(err, WEIR_ERR_SYSTEM, "no memory for the record");
    bool root = name == NULL || name->str.len == 0;
    attributes_add(&to, "name", root ? value_str(SLICE_LITERAL("root")) : *name);
    attributes_add_level(&to, level);
    attributes_add_nobody(&to);
    if (add_all(&to, &object, formatted, err) != 0) return -1;
    *out = attributes_dict(&to);
    return 0;
}
