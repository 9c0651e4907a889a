/* plan_value.c - a checked plan as the dictionary that dictConfig takes: what JSON, INI and an edit of the
 * running configuration are made of. Everything that the plan decided stands in it; what no JSON value can
 * say is written as ext:// and a literal, which config_check reads back. Pure; any thread that may read the
 * plan. */
#include "base/level.h"
#include "base/units.h"
#include "config/literal.h"
#include "config/secrets.h"

/* A dictionary that grows. After a failed allocation it stays as it is, and `failed` says so. */
typedef struct pairs {
    arena *memory;
    value_pair *items;
    size_t count, room;
    bool failed;
} pairs;

typedef struct printer {
    const config_plan *plan;
    arena *memory;
    bool masked; /* passwords as '***' */
    bool failed;
} printer;

static pairs begin(printer *p) { return (pairs){.memory = p->memory}; }

static void put(pairs *d, slice key, value v) {
    if (d->count == d->room) {
        size_t more = d->room ? d->room * 2 : 8;
        value_pair *bigger = arena_alloc(d->memory, more * sizeof *bigger);
        if (bigger == NULL) {
            d->failed = true;
            return;
        }
        if (d->count > 0) memcpy(bigger, d->items, d->count * sizeof *bigger);
        d->items = bigger;
        d->room = more;
    }
    d->items[d->count++] = (value_pair){value_str(key), v};
}

static value end(printer *p, const pairs *d) {
    p->failed = p->failed || d->failed;
    return (value){.type = VALUE_DICT, .dict = {d->items, d->count}};
}

static value copied(printer *p, const text *t) {
    slice made = t->failed ? SLICE_NONE : arena_copy(p->memory, text_slice(t));
    if (made.data == NULL) p->failed = true;
    return value_str(made.data != NULL ? made : SLICE_LITERAL(""));
}

/* ---- values that JSON does not have ---- */

static bool begins(slice s, const char *with) {
    return s.len >= strlen(with) && memcmp(s.data, with, strlen(with)) == 0;
}

static value as_literal(printer *p, const value *v) {
    text out;
    text_init(&out, 0);
    text_add_cstr(&out, "ext://");
    if (v->type == VALUE_FLOAT)
        text_add_cstr(&out, v->f64 < 0 ? "-1e999" : "1e999");
    else
        value_repr(v, &out);
    value made = copied(p, &out);
    text_done(&out);
    return made;
}

static value named(printer *p, slice name) {
    text out;
    text_init(&out, 0);
    text_add_cstr(&out, "ext://");
    text_add_slice(&out, name);
    value made = copied(p, &out);
    text_done(&out);
    return made;
}

static value plain(printer *p, const value *v);

static value plain_list(printer *p, const value *v) {
    value *items = arena_alloc(p->memory, (v->list.count + 1) * sizeof *items);
    if (items == NULL) p->failed = true;
    for (size_t i = 0; items != NULL && i < v->list.count; i++) items[i] = plain(p, &v->list.items[i]);
    return (value){.type = VALUE_LIST, .list = {items, items != NULL ? v->list.count : 0}};
}

static value plain_dict(printer *p, const value *v) {
    pairs d = begin(p);
    for (size_t i = 0; i < v->dict.count; i++) {
        if (v->dict.pairs[i].key.type != VALUE_STR) return as_literal(p, v);
        put(&d, v->dict.pairs[i].key.str, plain(p, &v->dict.pairs[i].val));
    }
    return end(p, &d);
}

static value plain(printer *p, const value *v) {
    if (v->type == VALUE_LIST || v->type == VALUE_TUPLE) return plain_list(p, v);
    if (v->type == VALUE_DICT) return plain_dict(p, v);
    if (v->type == VALUE_FLOAT && __builtin_isinf(v->f64)) return as_literal(p, v);
    if (v->type != VALUE_STR) return *v;
    if (literal_special(v->str).data != NULL) return named(p, literal_special(v->str));
    return begins(v->str, "ext://") || begins(v->str, "cfg://") ? as_literal(p, v) : *v;
}

/* ---- arguments ---- */

static value masked_pair(printer *p, const value *v) {
    value *items = arena_alloc(p->memory, 2 * sizeof *items);
    if (items == NULL) {
        p->failed = true;
        return value_none();
    }
    items[0] = plain(p, &v->list.items[0]);
    items[1] = value_str(SLICE_LITERAL(SECRETS_MASK));
    return (value){.type = VALUE_LIST, .list = {items, 2}};
}

static value argument(printer *p, const kind_param *param, const value *v) {
    if (p->masked && secrets_in(param, v).data != NULL) return masked_pair(p, v);
    if (v->type != VALUE_INT || (param->type != PARAM_DURATION && param->type != PARAM_SIZE))
        return plain(p, v);
    text out;
    text_init(&out, 0);
    if (param->type == PARAM_DURATION)
        units_add_duration(&out, v->i64);
    else
        units_add_size(&out, v->i64);
    value made = copied(p, &out);
    text_done(&out);
    return made;
}

