#include "support/backend_fixture.h"

#include <pthread.h>

/* Two handlers at the root: a file, and a FIFO that nobody reads (held open, so that it can be opened). */
typedef struct hung {
    world w;
    int reader;
    handler *file, *fifo;
} hung;

static generation *hung_generation(hung *h, uint64_t number, overflow_policy policy) {
    generation *g = new_generation(number);
    logger_rule *root = add_rule(g, "root", true);
    attach(root, h->fifo = add_handler(&h->w, g, "fifo", "fifo", NULL));
    attach(root, h->file = add_handler(&h->w, g, "file", "out", NULL));
    h->fifo->overflow = policy;
    h->fifo->overflow_given = true;
    return g;
}

static void begin(hung *h, overflow_policy policy) {
    world_begin(&h->w, 16 * 1024);
    slice path = fixture_path(&h->w.f, "fifo");
    cr_assert_eq(mkfifo(path.data, 0600), 0);
    h->reader = open(path.data, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    cr_assert(h->reader >= 0);
    world_start(&h->w, hung_generation(h, 1, policy));
}

static uint64_t dropped(const handler *h) {
    uint64_t sum = 0;
    for (int i = 0; i < DROP_COUNT; i++) sum += counter(&h->stats->dropped[i]);
    return sum;
}

static void end(hung *h) {
    int64_t before = clock_monotonic_ns();
    world_stop(&h->w, 1000);
    cr_assert(clock_monotonic_ns() - before < 3 * SECOND_NS, "the stop took too long");
    close(h->reader);
    fixture_clean(&h->w.f);
}

static void log_many(producer *p, int count) {
    char line[128];
    for (int i = 0; i < count; i++) {
        snprintf(line, sizeof line, "m %d %0100d", i, 0);
        produce(p, WEIR_LEVEL_INFO, line);
    }
}

/* Adds what the FIFO's reader gets to `all`, until that is enough. */
static void read_fifo(hung *h, char *all, size_t size, bool (*enough)(hung *h, const char *all)) {
    size_t got = strlen(all);
    int64_t until = clock_monotonic_ns() + 20 * SECOND_NS;
    while (!enough(h, all) && clock_monotonic_ns() < until) {
        ssize_t n = read(h->reader, all + got, size - got - 1);
        if (n > 0) all[got += (size_t)n] = '\0';
        if (n <= 0) usleep(1000);
    }
}

static bool has_notice(hung *h, const char *all) {
    (void)h;
    return strstr(all, "records dropped") != NULL;
}

Test(overflow, a_hung_target_holds_up_nobody_and_its_drops_are_counted_and_told_once) {
    hung h;
    begin(&h, OVERFLOW_ADAPTIVE);
    producer p = new_producer(&h.w, "app");
    int64_t before = clock_monotonic_ns();
    log_many(&p, 5000);
    WAIT_UNTIL(counter(&h.file->stats->delivered) == 5000);
    cr_assert(clock_monotonic_ns() - before < 3 * SECOND_NS, "one stall is 250 ms");
    uint64_t lost = dropped(h.fifo);
    cr_assert(lost > 0);
    cr_assert_eq(counter(&h.fifo->stats->dropped[DROP_STALLED]), lost);
    cr_assert_eq(counter(&h.fifo->stats->given), 5000);
    target_health health;
    target_get_health(h.fifo->target, &health);
    cr_assert(health.stalled);
    static char all[4 * 1024 * 1024];
    read_fifo(&h, all, sizeof all, has_notice);
    char expected[128];
    snprintf(expected, sizeof expected, "handler fifo: %llu records dropped: the target made no progress",
             (unsigned long long)lost);
    cr_assert_not_null(strstr(all, expected), "%s", strstr(all, "handler fifo"));
    cr_assert_eq(counter(&h.fifo->stats->notices), 1);
    WAIT_UNTIL(counter(&h.fifo->stats->delivered) + lost == 5000);
    target_get_health(h.fifo->target, &health);
    cr_assert(!health.stalled);
    char *file = file_text(&h.w, "out");
    cr_assert_eq(expect_sequence(file, "m", 5000), 0);
    free(file);
    end(&h);
}

/* "N records dropped": how many of them there are, and the sum of all N. */
static size_t sum_of_notices(const char *all, uint64_t *sum) {
    size_t count = 0;
    *sum = 0;
    for (const char *at = all; (at = strstr(at, "handler fifo: ")) != NULL; at++, count++)
        *sum += strtoul(at + strlen("handler fifo: "), NULL, 10);
    return count;
}

static size_t notices_wanted;
static bool has_notices(hung *h, const char *all) {
    uint64_t sum;
    (void)h;
    return sum_of_notices(all, &sum) >= notices_wanted;
}

static bool has_all(hung *h, const char *all) {
    const handler_stats *row = h->fifo->stats;
    uint64_t sum;
    bool settled = counter(&row->delivered) + dropped(h->fifo) == counter(&row->given);
    return settled && sum_of_notices(all, &sum) == counter(&row->notices) && sum == dropped(h->fifo);
}

/* Fill, read, again: each run of drops is told once, with its own number. */
Test(overflow, every_run_of_drops_is_told_once_and_exactly) {
    hung h;
    begin(&h, OVERFLOW_DROP);
    producer p = new_producer(&h.w, "app");
    static char all[4 * 1024 * 1024];
    for (notices_wanted = 1; notices_wanted <= 3; notices_wanted++) {
        log_many(&p, 2000);
        WAIT_UNTIL(counter(&h.file->stats->delivered) == 2000 * notices_wanted);
        read_fifo(&h, all, sizeof all, has_notices);
    }
    read_fifo(&h, all, sizeof all, has_all);
    uint64_t sum;
    cr_assert(has_all(&h, all), "%zu notices of %llu records", sum_of_notices(all, &sum),
              (unsigned long long)sum);
    cr_assert_eq(counter(&h.fifo->stats->given), 6000);
    cr_assert(counter(&h.fifo->stats->notices) >= 3);
    end(&h);
}

Test(overflow, drop_waits_for_nothing) {
    hung h;
    begin(&h, OVERFLOW_DROP);
    producer p = new_producer(&h.w, "app");
    log_many(&p, 3000);
    WAIT_UNTIL(counter(&h.file->stats->delivered) == 3000);
    cr_assert(dropped(h.fifo) > 0);
    cr_assert_eq(counter(&h.fifo->stats->dropped[DROP_OVERFLOW]), dropped(h.fifo));
    cr_assert_eq(counter(&h.fifo->stats->given), 3000);
    end(&h);
}

Test(overflow, drop_low_drops_what_is_below_warning) {
    hung h;
    begin(&h, OVERFLOW_DROP_LOW);
    producer p = new_producer(&h.w, "app");
    log_many(&p, 3000);
    WAIT_UNTIL(counter(&h.file->stats->delivered) == 3000);
    cr_assert(counter(&h.fifo->stats->dropped[DROP_OVERFLOW]) > 0);
    cr_assert_eq(counter(&h.fifo->stats->dropped[DROP_STALLED]), 0);
    char line[3000];
    snprintf(line, sizeof line, "it matters %02900d", 0);
    for (int i = 0; i < 10; i++) produce(&p, WEIR_LEVEL_ERROR, line); /* more than any room that is left */
    WAIT_UNTIL(counter(&h.fifo->stats->dropped[DROP_STALLED]) > 0);
    end(&h);
}

static void *log_thread(void *arg) {
    producer p = new_producer(arg, "app");
    char line[128];
    for (int i = 0; i < 3000; i++) {
        snprintf(line, sizeof line, "m %d %0100d", i, 0);
        if (!produce_within(&p, WEIR_LEVEL_INFO, line, 20000)) return "gave up";
    }
    return NULL;
}

/* `block` loses nothing, and a new configuration still gets through: here, the one that frees it. */
Test(overflow, block_waits_until_the_target_is_read) {
    hung h;
    pthread_t t;
    void *gave_up;
    begin(&h, OVERFLOW_BLOCK);
    cr_assert_eq(pthread_create(&t, NULL, log_thread, &h.w), 0);
    usleep(600000); /* longer than any stall */
    cr_assert_eq(dropped(h.fifo), 0);
    static char all[1024 * 1024];
    size_t got = 0;
    int64_t until = clock_monotonic_ns() + 20 * SECOND_NS;
    while (counter(&h.fifo->stats->delivered) < 3000 && clock_monotonic_ns() < until) {
        ssize_t n = read(h.reader, all + got, sizeof all - got - 1);
        if (n > 0) got += (size_t)n;
    }
    ssize_t n = read(h.reader, all + got, sizeof all - got - 1);
    if (n > 0) got += (size_t)n;
    pthread_join(t, &gave_up);
    cr_assert_null(gave_up);
    all[got] = '\0';
    cr_assert_eq(expect_sequence(all, "m", 3000), 0);
    cr_assert_eq(dropped(h.fifo), 0);
    end(&h);
}

Test(overflow, a_new_configuration_replaces_a_target_that_blocks) {
    hung h;
    pthread_t t;
    void *gave_up;
    weir_error err;
    begin(&h, OVERFLOW_BLOCK);
    handler *old_fifo = h.fifo;
    cr_assert_eq(pthread_create(&t, NULL, log_thread, &h.w), 0);
    usleep(300000); /* until it blocks */
    int64_t before = clock_monotonic_ns();
    generation *g = simple_generation(&h.w, 2, "other");
    cr_assert_eq(backend_swap(h.w.b, g, &err), 0, "%s", err.message);
    cr_assert(clock_monotonic_ns() - before < SECOND_NS, "the answer came late");
    pthread_join(t, &gave_up);
    cr_assert_null(gave_up);
    WAIT_UNTIL(__atomic_load_n(&h.w.retired_count, __ATOMIC_ACQUIRE) == 1);
    uint64_t old = counter(&h.file->stats->given);
    cr_assert_eq(counter(&old_fifo->stats->given), old);
    WAIT_UNTIL(counter(&g->handlers[0]->stats->delivered) + old >= 3000);
    end(&h);
}

/* What cannot be brought to its target in time stays in ring and queue, counted. */
Test(overflow, a_stop_keeps_its_deadline_and_leaves_the_rest_to_recovery) {
    hung h;
    begin(&h, OVERFLOW_BLOCK);
    producer p = new_producer(&h.w, "app");
    char line[128];
    uint64_t count = 0;
    do snprintf(line, sizeof line, "m %llu %0100d", (unsigned long long)count, 0);
    while (produce_within(&p, WEIR_LEVEL_INFO, line, 100) && ++count > 0);
    int64_t before = clock_monotonic_ns();
    generation *last = backend_stop(h.w.b, before + SECOND_NS / 2);
    int64_t took = clock_monotonic_ns() - before;
    cr_assert(took < SECOND_NS, "%lld ms", (long long)took / 1000000);
    backend_status s;
    backend_get_status(h.w.b, &s);
    cr_assert_eq(s.accepted, count);
    cr_assert_eq(s.routed + s.in_rings, count);
    cr_assert(s.in_rings > 0);
    cr_assert_eq(counter(&h.fifo->stats->given), s.routed);
    cr_assert_eq(target_registry_stop(h.w.f.registry, clock_monotonic_ns(), NULL), 0);
    generation_free(last);
    world_free(&h.w);
    close(h.reader);
    fixture_clean(&h.w.f);
}
