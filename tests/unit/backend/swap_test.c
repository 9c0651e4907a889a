#include "support/backend_fixture.h"

#include <pthread.h>

typedef struct load {
    world *w;
    char name[16];
    uint32_t stop; /* atomic */
    unsigned long count;
} load;

static void *keep_logging(void *arg) {
    load *l = arg;
    producer p = new_producer(l->w, "app");
    char line[64];
    while (__atomic_load_n(&l->stop, __ATOMIC_RELAXED) == 0) {
        snprintf(line, sizeof line, "%s %lu", l->name, l->count);
        produce(&p, WEIR_LEVEL_INFO, line);
        l->count++;
    }
    return NULL;
}

static void swap(world *w, generation *g) {
    weir_error err;
    cr_assert_eq(backend_swap(w->b, g, &err), 0, "%s", err.message);
}

/* Next number due of each of two threads, checked in a file that must be a subsequence of both. */
static void check_part(const char *all, unsigned long counts[2], char *seen[2]) {
    long last[2] = {-1, -1};
    for (const char *line = all; *line != '\0'; line = strchr(line, '\n') + 1) {
        cr_assert_not_null(strchr(line, '\n'), "torn: %s", line);
        cr_assert(line[0] == 't' && (line[1] == '0' || line[1] == '1'), "%s", line);
        int which = line[1] - '0';
        long n = strtol(line + 3, NULL, 10);
        cr_assert(n > last[which], "order: %ld after %ld", n, last[which]);
        last[which] = n;
        cr_assert_lt((unsigned long)n, counts[which]);
        cr_assert_eq(seen[which][n], 0, "t%d %ld twice", which, n);
        seen[which][n] = 1;
    }
}

Test(swap, under_load_nothing_is_lost_doubled_or_out_of_order) {
    world w;
    world_begin(&w, 64 * 1024);
    world_start(&w, simple_generation(&w, 1, "even"));
    load loads[2] = {{.w = &w, .name = "t0"}, {.w = &w, .name = "t1"}};
    pthread_t threads[2];
    for (int i = 0; i < 2; i++) cr_assert_eq(pthread_create(&threads[i], NULL, keep_logging, &loads[i]), 0);
    for (uint64_t number = 2; number <= 300; number++) {
        swap(&w, simple_generation(&w, number, number % 2 == 0 ? "odd" : "even"));
        world_reap(&w);
    }
    for (int i = 0; i < 2; i++) {
        __atomic_store_n(&loads[i].stop, 1, __ATOMIC_RELAXED);
        pthread_join(threads[i], NULL);
    }
    cr_assert_eq(flush(&w, 20000), 0);
    WAIT_UNTIL(__atomic_load_n(&w.retired_count, __ATOMIC_ACQUIRE) == 299);
    unsigned long counts[2] = {loads[0].count, loads[1].count};
    char *seen[2] = {calloc(counts[0] + 1, 1), calloc(counts[1] + 1, 1)};
    char *even = file_text(&w, "even"), *odd = file_text(&w, "odd");
    check_part(even, counts, seen);
    check_part(odd, counts, seen);
    free(even);
    free(odd);
    for (int i = 0; i < 2; i++) {
        cr_assert(counts[i] > 0);
        cr_assert_null(memchr(seen[i], 0, counts[i]), "t%d: one is lost", i);
        free(seen[i]);
    }
    world_end(&w);
}

Test(swap, what_was_logged_before_the_answer_is_old_what_comes_after_is_new) {
    world w;
    world_begin(&w, 64 * 1024);
    world_start(&w, simple_generation(&w, 1, "old"));
    producer p = new_producer(&w, "app");
    produce(&p, WEIR_LEVEL_INFO, "before");
    swap(&w, simple_generation(&w, 2, "new"));
    produce(&p, WEIR_LEVEL_INFO, "after");
    cr_assert_eq(flush(&w, 20000), 0);
    expect_file(fixture_path(&w.f, "old"), "before\n");
    expect_file(fixture_path(&w.f, "new"), "after\n");
    backend_status s;
    backend_get_status(w.b, &s);
    cr_assert_eq(s.generation, 2);
    world_end(&w);
}

Test(swap, mode_w_empties_the_file_between_the_two_generations) {
    world w;
    world_begin(&w, 64 * 1024);
    world_start(&w, simple_generation(&w, 1, "out"));
    producer p = new_producer(&w, "app");
    produce(&p, WEIR_LEVEL_INFO, "before");
    generation *g = simple_generation(&w, 2, "out");
    g->handlers[0]->truncate = true;
    swap(&w, g);
    produce(&p, WEIR_LEVEL_INFO, "after");
    cr_assert_eq(flush(&w, 20000), 0);
    expect_file(fixture_path(&w.f, "out"), "after\n");
    world_end(&w);
}

