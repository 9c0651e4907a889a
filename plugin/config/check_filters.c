/* check_filters.c - [filters] and its sections: class, args, kwargs; and the `filters` of loggers and
 * handlers. Python's fileConfig ignores all of it, so a `filters` key where no [filters] stands is ignored
 * here, too, with a warning. A filter is made once, to see that it can be, and freed. Runs on the thread that
 * checks. */
#include "base/limits.h"
#include "config/check.h"

static const char *filter_name(size_t i) {
    const filter_kind *kind = filter_kind_at(i);
    return kind != NULL ? kind->name : NULL;
}

/* An empty class is Python's Filter, as a missing one is. */
static void read_class(checker *c, const ini_section *s, plan_filter *f) {
    slice name = SLICE_NONE;
    int line = s->line;
    check_value(c, s, "class", &name, &line);
    if (name.len == 0) name = SLICE_LITERAL("logging.Filter");
    f->kind = filter_kind_find(name);
    if (f->kind == NULL) check_tell_class(c, s, name, line, filter_name);
}

static void try_filter(checker *c, const ini_section *s, const plan_filter *f) {
    weir_error err;
    filter *made = NULL;
    int line;
    if (f->kind->create(&f->args, &made, &err) == 0) {
        made->free(made);
        return;
    }
    const char *key = check_args_key(c, s, &line);
    problems_add(c->p, line, s->name.data, key, "%s", err.message);
}

static uint64_t definition(checker *c, const plan_filter *f) {
    uint64_t sum = check_add_bytes(check_add_bytes(CHECK_HASH_BEGIN, f->name), slice_of(f->kind->name));
    for (size_t i = 0; i < FILTER_PARAMS; i++) sum = check_add_value(c, sum, &f->args.values[i]);
    return sum;
}

static void read_filter(checker *c, const ini_section *s, plan_filter *f) {
    static const char *const known[] = {"class", "args", "kwargs", "attributes", NULL};
    f->line = s->line;
    check_keys_known(c, s, known);
    read_class(c, s, f);
    if (f->kind == NULL) {
        check_literals(c, s);
        return;
    }
    const class_call call = {f->kind->name,  f->kind->params, FILTER_PARAMS,
                             f->args.values, f->args.given,   NULL};
    f->args.kind = f->kind;
    if (!check_bind(c, s, &call)) return;
    try_filter(c, s, f);
    f->definition = definition(c, f);
}

void check_filters(checker *c) {
    check_list list;
    slice name;
    const ini_section *s;
    if (ini_find(&c->ini, SLICE_LITERAL("filters")) == NULL ||
        !check_list_begin(c, "filters", "filter_", &c->filters, LIMIT_FILTERS, &list))
        return;
    c->plan->filters = check_alloc(c, list.names.count * sizeof *c->plan->filters);
    while (c->plan->filters != NULL && check_list_next(c, &list, &name, &s)) {
        plan_filter *f = &c->plan->filters[c->plan->filter_count++];
        f->name = name;
        if (s != NULL) read_filter(c, s, f);
    }
}

/* ---- of loggers and handlers ---- */

static bool has(const plan_filter_list *list, const plan_filter *f) {
    for (size_t i = 0; i < list->count; i++)
        if (list->items[i] == f) return true;
    return false;
}

/* One twice counts once, as Python's addFilter has it. */
static void take_filter(checker *c, const plan_place *at, bool of_logger, const plan_filter *f,
                        plan_filter_list *out) {
    if (f->kind != NULL && f->kind->of_loggers && !of_logger)
        problems_add(c->p, at->line, at->section, at->key,
                     "\"%s\" is a %s: it belongs into the filters of a logger, whose level it lowers "
                     "(a handler's own level is its key `level`)",
                     check_show(c, f->name), f->kind->name);
    else if (!has(out, f))
        out->items[out->count++] = f;
}

void check_filter_list(checker *c, const ini_section *s, bool of_logger, plan_filter_list *out) {
    slice in;
    int line;
    uint32_t index;
    name_list_view list;
    if (!check_value(c, s, "filters", &in, &line)) return;
    *out = (plan_filter_list){0};
    if (ini_find(&c->ini, SLICE_LITERAL("filters")) == NULL) {
        if (in.len > 0)
            problems_warn(c->p, line, s->name.data, "filters",
                          "ignored as in Python: there is no section [filters] (with: keys = name, name)");
        return;
    }
    if (!check_split(c, in, &list) || list.count == 0) return;
    const plan_place at = {s->name.data, "filters", line};
    size_t most = list.count < c->plan->filter_count ? list.count : c->plan->filter_count;
    out->items = check_alloc(c, most * sizeof *out->items);
    for (size_t i = 0; i < list.count && out->items != NULL; i++) {
        if (!name_map_get(&c->filters, 0, list.names[i], &index))
            check_tell_unknown(c, &at, "filter", list.names[i],
                               CHECK_ROWS(c->plan->filters, c->plan->filter_count));
        else
            take_filter(c, &at, of_logger, &c->plan->filters[index], out);
    }
}
