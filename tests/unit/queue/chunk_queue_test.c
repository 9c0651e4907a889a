/* chunk_queue_test.c - what the backend adds is what the writer finds, in whole records, over wraps,
 * with two threads, and after a kill. The release of a batch is chunk_consumer_test.c's. */
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "base/limits.h"
#include "queue/chunk_internal.h"
#include "queue_fixture.h"

#define QUEUE_SIZE ((size_t)64 * 1024)

TestSuite(chunks, .init = fixture_begin, .fini = fixture_end);

static chunk_queue *make(size_t size) {
    weir_error err;
    chunk_queue *q = chunk_queue_create(&dir, 1, size, SLICE_LITERAL("{\"path\":\"x\"}"), &err);
    cr_assert_not_null(q);
    return q;
}

/* Everything that is published, as text; consumed if wanted. */
static size_t take(chunk_queue *q, char *out, bool consume) {
    chunk_view views[16];
    size_t total = 0;
    for (;;) {
        size_t n = chunk_queue_peek(q, views, 16, SIZE_MAX), bytes = 0;
        for (size_t i = 0; i < n; i++) {
            memcpy(out + total + bytes, views[i].bytes.data, views[i].bytes.len);
            bytes += views[i].bytes.len;
        }
        total += bytes;
        if (!consume || n == 0) return total;
        chunk_queue_consume(q, bytes, NULL, NULL);
    }
}

Test(chunks, nothing_shows_before_it_is_published) {
    chunk_queue *q = make(QUEUE_SIZE);
    char out[256];
    cr_assert(chunk_queue_add(q, 1, 10, SLICE_LITERAL("one\n"), 1));
    cr_assert(chunk_queue_add(q, 1, 11, SLICE_LITERAL("two\n"), 1));
    cr_assert_eq(take(q, out, false), 0);
    cr_assert_not(chunk_queue_had(q, 10));
    chunk_queue_publish(q);
    cr_assert_eq(take(q, out, false), 8);
    chunk_view v;
    cr_assert_eq(chunk_queue_peek(q, &v, 1, 1), 1, "one chunk, and the first whatever its size");
    cr_assert_eq(v.head->records, 2);
    cr_assert_eq(v.head->stats_row, 1);
    cr_assert_eq(v.head->last_id, 11);
    cr_assert(slice_is(v.bytes, "one\ntwo\n"));
    cr_assert(chunk_queue_had(q, 11));
    cr_assert_not(chunk_queue_had(q, 12));
    cr_assert_not(chunk_queue_had(q, 0));
    chunk_queue_free(q);
}

Test(chunks, a_chunk_is_of_one_handler) {
    chunk_queue *q = make(QUEUE_SIZE);
    for (uint16_t i = 0; i < 6; i++) cr_assert(chunk_queue_add(q, i / 2, i, SLICE_LITERAL("x"), 1));
    chunk_queue_publish(q);
    chunk_view views[8];
    cr_assert_eq(chunk_queue_peek(q, views, 8, SIZE_MAX), 3);
    for (uint16_t i = 0; i < 3; i++) cr_assert_eq(views[i].head->stats_row, i);
    chunk_queue_free(q);
}

Test(chunks, chunks_are_closed_at_their_size_and_hold_whole_records) {
    chunk_queue *q = make((size_t)1024 * 1024);
    char record[1000];
    memset(record, 'r', sizeof record);
    for (uint64_t i = 0; i < 200; i++)
        cr_assert(chunk_queue_add(q, 0, i + 1, slice_make(record, sizeof record), 1));
    chunk_queue_publish(q);
    chunk_view views[16];
    size_t n = chunk_queue_peek(q, views, 16, SIZE_MAX);
    cr_assert_eq(n, 4);
    for (size_t i = 0; i < n; i++) {
        cr_assert_leq(views[i].bytes.len, CHUNK_SIZE);
        cr_assert_eq(views[i].bytes.len % 1000, 0);
    }
    cr_assert_eq(chunk_queue_peek(q, views, 16, 100 * 1000), 1, "65,000 bytes, and not the next");
    chunk_queue_free(q);
}

