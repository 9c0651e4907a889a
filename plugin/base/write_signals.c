/* write_signals.c - see write_signals.h. Any thread; changes nothing but the calling thread's mask. No
 * cancellation point, no memory. */
#define _GNU_SOURCE
#include "base/write_signals.h"

#include <errno.h>
#include <pthread.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* The kernel's set of 64 signals, which is what the system call wants to know the size of. */
#define KERNEL_SET_SIZE 8

static const int held[] = {SIGXFSZ, SIGPIPE};

static void make_set(sigset_t *set) {
    sigemptyset(set);
    for (size_t i = 0; i < sizeof held / sizeof held[0]; i++) sigaddset(set, held[i]);
}

void write_signals_hold(write_signals *w) {
    sigset_t set;
    make_set(&set);
    pthread_sigmask(SIG_BLOCK, &set, &w->before);
    sigpending(&w->pending);
}

/* sigtimedwait without being a cancellation point. */
static void take_away(int number) {
    static const struct timespec at_once = {0, 0};
    sigset_t one;
    sigemptyset(&one);
    sigaddset(&one, number);
    while (syscall(SYS_rt_sigtimedwait, &one, NULL, &at_once, KERNEL_SET_SIZE) < 0 && errno == EINTR) {
    }
}

void write_signals_release(const write_signals *w) {
    int saved = errno;
    sigset_t now;
    sigpending(&now);
    for (size_t i = 0; i < sizeof held / sizeof held[0]; i++)
        if (sigismember(&now, held[i]) && !sigismember(&w->pending, held[i])) take_away(held[i]);
    pthread_sigmask(SIG_SETMASK, &w->before, NULL);
    errno = saved;
}