static void put_arguments(printer *p, pairs *d, const kind_param *params, size_t max, const value *values,
                          const bool *given) {
    pairs attributes = begin(p);
    for (size_t i = 0; i < max && params[i].name != NULL; i++) {
        pairs *into = (params[i].use & PARAM_ATTRIBUTE) != 0 ? &attributes : d;
        bool none = !given[i] && (params[i].use & PARAM_REQUIRED) != 0; /* a port that is None */
        if (given[i] || none) put(into, slice_of(params[i].name), argument(p, &params[i], &values[i]));
    }
    if (attributes.count > 0) put(d, SLICE_LITERAL("."), end(p, &attributes));
}

/* By its name, where that name reads back as it. */
static value level(printer *p, int number) {
    char room[32];
    int back;
    slice name = level_name(number, room);
    if (!level_from_name(name, &back) || back != number) return value_int(number);
    slice kept = arena_copy(p->memory, name);
    if (kept.data == NULL) p->failed = true;
    return value_str(kept);
}

static value filter_names(printer *p, const plan_filter_list *list) {
    value *items = arena_alloc(p->memory, (list->count + 1) * sizeof *items);
    if (items == NULL) p->failed = true;
    for (size_t i = 0; items != NULL && i < list->count; i++) items[i] = value_str(list->items[i]->name);
    return (value){.type = VALUE_LIST, .list = {items, items != NULL ? list->count : 0}};
}

/* ---- the sections ---- */

static void put_given(printer *p, pairs *d, const char *key, slice s) {
    const value v = value_str(s);
    if (s.data != NULL) put(d, slice_of(key), plain(p, &v));
}

/* What only a factory's formatter has in a dictConfig. */
static value formatter_attributes(printer *p, const formatter_options *o) {
    pairs d = begin(p);
    put_given(p, &d, "converter", o->converter);
    put_given(p, &d, "default_time_format", o->time_format);
    if (o->msec_format.data != NULL && o->msec_format.len == 0)
        put(&d, SLICE_LITERAL("default_msec_format"), value_none());
    else
        put_given(p, &d, "default_msec_format", o->msec_format);
    return end(p, &d);
}

static value formatters(printer *p) {
    pairs all = begin(p);
    for (size_t i = 0; i < p->plan->formatter_count; i++) {
        const plan_formatter *f = &p->plan->formatters[i];
        const value *kwargs = f->options.kwargs;
        const value attributes = formatter_attributes(p, &f->options);
        bool made = attributes.dict.count > 0;
        pairs d = begin(p);
        put(&d, made ? SLICE_LITERAL("()") : SLICE_LITERAL("class"), value_str(slice_of(f->kind->name)));
        if (made) put(&d, SLICE_LITERAL("."), attributes);
        put_given(p, &d, "format", f->options.format);
        put_given(p, &d, "datefmt", f->options.datefmt);
        put_given(p, &d, "style", f->options.style);
        if (f->options.unchecked) put(&d, SLICE_LITERAL("validate"), value_bool(false));
        if (f->options.defaults != NULL) put(&d, SLICE_LITERAL("defaults"), plain(p, f->options.defaults));
        for (size_t k = 0; kwargs != NULL && k < kwargs->dict.count; k++)
            put(&d, kwargs->dict.pairs[k].key.str, plain(p, &kwargs->dict.pairs[k].val));
        put(&all, f->name, end(p, &d));
    }
    return end(p, &all);
}

static value filters(printer *p) {
    pairs all = begin(p);
    for (size_t i = 0; i < p->plan->filter_count; i++) {
        const plan_filter *f = &p->plan->filters[i];
        pairs d = begin(p);
        put(&d, SLICE_LITERAL("class"), value_str(slice_of(f->kind->name)));
        put_arguments(p, &d, f->kind->params, FILTER_PARAMS, f->args.values, f->args.given);
        put(&all, f->name, end(p, &d));
    }
    return end(p, &all);
}

/* A setting of [weir] that a handler may have of its own. */
static void put_setting(printer *p, pairs *d, const char *key, const settings *from) {
    text out;
    text_init(&out, 0);
    for (size_t i = 0; setting_at(i) != NULL; i++)
        if (strcmp(setting_at(i)->section, "weir") == 0 && strcmp(setting_at(i)->key, key) == 0)
            setting_print(setting_at(i), from, &out);
    put(d, slice_of(key), copied(p, &out));
    text_done(&out);
}

/* The name that Python's dictConfig knows, if it knows the class. */
static slice handler_class(const handler_kind *kind) {
    for (size_t i = 0; i < sizeof kind->aliases / sizeof kind->aliases[0]; i++)
        if (kind->aliases[i] != NULL && strncmp(kind->aliases[i], "logging.", 8) == 0)
            return slice_of(kind->aliases[i]);
    return slice_of(kind->name);
}

