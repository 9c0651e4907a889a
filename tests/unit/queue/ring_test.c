/* ring_test.c - entries come out as they went in: over wraps, growth, waiting, threads that end, and
 * after a kill. */
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "queue/ring.h"
#include "queue/ring_internal.h"
#include "queue_fixture.h"

TestSuite(ring, .init = fixture_begin, .fini = fixture_end);

static ring_set *make_set(size_t ring_size, size_t total) {
    weir_error err;
    ring_limits limits = {ring_size, total};
    ring_set *s = ring_set_create(&dir, &limits, &err);
    cr_assert_not_null(s);
    return s;
}

/* An entry of `extra` bytes of argument, that carries a number. */
static bool put(ring_set *s, ring *r, uint64_t number, uint32_t extra) {
    uint32_t size = (uint32_t)sizeof(ring_entry) + ((extra + 7) & ~7u);
    ring_entry *e = (ring_entry *)(void *)ring_reserve(s, r, size);
    if (e == NULL) return false;
    memset(e, 0, sizeof *e);
    e->size = size;
    e->kind = ENTRY_CALL;
    e->stamp = number;
    e->args_size = size - (uint32_t)sizeof *e;
    e->check = entry_check(e);
    memset(e + 1, (int)(number & 0xFF), e->args_size);
    ring_publish(r, size);
    return true;
}

static bool get(ring *r, uint64_t *number) {
    ring_entry *e = ring_peek(r);
    if (e == NULL) return false;
    cr_assert(entry_valid(e, e->size));
    const unsigned char *args = (const unsigned char *)(e + 1);
    for (uint32_t i = 0; i < e->args_size; i++) cr_assert_eq(args[i], e->stamp & 0xFF);
    *number = e->stamp;
    ring_advance(r, e);
    return true;
}

Test(ring, wraps) {
    ring_set *s = make_set(RING_FIRST_SIZE, RING_TOTAL_DEFAULT);
    ring *r = ring_acquire(s);
    uint64_t written = 0, read = 0, n;
    unsigned seed = 1;
    while (written < 20000) {
        while (put(s, r, written, (uint32_t)rand_r(&seed) % 3000)) written++;
        uint64_t stop = written - (uint64_t)rand_r(&seed) % 3;
        while (read < stop && get(r, &n)) cr_assert_eq(n, read++);
        ring_release(s, r);
    }
    while (get(r, &n)) cr_assert_eq(n, read++);
    cr_assert_eq(read, written);
    ring_release(s, r);
    ring_totals totals;
    ring_set_totals(s, &totals);
    cr_assert_eq(totals.accepted, written);
    cr_assert_eq(totals.consumed, written);
    cr_assert_eq(ring_damaged(r), 0);
    ring_set_free(s);
}

Test(ring, what_is_read_is_not_overwritten_before_it_is_released) {
    ring_set *s = make_set(RING_FIRST_SIZE, RING_TOTAL_DEFAULT);
    ring *r = ring_acquire(s);
    uint64_t written = 0, n;
    while (put(s, r, written, 1000)) written++;
    ring_entry *first = ring_peek(r);
    while (get(r, &n)) continue;
    cr_assert_not(put(s, r, written, 1000));
    cr_assert_eq(first->stamp, 0);
    ring_release(s, r);
    cr_assert(put(s, r, written, 1000));
    ring_set_free(s);
}

Test(ring, grows_to_its_full_size_and_the_old_segments_go) {
    ring_set *s = make_set(256 * 1024, RING_TOTAL_DEFAULT);
    ring *r = ring_acquire(s);
    uint64_t written = 0, read = 0, n;
    while (put(s, r, written, 100)) written++;
    cr_assert_gt(written * 160, 256 * 1024);
    ring_totals totals;
    ring_set_totals(s, &totals);
    cr_assert_eq(totals.bytes, 16u * 1024 + (16 + 32 + 64 + 128 + 256) * 1024u);
    while (get(r, &n)) cr_assert_eq(n, read++);
    cr_assert_eq(read, written);
    ring_release(s, r);
    ring_set_totals(s, &totals);
    cr_assert_eq(totals.bytes, (16 + 256) * 1024);
    cr_assert_eq(totals.accepted, written);
    cr_assert_eq(totals.consumed, written);
    char path[RUN_DIR_PATH_SIZE + 16];
    snprintf(path, sizeof path, "%s/ring-1-1", dir.path);
    cr_assert_not(fixture_exists(path));
    snprintf(path, sizeof path, "%s/ring-1-5", dir.path);
    cr_assert(fixture_exists(path));
    ring_set_free(s);
}

