/* thread_probe.c - a host that treats its threads badly: cancels them in the middle of logging, logs in a
 * profiler's signal handler and in its allocator, starts a thousand threads, or thousands that live
 * for one record. Obeys lines on standard input as host.c does. */
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "weir.h"

#define STACK_SIZE (128 * 1024)

static weir_logger *logger;

static pthread_t begin(void *(*run)(void *), void *arg) {
    pthread_t thread;
    pthread_attr_t attr;
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, STACK_SIZE);
    while (pthread_create(&thread, &attr, run, arg) != 0) usleep(1000);
    pthread_attr_destroy(&attr);
    return thread;
}

/* ---- cancel COUNT ---- */

enum { CANCEL_THREADS = 4, CANCEL_RECORDS = 100 };

static atomic_ullong returned, cut_short;
static __thread bool inside;

static void see_end(void *arg) {
    (void)arg;
    if (inside) atomic_fetch_add(&cut_short, 1);
}

/* ThreadSanitizer's runtime does not see the locks of a thread that was cancelled inside of a blocking call.
 */
static void wait_to_be_cancelled(void) {
#if defined(__SANITIZE_THREAD__)
    pthread_testcancel();
    sched_yield();
#else
    pause();
#endif
}

static void *log_until_cancelled(void *arg) {
    pthread_cleanup_push(see_end, NULL);
    for (unsigned long long n = 0;; n++) {
        inside = true;
        WEIR_INFO(logger, "cancel %llu %s", n, (const char *)arg);
        atomic_fetch_add(&returned, 1);
        inside = false;
        pthread_testcancel();
        while (n >= CANCEL_RECORDS) wait_to_be_cancelled();
    }
    pthread_cleanup_pop(0);
    return NULL;
}

static void do_cancel(const char *args) {
    long count = strtol(args, NULL, 10);
    for (long i = 0; i < count; i += CANCEL_THREADS) {
        pthread_t threads[CANCEL_THREADS];
        for (int t = 0; t < CANCEL_THREADS; t++) threads[t] = begin(log_until_cancelled, (void *)"text");
        if (i % 16 == 0) usleep(200);
        for (int t = 0; t < CANCEL_THREADS; t++) pthread_cancel(threads[t]);
        for (int t = 0; t < CANCEL_THREADS; t++) pthread_join(threads[t], NULL);
    }
    printf("%llu %llu\n", atomic_load(&returned), atomic_load(&cut_short));
}

/* ---- profile MILLISECONDS ---- */

static atomic_ullong plain, safe_taken, safe_refused;

static void on_profile(int number) {
    (void)number;
    int saved = errno;
    WEIR_INFO(logger, "from the handler");
    atomic_fetch_add(&plain, 1);
    if (weir_signal_log(logger, WEIR_LEVEL_INFO, "safe") == 0)
        atomic_fetch_add(&safe_taken, 1);
    else
        atomic_fetch_add(&safe_refused, 1);
    if (errno != saved) abort();
}

static unsigned long long now_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (unsigned long long)t.tv_sec * 1000 + (unsigned long long)t.tv_nsec / 1000000;
}

static atomic_bool over;

static void *log_and_allocate(void *arg) {
    (void)arg;
    while (!atomic_load(&over)) {
        WEIR_INFO(logger, "work %s", "of a thread");
        atomic_fetch_add(&returned, 1);
        free(malloc(100));
    }
    return NULL;
}

static void do_profile(const char *args) {
    struct sigaction action = {.sa_handler = on_profile, .sa_flags = SA_RESTART};
    struct itimerval often = {{0, 100}, {0, 100}}, never = {{0, 0}, {0, 0}};
    unsigned long long end = now_ms() + (unsigned long long)strtol(args, NULL, 10);
    atomic_store(&over, false);
    sigaction(SIGPROF, &action, NULL);
    pthread_t one = begin(log_and_allocate, NULL), two = begin(log_and_allocate, NULL);
    setitimer(ITIMER_PROF, &often, NULL);
    while (now_ms() < end) usleep(1000);
    setitimer(ITIMER_PROF, &never, NULL);
    atomic_store(&over, true);
    pthread_join(one, NULL);
    pthread_join(two, NULL);
    usleep(20000); /* a last signal may still be on its way to this thread */
    printf("%llu %llu %llu %llu\n", atomic_load(&returned), atomic_load(&plain), atomic_load(&safe_taken),
           atomic_load(&safe_refused));
}

/* ---- many COUNT RECORDS, short COUNT ---- */

static pthread_barrier_t all_there;

