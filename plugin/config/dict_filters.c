/* dict_filters.c - `filters` of a dictConfig: by a logger's name, on loggers and handlers. Runs on the thread
 * that checks; the plan has its loggers and handlers already. */
#include "config/dict.h"

static void tell(dict *d, const dict_node *n, const char *section, const char *key, const char *words,
                 slice what) {
    problems_add(d->c->p, n->line, section, key, "%s \"%s\"", words, check_show(d->c, what));
}

static void read_one(dict *d, const dict_node *n, plan_filter *out) {
    *out = (plan_filter){.name = n->key, .logger = SLICE_LITERAL(""), .line = n->line};
    if (n->v->type != VALUE_DICT) {
        tell(d, n, "filters", NULL, "an object is wanted for", n->key);
        return;
    }
    for (size_t i = 0; i < n->count; i++) {
        const dict_node *m = &n->members[i];
        bool is_class = slice_is(m->key, "class") && m->v->type == VALUE_STR;
        if (slice_is(m->key, "name"))
            dict_text(d, "filters", m, &out->logger);
        else if (slice_is(m->key, "()"))
            tell(d, m, "filters", "()", "no code in data: this version has filters by \"name\" only, for",
                 n->key);
        else if (!is_class || filter_kind_find(m->v->str) == NULL)
            tell(d, m, "filters", check_copy(d->c, m->key).data, "unknown key (right is name) in", n->key);
    }
}

static void read_filters(dict *d) {
    config_plan *plan = d->c->plan;
    const dict_node *all = dict_get(&d->root, "filters");
    if (all == NULL) return;
    if (all->v->type != VALUE_DICT) {
        tell(d, all, "filters", NULL, "an object is wanted for", all->key);
        return;
    }
    plan->filters = check_alloc(d->c, (all->count + 1) * sizeof *plan->filters);
    for (size_t i = 0; plan->filters != NULL && i < all->count; i++)
        read_one(d, &all->members[i], &plan->filters[plan->filter_count++]);
}

static const plan_filter *find(const config_plan *plan, slice name) {
    for (size_t i = 0; i < plan->filter_count; i++)
        if (slice_equal(plan->filters[i].name, name)) return &plan->filters[i];
    return NULL;
}

static bool is_listed(const plan_filter_list *list, const plan_filter *f) {
    for (size_t i = 0; i < list->count; i++)
        if (list->items[i] == f) return true;
    return false;
}

/* The `filters` of a handler or logger. */
static void attach(dict *d, const dict_node *owner, const char *group, plan_filter_list *out) {
    const dict_node *list = dict_get(owner, "filters");
    if (list == NULL) return;
    if (list->v->type != VALUE_LIST) {
        tell(d, list, group, "filters", "an array of names is wanted in", owner->key);
        return;
    }
    *out = (plan_filter_list){check_alloc(d->c, (list->count + 1) * sizeof *out->items), 0};
    for (size_t i = 0; out->items != NULL && i < list->count; i++) {
        slice name = SLICE_NONE;
        if (!dict_text(d, group, &list->members[i], &name)) continue;
        const plan_filter *f = find(d->c->plan, name);
        if (f == NULL)
            tell(d, &list->members[i], group, "filters", "unknown filter", name);
        else if (!is_listed(out, f))
            out->items[out->count++] = f;
    }
}

void dict_filters(dict *d) {
    config_plan *plan = d->c->plan;
    uint32_t index;
    const dict_node *handlers = dict_get(&d->root, "handlers"), *loggers = dict_get(&d->root, "loggers"),
                    *root = dict_get(&d->root, "root");
    read_filters(d);
    for (size_t i = 0; handlers != NULL && i < handlers->count; i++)
        if (name_map_get(&d->c->handlers, 0, handlers->members[i].key, &index))
            attach(d, &handlers->members[i], "handlers", &plan->handlers[index].filters);
    for (size_t i = 0; loggers != NULL && i < loggers->count; i++)
        if (name_map_get(&d->c->loggers, 0, loggers->members[i].key, &index))
            attach(d, &loggers->members[i], "loggers", &plan->loggers[index].filters);
    if (root != NULL && plan->logger_count > 0) attach(d, root, "root", &plan->loggers[0].filters);
}