static value handlers(printer *p) {
    pairs all = begin(p);
    for (size_t i = 0; i < p->plan->handler_count; i++) {
        const plan_handler *h = &p->plan->handlers[i];
        settings own = p->plan->settings;
        pairs d = begin(p);
        put(&d, SLICE_LITERAL("class"), value_str(handler_class(h->kind)));
        put(&d, SLICE_LITERAL("level"), level(p, h->level));
        if (h->formatter != NULL) put(&d, SLICE_LITERAL("formatter"), value_str(h->formatter->name));
        if (h->filters.count > 0) put(&d, SLICE_LITERAL("filters"), filter_names(p, &h->filters));
        own.overflow = h->overflow;
        own.escape = h->escape;
        if (h->overflow_given) put_setting(p, &d, "overflow", &own);
        if (h->escape != p->plan->settings.escape) put_setting(p, &d, "escape", &own);
        put_arguments(p, &d, h->kind->params, HANDLER_PARAMS, h->args.values, h->args.given);
        put(&all, h->name, end(p, &d));
    }
    return end(p, &all);
}

static value logger_value(printer *p, const plan_logger *l, bool root) {
    pairs d = begin(p);
    value *names = arena_alloc(p->memory, (l->handler_count + 1) * sizeof *names);
    if (names == NULL) p->failed = true;
    for (size_t i = 0; names != NULL && i < l->handler_count; i++) names[i] = value_str(l->handlers[i]->name);
    if (l->level != LEVEL_UNSET) put(&d, SLICE_LITERAL("level"), level(p, l->level));
    put(&d, SLICE_LITERAL("handlers"),
        (value){.type = VALUE_LIST, .list = {names, names != NULL ? l->handler_count : 0}});
    if (l->filters.count > 0) put(&d, SLICE_LITERAL("filters"), filter_names(p, &l->filters));
    if (!root) put(&d, SLICE_LITERAL("propagate"), value_bool(l->propagate));
    return end(p, &d);
}

static value loggers(printer *p) {
    pairs all = begin(p);
    for (size_t i = 1; i < p->plan->logger_count; i++)
        put(&all, p->plan->loggers[i].qualname, logger_value(p, &p->plan->loggers[i], false));
    return end(p, &all);
}

/* ---- [weir] and [admin]: what differs from the defaults ---- */

static value setting_value(printer *p, const setting_row *row, const text *shown) {
    if (strcmp(row->type, "yes/no") == 0) return value_bool(slice_is(text_slice(shown), "yes"));
    return copied(p, shown);
}

static value section(printer *p, const char *name) {
    settings initial;
    text shown;
    pairs d = begin(p);
    settings_default(&initial);
    text_init(&shown, 0);
    for (size_t i = 0; setting_at(i) != NULL; i++) {
        const setting_row *row = setting_at(i);
        bool elsewhere =
            strcmp(row->key, "disable_existing_loggers") == 0; /* dictConfig has a place for it */
        if (strcmp(row->section, name) != 0 || elsewhere) continue;
        if (!setting_differs(row, &initial, &p->plan->settings)) continue;
        text_clear(&shown);
        setting_print(row, &p->plan->settings, &shown);
        put(&d, slice_of(row->key), setting_value(p, row, &shown));
    }
    text_done(&shown);
    return end(p, &d);
}

static int make(const config_plan *plan, bool masked, arena *a, value *out) {
    printer p = {.plan = plan, .memory = a, .masked = masked};
    pairs all = begin(&p);
    put(&all, SLICE_LITERAL("version"), value_int(1));
    put(&all, SLICE_LITERAL("disable_existing_loggers"), value_bool(plan->disable_existing));
    value weir = section(&p, "weir");
    if (weir.dict.count > 0) put(&all, SLICE_LITERAL("weir"), weir);
    if (plan->settings.has_admin) put(&all, SLICE_LITERAL("admin"), section(&p, "admin"));
    value receivers = section(&p, "receivers");
    if (receivers.dict.count > 0) put(&all, SLICE_LITERAL("receivers"), receivers);
    put(&all, SLICE_LITERAL("formatters"), formatters(&p));
    if (plan->filter_count > 0) put(&all, SLICE_LITERAL("filters"), filters(&p));
    put(&all, SLICE_LITERAL("handlers"), handlers(&p));
    put(&all, SLICE_LITERAL("loggers"), loggers(&p));
    put(&all, SLICE_LITERAL("root"), logger_value(&p, &plan->loggers[0], true));
    value made = end(&p, &all);
    if (p.failed) return -1;
    *out = made;
    return 0;
}

int config_plan_value(const config_plan *plan, arena *a, value *out) { return make(plan, false, a, out); }

int config_plan_value_masked(const config_plan *plan, arena *a, value *out) {
    return make(plan, true, a, out);
}
