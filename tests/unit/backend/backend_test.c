#include "support/backend_fixture.h"

#include <pthread.h>

Test(backend, records_reach_the_file_in_order_and_are_counted) {
    world w;
    world_begin(&w, 64 * 1024);
    world_start(&w, simple_generation(&w, 1, "out"));
    producer p = new_producer(&w, "app");
    char line[32];
    for (int i = 0; i < 20000; i++) {
        snprintf(line, sizeof line, "m %d", i);
        produce(&p, WEIR_LEVEL_INFO, line);
    }
    cr_assert_eq(flush(&w, 20000), 0);
    char *all = file_text(&w, "out");
    cr_assert_eq(expect_sequence(all, "m", 20000), 0);
    free(all);
    backend_status s;
    backend_get_status(w.b, &s);
    cr_assert_eq(s.accepted, 20000);
    cr_assert_eq(s.routed, 20000);
    cr_assert_eq(s.in_rings, 0);
    cr_assert_eq(s.generation, 1);
    const handler_stats *row = &w.f.process->handlers[0];
    cr_assert_eq(counter(&row->given), 20000);
    cr_assert_eq(counter(&row->delivered), 20000);
    cr_assert_eq(counter(&row->notices), 0);
    world_end(&w);
}

Test(backend, levels_and_propagation_decide_who_gets_it) {
    world w;
    world_begin(&w, 64 * 1024);
    generation *g = new_generation(1);
    handler *all = add_handler(&w, g, "all", "all", NULL), *bad = add_handler(&w, g, "bad", "bad", NULL),
            *own = add_handler(&w, g, "own", "own", NULL);
    bad->level = WEIR_LEVEL_ERROR;
    logger_rule *root = add_rule(g, "root", true), *quiet = add_rule(g, "quiet", false);
    attach(root, all);
    attach(root, bad);
    attach(quiet, own);
    world_start(&w, g);
    producer p = new_producer(&w, "app.part"), q = new_producer(&w, "quiet.deep");
    produce(&p, WEIR_LEVEL_INFO, "one");
    produce(&p, WEIR_LEVEL_ERROR, "two");
    produce(&q, WEIR_LEVEL_ERROR, "three");
    cr_assert_eq(flush(&w, 20000), 0);
    expect_file(fixture_path(&w.f, "all"), "one\ntwo\n");
    expect_file(fixture_path(&w.f, "bad"), "two\n");
    expect_file(fixture_path(&w.f, "own"), "three\n");
    cr_assert_eq(counter(&bad->stats->given), 1);
    world_end(&w);
}

Test(backend, one_file_of_two_handlers_gets_it_twice) {
    world w;
    world_begin(&w, 64 * 1024);
    generation *g = new_generation(1);
    handler *a = add_handler(&w, g, "a", "out", NULL), *b = add_handler(&w, g, "b", "out", NULL);
    cr_assert_eq(a->target, b->target);
    attach(add_rule(g, "root", true), a);
    attach(add_rule(g, "app", true), b);
    world_start(&w, g);
    producer p = new_producer(&w, "app");
    produce(&p, WEIR_LEVEL_INFO, "x");
    produce(&p, WEIR_LEVEL_INFO, "y");
    cr_assert_eq(flush(&w, 20000), 0);
    expect_file(fixture_path(&w.f, "out"), "x\nx\ny\ny\n");
    world_end(&w);
}

typedef struct thread_job {
    world *w;
    char name[16];
    int count;
} thread_job;

static void *produce_many(void *arg) {
    thread_job *job = arg;
    producer p = new_producer(job->w, "app");
    char line[64];
    for (int i = 0; i < job->count; i++) {
        snprintf(line, sizeof line, "%s %d", job->name, i);
        produce(&p, WEIR_LEVEL_INFO, line);
    }
    ring_end(p.ring);
    return NULL;
}

Test(backend, many_threads_lose_nothing_and_keep_their_order) {
    world w;
    world_begin(&w, 64 * 1024);
    world_start(&w, simple_generation(&w, 1, "out"));
    pthread_t threads[8];
    thread_job jobs[8];
    for (int i = 0; i < 8; i++) {
        jobs[i] = (thread_job){.w = &w, .count = 5000};
        snprintf(jobs[i].name, sizeof jobs[i].name, "t%d", i);
        cr_assert_eq(pthread_create(&threads[i], NULL, produce_many, &jobs[i]), 0);
    }
    for (int i = 0; i < 8; i++) pthread_join(threads[i], NULL);
    cr_assert_eq(flush(&w, 20000), 0);
    char *all = file_text(&w, "out");
    for (int i = 0; i < 8; i++) cr_assert_eq(expect_sequence(all, jobs[i].name, 5000), 7 * 5000);
    free(all);
    world_end(&w);
}

/* Rows and formatted lines of any length that the ring can hold come through whole. */
Test(backend, long_records_come_through_whole) {
    world w;
    world_begin(&w, 256 * 1024);
    world_start(&w, simple_generation(&w, 1, "out"));
    producer p = new_producer(&w, "app");
    static char message[60001];
    size_t total = 0;
    for (size_t len = 1; len < 60000; len = len * 3 + 7, total++) {
        memset(message, 'x', len);
        message[len] = '\0';
        produce(&p, WEIR_LEVEL_INFO, message);
    }
    cr_assert_eq(flush(&w, 20000), 0);
    char *all = file_text(&w, "out");
    cr_assert_eq(count_lines(all), total);
    cr_assert_eq(strspn(all, "x\n"), strlen(all));
    free(all);
    world_end(&w);
}

