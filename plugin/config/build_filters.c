/* build_filters.c - the filters of a generation. One that the change leaves alone is the old generation's own
 * (filter/filter.h says when), with what it has counted; the rest is made. Runs where configurations are
 * built. What becomes of a filter that has something to tell is decided at the swap (backend/suppressed.c).
 */
#include <stdlib.h>

#include "config/build.h"

filter *build_new_filter(build *b, const plan_filter *plan) {
    weir_error err;
    filter *made;
    if (plan->kind->create(&plan->args, &made, &err) == 0) {
        made->definition = plan->definition;
        return made;
    }
    build_tell(b, plan->line, "filter_", plan->name, NULL, err.message);
    return NULL;
}

filter *build_same_filter(filter *const *filters, size_t count, const plan_filter *plan) {
    for (size_t i = 0; i < count; i++)
        if (filters[i]->definition == plan->definition && plan->definition != 0) return filters[i];
    return NULL;
}

/* ---- where it was ---- */

static bool is_named(const plan_filter_list *list, const plan_filter *f) {
    for (size_t i = 0; i < list->count; i++)
        if (list->items[i] == f) return true;
    return false;
}

static bool was_on_handler(const generation *old, slice name, const filter *f) {
    char key[HANDLER_STATS_NAME];
    build_handler_name(name, key);
    for (size_t i = 0; i < old->handler_count; i++) {
        const handler *h = old->handlers[i];
        if (strcmp(h->name, key) == 0 && filter_is_among(h->filters, h->filter_count, f)) return true;
    }
    return false;
}

/* Among those that the backend asks, or those that run at the call. */
static bool was_on_logger(const generation *old, slice name, const filter *f) {
    const logger *l = logger_find(name);
    for (size_t i = 0; i < old->rule_count; i++)
        if (old->rules[i].logger == l &&
            filter_is_among(old->rules[i].filters, old->rules[i].filter_count, f))
            return true;
    for (size_t i = 0; i < old->hook_count; i++)
        if (old->hooks[i].logger == l && f->at_call != NULL && old->hooks[i].arg == f->at_call_arg)
            return true;
    return false;
}

static bool is_left(const build *b, const plan_filter *plan, const filter *was) {
    for (size_t i = 0; i < b->plan->handler_count; i++) {
        const plan_handler *h = &b->plan->handlers[i];
        if (is_named(&h->filters, plan) && was_on_handler(b->old, h->name, was)) return true;
    }
    for (size_t i = 0; i < b->plan->logger_count; i++) {
        const plan_logger *l = &b->plan->loggers[i];
        if (is_named(&l->filters, plan) && was_on_logger(b->old, l->qualname, was)) return true;
    }
    return false;
}

/* ---- all of them ---- */

static filter *take_filter(build *b, const plan_filter *plan) {
    filter *was = NULL;
    if (b->old != NULL) was = build_same_filter(b->old->filters, b->old->filter_count, plan);
    if (was != NULL && is_left(b, plan, was)) return filter_share(was);
    return build_new_filter(b, plan);
}

int build_filters(build *b) {
    b->g->filters = calloc(b->plan->filter_count + 1, sizeof *b->g->filters);
    if (b->g->filters == NULL) return build_no_memory(b);
    for (size_t i = 0; i < b->plan->filter_count; i++) {
        filter *f = take_filter(b, &b->plan->filters[i]);
        if (f == NULL) return -1;
        b->g->filters[b->g->filter_count++] = f;
    }
    return 0;
}

filter **build_filter_list(const build *b, const plan_filter_list *list) {
    filter **made = calloc(list->count + 1, sizeof *made);
    for (size_t i = 0; made != NULL && i < list->count; i++)
        made[i] = b->g->filters[list->items[i] - b->plan->filters];
    return made;
}
