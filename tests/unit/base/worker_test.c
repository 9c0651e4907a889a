/* worker_test.c - what a thread of Weir has, and how it is joined. */
#define _GNU_SOURCE
#include <criterion/criterion.h>
#include <sched.h>
#include <signal.h>

#include "base/futex.h"
#include "base/worker.h"

typedef struct seen {
    sigset_t blocked;
    char name[32];
    int policy, cancel_state, cpus;
    bool self;
} seen;

static void look(void *arg) {
    seen *s = arg;
    pthread_sigmask(SIG_SETMASK, NULL, &s->blocked);
    pthread_getname_np(pthread_self(), s->name, sizeof(s->name));
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &s->cancel_state);
    s->policy = sched_getscheduler(0);
    cpu_set_t cpus;
    CPU_ZERO(&cpus);
    sched_getaffinity(0, sizeof(cpus), &cpus);
    s->cpus = CPU_COUNT(&cpus);
    s->self = worker_is_self();
}

static int all_cpus(void) {
    cpu_set_t cpus;
    CPU_ZERO(&cpus);
    sched_getaffinity(0, sizeof(cpus), &cpus);
    return CPU_COUNT(&cpus);
}

Test(worker, has_nothing_of_its_creator) {
    int expected_cpus = all_cpus();
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET((size_t)sched_getcpu(), &one);
    sched_setaffinity(0, sizeof(one), &one);
    struct sched_param param = {0};
    sched_setscheduler(0, SCHED_BATCH, &param);
    sigset_t usr, before, after;
    sigemptyset(&usr);
    sigaddset(&usr, SIGUSR1);
    pthread_sigmask(SIG_SETMASK, &usr, &before);
    worker w;
    seen s;
    cr_assert_eq(worker_start(&w, "weir-with-a-long-name", look, &s, NULL), 0);
    cr_assert(worker_join(&w, 10000));
    pthread_sigmask(SIG_SETMASK, NULL, &after);
    cr_assert(sigismember(&after, SIGUSR1) == 1 && sigismember(&after, SIGUSR2) == 0,
              "the creator's mask is as before");
    for (int signal = 1; signal < 32; signal++) {
        if (signal == SIGKILL || signal == SIGSTOP) continue;
        cr_assert_eq(sigismember(&s.blocked, signal), 1, "signal %d", signal);
    }
    cr_assert_str_eq(s.name, "weir-with-a-lon");
    cr_assert_eq(s.cancel_state, PTHREAD_CANCEL_DISABLE);
    cr_assert_eq(s.policy, SCHED_OTHER);
    cr_assert_eq(s.cpus, expected_cpus);
    cr_assert(s.self);
    cr_assert(!worker_is_self());
}

static uint32_t go;
static void wait_for_go(void *arg) {
    (void)arg;
    while (__atomic_load_n(&go, __ATOMIC_ACQUIRE) == 0) futex_wait(&go, 0, -1);
}

Test(worker, join_gives_up_and_can_be_called_again) {
    worker w;
    cr_assert_eq(worker_start(&w, "weir-slow", wait_for_go, NULL, NULL), 0);
    cr_assert(!worker_join(&w, 0));
    cr_assert(!worker_join(&w, 20));
    cr_assert(w.started);
    futex_signal(&go);
    cr_assert(worker_join(&w, -1));
    cr_assert(!w.started);
    cr_assert(worker_join(&w, 0), "nothing is left to wait for");
}

static bool joined_itself = true;
static void join_self(void *arg) { joined_itself = worker_join(arg, -1); }

Test(worker, does_not_wait_for_itself) {
    worker w;
    cr_assert_eq(worker_start(&w, "weir-self", join_self, &w, NULL), 0);
    cr_assert(worker_join(&w, -1));
    cr_assert(!joined_itself);
}