Test(chunks, formatting_in_place) {
    chunk_queue *q = make(QUEUE_SIZE);
    char out[256];
    char *at = chunk_queue_reserve(q, 3, 100);
    cr_assert_not_null(at);
    memcpy(at, "abc", 3);
    chunk_queue_commit(q, 1, 3, 1);
    at = chunk_queue_reserve(q, 3, 100);
    chunk_queue_commit(q, 2, 0, 0);
    at = chunk_queue_reserve(q, 3, 2000);
    memcpy(at, "def", 3);
    chunk_queue_commit(q, 3, 3, 1);
    chunk_queue_publish(q);
    cr_assert_eq(take(q, out, true), 6);
    cr_assert_eq(memcmp(out, "abcdef", 6), 0);
    cr_assert(chunk_queue_had(q, 3));
    cr_assert_null(chunk_queue_reserve(q, 3, chunk_queue_record_max(q) + 1));
    cr_assert_not_null(chunk_queue_reserve(q, 3, chunk_queue_record_max(q)));
    chunk_queue_commit(q, 4, 0, 0);
    chunk_queue_publish(q);
    cr_assert_eq(take(q, out, true), 0);
    cr_assert_eq(chunk_queue_read_pos(q), chunk_queue_write_pos(q));
    chunk_queue_free(q);
}

Test(chunks, a_record_of_the_largest_size_fits_at_every_place_of_an_empty_queue) {
    chunk_queue *q = make(QUEUE_SIZE);
    static char large[QUEUE_SIZE], out[QUEUE_SIZE];
    size_t max = chunk_queue_record_max(q);
    for (size_t i = 0; i < 500; i++) {
        cr_assert(chunk_queue_add(q, 0, i + 1, slice_make(large, 1 + i * 131 % 5000), 1));
        chunk_queue_publish(q);
        take(q, out, true);
        cr_assert(chunk_queue_add(q, 0, i + 1, slice_make(large, max), 1), "%zu", i);
        chunk_queue_publish(q);
        cr_assert_eq(take(q, out, true), max);
    }
    chunk_queue_free(q);
}

Test(chunks, full_is_told_and_room_comes_back) {
    chunk_queue *q = make(QUEUE_SIZE);
    static char out[QUEUE_SIZE];
    char record[700];
    memset(record, 'f', sizeof record);
    size_t n = 0;
    while (chunk_queue_add(q, 0, n + 1, slice_make(record, sizeof record), 1)) n++;
    cr_assert_gt(n, 80);
    chunk_queue_publish(q);
    cr_assert_not(chunk_queue_add(q, 0, n + 1, slice_make(record, sizeof record), 1));
    cr_assert_eq(take(q, out, true), n * sizeof record);
    cr_assert(chunk_queue_add(q, 0, n + 1, slice_make(record, sizeof record), 1));
    chunk_queue_free(q);
}

Test(chunks, truncation_has_its_place_in_the_stream) {
    chunk_queue *q = make(QUEUE_SIZE);
    chunk_view views[8];
    chunk_queue_add(q, 0, 1, SLICE_LITERAL("old"), 1);
    cr_assert(chunk_queue_add_truncate(q));
    chunk_queue_add(q, 0, 2, SLICE_LITERAL("new"), 1);
    chunk_queue_publish(q);
    cr_assert_eq(chunk_queue_peek(q, views, 8, SIZE_MAX), 1);
    cr_assert(slice_is(views[0].bytes, "old"));
    chunk_queue_skip_control(q);
    cr_assert_eq(chunk_queue_peek(q, views, 8, SIZE_MAX), 1, "what is no control is not skipped");
    chunk_queue_consume(q, 3, NULL, NULL);
    cr_assert_eq(chunk_queue_peek(q, views, 8, SIZE_MAX), 1);
    cr_assert_eq(views[0].head->kind, CHUNK_TRUNCATE);
    chunk_queue_consume(q, 3, NULL, NULL);
    chunk_queue_skip_control(q);
    cr_assert_eq(chunk_queue_peek(q, views, 8, SIZE_MAX), 1);
    cr_assert(slice_is(views[0].bytes, "new"));
    chunk_queue_free(q);
}

