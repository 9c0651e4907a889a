/* enter.c - the slow way into a call: the first of a thread, the first after a start or a fork, one
 * before the start, after the stop, or inside another call. In the caller's thread; keeps errno. */
#define _GNU_SOURCE
#include <pthread.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "frontend/front_internal.h"
#include "frontend/level_rule.h"

/* In a program without the host's side (a unit test) these two are not there. */
#pragma weak front_start_on_demand
#pragma weak lastresort_call

/* The kernel's name of a thread, NUL included. */
#define THREAD_NAME_SIZE 16

/* The thread's ring, name and number under this epoch. */
static void prepare(thread_state *t, uint32_t epoch) {
    char name[THREAD_NAME_SIZE] = "";
    pthread_getname_np(pthread_self(), name, sizeof name);
    /* 0, where the dictionary is full, is "no name". */
    t->thread_name = dictionary_add(front.set.dictionary, DICT_THREAD, name, strlen(name));
    t->tid = (uint32_t)syscall(SYS_gettid);
    t->ring = ring_acquire(front.set.rings);
    t->spare_calls = 0;
    t->stalled = false;
    t->entry_max = ring_entry_max(front.set.rings);
    t->epoch = epoch;
}

/* In the call, in the present epoch; or NULL, out of it. */
static thread_state *try_epoch(thread_state *t) {
    __atomic_store_n(&t->in_call, 1, __ATOMIC_SEQ_CST);
    uint32_t epoch = __atomic_load_n(&front.epoch, __ATOMIC_SEQ_CST);
    if (epoch == 0) {
        front_leave(t);
        return NULL;
    }
    if (t->epoch != epoch) prepare(t, epoch);
    return t;
}

/* A forked child's first record starts Weir there. If that fails no later record tries again. */
static void start_in_child(thread_state *t) {
    t->starting = true;
    if (front_start_on_demand != NULL) front_start_on_demand();
    t->starting = false;
    uint32_t expected = FRONT_FORKED;
    __atomic_compare_exchange_n(&front.state, &expected, FRONT_STOPPED, false, __ATOMIC_SEQ_CST,
                                __ATOMIC_SEQ_CST);
}

/* The thread's state when it is in no call; NULL: counted. */
static thread_state *state_of_thread(void) {
    thread_state *t = front_thread;
    if (t == NULL) t = thread_attach();
    if (t == NULL || thread_has_ended()) {
        front_count_early(EARLY_NO_RING);
        return NULL;
    }
    if (t->in_call != 0 || t->starting || t->deaf) {
        front_count_early(EARLY_REENTRY);
        return NULL;
    }
    return t;
}

/* A thread that has never logged goes the long way in, where `deaf` is looked at; one that has is marked as
 * being in a call. */
bool front_deafen(bool deaf) {
    thread_state *t = front_thread;
    if (t == NULL) t = thread_attach();
    if (t == NULL || thread_has_ended()) return true; /* its log calls find no state, and are counted so */
    if (deaf) {
        if (t->deaf || t->in_call != 0) return true;
        t->deaf = true;
        t->deaf_in_call = t->epoch != EPOCH_NONE;
        if (t->deaf_in_call) __atomic_store_n(&t->in_call, 1, __ATOMIC_SEQ_CST);
        return false;
    }
    if (t->deaf_in_call) front_leave(t);
    t->deaf = t->deaf_in_call = false;
    return true;
}

/* The record itself, for what can be done with it outside the epoch; NULL: nothing but counting. */
typedef struct late_record {
    weir_logger *to;
    int level;
    const rule_fields *where;
    const char *format;
    va_list *args;
} late_record;

static void last_resort(thread_state *t, const late_record *late) {
    if (lastresort_call == NULL) return;
    __atomic_store_n(&t->in_call, 1, __ATOMIC_RELAXED);
    front_compiler_barrier();
    lastresort_call(late->to, late->level, late->format, *late->args);
    front_leave(t);
}

static thread_state *enter(const late_record *late) {
    int saved = errno;
    thread_state *inside = NULL;
    /* What would not pass is not counted, and starts no Weir. */
    if (late != NULL && !level_passes(logger_of_handle(late->to), late->level, late->where)) return NULL;
    thread_state *t = state_of_thread();
    while (t != NULL && (inside = try_epoch(t)) == NULL) {
        front_state state = front_get_state();
        if (state == FRONT_RUNNING) continue; /* it was opened just now */
        if (state == FRONT_FORKED) {
            start_in_child(t);
            continue;
        }
        errno = saved; /* for %m */
        if (state == FRONT_UNSTARTED && late != NULL)
            last_resort(t, late);
        else
            front_count_early(EARLY_STOPPED);
        break;
    }
    errno = saved;
    return inside;
}

thread_state *front_enter(weir_logger *to, int level, const rule_fields *where, const char *format,
                          va_list *args) {
    late_record late = {to, level, where, format, args};
    return enter(&late);
}

thread_state *front_enter_plain(void) { return enter(NULL); }
