/* warm_call_probe.c - enabled calls under a seccomp filter that kills the process at any system call of
 * the calling thread, and with malloc counted.
 *
 *   warm_call_probe DIRECTORY RUN_DIR CALLS          writes DIRECTORY/warm.log; prints {"calls", "mallocs"}
 *   warm_call_probe DIRECTORY RUN_DIR CALLS control  makes one system call more: must die by SIGSYS
 *
 * The thread makes its calls in bursts that fit its ring. Between bursts it waits by looking at memory;
 * the main thread waits for the ring to be drained. A filtered thread can not even end: the process does. */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "weir.h"

/* Calls of one burst: some 150 KB, less than half of the ring that `grow_ring` asks for, so that no
 * call has cause to wake the backend. */
#define BURST 1000
#define LONG_STRING (240 * 1024)

/* ---- malloc, counted; a sanitizer has its own and counts nothing ---- */

static __thread bool counting;
static unsigned long mallocs;

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
void __libc_free(void *old);

static void count(void) {
    if (counting) __atomic_fetch_add(&mallocs, 1, __ATOMIC_RELAXED);
}

void *malloc(size_t size) {
    count();
    return __libc_malloc(size);
}

void *calloc(size_t number, size_t size) {
    count();
    return __libc_calloc(number, size);
}

void *realloc(void *old, size_t size) {
    count();
    return __libc_realloc(old, size);
}

void free(void *old) {
    count();
    __libc_free(old);
}
#endif

/* ---- the filter ---- */

static int forbid_system_calls(void) {
    struct sock_filter kill[] = {BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS)};
    struct sock_fprog program = {1, kill};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return -1;
    return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program);
}

/* ---- the warm thread ---- */

enum turn { TURN_MAIN, TURN_WARM, TURN_FAILED };
static int turn = TURN_WARM; /* atomic */
static unsigned long wanted;
static bool control;

static void give_turn(int to) { __atomic_store_n(&turn, to, __ATOMIC_RELEASE); }

static void wait_for_turn(int mine) {
    while (__atomic_load_n(&turn, __ATOMIC_ACQUIRE) != mine) continue;
}

/* Every way that a call can take into the ring; returns how many records that were. */
static unsigned long calls(weir_logger *plain, weir_logger *bound, unsigned long n) {
    char name[16] = "changing name";
    name[n % 8] = 'X';
    WEIR_INFO(plain, "request %lu took %d us, load %g", n, 42, 0.5 * (double)n);
    WEIR_WARNING(plain, "user %s from %s", name, "10.0.0.1");
    WEIR_INFO(bound, "limited %.*s, padded %5s, long double %Lg, %m", 4, name, "x", 0.25L);
    WEIR_LOG_FIELDS(bound, WEIR_LEVEL_ERROR, (weir_str("name", name), weir_int("n", (int)n)),
                    "with fields %d", 7);
    WEIR_DEBUG(plain, "disabled %s", name);
    return 4;
}

/* A record that large makes the ring grow to hold several of it. */
static void grow_ring(weir_logger *logger) {
    static char large[LONG_STRING];
    memset(large, 'x', sizeof large - 1);
    WEIR_INFO(logger, "%s", large);
}

static void *warm(void *arg) {
    weir_logger *plain = weir_get_logger("warm"), *bound = weir_bind(plain, "part", "warm");
    (void)arg;
    weir_context_push("request", "17");
    calls(plain, bound, 0); /* the first of the thread and of each site */
    grow_ring(plain);
    give_turn(TURN_MAIN);
    wait_for_turn(TURN_WARM);
    if (forbid_system_calls() != 0) {
        give_turn(TURN_FAILED);
        return NULL;
    }
    counting = true;
    for (unsigned long made = 0; made < wanted;) {
        for (unsigned long end = made + BURST; made < end && made < wanted;)
            made += calls(plain, bound, made);
        give_turn(TURN_MAIN);
        wait_for_turn(TURN_WARM);
    }
    if (control) syscall(SYS_getppid);
    counting = false;
    give_turn(TURN_MAIN);
    for (;;) continue;
}

/* ---- the others ---- */

static int start(const char *directory, const char *run_dir) {
    char path[4096];
    weir_error err;
    snprintf(path, sizeof path, "%s/warm.ini", directory);
    FILE *f = fopen(path, "w");
    if (f == NULL) return -1;
    fprintf(f,
            "[weir]\noverflow = block\nrun_dir = %s\n[loggers]\nkeys = root\n[handlers]\nkeys = file\n"
            "[formatters]\nkeys =\n[logger_root]\nlevel = INFO\nhandlers = file\n"
            "[handler_file]\nclass = FileHandler\nargs = ('%s/warm.log',)\n",
            run_dir, directory);
    if (fclose(f) != 0) return -1;
    if (weir_start(path, &err) == 0) return 0;
    fprintf(stderr, "%s\n", err.message);
    return -1;
}

/* The warm thread has made its burst: its ring is emptied, then it is its turn again. */
static int drain(void) {
    int now;
    while ((now = __atomic_load_n(&turn, __ATOMIC_ACQUIRE)) == TURN_WARM) usleep(50);
    if (now == TURN_FAILED || weir_flush(60000) != 0) return -1;
    return 0;
}

int main(int argc, char **argv) {
    pthread_t thread;
    if (argc < 4 || start(argv[1], argv[2]) != 0) return 2;
    wanted = strtoul(argv[3], NULL, 10);
    control = argc > 4;
    if (pthread_create(&thread, NULL, warm, NULL) != 0) return 2;
    for (unsigned long bursts = (wanted + BURST - 1) / BURST + 1; bursts > 0; bursts--) {
        if (drain() != 0) return 3;
        give_turn(TURN_WARM);
    }
    if (drain() != 0) return 3;
    printf("{\"calls\":%lu,\"mallocs\":%lu}\n", wanted, __atomic_load_n(&mallocs, __ATOMIC_RELAXED));
    weir_stop();
    return 0;
}
