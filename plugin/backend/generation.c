/* generation.c - which handlers a logger's records go to, by Python's rules, and the end of a
 * generation. Routes are made on the backend thread (or on the thread that recovers, before the
 * backend runs); freeing is done by whoever retires the generation, since a target may have to be
 * closed. It decides nothing about levels and filters: route.c does, for each record. */
#include "backend/generation.h"

#include <stdlib.h>

#include "handler/listener.h"

/* The table is as long as the highest index that a rule names: loggers beyond it have no rule. */
static bool index_rules(generation *g) {
    size_t count = 0;
    for (size_t i = 0; i < g->rule_count; i++)
        if (g->rules[i].logger->index >= count) count = (size_t)g->rules[i].logger->index + 1;
    const logger_rule **table = calloc(count ? count : 1, sizeof *table);
    if (table == NULL) return false;
    for (size_t i = 0; i < g->rule_count; i++) table[g->rules[i].logger->index] = &g->rules[i];
    g->rule_of = table;
    g->rule_of_count = count;
    return true;
}

static const logger_rule *rule_of(const generation *g, const logger *l) {
    return l->index < g->rule_of_count ? g->rule_of[l->index] : NULL;
}

const logger_rule *generation_rule(const generation *g, const logger *l) { return rule_of(g, l); }

static const logger *parent_of(const logger *l) { return __atomic_load_n(&l->parent, __ATOMIC_ACQUIRE); }

/* The next logger up whose handlers count, NULL when the walk ends here. */
static const logger *walk_up(const generation *g, const logger *l) {
    const logger_rule *rule = rule_of(g, l);
    return rule != NULL && !rule->propagate ? NULL : parent_of(l);
}

static bool listed_before(const logger_rule *rule, size_t at) {
    for (size_t i = 0; i < at; i++)
        if (rule->handlers[i] == rule->handlers[at]) return true;
    return false;
}

static void add_handlers(route *r, const logger_rule *rule) {
    for (size_t i = 0; i < rule->handler_count; i++)
        if (!listed_before(rule, i)) r->handlers[r->count++] = rule->handlers[i];
}

static route *make_route(const generation *g, const logger *l) {
    size_t most = 0;
    for (const logger *at = l; at != NULL; at = walk_up(g, at)) {
        const logger_rule *rule = rule_of(g, at);
        if (rule != NULL) most += rule->handler_count;
    }
    route *r = calloc(1, sizeof *r + most * sizeof(handler *));
    if (r == NULL) return NULL;
    r->handlers = (handler **)(void *)(r + 1);
    const logger_rule *own = rule_of(g, l);
    if (own != NULL) {
        r->filters = own->filters;
        r->filter_count = own->filter_count;
    }
    for (const logger *at = l; at != NULL; at = walk_up(g, at)) {
        const logger_rule *rule = rule_of(g, at);
        if (rule != NULL) add_handlers(r, rule);
    }
    r->any_handler = r->count > 0;
    return r;
}

static bool grow_routes(generation *g, size_t index) {
    size_t count = g->route_count ? g->route_count : 64;
    while (count <= index) count *= 2;
    route **routes = realloc(g->routes, count * sizeof *routes);
    if (routes == NULL) return false;
    memset(routes + g->route_count, 0, (count - g->route_count) * sizeof *routes);
    g->routes = routes;
    g->route_count = count;
    return true;
}

/* A route stays true for the life of the generation: a logger that is made later and comes between
 * this one and its parent has no rule, so it adds no handler and propagates. */
const route *generation_route(generation *g, logger *l) {
    if (__builtin_expect(l->index < g->route_count && g->routes[l->index] != NULL, 1))
        return g->routes[l->index];
    if (g->rule_of == NULL && !index_rules(g)) return NULL;
    if (l->index >= g->route_count && !grow_routes(g, l->index)) return NULL;
    return g->routes[l->index] = make_route(g, l);
}

static void free_rules(generation *g) {
    for (size_t i = 0; i < g->rule_count; i++) {
        free(g->rules[i].handlers);
        free(g->rules[i].filters);
    }
    free(g->rules);
}

void generation_free(generation *g) {
    if (g == NULL) return;
    for (size_t i = 0; i < g->feed_count; i++) feed_end(g->feeds[i]);
    free(g->feeds);
    for (size_t i = 0; i < g->handler_count; i++) handler_free(g->handlers[i]);
    for (size_t i = 0; i < g->filter_count; i++) filter_release(g->filters[i]);
    for (size_t i = 0; i < g->formatter_count; i++)
        if (g->formatters[i] != NULL) g->formatters[i]->free(g->formatters[i]);
    for (size_t i = 0; i < g->route_count; i++) free(g->routes[i]);
    free_rules(g);
    redaction_free(g->redaction);
    free(g->hooks);
    free(g->handlers);
    free(g->filters);
    free(g->formatters);
    free(g->routes);
    free(g->rule_of);
    free(g);
}