static void *log_some(void *arg) {
    long records = (long)(intptr_t)arg;
    WEIR_INFO(logger, "many first");
    pthread_barrier_wait(&all_there); /* all have a ring, or the spare one, at one time */
    for (long i = 1; i < records; i++) WEIR_INFO(logger, "many %ld", i);
    return NULL;
}

static void do_many(const char *args) {
    char *rest;
    long count = strtol(args, &rest, 10), records = strtol(rest, NULL, 10);
    pthread_t *threads = calloc((size_t)count, sizeof *threads);
    pthread_barrier_init(&all_there, NULL, (unsigned)count);
    for (long i = 0; i < count; i++) threads[i] = begin(log_some, (void *)(intptr_t)records);
    for (long i = 0; i < count; i++) pthread_join(threads[i], NULL);
    pthread_barrier_destroy(&all_there);
    free(threads);
    puts("ok");
}

static void *log_one(void *arg) {
    WEIR_INFO(logger, "short %ld", (long)(intptr_t)arg);
    return NULL;
}

static void do_short(const char *args) {
    enum { AT_ONCE = 8 };
    long count = strtol(args, NULL, 10);
    for (long i = 0; i < count; i += AT_ONCE) {
        pthread_t threads[AT_ONCE];
        for (int t = 0; t < AT_ONCE; t++) threads[t] = begin(log_one, (void *)(intptr_t)(i + t));
        for (int t = 0; t < AT_ONCE; t++) pthread_join(threads[t], NULL);
    }
    puts("ok");
}

/* ---- allocator COUNT: each allocation of this program logs ---- */

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
static atomic_bool chatty;
static atomic_ullong from_allocator;

static void chat(void) {
    if (!atomic_load(&chatty)) return;
    WEIR_INFO(logger, "from the allocator");
    atomic_fetch_add(&from_allocator, 1);
}

void *malloc(size_t size) {
    chat();
    return __libc_malloc(size);
}
void *calloc(size_t count, size_t size) {
    chat();
    return __libc_calloc(count, size);
}

static void *log_in_new_place(void *arg) {
    char name[32];
    snprintf(name, sizeof name, "host.new%ld", (long)(intptr_t)arg);
    WEIR_INFO(weir_get_logger(name), "%s %d %g", "first call of a thread", 1, 0.5);
    return NULL;
}

static void do_allocator(const char *args) {
    long count = strtol(args, NULL, 10);
    atomic_store(&chatty, true);
    for (long i = 0; i < count; i++) {
        pthread_t thread = begin(log_in_new_place, (void *)(intptr_t)i);
        pthread_join(thread, NULL);
    }
    atomic_store(&chatty, false);
    printf("%llu\n", atomic_load(&from_allocator));
}
#else
static void do_allocator(const char *args) {
    (void)args;
    puts("error: a sanitizer owns the allocator");
}
#endif

/* ---- verify: a callback of the host, on a thread of Weir, that logs, flushes and tries to stop ---- */

static char *verify(const char *text, size_t length, size_t *out_length) {
    char *copy = malloc(length + 1);
    if (copy == NULL) return NULL;
    for (int i = 0; i < 1000; i++) WEIR_INFO(logger, "verify %d", i);
    weir_flush(20);
    weir_stop();
    weir_start(NULL, NULL);
    memcpy(copy, text, length);
    *out_length = length;
    return copy;
}

static void do_listen(const char *args) {
    (void)args;
    printf("%d\n", weir_listen(0, verify));
}

static void do_flush(const char *args) {
    puts(weir_flush((int)strtol(args, NULL, 10)) == 0 ? "ok" : "timeout");
}

static void do_stop(const char *args) {
    (void)args;
    unsigned long long from = now_ms();
    weir_stop();
    printf("ok %llu\n", now_ms() - from);
}

static void do_quit(const char *args) {
    (void)args;
    weir_stop();
    exit(0);
}

static const struct command {
    const char *name;
    void (*run)(const char *args);
} commands[] = {{"cancel", do_cancel}, {"profile", do_profile},     {"many", do_many},
                {"short", do_short},   {"allocator", do_allocator}, {"listen", do_listen},
                {"flush", do_flush},   {"stop", do_stop},           {"quit", do_quit}};

int main(int argc, char **argv) {
    weir_error err;
    char line[4096];
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (weir_start(argc > 1 ? argv[1] : NULL, &err) != 0) fprintf(stderr, "%s\n", err.message);
    logger = weir_get_logger("host.probe");
    printf("ready %d\n", (int)getpid());
    while (fgets(line, sizeof line, stdin) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        size_t length = strcspn(line, " ");
        for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
            if (strncmp(commands[i].name, line, length) == 0 && commands[i].name[length] == '\0')
                commands[i].run(line + length);
    }
    return 0;
}