Test(ring, a_large_record_gets_a_segment_it_fits) {
    ring_set *s = make_set(RING_DEFAULT_SIZE, RING_TOTAL_DEFAULT);
    ring *r = ring_acquire(s);
    cr_assert_eq(ring_entry_max(s), RING_DEFAULT_SIZE / 4);
    cr_assert(put(s, r, 1, RING_DEFAULT_SIZE / 4 - 56));
    cr_assert(put(s, r, 2, RING_DEFAULT_SIZE / 4 - 56));
    uint64_t n;
    cr_assert(get(r, &n) && n == 1);
    cr_assert(get(r, &n) && n == 2);
    ring_set_free(s);
}

Test(ring, an_ended_ring_goes_to_the_next_thread_read_or_not) {
    ring_set *s = make_set(RING_DEFAULT_SIZE, RING_TOTAL_DEFAULT);
    uint64_t n;
    ring *r = ring_acquire(s);
    put(s, r, 1, 8);
    ring_end(r);
    cr_assert_eq(ring_acquire(s), r);
    put(s, r, 2, 8);
    cr_assert(get(r, &n) && n == 1);
    cr_assert(get(r, &n) && n == 2);
    ring_end(r);
    ring_release(s, r);
    cr_assert_eq(r->state, RING_FREE);
    cr_assert_eq(ring_acquire(s), r);
    while (put(s, r, 3, 1000)) continue; /* a megabyte */
    ring_end(r);
    while (get(r, &n)) continue;
    ring_release(s, r);
    ring_totals totals;
    ring_set_totals(s, &totals);
    cr_assert_eq(totals.bytes, RING_FIRST_SIZE, "an ended ring gives back what it grew to");
    cr_assert_eq(totals.live, 1);
    uint64_t accepted = totals.accepted;
    cr_assert_eq(totals.consumed, accepted);
    cr_assert_eq(ring_acquire(s), r);
    put(s, r, 4, 8);
    cr_assert(get(r, &n) && n == 4);
    ring_release(s, r);
    ring_set_totals(s, &totals);
    cr_assert_eq(totals.accepted, accepted + 1);
    cr_assert_eq(totals.consumed, accepted + 1);
    ring_set_free(s);
}

Test(ring, the_total_is_a_bound_and_the_spare_ring_serves_beyond) {
    ring_set *s = make_set(64 * 1024, 128 * 1024);
    ring *taken[16];
    int count = 0;
    while ((taken[count] = ring_acquire(s)) != NULL) count++;
    cr_assert_eq(count, 3); /* 128 KiB less the spare's 64, whose first 16 are in use: 3 of 16 */
    uint64_t i = 0;
    while (put(s, taken[0], i, 1000)) i++;
    cr_assert_leq(i, 16, "it could not grow");
    ring *spare = ring_spare(s);
    ring_spare_lock(s);
    for (i = 0; put(s, spare, i, 1000);) i++;
    ring_spare_unlock(s);
    cr_assert_gt(i, 64, "it could");
    ring_end(taken[1]);
    cr_assert_eq(ring_acquire(s), taken[1]);
    ring_set_free(s);
}

typedef struct producer {
    ring_set *s;
    uint64_t count;
    uint32_t bytes;
    bool spare;
} producer;

static void *produce(void *arg) {
    producer *p = arg;
    ring *r = p->spare ? ring_spare(p->s) : ring_acquire(p->s);
    cr_assert_not_null(r);
    for (uint64_t i = 0; i < p->count;) {
        if (p->spare) ring_spare_lock(p->s);
        bool done = put(p->s, r, i, (uint32_t)(i * 37 % p->bytes));
        if (p->spare) ring_spare_unlock(p->s);
        if (done)
            i++;
        else
            ring_wait(r, 1000);
    }
    if (!p->spare) ring_end(r);
    return NULL;
}

static void drain(ring_set *s, uint64_t *next, uint64_t *total, bool in_order) {
    ring_totals totals;
    for (uint32_t i = 0; i < ring_count(s); i++) {
        uint64_t n;
        ring *r = ring_at(s, i);
        while (get(r, &n)) {
            if (in_order) cr_assert_eq(n, next[i]);
            next[i] = n + 1;
            (*total)++;
        }
        ring_release(s, r);
    }
    ring_set_totals(s, &totals);
    cr_assert_leq(totals.consumed, totals.accepted);
}

