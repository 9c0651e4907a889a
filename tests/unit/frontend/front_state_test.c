/* front_state_test.c - opening, closing, forking, with calls under way; threads that come and go; calls
 * inside calls. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>

#include "front_fixture.h"

static front_fixture f;
static record rec;

static void end_clean(void) {}
TestSuite(front, .fini = end_clean);

/* ---- what the host's side provides ---- */

static int starts;
static int resorts;
static char resort_text[64];
static bool start_opens;

void front_start_on_demand(void) {
    starts++;
    if (!start_opens) return;
    WEIR_ERROR(weir_get_logger("in.start"), "a call inside the start");
    fixture_open(&f);
}

void lastresort_call(weir_logger *from, int level, const char *format, va_list args) {
    (void)from;
    (void)level;
    resorts++;
    vsnprintf(resort_text, sizeof resort_text, format, args);
    WEIR_ERROR(weir_get_logger("in.resort"), "a call inside it");
}

static uint64_t early(enum early_drop reason) {
    return __atomic_load_n(&f.process->early[reason], __ATOMIC_RELAXED);
}

static uint64_t accepted(void) {
    ring_totals totals;
    ring_set_totals(f.rings, &totals);
    return totals.accepted;
}

Test(front, before_start_and_after_stop) {
    weir_logger *lg = weir_get_logger("a");
    cr_assert_eq(front_get_state(), FRONT_UNSTARTED);
    WEIR_INFO(lg, "below python's default");
    WEIR_WARNING(lg, "seen %d", 1);
    cr_assert_eq(resorts, 1);
    cr_assert_str_eq(resort_text, "seen 1");
    fixture_open(&f);
    cr_assert_eq(front_get_state(), FRONT_RUNNING);
    cr_assert_eq(early(EARLY_REENTRY), 1, "counted before there was a mapping");
    WEIR_WARNING(lg, "captured");
    expect_message(&f, &rec, "captured");
    fixture_close(&f);
    cr_assert_eq(front_get_state(), FRONT_STOPPED);
    for (int i = 0; i < 3; i++) WEIR_WARNING(lg, "late");
    cr_assert_eq(weir_signal_log(lg, WEIR_LEVEL_ERROR, "late"), -1);
    fixture_open(&f);
    cr_assert_eq(early(EARLY_STOPPED), 4);
    WEIR_WARNING(lg, "captured"); /* the same site, in a new epoch and a new dictionary */
    expect_message(&f, &rec, "captured");
    fixture_close(&f);
}

Test(front, weir_config_starts_at_the_first_logger) {
    setenv("WEIR_CONFIG", "x.ini", 1);
    start_opens = true;
    weir_get_logger("a");
    cr_assert_eq(starts, 1);
    cr_assert_eq(front_get_state(), FRONT_RUNNING);
    weir_get_logger("b");
    cr_assert_eq(starts, 1);
    fixture_close(&f);
}

/* ---- threads ---- */

static bool stop_threads;

static void *log_on(void *arg) {
    uint64_t *count = arg;
    weir_logger *lg = weir_get_logger("t");
    while (!__atomic_load_n(&stop_threads, __ATOMIC_RELAXED)) {
        WEIR_ERROR(lg, "%d %s", 1, "text");
        WEIR_ERROR(lg, "%d", 2);
        *count += 2;
    }
    return NULL;
}

static void drain_rings(uint64_t *taken) {
    for (uint32_t i = 0; i < ring_count(f.rings); i++) {
        ring *r = ring_at(f.rings, i);
        for (ring_entry *e = ring_peek(r); e != NULL; e = ring_peek(r)) {
            cr_assert(entry_valid(e, e->size));
            ring_advance(r, e);
            ++*taken;
        }
        ring_release(f.rings, r);
    }
}

/* Opened and closed again and again, the mappings gone in between, while threads log. */
Test(front, close_waits_for_calls_and_none_is_lost) {
    enum { THREADS = 3, ROUNDS = 60 };
    pthread_t threads[THREADS];
    uint64_t counts[THREADS] = {0}, taken = 0, dropped = 0, made = 0;
    fixture_open(&f);
    for (int i = 0; i < THREADS; i++) pthread_create(&threads[i], NULL, log_on, &counts[i]);
    for (int round = 0; round < ROUNDS; round++) {
        int64_t until = clock_monotonic_ns() + 3 * 1000000;
        while (clock_monotonic_ns() < until) drain_rings(&taken);
        cr_assert(front_close(FRONT_STOPPED));
        uint64_t here = taken;
        drain_rings(&taken);
        cr_assert_eq(accepted(), taken - made, "%lu", (unsigned long)here);
        made = taken;
        for (int i = 0; i < EARLY_COUNT; i++) dropped += early((enum early_drop)i);
        fixture_free(&f);
        fixture_open(&f);
    }
    __atomic_store_n(&stop_threads, true, __ATOMIC_RELAXED);
    /* One may wait for room; it gives up when the front end closes. */
    cr_assert(front_close(FRONT_STOPPED));
    for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
    drain_rings(&taken);
    for (int i = 0; i < EARLY_COUNT; i++) dropped += early((enum early_drop)i);
    fixture_free(&f);
    fixture_open(&f); /* takes over what was counted while closed */
    for (int i = 0; i < EARLY_COUNT; i++) dropped += early((enum early_drop)i);
    cr_assert_eq(counts[0] + counts[1] + counts[2], taken + dropped);
    fixture_close(&f);
}

