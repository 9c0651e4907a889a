/* A disk that does not answer: write blocks, whatever anybody wants. */
#include <pthread.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include "base/futex.h"
#include "sink/feed.h"
#include "sink/target_private.h"
#include "store/fork_gate.h"
#include "support/sink_fixture.h"

static uint32_t blocked, inside, done;
/* Kept on purpose by the registry, for the thread that may still come back; told to LeakSanitizer. */
static target *left_behind;

ssize_t writev(int fd, const struct iovec *parts, int count) {
    if (__atomic_load_n(&blocked, __ATOMIC_ACQUIRE) != 0) {
        futex_signal(&inside);
        while (__atomic_load_n(&blocked, __ATOMIC_ACQUIRE) != 0) usleep(1000);
        ssize_t n = syscall(SYS_writev, fd, parts, count);
        futex_signal(&done);
        return n;
    }
    return syscall(SYS_writev, fd, parts, count);
}

Test(target_stop, a_thread_in_a_blocked_disk_call_is_left_behind_and_named) {
    fixture f;
    fixture_begin(&f, 64 * 1024);
    slice path = fixture_path(&f, "nfs.log");
    sink_spec spec = file_spec(path);
    target *t = fixture_target(&f, &spec);
    left_behind = t;
    uint16_t row = fixture_row(&f, "nfs");
    target_activate(t);
    blocked = 1;
    put(&f, t, row, "line\n");
    publish(t);
    WAIT_UNTIL(__atomic_load_n(&inside, __ATOMIC_ACQUIRE) > 0);
    int64_t from = clock_monotonic_ns();
    text left;
    text_init(&left, 0);
    cr_assert_eq(target_registry_stop(f.registry, from + 300 * 1000000, &left), 1);
    cr_assert((clock_monotonic_ns() - from) / 1000000 < 1500);
    cr_assert(slice_equal(text_slice(&left), path));
    text_done(&left);
    target_release(t);
    /* All that the thread must not touch any more goes now; then its call comes back. */
    target_registry_free(f.registry);
    process_map_free(f.process);
    run_dir_close(&f.run);
    __atomic_store_n(&blocked, 0, __ATOMIC_RELEASE);
    WAIT_UNTIL(__atomic_load_n(&done, __ATOMIC_ACQUIRE) > 0);
    expect_file(path, "line\n");
    cr_assert(worker_join(&left_behind->thread, FIXTURE_PATIENCE_MS));
    fixture_clean(&f);
}

/* A child whose parent stood in SQLite never writes to the history: its end does not wait for that. */
Test(target_stop, what_this_process_can_never_write_is_not_waited_for) {
    fixture f;
    fixture_begin(&f, 64 * 1024);
    sink_spec spec = file_spec(fixture_path(&f, "history.db"));
    spec.kind = slice_of("sqlite");
    target *t = fixture_target(&f, &spec);
    uint16_t row = fixture_row(&f, "history");
    /* From here on this process is such a child. */
    cr_assert(fork_gate_enter());
    history_fork_prepare();
    history_fork_child();
    target_activate(t);
    put(&f, t, row, "row");
    publish(t);
    WAIT_FOR_NOTICE(&f, 1);
    cr_expect(strstr(f.last_notice, "kept for a recovery") != NULL, "%s", f.last_notice);
    int64_t from = clock_monotonic_ns(), patience = INT64_C(30000000000);
    cr_assert_eq(target_registry_stop(f.registry, from + patience, NULL), 0);
    cr_expect_lt(clock_monotonic_ns() - from, patience / 2);
    cr_expect_lt(chunk_queue_read_pos(t->queue), chunk_queue_write_pos(t->queue), "it is kept");
}

/* Many writers that rest are told, joined and done within moments. */
Test(target_stop, many_idle_writers_end_at_once) {
    fixture f;
    fixture_begin(&f, 64 * 1024);
    target *all[50];
    for (int i = 0; i < 50; i++) {
        char name[32];
        snprintf(name, sizeof name, "app-%d.log", i);
        sink_spec spec = file_spec(fixture_path(&f, name));
        all[i] = fixture_target(&f, &spec);
        if (i % 2 == 0) target_activate(all[i]);
    }
    int64_t from = clock_monotonic_ns();
    cr_assert_eq(target_registry_stop(f.registry, from + 10 * (int64_t)1000000000, NULL), 0);
    cr_assert((clock_monotonic_ns() - from) / 1000000 < 5000);
    for (int i = 0; i < 50; i++) target_release(all[i]);
    cr_assert_eq(fixture_end(&f, 0), 0);
}