Test(ring, threads_wait_and_nothing_is_lost) {
    enum { THREADS = 3, COUNT = 20000 };
    ring_set *s = make_set(32 * 1024, RING_TOTAL_DEFAULT);
    producer p = {s, COUNT, 600, false};
    pthread_t threads[THREADS];
    uint64_t next[THREADS + 1] = {0}, total = 0;
    for (int i = 0; i < THREADS; i++) pthread_create(&threads[i], NULL, produce, &p);
    while (total < THREADS * COUNT) drain(s, next, &total, false);
    for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
    drain(s, next, &total, false);
    cr_assert_eq(total, THREADS * COUNT);
    ring_set_free(s);
}

Test(ring, each_ring_keeps_its_order_while_it_grows) {
    enum { COUNT = 30000 };
    ring_set *s = make_set(RING_DEFAULT_SIZE, RING_TOTAL_DEFAULT);
    producer p = {s, COUNT, 900, false};
    pthread_t threads[2];
    uint64_t next[3] = {0}, total = 0;
    pthread_create(&threads[0], NULL, produce, &p);
    while (ring_count(s) < 2) sched_yield();
    while (total < COUNT) drain(s, next, &total, true);
    pthread_join(threads[0], NULL);
    cr_assert_eq(next[1], COUNT);
    ring_set_free(s);
}

Test(ring, producers_of_the_spare_ring_share_it) {
    enum { THREADS = 3, COUNT = 5000 };
    ring_set *s = make_set(32 * 1024, 64 * 1024);
    producer p = {s, COUNT, 600, true};
    pthread_t threads[THREADS];
    uint64_t next[1] = {0}, total = 0;
    for (int i = 0; i < THREADS; i++) pthread_create(&threads[i], NULL, produce, &p);
    while (total < THREADS * COUNT) drain(s, next, &total, false);
    for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
    ring_set_free(s);
}

static void *short_life(void *arg) {
    ring_set *s = arg;
    ring *r = ring_acquire(s);
    cr_assert_not_null(r);
    cr_assert(put(s, r, 0, 100));
    ring_end(r);
    return NULL;
}

Test(ring, a_thousand_short_threads_need_one_ring) {
    ring_set *s = make_set(RING_DEFAULT_SIZE, RING_TOTAL_DEFAULT);
    uint64_t next[8] = {0}, total = 0;
    for (int i = 0; i < 1000; i++) {
        pthread_t t;
        pthread_create(&t, NULL, short_life, s);
        pthread_join(t, NULL);
        if (i % 7 == 0) drain(s, next, &total, false);
    }
    drain(s, next, &total, false);
    cr_assert_eq(total, 1000);
    cr_assert_eq(ring_count(s), 2);
    ring_set_free(s);
}

static void *interrupted(void *arg) {
    ring *r = arg;
    ring_wait(r, 60000);
    return NULL;
}

Test(ring, who_waits_can_be_interrupted) {
    ring_set *s = make_set(RING_FIRST_SIZE, RING_TOTAL_DEFAULT);
    ring *r = ring_acquire(s);
    while (put(s, r, 1, 1000)) continue;
    pthread_t t;
    pthread_create(&t, NULL, interrupted, r);
    while (__atomic_load_n(&r->waiting, __ATOMIC_SEQ_CST) == 0) sched_yield();
    ring_set_interrupt(s);
    pthread_join(t, NULL);
    ring_set_free(s);
}

/* ---- after a kill ---- */

/* A process that fills two rings, one of them over several segments, reads some, and is killed. */
static void live_and_die(uint64_t in_first, uint64_t in_second, uint64_t read) {
    pid_t pid = fork();
    if (pid == 0) {
        ring_limits limits = {RING_DEFAULT_SIZE, RING_TOTAL_DEFAULT};
        ring_set *s = ring_set_create(&dir, &limits, NULL);
        ring *a = ring_acquire(s), *b = ring_acquire(s);
        uint64_t n;
        for (uint64_t i = 0; i < in_first; i++) put(s, a, i, (uint32_t)(i % 300));
        for (uint64_t i = 0; i < in_second; i++) put(s, b, i, 40);
        for (uint64_t i = 0; i < read; i++) get(a, &n);
        ring_release(s, a);
        kill(getpid(), SIGKILL);
    }
    waitpid(pid, NULL, 0);
}

Test(ring, what_a_dead_process_left_is_read_once) {
    live_and_die(2000, 50, 300);
    uint64_t damaged = 99, n;
    ring_set *s = ring_set_open(&dir, &damaged, NULL);
    cr_assert_not_null(s);
    cr_assert_eq(damaged, 0);
    cr_assert_eq(ring_count(s), 3);
    for (uint64_t i = 300; i < 1200; i++) cr_assert(get(ring_at(s, 1), &n) && n == i);
    ring_release(s, ring_at(s, 1));
    ring_set_free(s);
    s = ring_set_open(&dir, &damaged, NULL); /* recovery was killed too */
    for (uint64_t i = 1200; i < 2000; i++) cr_assert(get(ring_at(s, 1), &n) && n == i);
    cr_assert_not(get(ring_at(s, 1), &n));
    for (uint64_t i = 0; i < 50; i++) cr_assert(get(ring_at(s, 2), &n) && n == i);
    cr_assert_not(get(ring_at(s, 2), &n));
    ring_set_free(s);
}