Test(chunks, noted_records_are_considered_with_the_next_publication) {
    chunk_queue *q = make(QUEUE_SIZE);
    chunk_queue_add(q, 0, 5, SLICE_LITERAL("x"), 1);
    chunk_queue_publish(q);
    for (uint64_t id = 6; id < 12; id++) {
        chunk_queue_note(q, id);
        cr_assert_not(chunk_queue_had(q, id));
        chunk_queue_publish(q);
        chunk_queue *dead = chunk_queue_open(&dir, 1, NULL);
        cr_assert(chunk_queue_had(dead, id));
        cr_assert_not(chunk_queue_had(dead, id + 1));
        chunk_queue_free(dead);
    }
    chunk_queue_free(q);
}

/* ---- two threads ---- */

typedef struct stream {
    chunk_queue *q;
    uint64_t count;
} stream;

static void *write_out(void *arg) {
    stream *s = arg;
    uint64_t expected = 0;
    while (expected < s->count) {
        chunk_view v;
        if (chunk_queue_peek(s->q, &v, 1, SIZE_MAX) == 0) {
            chunk_queue_wait_data(s->q, 1000);
            continue;
        }
        size_t at = 0;
        while (at < v.bytes.len) {
            uint64_t number;
            uint32_t len;
            memcpy(&number, v.bytes.data + at, 8);
            memcpy(&len, v.bytes.data + at + 8, 4);
            cr_assert_eq(number, expected++);
            at += len;
        }
        cr_assert_eq(at, v.bytes.len);
        chunk_queue_consume(s->q, v.bytes.len, NULL, NULL);
    }
    return NULL;
}

Test(chunks, backend_and_writer) {
    stream s = {make(QUEUE_SIZE), 50000};
    pthread_t t;
    pthread_create(&t, NULL, write_out, &s);
    char record[900] = {0};
    for (uint64_t i = 0; i < s.count;) {
        uint32_t len = 12 + (uint32_t)(i * 31 % 800);
        memcpy(record, &i, 8);
        memcpy(record + 8, &len, 4);
        if (chunk_queue_add(s.q, 0, i + 1, slice_make(record, len), 1)) {
            if (++i % 13 == 0) chunk_queue_publish(s.q);
            if (i % 26 == 0) chunk_queue_wake(s.q);
            continue;
        }
        chunk_queue_publish(s.q);
        chunk_queue_wake(s.q);
        uint64_t seen = chunk_queue_read_pos(s.q);
        if (seen != chunk_queue_write_pos(s.q)) chunk_queue_wait_room(s.q, seen, 1000);
    }
    chunk_queue_publish(s.q);
    chunk_queue_wake(s.q);
    pthread_join(t, NULL);
    cr_assert_eq(chunk_queue_read_pos(s.q), chunk_queue_write_pos(s.q));
    chunk_queue_free(s.q);
}

static void *wait_long(void *arg) {
    chunk_queue_wait_data(arg, 60000);
    return NULL;
}

Test(chunks, an_interruption_is_not_lost_when_nobody_waits_yet) {
    chunk_queue *q = make(QUEUE_SIZE);
    pthread_t t;
    chunk_queue_interrupt(q);
    pthread_create(&t, NULL, wait_long, q);
    pthread_join(t, NULL);
    pthread_create(&t, NULL, wait_long, q);
    while (__atomic_load_n(&q->data_waiting, __ATOMIC_SEQ_CST) == 0) sched_yield();
    chunk_queue_interrupt(q);
    pthread_join(t, NULL);
    chunk_queue_free(q);
}

/* ---- after a kill ---- */

