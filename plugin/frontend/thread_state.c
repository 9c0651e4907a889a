/* thread_state.c - one state for each thread that logs: made at its first call, taken back by a
 * destructor at its end. Any thread. The memory comes from mmap, is never given back, and is used
 * again: front_close may look at a state at any time, and 100,000 short threads need a few. */
#include <limits.h>
#include <pthread.h>
#include <sys/mman.h>

#include "frontend/front_internal.h"

#define SLAB_SIZE (64u * 1024)
#define SLAB_STATES ((SLAB_SIZE - 64) / sizeof(thread_state))
/* Destructors of other keys may log: ours asks to be called again until the last round but one that
 * the standard promises (PTHREAD_DESTRUCTOR_ITERATIONS is 4). */
#define ENDING_ROUNDS (_POSIX_THREAD_DESTRUCTOR_ITERATIONS - 1)

typedef struct slab {
    struct slab *next;
    uint32_t used; /* atomic */
    thread_state states[];
} slab;

__thread thread_state *front_thread;

/* A thread in the middle of making its state, and one whose state is gone: a call is a re-entry of
 * the one, and finds no ring in the other. */
static thread_state busy = {.in_call = 1, .epoch = EPOCH_NONE}, ended = {.in_call = 1, .epoch = EPOCH_NONE};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static slab *slabs; /* atomic; grows only */
static thread_state *first_free;
static pthread_key_t key;
static bool key_made;

bool thread_has_ended(void) { return front_thread == &ended; }

thread_state *thread_own(void) {
    thread_state *t = front_thread;
    return t == &busy || t == &ended ? NULL : t;
}

/* ---- memory; under lock ---- */

static slab *slab_new(void) {
    slab *s = mmap(NULL, SLAB_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (s == MAP_FAILED) return NULL;
    s->next = slabs;
    __atomic_store_n(&slabs, s, __ATOMIC_RELEASE);
    return s;
}

static thread_state *state_take(void) {
    thread_state *t = first_free;
    if (t != NULL) {
        first_free = t->next_free;
    } else {
        slab *s = slabs;
        if (s == NULL || s->used == SLAB_STATES) s = slab_new();
        if (s == NULL) return NULL;
        t = &s->states[s->used];
        __atomic_store_n(&s->used, s->used + 1, __ATOMIC_RELEASE);
    }
    t->epoch = EPOCH_NONE;
    t->ring = NULL;
    t->spare_calls = 0;
    t->stalled = t->starting = false;
    t->ending = 0;
    __atomic_store_n(&t->reading, 0, __ATOMIC_RELAXED); /* a thread can be ended anywhere */
    t->bound.len = 0;
    return t;
}

static void state_give(thread_state *t) {
    t->next_free = first_free;
    first_free = t;
}

/* ---- a thread's end ---- */

static void give_ring_back(thread_state *t) {
    __atomic_store_n(&t->in_call, 1, __ATOMIC_SEQ_CST);
    if (t->ring != NULL && __atomic_load_n(&front.epoch, __ATOMIC_SEQ_CST) == t->epoch) ring_end(t->ring);
    t->ring = NULL;
    front_leave(t);
}

static void thread_ended(void *arg) {
    thread_state *t = arg;
    if (++t->ending < ENDING_ROUNDS && pthread_setspecific(key, t) == 0) return;
    give_ring_back(t);
    front_thread = &ended;
    pthread_mutex_lock(&lock);
    state_give(t);
    pthread_mutex_unlock(&lock);
}

/* ---- a thread's first call ---- */

thread_state *thread_attach(void) {
    if (front_thread == &ended) return NULL;
    front_thread = &busy; /* what follows may call a host's allocator, and a signal may come */
    pthread_mutex_lock(&lock);
    if (!key_made) key_made = pthread_key_create(&key, thread_ended) == 0;
    thread_state *t = key_made ? state_take() : NULL;
    pthread_mutex_unlock(&lock);
    if (t != NULL && pthread_setspecific(key, t) != 0) {
        pthread_mutex_lock(&lock);
        state_give(t);
        pthread_mutex_unlock(&lock);
        t = NULL;
    }
    front_compiler_barrier();
    front_thread = t;
    return t;
}

/* ---- all of them ---- */

bool thread_any_in_call(void) {
    for (slab *s = __atomic_load_n(&slabs, __ATOMIC_ACQUIRE); s != NULL; s = s->next) {
        uint32_t used = __atomic_load_n(&s->used, __ATOMIC_ACQUIRE);
        for (uint32_t i = 0; i < used; i++)
            if (__atomic_load_n(&s->states[i].in_call, __ATOMIC_ACQUIRE) != 0) return true;
    }
    return false;
}

bool thread_each(bool (*each)(void *arg, thread_state *t), void *arg) {
    for (slab *s = __atomic_load_n(&slabs, __ATOMIC_ACQUIRE); s != NULL; s = s->next) {
        uint32_t used = __atomic_load_n(&s->used, __ATOMIC_ACQUIRE);
        for (uint32_t i = 0; i < used; i++)
            if (!each(arg, &s->states[i])) return false;
    }
    return true;
}

void thread_fork_prepare(void) { pthread_mutex_lock(&lock); }
void thread_fork_parent(void) { pthread_mutex_unlock(&lock); }

/* The other threads are not there: their states are free. */
void thread_fork_child(void) {
    first_free = NULL;
    for (slab *s = slabs; s != NULL; s = s->next)
        for (uint32_t i = 0; i < s->used; i++) {
            if (&s->states[i] == front_thread) continue;
            s->states[i].in_call = 0;
            s->states[i].reading = 0;
            state_give(&s->states[i]);
        }
    if (front_thread != NULL && front_thread != &busy && front_thread != &ended) {
        front_thread->epoch = EPOCH_NONE;
        front_thread->ring = NULL;
    }
    pthread_mutex_unlock(&lock);
}
