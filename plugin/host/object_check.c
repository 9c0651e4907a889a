/* object_check.c - what the host gives for a handler, filter or formatter, made into a definition: its
 * section of a configuration's dict, checked as config_check checks it. Any thread that may take memory;
 * opens nothing. */
#include <stdlib.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/path.h"
#include "base/utf8.h"
#include "base/value_dict.h"
#include "config/literal.h"
#include "host/object.h"

static int no_memory(weir_error *err) { return error_set(err, WEIR_ERR_SYSTEM, "no memory"); }

/* ---- literals ---- */

static bool utf8_valid(slice s) {
    uint32_t point;
    for (size_t at = 0, n; at < s.len; at += n)
        if ((n = utf8_decode(s.data + at, s.len - at, &point)) == 0) return false;
    return true;
}

/* A dictConfig says streams as ext://, and has lists where a call has tuples. */
static int as_json(arena *a, value *v, weir_error *err);

static int items_as_json(arena *a, value *v, weir_error *err) {
    value *items = arena_alloc(a, v->list.count * sizeof *items + 1);
    if (items == NULL) return no_memory(err);
    for (size_t i = 0; i < v->list.count; i++) {
        items[i] = v->list.items[i];
        if (as_json(a, &items[i], err) != 0) return -1;
    }
    v->type = VALUE_LIST;
    v->list.items = items;
    return 0;
}

static int pairs_as_json(arena *a, value *v, weir_error *err) {
    value_pair *pairs = arena_alloc(a, v->dict.count * sizeof *pairs + 1);
    if (pairs == NULL) return no_memory(err);
    for (size_t i = 0; i < v->dict.count; i++) {
        pairs[i] = v->dict.pairs[i];
        if (pairs[i].key.type != VALUE_STR)
            return error_set(err, WEIR_ERR_INVALID, "a name that is %s (names are strings)",
                             value_type_name(&pairs[i].key));
        if (as_json(a, &pairs[i].key, err) != 0 || as_json(a, &pairs[i].val, err) != 0) return -1;
    }
    v->dict.pairs = pairs;
    return 0;
}

static int name_as_json(arena *a, value *v, weir_error *err) {
    text out;
    text_init(&out, 0);
    text_add_cstr(&out, "ext://");
    text_add_slice(&out, literal_special(v->str));
    const slice made = out.failed ? SLICE_NONE : arena_copy(a, text_slice(&out));
    text_done(&out);
    if (made.data == NULL) return no_memory(err);
    *v = value_str(made);
    return 0;
}

static int as_json(arena *a, value *v, weir_error *err) {
    if (v->type == VALUE_LIST || v->type == VALUE_TUPLE) return items_as_json(a, v, err);
    if (v->type == VALUE_DICT) return pairs_as_json(a, v, err);
    if (v->type != VALUE_STR) return 0;
    if (literal_special(v->str).data != NULL)
        return name_as_json(a, v, err);
    else if (!utf8_valid(v->str))
        return error_set(err, WEIR_ERR_INVALID, "a string in it is no valid UTF-8");
    return 0;
}

int object_literal(arena *a, const char *literal, value *out, weir_error *err) {
    if (literal_parse(slice_of(literal), a, out, err) != 0) return -1;
    return as_json(a, out, err);
}

static int read_kwargs(arena *a, const char *kwargs, value *out, weir_error *err) {
    *out = (value){.type = VALUE_DICT};
    if (kwargs == NULL || kwargs[0] == '\0') return 0;
    if (literal_parse(slice_of(kwargs), a, out, err) != 0) return -1;
    if (out->type == VALUE_DICT) return as_json(a, out, err);
    return error_set(err, WEIR_ERR_INVALID, "kwargs is a %s where a dict should be (write {'name': value})",
                     value_type_name(out));
}

int object_arguments(arena *a, const char *class_name, const char *kwargs, const char *const *refused,
                     value *out, weir_error *err) {
    value given, made = {.type = VALUE_DICT};
    if (class_name == NULL || class_name[0] == '\0')
        return error_set(err, WEIR_ERR_INVALID, "the class is missing (\"FileHandler\", say)");
    if (!utf8_valid(slice_of(class_name)))
        return error_set(err, WEIR_ERR_INVALID, "the class is no valid UTF-8");
    const value name = value_str(slice_of(class_name));
    if (read_kwargs(a, kwargs, &given, err) != 0) return -1;
    if (!value_dict_set(a, &made, SLICE_LITERAL("class"), &name)) return no_memory(err);
    for (size_t i = 0; i < given.dict.count; i++) {
        const value_pair *pair = &given.dict.pairs[i];
        for (size_t n = 0; refused[n] != NULL; n++)
            if (slice_is(pair->key.str, refused[n]))
                return error_set(err, WEIR_ERR_INVALID,
                                 "'%s' is no argument here: there is a function for it", refused[n]);
        if (!value_dict_set(a, &made, pair->key.str, &pair->val)) return no_memory(err);
    }
    *out = made;
    return 0;
}

/* ---- checking ---- */

/* "key: why", without file and line: there are none. */
static void tell(const problems *p, weir_error *err) {
    text out;
    text_init(&out, sizeof err->message - 1);
    for (size_t i = 0; i < p->count; i++) {
        const problem *one = &p->list[i];
        if (one->warning) continue;
        if (out.len > 0) text_add_char(&out, '\n');
        if (one->key != NULL) text_addf(&out, "%s: ", one->key);
        text_add_cstr(&out, one->message);
    }
    error_set(err, WEIR_ERR_INVALID, "%s", text_cstr(&out));
    text_done(&out);
}