/* The counters of a handler whose definition did not change go on, and its row outlives the old one. */
Test(swap, shared_counters_go_on) {
    world w;
    world_begin(&w, 64 * 1024);
    generation *first = simple_generation(&w, 1, "out");
    handler_stats *row = first->handlers[0]->stats;
    generation *second = new_generation(2);
    attach(add_rule(second, "root", true), add_handler(&w, second, "file", "out", first->handlers[0]));
    world_start(&w, first);
    producer p = new_producer(&w, "app");
    produce(&p, WEIR_LEVEL_INFO, "1");
    swap(&w, second);
    WAIT_UNTIL(__atomic_load_n(&w.retired_count, __ATOMIC_ACQUIRE) == 1);
    world_reap(&w);
    produce(&p, WEIR_LEVEL_INFO, "2");
    cr_assert_eq(flush(&w, 20000), 0);
    cr_assert_eq(counter(&row->given), 2);
    cr_assert_eq(counter(&row->delivered), 2);
    cr_assert_eq(row->used, 1);
    world_end(&w);
}

Test(swap, is_refused_while_stopping) {
    world w;
    weir_error err;
    world_begin(&w, 64 * 1024);
    world_start(&w, simple_generation(&w, 1, "out"));
    generation *last = backend_stop(w.b, clock_monotonic_ns() + SECOND_NS),
               *late = simple_generation(&w, 2, "late");
    cr_assert_eq(backend_swap(w.b, late, &err), -1);
    cr_assert_eq(err.code, WEIR_ERR_STATE);
    cr_assert_eq(flush(&w, 10), -1);
    generation_free(late);
    generation_free(last);
    cr_assert_eq(target_registry_stop(w.f.registry, clock_monotonic_ns() + SECOND_NS, NULL), 0);
    world_free(&w);
    fixture_clean(&w.f);
}

/* ---- filters that hold records back ---- */

static filter *limiting(void) {
    filter_args args = {.kind = filter_kind_find(SLICE_LITERAL("weir.RateLimitFilter")),
                        .values = {value_int(2), value_int(3600 * 1000)},
                        .given = {true, true}};
    filter *f = NULL;
    weir_error err;
    cr_assert_eq(args.kind->create(&args, &f, &err), 0);
    return f;
}

/* Root -> file, with that filter. */
static generation *limited(world *w, uint64_t number, filter *f, int level) {
    generation *g = simple_generation(w, number, "out");
    g->filters[g->filter_count++] = f;
    handler *h = g->handlers[0];
    h->level = level;
    h->filters = calloc(1, sizeof *h->filters);
    h->filters[h->filter_count++] = f;
    return g;
}

static void say(world *w, int count) {
    producer p = new_producer(w, "app");
    for (int i = 0; i < count; i++) produce(&p, WEIR_LEVEL_INFO, "same");
    cr_assert_eq(flush(w, 20000), 0);
}

Test(swap, a_filter_that_goes_on_tells_once_and_later) {
    world w;
    world_begin(&w, 64 * 1024);
    filter *f = limiting();
    world_start(&w, limited(&w, 1, f, 0));
    say(&w, 5);
    for (uint64_t number = 2; number <= 5; number++) {
        swap(&w, limited(&w, number, filter_share(f), 0));
        world_reap(&w);
        say(&w, 5);
    }
    expect_file(fixture_path(&w.f, "out"), "same\nsame\n");
    cr_assert_eq(world_stop(&w, 5000), 0);
    expect_file(fixture_path(&w.f, "out"), "same\nsame\n23 similar suppressed in 1h: same\n");
    fixture_clean(&w.f);
}

Test(swap, a_filter_whose_notes_would_lose_their_way_tells_before_and_counts_on) {
    world w;
    world_begin(&w, 64 * 1024);
    filter *f = limiting();
    world_start(&w, limited(&w, 1, f, 0));
    say(&w, 5);
    swap(&w, limited(&w, 2, filter_share(f), WEIR_LEVEL_ERROR)); /* it would not take the note any more */
    WAIT_UNTIL(__atomic_load_n(&w.retired_count, __ATOMIC_ACQUIRE) == 1);
    cr_assert_eq(flush(&w, 20000), 0);
    expect_file(fixture_path(&w.f, "out"), "same\nsame\n3 similar suppressed in 1h: same\n");
    swap(&w, limited(&w, 3, filter_share(f), 0));
    say(&w, 5);
    world_reap(&w);
    cr_assert_eq(world_stop(&w, 5000), 0);
    expect_file(fixture_path(&w.f, "out"),
                "same\nsame\n3 similar suppressed in 1h: same\n5 similar suppressed in 1h: same\n");
    fixture_clean(&w.f);
}

/* More kinds than are told at one occasion. */
Test(swap, the_end_tells_all_that_was_held_back) {
    world w;
    world_begin(&w, 64 * 1024);
    world_start(&w, limited(&w, 1, limiting(), 0));
    producer p = new_producer(&w, "app");
    char line[32];
    for (int i = 0; i < 300; i++) {
        snprintf(line, sizeof line, "kind %d", i / 3);
        produce(&p, WEIR_LEVEL_INFO, line);
    }
    cr_assert_eq(world_stop(&w, 5000), 0);
    char *all = file_text(&w, "out");
    size_t told = 0;
    for (const char *at = all; (at = strstr(at, "1 similar suppressed")) != NULL; at++) told++;
    cr_assert_eq(told, 100, "%zu", told);
    free(all);
    fixture_clean(&w.f);
}
