/* Handlers that keep records: conservation, what a swap keeps, what a stop and a kill leave. */
#include "handler/hold.h"
#include "support/backend_fixture.h"

static handler *add_memory(world *w, generation *g, const char *name, int64_t capacity, handler *to,
                           handler *share) {
    handler *h = add_handler(w, g, name, NULL, share);
    handler_args args = {.values = {value_int(capacity)}, .given = {true}};
    h->kind = handler_kind_find(SLICE_LITERAL("MemoryHandler"));
    h->held = hold_create();
    h->stats->holds = true;
    h->whole = 7;
    cr_assert_eq(h->kind->prepare(&args, h, NULL), 0);
    if (to == NULL) return h;
    h->feeds = calloc(1, sizeof *h->feeds);
    h->feeds[h->feed_count++] = to;
    return h;
}

/* Root -> m -> file; share: the m that this one goes on as. */
static generation *keeping(world *w, uint64_t number, int64_t capacity, handler *share) {
    generation *g = new_generation(number);
    handler *file = add_handler(w, g, "file", "log", NULL);
    attach(add_rule(g, "root", true), add_memory(w, g, "m", capacity, file, share));
    return g;
}

static void expect_law(const handler_stats *s, uint64_t given, uint64_t delivered, uint64_t dropped) {
    uint64_t sum = 0;
    for (int i = 0; i < DROP_COUNT; i++) sum += counter(&s->dropped[i]);
    cr_assert_eq(counter(&s->given), given, "%s given %lu", s->name, counter(&s->given));
    cr_assert_eq(counter(&s->delivered), delivered, "%s delivered %lu", s->name, counter(&s->delivered));
    cr_assert_eq(sum, dropped, "%s dropped %lu", s->name, sum);
}

static void log_some(world *w, int from, int to) {
    producer p = new_producer(w, "app");
    char line[32];
    for (int i = from; i < to; i++) {
        snprintf(line, sizeof line, "n %d", i);
        produce(&p, WEIR_LEVEL_INFO, line);
    }
}

/* All that was produced is routed; unlike a flush this hands nothing over. */
static void wait_routed(world *w, uint64_t count) {
    for (int i = 0; i < FIXTURE_PATIENCE_MS && counter(&w->f.process->routed) < count; i++) usleep(1000);
    cr_assert_eq(counter(&w->f.process->routed), count);
}

Test(held, what_is_kept_is_pending_until_it_is_handed_over) {
    world w;
    world_begin(&w, 64 * 1024);
    generation *g = keeping(&w, 1, 100, NULL);
    handler_stats *m = g->handlers[1]->stats, *file = g->handlers[0]->stats;
    world_start(&w, g);
    log_some(&w, 0, 250);
    wait_routed(&w, 250);
    expect_law(m, 250, 200, 0);
    cr_assert_eq(counter(&file->given), 200);
    cr_assert_eq(flush(&w, 5000), 0);
    expect_law(m, 250, 250, 0);
    expect_law(file, 250, 250, 0);
    expect_sequence(file_text(&w, "log"), "n", 250);
    world_end(&w);
}

Test(held, a_stop_hands_over) {
    world w;
    world_begin(&w, 64 * 1024);
    world_start(&w, keeping(&w, 1, 1000, NULL));
    log_some(&w, 0, 50);
    cr_assert_eq(world_stop(&w, 5000), 0);
    expect_sequence(file_text(&w, "log"), "n", 50);
    fixture_clean(&w.f);
}

Test(held, an_unchanged_handler_keeps_what_it_has_over_a_swap) {
    world w;
    weir_error err;
    world_begin(&w, 64 * 1024);
    generation *first = keeping(&w, 1, 60, NULL);
    handler *was = first->handlers[1];
    handler_stats *m = was->stats;
    world_start(&w, first);
    log_some(&w, 0, 40);
    wait_routed(&w, 40);
    cr_assert_eq(backend_swap(w.b, keeping(&w, 2, 60, was), &err), 0);
    log_some(&w, 40, 50);
    wait_routed(&w, 50);
    expect_law(m, 50, 0, 0);
    cr_assert_str_eq(file_text(&w, "log"), "");
    log_some(&w, 50, 60);
    wait_routed(&w, 60);
    expect_law(m, 60, 60, 0);
    cr_assert_eq(flush(&w, 5000), 0);
    expect_sequence(file_text(&w, "log"), "n", 60);
    world_end(&w);
}

static void swap_to(world *w, generation *g) {
    weir_error err;
    cr_assert_eq(backend_swap(w->b, g, &err), 0);
    log_some(w, 0, 1);
    cr_assert_eq(flush(w, 5000), 0);
}

Test(held, one_that_goes_is_flushed_to_its_own_target) {
    world w;
    world_begin(&w, 64 * 1024);
    world_start(&w, keeping(&w, 1, 60, NULL));
    log_some(&w, 0, 40);
    wait_routed(&w, 40);
    swap_to(&w, simple_generation(&w, 2, "other"));
    expect_sequence(file_text(&w, "log"), "n", 40);
    cr_assert_str_eq(file_text(&w, "other"), "n 0\n");
    world_end(&w);
}

Test(held, as_python_does_all_are_flushed_where_that_is_asked_for) {
    world w;
    world_begin(&w, 64 * 1024);
    generation *first = keeping(&w, 1, 60, NULL);
    handler *was = first->handlers[1];
    world_start(&w, first);
    log_some(&w, 0, 40);
    wait_routed(&w, 40);
    generation *next = keeping(&w, 2, 60, was);
    next->flushes_holds = true;
    weir_error err;
    cr_assert_eq(backend_swap(w.b, next, &err), 0);
    log_some(&w, 40, 41);
    wait_routed(&w, 41);
    expect_law(next->handlers[1]->stats, 41, 40, 0);
    world_end(&w);
}

Test(held, without_a_target_they_are_kept_and_counted_at_the_end) {
    world w;
    world_begin(&w, 64 * 1024);
    generation *g = new_generation(1);
    handler *m = add_memory(&w, g, "m", 1, NULL, NULL);
    attach(add_rule(g, "root", true), m);
    handler_stats *s = m->stats;
    world_start(&w, g);
    log_some(&w, 0, 30);
    cr_assert_eq(flush(&w, 5000), 0);
    expect_law(s, 30, 0, 0);
    generation *last = backend_stop(w.b, clock_monotonic_ns() + 5 * SECOND_NS);
    expect_law(s, 30, 0, 30);
    cr_assert_eq(counter(&s->dropped[DROP_STOPPED]), 30);
    target_registry_stop(w.f.registry, clock_monotonic_ns(), NULL);
    generation_free(last);
    world_free(&w);
    fixture_clean(&w.f);
}