/* {"version": 1, GROUP: {NAME: dict}} */
static bool only(arena *a, object_kind kind, slice name, const value *dict, value *out) {
    value group = {.type = VALUE_DICT}, version = value_int(1);
    *out = (value){.type = VALUE_DICT};
    return value_dict_set(a, &group, name, dict) &&
           value_dict_set(a, out, SLICE_LITERAL("version"), &version) &&
           value_dict_set(a, out, slice_of(object_groups[kind]), &group);
}

static config_plan *check(object_kind kind, slice name, const value *dict, weir_error *err) {
    config_rules rules = {.origin = CONFIG_API};
    config_plan *plan = NULL;
    problems p;
    arena a;
    text json;
    value whole;
    if (problems_init(&p, "api") != 0) {
        no_memory(err);
        return NULL;
    }
    arena_init(&a, 0);
    text_init(&json, 0);
    if (!only(&a, kind, name, dict, &whole))
        no_memory(err);
    else {
        value_json(&whole, &json);
        if (json.failed)
            no_memory(err);
        else
            plan = config_check(text_slice(&json), "api", &rules, &p, err);
        if (plan == NULL && p.errors > 0) tell(&p, err);
    }
    text_done(&json);
    arena_done(&a);
    problems_done(&p);
    return plan;
}

/* ---- making ---- */

/* Ends one that nobody has seen. */
static void scrap(object *o) {
    objects_lock();
    definition_drop_locked(o->def);
    objects_unlock();
    free(o->name);
    free(o);
}

static object *object_new(object_kind kind, size_t size, const value *dict, slice name) {
    object *o = calloc(1, size);
    if (o == NULL) return NULL;
    o->kind = kind;
    o->refs = 1;
    o->named = name.data != NULL;
    o->own = name.data == NULL;
    o->name = name.data != NULL ? strndup(name.data, name.len) : object_new_name();
    o->def = definition_create(dict);
    if (o->name != NULL && o->def != NULL) return o;
    scrap(o);
    return NULL;
}

static void list(object *o) {
    objects_lock();
    object_list_locked(o);
    objects_unlock();
}

/* A formatter or a filter: `fill` makes what calls of the host go to. */
static object *made_of(object_kind kind, size_t size, const value *dict, slice name,
                       int (*fill)(object *o, const config_plan *plan, weir_error *err), weir_error *err) {
    config_plan *plan = check(kind, slice_of(object_groups[kind]), dict, err);
    if (plan == NULL) return NULL;
    object *o = object_new(kind, size, dict, name);
    if (o == NULL) {
        no_memory(err);
    } else if (fill(o, plan, err) != 0) {
        scrap(o);
        o = NULL;
    }
    config_plan_free(plan);
    if (o != NULL) list(o);
    return o;
}

static int fill_formatter(object *o, const config_plan *plan, weir_error *err) {
    weir_formatter *f = (weir_formatter *)o;
    const plan_formatter *p = &plan->formatters[0];
    pthread_mutex_init(&f->use, NULL);
    return p->kind->create(&p->options, &f->made, err);
}

weir_formatter *object_formatter(const value *dict, slice name, weir_error *err) {
    return (weir_formatter *)made_of(OBJECT_FORMATTER, sizeof(weir_formatter), dict, name, fill_formatter,
                                     err);
}

static int fill_filter(object *o, const config_plan *plan, weir_error *err) {
    weir_filter *f = (weir_filter *)o;
    const plan_filter *p = &plan->filters[0];
    pthread_mutex_init(&f->use, NULL);
    return p->kind->create(&p->args, &f->made, err);
}

weir_filter *object_filter(const value *dict, slice name, weir_error *err) {
    return (weir_filter *)made_of(OBJECT_FILTER, sizeof(weir_filter), dict, name, fill_filter, err);
}

/* A file is the one that the process's directory has now, as Python's FileHandler holds it. */
static int fix_paths(arena *a, const plan_handler *h, value *dict, weir_error *err) {
    for (size_t i = 0; i < HANDLER_PARAMS && h->kind->params[i].name != NULL; i++) {
        const kind_param *param = &h->kind->params[i];
        if (param->type != PARAM_PATH || !h->args.given[i]) continue;
        slice whole = path_absolute(a, h->args.base_dir, h->args.values[i].str);
        const value path = value_str(whole);
        if (whole.data == NULL || !value_dict_set(a, dict, slice_of(param->name), &path))
            return no_memory(err);
    }
    return 0;
}

/* A target is another handler, which the configuration has or not: that is seen when it is attached. */
int object_check_handler(arena *a, value *dict, weir_error *err) {
    static const char *const names[] = {"target", "handlers"}; /* MemoryHandler's, QueueHandler's */
    value alone = *dict;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (!value_dict_remove(a, &alone, slice_of(names[i]))) return no_memory(err);
    config_plan *plan = check(OBJECT_HANDLER, slice_of(object_groups[OBJECT_HANDLER]), &alone, err);
    if (plan == NULL) return -1;
    int rc = fix_paths(a, &plan->handlers[0], dict, err);
    config_plan_free(plan);
    return rc;
}

weir_handler *object_handler(const value *dict, slice name, weir_error *err) {
    static const handler_state none = {0};
    value fixed = *dict;
    arena a;
    weir_handler *h = NULL;
    arena_init(&a, 0);
    if (object_check_handler(&a, &fixed, err) == 0) {
        h = (weir_handler *)object_new(OBJECT_HANDLER, sizeof *h, &fixed, name);
        if (h != NULL) h->state = handler_state_copy(&none);
        if (h != NULL && h->state != NULL)
            list(&h->head);
        else
            no_memory(err);
    }
    arena_done(&a);
    if (h == NULL || h->state != NULL) return h;
    scrap(&h->head);
    return NULL;
}
