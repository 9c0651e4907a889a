/* fork_gate.c - one mutex, a count of those inside, and the list of connections. Any thread of
 * Weir; the history_fork functions on the thread that forks. */
#include "store/fork_gate.h"

#include <pthread.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/futex.h"

static struct {
    pthread_mutex_t lock;
    unsigned inside;
    uint32_t closing; /* atomic: read without the lock by fork_gate_closing */
    uint32_t moved;   /* futex word: inside or closing changed */
    bool barred;      /* in a child whose parent was inside */
    fork_member *members;
} gate = {.lock = PTHREAD_MUTEX_INITIALIZER};

bool fork_gate_closing(void) { return __atomic_load_n(&gate.closing, __ATOMIC_RELAXED) != 0; }

bool fork_gate_enter(void) {
    pthread_mutex_lock(&gate.lock);
    while (gate.closing != 0 && !gate.barred) {
        uint32_t seen = __atomic_load_n(&gate.moved, __ATOMIC_ACQUIRE);
        pthread_mutex_unlock(&gate.lock);
        futex_wait(&gate.moved, seen, 100);
        pthread_mutex_lock(&gate.lock);
    }
    bool may = !gate.barred;
    if (may) gate.inside++;
    pthread_mutex_unlock(&gate.lock);
    return may;
}

void fork_gate_leave(void) {
    pthread_mutex_lock(&gate.lock);
    gate.inside--;
    bool awaited = gate.closing != 0;
    pthread_mutex_unlock(&gate.lock);
    if (awaited) futex_signal(&gate.moved);
}

void fork_gate_add(fork_member *m) {
    pthread_mutex_lock(&gate.lock);
    m->prev = NULL;
    m->next = gate.members;
    if (gate.members != NULL) gate.members->prev = m;
    gate.members = m;
    pthread_mutex_unlock(&gate.lock);
}

void fork_gate_remove(fork_member *m) {
    pthread_mutex_lock(&gate.lock);
    if (m->prev != NULL)
        m->prev->next = m->next;
    else if (gate.members == m)
        gate.members = m->next;
    if (m->next != NULL) m->next->prev = m->prev;
    m->next = m->prev = NULL;
    pthread_mutex_unlock(&gate.lock);
}

/* ---- around a fork ---- */

static void wait_until_empty(void) {
    int64_t deadline = clock_monotonic_ns() + FORK_GATE_WAIT_MS * INT64_C(1000000);
    for (fork_member *m = gate.members; m != NULL && gate.inside > 0; m = m->next)
        if (m->hurry != NULL) m->hurry(m->arg);
    while (gate.inside > 0 && clock_monotonic_ns() < deadline) {
        uint32_t seen = __atomic_load_n(&gate.moved, __ATOMIC_ACQUIRE);
        pthread_mutex_unlock(&gate.lock);
        futex_wait(&gate.moved, seen, 10);
        pthread_mutex_lock(&gate.lock);
    }
}

/* Leaves with the lock held: it is the child's, too, and nobody can change anything meanwhile. */
void history_fork_prepare(void) {
    pthread_mutex_lock(&gate.lock);
    __atomic_store_n(&gate.closing, 1, __ATOMIC_RELAXED);
    if (gate.inside > 0) wait_until_empty();
    if (gate.inside > 0) return;
    for (fork_member *m = gate.members; m != NULL; m = m->next) m->disconnect(m->arg);
}

void history_fork_parent(void) {
    __atomic_store_n(&gate.closing, 0, __ATOMIC_RELAXED);
    pthread_mutex_unlock(&gate.lock);
    futex_signal(&gate.moved);
}

/* The parent's members stay in memory that nobody frees; their connections are closed. */
void history_fork_child(void) {
    if (gate.inside > 0) gate.barred = true;
    gate.inside = 0;
    gate.members = NULL;
    __atomic_store_n(&gate.closing, 0, __ATOMIC_RELAXED);
    pthread_mutex_unlock(&gate.lock);
}