static void live_and_die(int records, size_t consumed) {
    pid_t pid = fork();
    if (pid == 0) {
        chunk_queue *q = make(QUEUE_SIZE);
        char line[64], out[QUEUE_SIZE];
        for (int round = 0; round < 3; round++) /* so that the queue has wrapped */
            for (int i = 0; i < 1000; i++) {
                chunk_queue_add(q, 0, 1, SLICE_LITERAL("before, and some more of it\n"), 1);
                if (i % 500 == 499) chunk_queue_publish(q), take(q, out, true);
            }
        for (int i = 0; i < records; i++) {
            int n = snprintf(line, sizeof line, "line %d\n", i);
            chunk_queue_add(q, (uint16_t)(i % 3 == 0), (uint64_t)i + 10, slice_make(line, (size_t)n), 1);
        }
        chunk_queue_publish(q);
        chunk_queue_consume(q, consumed, NULL, NULL);
        chunk_queue_add(q, 0, 999999, SLICE_LITERAL("never published\n"), 1);
        kill(getpid(), SIGKILL);
    }
    waitpid(pid, NULL, 0);
}

Test(chunks, a_dead_process_s_queue_goes_on_where_it_stood) {
    live_and_die(100, 10);
    chunk_queue *q = chunk_queue_open(&dir, 1, NULL);
    cr_assert_not_null(q);
    cr_assert(slice_is(slice_make(chunk_queue_mapping(q)->target, chunk_queue_mapping(q)->target_len),
                       "{\"path\":\"x\"}"));
    cr_assert(chunk_queue_had(q, 109));
    cr_assert_not(chunk_queue_had(q, 110));
    static char out[QUEUE_SIZE], expected[QUEUE_SIZE];
    size_t len = 0;
    for (int i = 0; i < 100; i++)
        len += (size_t)snprintf(expected + len, sizeof expected - len, "line %d\n", i);
    cr_assert_eq(take(q, out, true), len - 10);
    cr_assert_eq(memcmp(out, expected + 10, len - 10), 0);
    cr_assert_eq(chunk_queue_damaged(q), 0);
    chunk_queue_remove(&dir, q);
    chunk_queue_free(q);
    weir_error err;
    cr_assert_null(chunk_queue_open(&dir, 1, &err));
}

Test(chunks, a_queue_that_was_being_made_is_told_from_a_damaged_one) {
    live_and_die(100, 10);
    cr_assert_not(chunk_queue_unfinished(&dir, 1));
    cr_assert_not_null(mapping_create(&dir, "queue-2", 4096 + 16384, MAPPING_AT_ONCE, NULL));
    cr_assert(chunk_queue_unfinished(&dir, 2));
    cr_assert_not(chunk_queue_unfinished(&dir, 3), "it is not there");
}

Test(chunks, bit_flips_are_survived) {
    live_and_die(100, 10);
    char path[RUN_DIR_PATH_SIZE + 16];
    snprintf(path, sizeof path, "%s/queue-1", dir.path);
    static unsigned char whole[4096 + QUEUE_SIZE], bent[sizeof whole];
    int fd = open(path, O_RDWR);
    cr_assert_eq(pread(fd, whole, sizeof whole, 0), (ssize_t)sizeof whole);
    unsigned seed = 11;
    int opened = 0;
    for (int round = 0; round < 3000; round++) {
        memcpy(bent, whole, sizeof bent);
        size_t range = round % 2 == 0 ? 2400 : sizeof bent; /* the head, with all its positions */
        for (int i = 0; i <= round % 4; i++)
            bent[(size_t)rand_r(&seed) % range] ^= (unsigned char)(1u << (rand_r(&seed) % 8));
        cr_assert_eq(pwrite(fd, bent, sizeof bent, 0), (ssize_t)sizeof bent);
        chunk_queue *q = chunk_queue_open(&dir, 1, NULL);
        if (q == NULL) continue;
        opened++;
        static char out[QUEUE_SIZE * 2];
        cr_assert_leq(take(q, out, true), QUEUE_SIZE);
        chunk_queue_skip_control(q);
        chunk_queue_had(q, 1);
        chunk_queue_free(q);
    }
    cr_assert_gt(opened, 1000);
    close(fd);
}

Test(chunks, descriptions_have_a_bound) {
    static char words[CHUNK_TARGET_SIZE + 1];
    weir_error err;
    cr_assert_null(chunk_queue_create(&dir, 7, QUEUE_SIZE, slice_make(words, sizeof words), &err));
    cr_assert_eq(err.code, WEIR_ERR_INVALID);
}