/* Reads everything; entries whose header proves itself are counted. */
static uint64_t read_all(ring_set *s) {
    uint64_t count = 0;
    for (uint32_t i = 0; i < ring_count(s); i++)
        for (ring_entry *e = ring_peek(ring_at(s, i)); e != NULL; e = ring_peek(ring_at(s, i))) {
            cr_assert(entry_valid(e, e->size));
            ring_advance(ring_at(s, i), e);
            count++;
        }
    return count;
}

static void flip(const char *file, unsigned *seed, size_t offset_max, int flips) {
    char path[RUN_DIR_PATH_SIZE + 32];
    snprintf(path, sizeof path, "%s/%s", dir.path, file);
    int fd = open(path, O_RDWR);
    cr_assert_geq(fd, 0);
    for (int i = 0; i < flips; i++) {
        off_t at = (off_t)((size_t)rand_r(seed) % offset_max);
        unsigned char byte = 0;
        cr_assert_eq(pread(fd, &byte, 1, at), 1);
        byte = (unsigned char)(byte ^ (1u << (rand_r(seed) % 8)));
        cr_assert_eq(pwrite(fd, &byte, 1, at), 1);
    }
    close(fd);
}

Test(ring, bit_flips_cost_what_is_flipped) {
    unsigned seed = 3;
    for (int round = 0; round < 200; round++) {
        live_and_die(0, 100, 0);
        flip("ring-2-1", &seed, RING_DATA_OFFSET + 100 * 96, 1 + round % 5);
        uint64_t damaged = 0;
        ring_set *s = ring_set_open(&dir, &damaged, NULL);
        cr_assert_not_null(s);
        uint64_t count = read_all(s);
        cr_assert_leq(count, 101);
        /* All is there, or something is told to be missing. */
        cr_assert(count == 100 || damaged > 0 || round % 5 > 0, "round %d: %lu", round, (unsigned long)count);
        ring_set_free(s);
        run_dir_remove(&dir);
        dir = fixture_run_dir("kvd");
    }
}

Test(ring, one_damaged_header_costs_one_entry) {
    live_and_die(0, 100, 0);
    char path[RUN_DIR_PATH_SIZE + 32];
    snprintf(path, sizeof path, "%s/ring-2-1", dir.path);
    int fd = open(path, O_RDWR);
    uint32_t wrong = 0x7fffffff;
    cr_assert_eq(pwrite(fd, &wrong, sizeof wrong, RING_DATA_OFFSET + 10 * 96), sizeof wrong);
    close(fd);
    uint64_t damaged = 0;
    ring_set *s = ring_set_open(&dir, &damaged, NULL);
    cr_assert_eq(damaged, 1);
    cr_assert_eq(read_all(s), 99);
    ring_set_free(s);
}

/* Killed while it made a segment: no record was ever in it. */
Test(ring, a_segment_that_was_being_made_is_no_damage) {
    live_and_die(10, 10, 0);
    cr_assert_not_null(mapping_create(&dir, "ring-9-1", 4096 + 16384, MAPPING_AT_ONCE, NULL));
    int fd = openat(dir.fd, "ring-10-1", O_CREAT | O_WRONLY, 0600);
    cr_assert(fd >= 0);
    close(fd);
    uint64_t damaged = 0;
    ring_set *s = ring_set_open(&dir, &damaged, NULL);
    cr_assert_eq(damaged, 0);
    cr_assert_eq(read_all(s), 20);
    ring_set_free(s);
}

Test(ring, foreign_files_are_not_rings) {
    live_and_die(10, 10, 0);
    const char *const names[] = {"ring-9-1", "ring-4096-1", "ring-1-x", "ring-01-1"};
    for (size_t i = 0; i < 4; i++) {
        char *file = mapping_create(&dir, names[i], 4096 + 16384, MAPPING_AT_ONCE, NULL);
        cr_assert_not_null(file);
        file[0] = 'x';
    }
    uint64_t damaged = 0;
    ring_set *s = ring_set_open(&dir, &damaged, NULL);
    cr_assert_eq(damaged, 1, "ring-9-1 only has the name of one");
    cr_assert_eq(read_all(s), 20);
    ring_set_free(s);
}