static void *short_life(void *arg) {
    (void)arg;
    WEIR_ERROR(weir_get_logger("short"), "%s", "life");
    return NULL;
}

static size_t resident_pages(void) {
    size_t size = 0, resident = 0;
    FILE *statm = fopen("/proc/self/statm", "r");
    cr_assert_eq(fscanf(statm, "%zu %zu", &size, &resident), 2);
    fclose(statm);
    return resident;
}

Test(front, short_threads_leave_nothing) {
    fixture_open(&f);
    uint64_t taken = 0;
    size_t before = 0;
    for (int i = 0; i < 1000; i++) {
        pthread_t t[4];
        for (int j = 0; j < 4; j++) pthread_create(&t[j], NULL, short_life, NULL);
        for (int j = 0; j < 4; j++) pthread_join(t[j], NULL);
        drain_rings(&taken);
        if (i == 100) before = resident_pages();
    }
    cr_assert_eq(taken, 4000);
    cr_assert_leq(ring_count(f.rings), 5);
    ring_totals totals;
    ring_set_totals(f.rings, &totals);
    cr_assert_eq(totals.live, 1, "the spare one");
#if !defined(__SANITIZE_THREAD__) && !defined(__SANITIZE_ADDRESS__)
    cr_assert_lt(resident_pages(), before + 64);
#endif
    (void)before;
    fixture_close(&f);
}

static pthread_key_t other_key;
static int destructor_rounds;
static void log_at_end(void *arg) {
    WEIR_ERROR(weir_get_logger("end"), "round %d", destructor_rounds);
    if (++destructor_rounds < 2) pthread_setspecific(other_key, arg);
}
static void *with_destructor(void *arg) {
    pthread_setspecific(other_key, arg);
    WEIR_ERROR(weir_get_logger("end"), "alive");
    return NULL;
}

Test(front, destructors_of_other_keys_may_log) {
    fixture_open(&f);
    pthread_key_create(&other_key, log_at_end);
    pthread_t t;
    pthread_create(&t, NULL, with_destructor, &f);
    pthread_join(t, NULL);
    expect_message(&f, &rec, "alive");
    expect_message(&f, &rec, "round 0");
    expect_message(&f, &rec, "round 1");
    ring_totals totals;
    ring_set_totals(f.rings, &totals);
    cr_assert_eq(totals.live, 1);
    fixture_close(&f);
}

static void *cancelled(void *arg) {
    uint64_t *count = arg;
    weir_logger *lg = weir_get_logger("c");
    for (;;) {
        WEIR_ERROR(lg, "%d %s", 1, "s");
        WEIR_EXCEPTION(lg, "first and slow");
        __atomic_fetch_add(count, 2, __ATOMIC_RELAXED);
        pthread_testcancel();
    }
    return NULL;
}

Test(front, a_call_is_no_cancellation_point) {
    fixture_open(&f);
    for (int i = 0; i < 200; i++) {
        uint64_t count = 0, taken = 0;
        pthread_t t;
        pthread_create(&t, NULL, cancelled, &count);
        pthread_cancel(t);
        pthread_join(t, NULL);
        drain_rings(&taken);
        cr_assert_eq(taken, count);
    }
    fixture_close(&f);
}

/* ---- calls inside calls ---- */

static weir_logger *signal_logger;
static uint64_t in_handler;
static void on_signal(int sig) {
    (void)sig;
    int before = errno;
    WEIR_ERROR(signal_logger, "from the handler %d", 1);
    in_handler++;
    errno = before;
}

static void *send_signals(void *arg) {
    while (!__atomic_load_n(&stop_threads, __ATOMIC_RELAXED)) pthread_kill(*(pthread_t *)arg, SIGUSR1);
    return NULL;
}