Test(chunks, bytes_beside_the_backends_are_published_with_them_or_at_once) {
    chunk_queue *q = make(QUEUE_SIZE);
    char out[256];
    chunk_queue_share(q);
    cr_assert(chunk_queue_is_shared(q));
    cr_assert(chunk_queue_put_beside(q, 2, SLICE_LITERAL("beside\n"), 1));
    cr_assert_not(chunk_queue_is_drained(q));
    cr_assert_eq(take(q, out, true), 7, "at once: the backend has nothing of its own there");
    cr_assert(chunk_queue_is_drained(q));
    cr_assert(chunk_queue_add(q, 1, 10, SLICE_LITERAL("main\n"), 1));
    chunk_queue_set_main_dirty(q, true);
    cr_assert(chunk_queue_put_beside(q, 2, SLICE_LITERAL("later\n"), 1));
    cr_assert_eq(take(q, out, false), 0, "the backend has not said which of its records are in");
    cr_assert_not(chunk_queue_is_drained(q), "though there is nothing to be seen");
    chunk_queue_publish(q);
    chunk_queue_set_main_dirty(q, false);
    cr_assert_eq(take(q, out, true), 11);
    cr_assert(memcmp(out, "main\nlater\n", 11) == 0);
    cr_assert(chunk_queue_had(q, 10) && !chunk_queue_had(q, 11), "a listener's record says nothing of ids");
    chunk_queue_free(q);
}

enum { BESIDE = 20000 };

static void *put_beside(void *arg) {
    chunk_queue *q = arg;
    char line[32];
    for (int i = 0; i < BESIDE; i++) {
        int n = snprintf(line, sizeof line, "b%d\n", i);
        while (!chunk_queue_put_beside(q, 2, slice_make(line, (size_t)n), 1))
            chunk_queue_wait_room(q, chunk_queue_read_pos(q), 1);
    }
    return NULL;
}

static void *add_mainly(void *arg) {
    chunk_queue *q = arg;
    char line[32];
    for (int i = 0; i < BESIDE; i++) {
        int n = snprintf(line, sizeof line, "m%d\n", i);
        for (bool in = false; !in;) {
            chunk_queue_lock(q);
            in = chunk_queue_add(q, 1, (uint64_t)i + 1, slice_make(line, (size_t)n), 1);
            chunk_queue_set_main_dirty(q, true);
            if (!in || i % 7 == 0 || i == BESIDE - 1) {
                chunk_queue_publish(q);
                chunk_queue_set_main_dirty(q, false);
            }
            chunk_queue_unlock(q);
        }
    }
    return NULL;
}

Test(chunks, two_producers_lose_nothing_and_keep_their_order, .timeout = 60) {
    chunk_queue *q = make(QUEUE_SIZE);
    pthread_t threads[2];
    static char out[2 * QUEUE_SIZE];
    int next[2] = {0, 0};
    chunk_queue_share(q);
    cr_assert_eq(pthread_create(&threads[0], NULL, put_beside, q), 0);
    cr_assert_eq(pthread_create(&threads[1], NULL, add_mainly, q), 0);
    while (next[0] < BESIDE || next[1] < BESIDE) {
        chunk_view view;
        if (chunk_queue_peek(q, &view, 1, SIZE_MAX) == 0) {
            chunk_queue_wait_data(q, 1);
            continue;
        }
        size_t len = view.bytes.len;
        memcpy(out, view.bytes.data, len);
        out[len] = '\0';
        for (char *at = out; *at != '\0'; at = strchr(at, '\n') + 1) {
            int which = *at == 'b' ? 0 : 1;
            cr_assert_eq(atoi(at + 1), next[which], "%.10s", at);
            next[which]++;
        }
        chunk_queue_consume(q, len, NULL, NULL);
    }
    for (int i = 0; i < 2; i++) pthread_join(threads[i], NULL);
    chunk_queue_free(q);
}
