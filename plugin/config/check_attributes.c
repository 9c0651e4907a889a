/* check_attributes.c - attributes of the object that a class has made: dictConfig's key ".", in a file the
 * key `attributes`. Python sets whatever is named there. Here an attribute goes onto the parameter of that
 * name; one that means nothing to Python's class is ignored with a warning; one that would mean something,
 * but is no data, or is read too early to be set, is refused. Runs on the thread that checks. */
#include "config/check.h"
#include "config/literal.h"

/* What Python's handlers and filters have beyond those of the tables. */
static const char *const meant[] = {
    /* methods */
    "_builtin_open", "_open", "_statstream", "acquire", "addFilter", "close", "computeRollover", "createLock",
    "createSocket", "doRollover", "emit", "encodePriority", "enqueue", "filter", "flush", "format",
    "get_name", "getConnection", "getEventCategory", "getEventType", "getFilesToDelete", "getMessageID",
    "getSubject", "handle", "handleError", "makePickle", "makeSocket", "mapLogRecord", "mapPriority",
    "prepare", "release", "removeFilter", "reopenIfNeeded", "rotate", "rotation_filename", "send", "set_name",
    "setFormatter", "setLevel", "setStream", "setTarget", "shouldFlush", "shouldRollover",
    /* objects, and what it has worked out of its arguments */
    "_closed", "address", "atTime", "baseFilename", "buffer", "context", "delay", "dev", "encoding", "errors",
    "extMatch", "facility_names", "filters", "formatter", "host", "ino", "interval", "lock", "mailhost",
    "mailport", "mode", "name", "namer", "nlen", "password", "port", "priority_map", "priority_names",
    "queue", "retryPeriod", "retryTime", "rolloverAt", "rotator", "secure", "sock", "socket", "socktype",
    "stream", "target", "unixsocket", "username", "utc", "when", NULL};

typedef struct attributes {
    checker *c;
    const ini_section *s;
    const class_call *call;
    int line;
    bool good;
} attributes;

static bool is_meant(slice name) {
    for (size_t i = 0; meant[i] != NULL; i++)
        if (slice_is(name, meant[i])) return true;
    return false;
}

static void refuse(attributes *a, const char *words, slice name) {
    problems_add(a->c->p, a->line, a->s->name.data, "attributes", "%s (\"%s\" of %s)", words,
                 check_show(a->c, name), a->call->class_name);
    a->good = false;
}

/* Python's threshold, by a number only. */
static void set_level(attributes *a, const value *v) {
    int64_t n = v->type == VALUE_BOOL ? v->boolean : v->i64;
    bool number = v->type == VALUE_INT || v->type == VALUE_BOOL;
    if (number && n >= INT32_MIN && n <= INT32_MAX)
        *a->call->level = (int)n;
    else
        refuse(a, "a level is a number here (the key level takes names)", SLICE_LITERAL("level"));
}

static void take_unknown(attributes *a, slice name, suggestion *near) {
    if (is_meant(name)) {
        refuse(a, "no data can be set there: write it as an argument, or leave it out", name);
        return;
    }
    problems_warn(a->c->p, a->line, a->s->name.data, "attributes",
                  "%s has no attribute \"%s\": ignored, as it has no effect in Python%s%s%s",
                  a->call->class_name, check_show(a->c, name),
                  near->best.data != NULL ? " (did you mean " : "",
                  near->best.data != NULL ? near->best.data : "", near->best.data != NULL ? "?)" : "");
}

static void set_one(attributes *a, const value_pair *pair) {
    const kind_param *params = a->call->params;
    slice name = pair->key.str;
    suggestion near = check_near(a->c, name);
    if (a->call->level != NULL && slice_is(name, "level")) {
        set_level(a, &pair->val);
        return;
    }
    for (size_t i = 0; i < a->call->param_max && params[i].name != NULL; i++) {
        bool settable = (params[i].use & (PARAM_ATTRIBUTE | PARAM_SETTABLE)) != 0;
        if (settable) suggest_offer(&near, slice_of(params[i].name));
        if (!slice_is(name, params[i].name)) continue;
        if (!settable)
            refuse(a, "is an argument and no attribute", name);
        else if (!check_bind_attribute(a->c, a->s, a->call, i, &pair->val, a->line))
            a->good = false;
        return;
    }
    take_unknown(a, name, &near);
}

bool check_attribute_dict(checker *c, const ini_section *s, value *out, int *line) {
    slice in;
    weir_error err;
    if (!check_value(c, s, "attributes", &in, line)) return false;
    if (literal_parse(in, &c->plan->memory, out, &err) != 0) {
        problems_add(c->p, *line, s->name.data, "attributes", "%s", err.message);
        return false;
    }
    bool good = out->type == VALUE_DICT;
    for (size_t i = 0; good && i < out->dict.count; i++) good = out->dict.pairs[i].key.type == VALUE_STR;
    if (!good)
        problems_add(c->p, *line, s->name.data, "attributes",
                     "a dict with strings as keys is wanted ({'name': value})");
    return good;
}

bool check_attributes(checker *c, const ini_section *s, const class_call *call) {
    attributes a = {.c = c, .s = s, .call = call, .line = s->line, .good = true};
    value v;
    if (ini_get_raw(&c->ini, s, "attributes") == NULL) return true;
    if (!check_attribute_dict(c, s, &v, &a.line)) return false;
    for (size_t i = 0; i < v.dict.count; i++) set_one(&a, &v.dict.pairs[i]);
    return a.good;
}