Test(front, a_call_in_a_signal_handler_is_taken_or_counted) {
    fixture_open(&f);
    signal_logger = weir_get_logger("sig");
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    sigaction(SIGUSR1, &action, NULL);
    pthread_t self = pthread_self(), sender;
    pthread_create(&sender, NULL, send_signals, &self);
    uint64_t made = 0, taken = 0;
    int64_t deadline = clock_monotonic_ns() + 20 * 1000000000L;
    while ((early(EARLY_REENTRY) < 20 || in_handler < 1000) && clock_monotonic_ns() < deadline) {
        for (int i = 0; i < 50; i++) WEIR_ERROR(signal_logger, "%d %s", i, "some text to copy");
        made += 50;
        drain_rings(&taken);
    }
    __atomic_store_n(&stop_threads, true, __ATOMIC_RELAXED);
    pthread_join(sender, NULL);
    drain_rings(&taken);
    cr_assert_geq(early(EARLY_REENTRY), 20);
    cr_assert_eq(made + in_handler, taken + early(EARLY_REENTRY));
    cr_assert_eq(early(EARLY_STALLED) + early(EARLY_NO_RING) + early(EARLY_STOPPED), 0);
    fixture_close(&f);
}

/* ---- fork ---- */

Test(front, a_child_starts_with_its_first_record_and_never_touches_the_parents) {
    pthread_atfork(front_fork_prepare, front_fork_parent, front_fork_child);
    fixture_open(&f);
    weir_logger *lg = weir_get_logger("fork");
    WEIR_ERROR(lg, "%d", 1);
    uint64_t before = accepted();
    pid_t pid = fork();
    if (pid == 0) {
        start_opens = true;
        if (front_get_state() != FRONT_FORKED) _exit(2);
        WEIR_ERROR(lg, "%d", 2);
        if (starts != 1 || front_get_state() != FRONT_RUNNING) _exit(3);
        if (accepted() != 1 || early(EARLY_REENTRY) != 1) _exit(4);
        if (!fixture_next(&f, &rec) || !slice_is(record_message(&rec, ESCAPE_NONE), "2")) _exit(5);
        _exit(0);
    }
    int status;
    waitpid(pid, &status, 0);
    cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0, "%x", status);
    cr_assert_eq(accepted(), before);
    WEIR_ERROR(lg, "%d", 3);
    cr_assert_eq(accepted(), before + 1);
    fixture_close(&f);
}

Test(front, a_child_that_cannot_start_counts_and_does_not_try_again) {
    pthread_atfork(front_fork_prepare, front_fork_parent, front_fork_child);
    fixture_open(&f);
    pid_t pid = fork();
    if (pid == 0) {
        for (int i = 0; i < 3; i++) WEIR_ERROR(weir_get_logger("fork"), "x");
        _exit(starts == 1 && front_get_state() == FRONT_STOPPED ? 0 : 1);
    }
    int status;
    waitpid(pid, &status, 0);
    cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    fixture_close(&f);
}

static void *make_loggers(void *arg) {
    char name[32];
    for (int i = 0; !__atomic_load_n(&stop_threads, __ATOMIC_RELAXED); i++) {
        snprintf(name, sizeof name, "%s.%d", (const char *)arg, i % 5000);
        WEIR_ERROR(weir_get_logger(name), "%d", i);
        weir_set_level(weir_get_logger(name), 10 + i % 3);
    }
    return NULL;
}

static void *keep_drained(void *arg) {
    uint64_t taken = 0;
    (void)arg;
    while (!__atomic_load_n(&stop_threads, __ATOMIC_RELAXED)) drain_rings(&taken);
    return NULL;
}

Test(front, fork_does_not_deadlock_while_threads_log) {
    enum { THREADS = 4, FORKS = 300 };
    static const char *const names[THREADS] = {"a", "b", "c", "d"};
    pthread_atfork(front_fork_prepare, front_fork_parent, front_fork_child);
    fixture_open(&f);
    pthread_t threads[THREADS + 1];
    for (int i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, make_loggers, (void *)(uintptr_t)names[i]);
    pthread_create(&threads[THREADS], NULL, keep_drained, NULL);
    for (int i = 0; i < FORKS; i++) {
        pid_t pid = fork();
        if (pid == 0) {
            alarm(20);
            weir_set_level(weir_get_logger("in.child"), 10);
            WEIR_ERROR(weir_get_logger("in.child"), "%d", i);
            _exit(0);
        }
        int status;
        waitpid(pid, &status, 0);
        cr_assert(WIFEXITED(status), "%x", status);
    }
    __atomic_store_n(&stop_threads, true, __ATOMIC_RELAXED);
    for (int i = 0; i <= THREADS; i++) pthread_join(threads[i], NULL);
    fixture_close(&f);
}
