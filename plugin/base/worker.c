/* worker.c - makes and joins the threads of Weir. worker_start and worker_join run on whoever
 * controls Weir; worker_main on the new thread. A thread is never cancelled and never killed:
 * one that hangs in the kernel is left behind, and the caller says so. */
#define _GNU_SOURCE
#include "base/worker.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/futex.h"

/* Asked for all CPUs there can be; the kernel keeps those of the process's cpuset. */
#define WORKER_CPUS 8192
/* Enough for SQLite, libcurl and name lookups; the default of 8 MiB hurts hosts that mlockall. */
#define WORKER_STACK ((size_t)2 * 1024 * 1024)

static __thread worker *self; /* NULL on threads of the host */

/* Whatever the creator had: a host may run its threads as SCHED_FIFO, pinned to one CPU. What
 * the system refuses here (a seccomp filter) leaves a thread that works, only less apart. */
static void leave_creators_settings(void) {
    unsigned char cpus[WORKER_CPUS / 8];
    memset(cpus, 0xFF, sizeof(cpus));
    syscall(SYS_sched_setaffinity, 0, sizeof(cpus), cpus);
    if (sched_getscheduler(0) != SCHED_OTHER) {
        struct sched_param param = {0};
        sched_setscheduler(0, SCHED_OTHER, &param);
    }
}

static void *worker_main(void *arg) {
    worker *w = arg;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
    self = w;
    pthread_setname_np(pthread_self(), w->name);
    leave_creators_settings();
    w->run(w->arg);
    __atomic_store_n(&w->finished, 1, __ATOMIC_RELEASE);
    futex_wake_all(&w->finished);
    return NULL;
}

/* With the stack of our own, or the default where the host's thread-local data needs more. */
static int create_thread(worker *w) {
    pthread_attr_t attr;
    int error = pthread_attr_init(&attr);
    if (error != 0) return error;
    error = pthread_attr_setstacksize(&attr, WORKER_STACK);
    if (error == 0) error = pthread_create(&w->thread, &attr, worker_main, w);
    pthread_attr_destroy(&attr);
    if (error == EINVAL) error = pthread_create(&w->thread, NULL, worker_main, w);
    return error;
}

int worker_start(worker *w, const char *name, void (*run)(void *arg), void *arg, weir_error *err) {
    memset(w, 0, sizeof(*w));
    snprintf(w->name, sizeof(w->name), "%.*s", (int)sizeof(w->name) - 1, name);
    w->run = run;
    w->arg = arg;
    w->started = true;
    sigset_t before;
    worker_mask_signals(&before); /* the new thread inherits it: no moment with a signal let in */
    int error = create_thread(w);
    worker_unmask_signals(&before);
    if (error == 0) return 0;
    w->started = false;
    return error_system(err, error, "cannot start thread %s", w->name);
}

bool worker_join(worker *w, int timeout_ms) {
    if (self == w) return false;
    if (!w->started) return true;
    int64_t deadline = clock_monotonic_ns() + (int64_t)timeout_ms * 1000000;
    while (__atomic_load_n(&w->finished, __ATOMIC_ACQUIRE) == 0) {
        if (timeout_ms < 0) {
            futex_wait(&w->finished, 0, -1);
            continue;
        }
        int64_t left = deadline - clock_monotonic_ns();
        if (left <= 0) return false;
        futex_wait(&w->finished, 0, (int)((left + 999999) / 1000000));
    }
    int saved_state;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &saved_state); /* a join cut short would leak it */
    pthread_join(w->thread, NULL);
    pthread_setcancelstate(saved_state, NULL);
    w->started = false;
    return true;
}

bool worker_is_self(void) { return self != NULL; }

void worker_mask_signals(sigset_t *before) {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, before);
}

void worker_unmask_signals(const sigset_t *before) { pthread_sigmask(SIG_SETMASK, before, NULL); }