static void *revive(void *arg) {
    fixture *f = arg;
    char path[128];
    snprintf(path, sizeof path, "%s/app.log", f->dir);
    sink_spec spec = file_spec(slice_of(path));
    for (int i = 0; i < 300; i++) {
        target *t = fixture_target(f, &spec);
        target_activate(t);
        target_release(t);
    }
    return NULL;
}

/* Acquire against the end of the same target, as fast as it goes. */
Test(target_stop, acquire_and_release_race_with_the_end) {
    fixture f;
    fixture_begin(&f, 64 * 1024);
    pthread_t threads[2];
    for (int i = 0; i < 2; i++) pthread_create(&threads[i], NULL, revive, &f);
    for (int i = 0; i < 2; i++) pthread_join(threads[i], NULL);
    cr_assert_eq(fixture_end(&f, 2000), 0);
}

/* ---- queues that are read into queues ---- */

typedef struct hop {
    feed base;
    target *next; /* NULL: it is the last */
    struct hop *to;
    int taken;
} hop;

static void add_frame(const hop *to, text *out) {
    const parcel_head p = {.size = sizeof p};
    size_t begin = frame_begin(out);
    text_add(out, (const char *)&to->base.number, sizeof to->base.number);
    host_frame_put(&p, SLICE_LITERAL("shown"), SLICE_LITERAL("raw"), out);
    frame_end(out, begin);
}

/* Slower than the one behind it. */
static feed_result pass_on(feed *f, const feed_record *r, weir_error *err) {
    hop *h = (hop *)f;
    text out;
    (void)r, (void)err;
    h->taken++;
    if (h->next == NULL) return FEED_DONE;
    usleep(2000);
    text_init(&out, 0);
    add_frame(h->to, &out);
    cr_assert(chunk_queue_put_beside(target_queue(h->next), 0, text_slice(&out), 1));
    text_done(&out);
    return FEED_DONE;
}
static void no_rest(feed *f, feed_rest why, const uint32_t *word) { (void)f, (void)why, (void)word; }
static void stay(feed *f) { (void)f; }

static target *make_hop(fixture *f, hop *h, const char *name) {
    sink_spec spec = {.kind = SLICE_LITERAL("queue"),
                      .path = slice_of(name),
                      .fd = -1,
                      .mode = 'a',
                      .beneath_fd = -1,
                      .options = SLICE_LITERAL("{}")};
    target *t = fixture_target(f, &spec);
    h->base = (feed){.take = pass_on, .rest = no_rest, .free = stay};
    snprintf(h->base.queue, sizeof h->base.queue, "%s", name);
    feed_add(&h->base);
    return t;
}

Test(target_stop, of_queues_in_a_row_the_first_is_emptied_first) {
    enum { COUNT = 100 };
    static hop first, last;
    fixture f;
    text out;
    fixture_begin(&f, 64 * 1024);
    target *behind = make_hop(&f, &last, "behind"), *before = make_hop(&f, &first, "before");
    first.next = behind;
    first.to = &last;
    chunk_queue_share(target_queue(behind));
    target_set_rank(before, 1);
    text_init(&out, 0);
    for (int i = 0; i < COUNT; i++) add_frame(&first, &out);
    cr_assert(chunk_queue_add(target_queue(before), fixture_row(&f, "q"), 1, text_slice(&out), COUNT));
    publish(before);
    target_activate(behind);
    target_activate(before);
    cr_assert_eq(target_registry_stop(f.registry, clock_monotonic_ns() + 20000000000, NULL), 0);
    cr_assert_eq(first.taken, COUNT);
    cr_assert_eq(last.taken, COUNT);
    text_done(&out);
    target_registry_free(f.registry);
    process_map_free(f.process);
    run_dir_close(&f.run);
    fixture_clean(&f);
}
