#include "backend/generation.h"

#include <criterion/criterion.h>
#include <stdlib.h>

/* Handlers are told apart by address only: no target, no counters. */
static generation *make(size_t handlers) {
    generation *g = calloc(1, sizeof *g);
    g->handlers = calloc(handlers, sizeof *g->handlers);
    for (size_t i = 0; i < handlers; i++) g->handlers[g->handler_count++] = calloc(1, sizeof(handler));
    g->rules = calloc(8, sizeof *g->rules);
    return g;
}

static logger *named(const char *name) {
    logger *l = logger_get(slice_of(name), NULL);
    cr_assert_not_null(l);
    return l;
}

static logger_rule *rule(generation *g, const char *name, bool propagate, size_t count,
                         const size_t *handlers) {
    logger_rule *r = &g->rules[g->rule_count++];
    *r = (logger_rule){.logger = named(name), .propagate = propagate};
    r->handlers = calloc(count + 1, sizeof *r->handlers);
    for (size_t i = 0; i < count; i++) r->handlers[r->handler_count++] = g->handlers[handlers[i]];
    return r;
}

static void expect(generation *g, const char *name, size_t count, const size_t *handlers) {
    const route *r = generation_route(g, named(name));
    cr_assert_not_null(r);
    cr_assert_eq(r->count, count, "%s: %zu handlers", name, r->count);
    cr_assert_eq(r->any_handler, count > 0);
    for (size_t i = 0; i < count; i++)
        cr_assert_eq(r->handlers[i], g->handlers[handlers[i]], "%s: %zu", name, i);
}

#define LIST(...) ((const size_t[]){__VA_ARGS__})

Test(generation, a_record_goes_to_the_handlers_of_the_logger_then_of_its_ancestors) {
    generation *g = make(3);
    rule(g, "root", true, 1, LIST(0));
    rule(g, "a", true, 1, LIST(1));
    rule(g, "a.b.c", true, 1, LIST(2));
    expect(g, "a.b.c", 3, LIST(2, 1, 0));
    expect(g, "a.b", 2, LIST(1, 0));
    expect(g, "a.b.c.d.e", 3, LIST(2, 1, 0));
    expect(g, "x", 1, LIST(0));
    expect(g, "root", 1, LIST(0));
    generation_free(g);
}

Test(generation, twice_in_one_list_is_once_on_child_and_parent_is_twice) {
    generation *g = make(2);
    rule(g, "root", true, 3, LIST(0, 1, 0));
    rule(g, "a", true, 2, LIST(0, 0));
    expect(g, "a", 3, LIST(0, 0, 1));
    expect(g, "root", 2, LIST(0, 1));
    generation_free(g);
}

Test(generation, propagate_off_ends_the_walk) {
    generation *g = make(2);
    rule(g, "root", true, 1, LIST(0));
    rule(g, "a", false, 1, LIST(1));
    rule(g, "b", false, 0, LIST(0));
    expect(g, "a.deep", 1, LIST(1));
    expect(g, "b", 0, LIST(0));
    generation_free(g);
}

Test(generation, a_route_stays_true_when_a_logger_comes_in_between) {
    generation *g = make(1);
    rule(g, "root", true, 1, LIST(0));
    expect(g, "p.q.r", 1, LIST(0));
    expect(g, "p.q", 1, LIST(0));
    expect(g, "p.q.r", 1, LIST(0));
    generation_free(g);
}

Test(generation, thousands_of_loggers_have_routes) {
    generation *g = make(1);
    rule(g, "root", true, 1, LIST(0));
    char name[32];
    for (int i = 0; i < 5000; i++) {
        snprintf(name, sizeof name, "many.%d", i);
        expect(g, name, 1, LIST(0));
    }
    generation_free(g);
}

Test(generation, the_filters_are_those_of_the_logger_that_was_called) {
    generation *g = make(1);
    filter *none[1] = {NULL};
    logger_rule *r = rule(g, "f", true, 1, LIST(0));
    r->filters = calloc(1, sizeof *r->filters);
    memcpy(r->filters, none, sizeof none);
    r->filter_count = 1;
    cr_assert_eq(generation_route(g, named("f"))->filter_count, 1);
    cr_assert_eq(generation_route(g, named("f.child"))->filter_count, 0);
    generation_free(g);
}

Test(generation, nothing_at_all_finds_no_handler) {
    generation *g = make(0);
    expect(g, "root", 0, LIST(0));
    expect(g, "a.b", 0, LIST(0));
    generation_free(g);
}
