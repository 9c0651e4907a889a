/* The listeners of a generation: copies of handlers, of those behind a buffer too; who has which queue's
 * feed; what the next generation goes on with. */
#include "config/config.h"
#include "handler/listener.h"
#include "support/sink_fixture.h"

static fixture f;
static problems p;
static built_config built;

static void begin(void) {
    fixture_begin(&f, 64 * 1024);
    problems_init(&p, "t.ini");
}
static void end(void) {
    problems_done(&p);
    cr_assert_eq(fixture_end(&f, 5000), 0);
}
TestSuite(build_queues, .init = begin, .fini = end);

#define HEAD(names)                                                                                          \
    "[loggers]\nkeys=root\n[logger_root]\nhandlers=\n[formatters]\nkeys=\n[filters]\nkeys=few\n[filter_few]" \
    "\n"                                                                                                     \
    "class=weir.RateLimitFilter\nargs=(3, '1h')\n[handlers]\nkeys=" names "\n"
#define QUEUE(name, more) "[handler_" name "]\nclass=handlers.QueueHandler\n" more
#define NOTHING(name, more) "[handler_" name "]\nclass=NullHandler\n" more
#define MEMORY(name, target)                                                                                 \
    "[handler_" name "]\nclass=handlers.MemoryHandler\nargs=(9,)\ntarget=" target "\n"

static generation *make(const char *in, const generation *old) {
    static const config_rules rules = {.origin = CONFIG_START};
    static uint64_t number;
    weir_error err;
    config_plan *plan = config_check(slice_of(in), "t.ini", &rules, &p, &err);
    cr_assert_not_null(plan, "%s", p.count > 0 ? p.list[0].message : err.message);
    cr_assert_eq(config_build(plan, ++number, f.registry, f.process, old, &rules, &built, &p), 0, "%s",
                 p.count > 0 ? p.list[0].message : "");
    config_plan_free(plan);
    generation *g = built.generation;
    config_built_done(&built);
    for (size_t i = 0; i < g->handler_count; i++)
        if (g->handlers[i]->target != NULL) target_activate(g->handlers[i]->target);
    return g;
}

static handler *named(const generation *g, const char *name) {
    for (size_t i = 0; i < g->handler_count; i++)
        if (strcmp(g->handlers[i]->name, name) == 0) return g->handlers[i];
    cr_assert_fail("no handler %s", name);
    return NULL;
}
static listener *listener_of(const generation *g, const char *name) {
    return (listener *)named(g, name)->feed;
}
static listened *copy_of(const listener *l, const char *name) {
    for (size_t i = 0; i < l->count; i++)
        if (strcmp(l->handlers[i].h->name, name) == 0) return &l->handlers[i];
    return NULL;
}

Test(build_queues, those_of_one_queue_have_one_listener) {
    generation *g =
        make(HEAD("q,r,n") QUEUE("q", "handlers=n\nkwargs={'queue': 'one', 'respect_handler_level': True}\n")
                 QUEUE("r", "kwargs={'queue': 'one'}\n") NOTHING("n", "level=ERROR\nfilters=few\n"),
             NULL);
    listener *l = listener_of(g, "q");
    cr_assert_eq(g->feed_count, 1);
    cr_assert_eq(listener_of(g, "r"), l);
    cr_assert_eq(named(g, "r")->target, named(g, "q")->target);
    cr_assert(l->respects_level && l->count == 1);
    const listened *n = copy_of(l, "n");
    cr_assert(n->direct && n->h->level == 40 && n->h->stats == named(g, "n")->stats);
    cr_assert(n->h->filter_count == 1 && n->h->filters[0] != named(g, "n")->filters[0],
              "one for each thread");
    generation_free(g);
}

Test(build_queues, what_is_behind_a_buffer_is_copied_once) {
    generation *g = make(HEAD("q,m,k,n") QUEUE("q", "handlers=m,k,n\n") MEMORY("m", "n") MEMORY("k", "m")
                             NOTHING("n", ""),
                         NULL);
    listener *l = listener_of(g, "q");
    cr_assert_eq(l->count, 3);
    listened *m = copy_of(l, "m"), *k = copy_of(l, "k"), *n = copy_of(l, "n");
    cr_assert(m->direct && k->direct && n->direct);
    cr_assert(m->feed_count == 1 && m->feeds[0] == n && k->feed_count == 1 && k->feeds[0] == m);
    cr_assert(m->h->held != NULL && m->h->held != named(g, "m")->held && n->h->held == NULL);
    generation_free(g);
    g = make(HEAD("q,m,n") QUEUE("q", "handlers=m\n") MEMORY("m", "n") NOTHING("n", ""), NULL);
    cr_assert_not(copy_of(listener_of(g, "q"), "n")->direct);
    generation_free(g);
}

Test(build_queues, a_queue_behind_a_queue_stays_as_long_as_the_first) {
    generation *g =
        make(HEAD("q,r,n") QUEUE("q", "handlers=r\n") QUEUE("r", "handlers=n\n") NOTHING("n", ""), NULL);
    listener *first = listener_of(g, "q"), *second = listener_of(g, "r");
    cr_assert_neq(first, second);
    cr_assert_eq(copy_of(first, "r")->h->feed, &second->base);
    cr_assert_eq(second->base.users, 2);
    cr_assert(named(g, "q")->rank == 1 && named(g, "r")->rank == 0);
    uint64_t numbers[] = {first->base.number, second->base.number};
    generation_free(g);
    WAIT_UNTIL(feed_find(numbers[0]) == NULL && feed_find(numbers[1]) == NULL);
}

Test(build_queues, a_filter_that_is_left_alone_goes_on_behind_its_queue) {
    static const char in[] = HEAD("q,n") QUEUE("q", "handlers=n\n") NOTHING("n", "filters=few\n");
    generation *a = make(in, NULL), *b = make(in, a);
    filter *behind = copy_of(listener_of(a, "q"), "n")->h->filters[0];
    cr_assert_neq(listener_of(a, "q"), listener_of(b, "q"));
    cr_assert_eq(copy_of(listener_of(b, "q"), "n")->h->filters[0], behind);
    generation *c = make(
        HEAD("q,n") QUEUE("q", "handlers=n\nkwargs={'queue': 'other'}\n") NOTHING("n", "filters=few\n"), b);
    cr_assert_neq(copy_of(listener_of(c, "q"), "n")->h->filters[0], behind, "another thread runs it");
    generation_free(a);
    generation_free(b);
    generation_free(c);
}