Test(backend, own_records_go_the_way_of_all_records_and_are_counted_apart) {
    world w;
    world_begin(&w, 64 * 1024);
    generation *g = simple_generation(&w, 1, "out");
    world_start(&w, g);
    backend_log(w.b, WEIR_LEVEL_WARNING, SLICE_LITERAL("the disk is full"));
    cr_assert_eq(flush(&w, 20000), 0);
    expect_file(fixture_path(&w.f, "out"), "the disk is full\n");
    cr_assert_eq(counter(&g->handlers[0]->stats->given), 0);
    cr_assert_eq(counter(&g->handlers[0]->stats->notices), 1);
    backend_status s;
    backend_get_status(w.b, &s);
    cr_assert_eq(s.routed, 0);
    world_end(&w);
}

Test(backend, records_of_signal_handlers_are_taken_out_of_their_slots) {
    world w;
    world_begin(&w, 64 * 1024);
    world_start(&w, simple_generation(&w, 1, "out"));
    producer p = new_producer(&w, "app");
    for (int i = 1; i >= 0; i--) {
        signal_slot *s = &w.f.process->signals[i * 7];
        s->level = WEIR_LEVEL_ERROR;
        s->logger = p.logger;
        s->stamp = clock_stamp();
        s->len = (uint32_t)snprintf(s->text, sizeof s->text, "caught %d", i);
        __atomic_store_n(&s->state, 1, __ATOMIC_RELEASE);
        __atomic_add_fetch(&w.f.process->accepted_signal, 1, __ATOMIC_RELAXED);
    }
    WAIT_UNTIL(counter(&w.f.process->routed) == 2);
    cr_assert_eq(flush(&w, 20000), 0);
    expect_file(fixture_path(&w.f, "out"), "caught 1\ncaught 0\n");
    cr_assert_eq(w.f.process->signals[0].state, 0);
    world_end(&w);
}

Test(backend, without_a_handler_the_bare_message_goes_to_stderr_from_warning_up) {
    world w;
    int pipes[2], saved = dup(2);
    world_begin(&w, 64 * 1024);
    cr_assert_eq(pipe(pipes), 0);
    dup2(pipes[1], 2);
    world_start(&w, new_generation(1));
    producer p = new_producer(&w, "app");
    produce(&p, WEIR_LEVEL_INFO, "quiet");
    produce(&p, WEIR_LEVEL_WARNING, "loud");
    int rc = flush(&w, 20000);
    dup2(saved, 2);
    cr_assert_eq(rc, 0);
    char got[64] = "";
    cr_assert_eq(read(pipes[0], got, sizeof got - 1), 5);
    cr_assert_str_eq(got, "loud\n");
    world_end(&w);
}

Test(backend, ids_grow_by_one_and_are_in_the_recent_records) {
    world w;
    world_begin(&w, 64 * 1024);
    int64_t before = clock_realtime_ns();
    world_start(&w, simple_generation(&w, 1, "out"));
    producer p = new_producer(&w, "app");
    for (int i = 0; i < 10; i++) produce(&p, WEIR_LEVEL_INFO, "x");
    cr_assert_eq(flush(&w, 20000), 0);
    static char room[8192] __attribute__((aligned(8)));
    uint64_t first, id = 0;
    size_t count, at = 0;
    recent_copy(w.recents, 1, room, sizeof room, &first, &count);
    cr_assert_eq(count, 10);
    for (size_t i = 0; i < count; i++) {
        const ring_entry *e = (const ring_entry *)(const void *)(room + at);
        cr_assert(i == 0 ? e->id >= (uint64_t)before : e->id == id + 1);
        id = e->id;
        at += e->size;
    }
    world_end(&w);
}

Test(backend, an_ended_thread_gives_its_ring_to_the_next) {
    world w;
    world_begin(&w, 64 * 1024);
    world_start(&w, simple_generation(&w, 1, "out"));
    for (int i = 0; i < 100; i++) {
        producer p = new_producer(&w, "app");
        produce(&p, WEIR_LEVEL_INFO, "x");
        ring_end(p.ring);
    }
    cr_assert_eq(flush(&w, 20000), 0);
    cr_assert(ring_count(w.rings) <= 3);
    backend_status s;
    backend_get_status(w.b, &s);
    cr_assert_eq(s.routed, 100);
    world_end(&w);
}

Test(backend, it_can_be_stopped_without_having_been_started) {
    world w;
    world_begin(&w, 64 * 1024);
    world_create_backend(&w, simple_generation(&w, 1, "out"));
    cr_assert_eq(flush(&w, 10), -1);
    world_end(&w);
}

Test(backend, idle_it_sleeps) {
    world w;
    struct timespec before, after;
    world_begin(&w, 64 * 1024);
    world_start(&w, simple_generation(&w, 1, "out"));
    producer p = new_producer(&w, "app");
    produce(&p, WEIR_LEVEL_INFO, "x");
    cr_assert_eq(flush(&w, 20000), 0);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &before);
    usleep(1000000); /* what is measured is a second of nothing */
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &after);
    long used = (after.tv_sec - before.tv_sec) * 1000000000L + after.tv_nsec - before.tv_nsec;
    cr_log_info("idle: %ld us of CPU a second", used / 1000);
    cr_assert(used < 50 * 1000000L, "%ld ns of CPU in a second of nothing", used);
    world_end(&w);
}
