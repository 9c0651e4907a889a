/* worker.h - a thread of Weir: named, all signals blocked, cancellation disabled, SCHED_OTHER,
 * all CPUs, whatever its creator had. Every thread of Weir is made here; threads that a library
 * makes are created between worker_mask_signals and worker_unmask_signals. */
#ifndef WEIR_BASE_WORKER_H
#define WEIR_BASE_WORKER_H

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>

#include "base/error.h"

typedef struct worker {
    pthread_t thread;
    uint32_t finished; /* futex word: 1 once run has returned */
    bool started;
    char name[16]; /* "weir-backend"; 15 bytes, the kernel's limit */
    void (*run)(void *arg);
    void *arg;
} worker;

/* Starts run(arg). The worker struct must outlive the thread. */
int worker_start(worker *w, const char *name, void (*run)(void *arg), void *arg, weir_error *err);
/* Joins if the thread ends within timeout_ms (negative: no limit): true. Else false, and the
 * thread is left behind (detached by nobody: it may be joined later). */
bool worker_join(worker *w, int timeout_ms);
/* Is the calling thread one of Weir's (a re-entry of a host's handler, say)? */
bool worker_is_self(void);

void worker_mask_signals(sigset_t *before);
void worker_unmask_signals(const sigset_t *before);

#endif
