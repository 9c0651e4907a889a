/* Forks while a history is used: no deadlock, no shared connection, nothing lost. covers: fault 6 */
#include <pthread.h>
#include <sys/wait.h>

#include "support/history_fixture.h"

#include "base/clock.h"

static history_fixture f;

static void set_up(void) {
    static bool registered;
    if (!registered) pthread_atfork(history_fork_prepare, history_fork_parent, history_fork_child);
    registered = true;
    fixture_dir(&f);
    fixture_open(&f, NULL);
}
static void tear_down(void) { fixture_done(&f); }
TestSuite(forks, .init = set_up, .fini = tear_down, .timeout = 120);

static int nothing(void *arg, const row *r) {
    (void)arg, (void)r;
    return 0;
}

enum { WROTE, NOT_OPENED, NOT_WRITTEN, KEPT_AWAY };

/* How the child ended. It is kept away where the parent did not come out in time, as on a busy machine. */
static int finish(pid_t child) {
    int status;
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_expect(WIFEXITED(status) && (WEXITSTATUS(status) == WROTE || WEXITSTATUS(status) == KEPT_AWAY),
              "status %x", status);
    return WEXITSTATUS(status);
}

/* Parent and child take the file's lock in turns: as a target's writer does, again and again. */
static bool write_in_time(history_fixture *one) {
    size_t bytes;
    int64_t end = clock_monotonic_ns() + INT64_C(20000000000);
    while (clock_monotonic_ns() < end)
        if (fixture_write(one, &bytes) == SINK_OK) return true;
    return false;
}

/* What a child of a service does: a sink of its own on the same file. */
static void write_as_child(uint64_t first) {
    history_fixture own = f;
    own.sink = NULL;
    own.count = 0;
    own.map = calloc(1, sizeof *own.map);
    own.map->identity = first;
    if (fixture_try_open(&own) != 0) _exit(NOT_OPENED);
    bool away = !fork_gate_enter();
    if (!away) fork_gate_leave();
    row r = fixture_row(first);
    fixture_chunk(&own, &r, 1);
    if (away) _exit(KEPT_AWAY);
    if (!write_in_time(&own)) _exit(NOT_WRITTEN);
    own.sink->close(own.sink);
    _exit(WROTE);
}

Test(forks, parent_and_child_both_go_on) {
    history *h = NULL;
    row_key newest;
    fixture_feed_plain(&f, 1, 10);
    cr_assert_eq(history_open(f.path, &h, &f.err), 0);
    for (uint64_t i = 0; i < 20; i++) {
        pid_t child = fork();
        if (child == 0) write_as_child(1000 + i);
        cr_expect_eq(fixture_writer(&f)->conn.db, NULL, "no connection is carried over");
        fixture_feed_plain(&f, 100 + i * 10, 10);
        cr_assert_eq(history_newest(h, &newest, &f.err), 0, "%s", f.err.message);
        cr_expect_eq(finish(child), WROTE);
    }
    history_close(h);
    cr_expect_eq(fixture_number(&f, "SELECT count(*) FROM records"), 230);
}

/* Not under AddressSanitizer: its allocator's locks are not held over a fork (GCC 12), so a child that
 * allocates may wait for ever for a thread that it does not have. */
#ifndef __SANITIZE_ADDRESS__
static uint32_t ended;
static uint64_t fed;

static void *feed(void *arg) {
    (void)arg;
    while (__atomic_load_n(&ended, __ATOMIC_ACQUIRE) == 0) {
        row rows[200];
        for (uint64_t i = 0; i < 200; i++) rows[i] = fixture_row(1000000 + fed * 200 + i);
        fixture_chunk(&f, rows, 200);
        if (write_in_time(&f)) fed++;
        fixture_drop_chunks(&f);
    }
    return NULL;
}

static void *query(void *arg) {
    (void)arg;
    history *h = NULL;
    weir_error err;
    record_query q;
    query_init(&q);
    while (__atomic_load_n(&ended, __ATOMIC_ACQUIRE) == 0) {
        if (h == NULL && history_open(f.path, &h, &err) != 0) continue;
        history_query(h, &q, 1000, nothing, NULL, &err);
    }
    history_close(h);
    return NULL;
}

Test(forks, forks_while_others_write_and_read) {
    pthread_t writer, reader;
    pthread_create(&writer, NULL, feed, NULL);
    pthread_create(&reader, NULL, query, NULL);
    int64_t longest = 0, wrote = 0;
    for (uint64_t i = 0; i < 50; i++) {
        int64_t begin = clock_monotonic_ns();
        pid_t child = fork();
        if (child == 0) {
            alarm(20);
            write_as_child(1 + i);
        }
        if (clock_monotonic_ns() - begin > longest) longest = clock_monotonic_ns() - begin;
        wrote += finish(child) == WROTE;
    }
    __atomic_store_n(&ended, 1, __ATOMIC_RELEASE);
    pthread_join(writer, NULL);
    pthread_join(reader, NULL);
    cr_expect_eq(fixture_number(&f, "SELECT count(*) FROM records"), wrote + (int64_t)fed * 200);
    cr_expect_gt(wrote, 25);
    cr_expect_lt(longest, INT64_C(2000000000), "a fork waited %lld ms", (long long)longest / 1000000);
    fixture_sql(&f, "INSERT INTO records_text (records_text, rank) VALUES ('integrity-check', 1)");
}
#endif

/* Somebody is inside and does not come out (a blocked disk): the fork does not wait for ever. */
Test(forks, a_child_of_a_blocked_parent_keeps_away) {
    int64_t begin = clock_monotonic_ns();
    cr_assert(fork_gate_enter());
    pid_t child = fork();
    if (child == 0) {
        history *h = NULL;
        weir_error err;
        history_fixture own = f;
        size_t bytes;
        row r = fixture_row(1);
        /* Other handlers go on, and what it is given stays in its queue. */
        int kept = fixture_try_open(&own) == 0;
        fixture_chunk(&own, &r, 1);
        kept = kept && fixture_write(&own, &bytes) == SINK_ELSEWHERE && own.err.code == WEIR_ERR_STATE &&
               history_open(f.path, &h, &err) == -1 && err.code == WEIR_ERR_STATE;
        f.sink->idle(f.sink);
        _exit(kept ? KEPT_AWAY : NOT_OPENED);
    }
    fork_gate_leave();
    cr_expect_lt(clock_monotonic_ns() - begin, INT64_C(2) * FORK_GATE_WAIT_MS * 1000000);
    cr_expect_eq(finish(child), KEPT_AWAY);
    fixture_feed_plain(&f, 1, 10);
    cr_expect_eq(fixture_number(&f, "SELECT count(*) FROM records"), 10);
}
