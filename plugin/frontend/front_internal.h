/* front_internal.h - what the files of the capture share: the front end's state, a thread's state,
 * and the protocol that lets front_close unmap what calls use without a lock on their way.
 *
 * The protocol. A call stores in_call = 1 into its thread's state, then loads front.epoch, and uses
 * rings, dictionary and counters only if that is its own epoch; at the end it stores in_call = 0.
 * Between the store and the load stands a compiler barrier only. front_close stores epoch = 0, then
 * has the kernel run a full barrier on every CPU that runs a thread of this process (membarrier), then
 * waits until each in_call is 0. A call whose store came before that barrier is seen and waited for;
 * one whose store comes after it loads epoch 0. So the warm call pays for neither a fence nor a locked
 * instruction. in_call is also what tells a log call inside a log call (signal handler, allocator). */
#ifndef WEIR_FRONTEND_FRONT_INTERNAL_H
#define WEIR_FRONTEND_FRONT_INTERNAL_H

#include <errno.h>
#include <stdarg.h>

#include "base/symbols.h"
#include "frontend/capture.h"
#include "frontend/context.h"

#define FRONT_LIKELY(x) __builtin_expect(!!(x), 1)
#define FRONT_UNLIKELY(x) __builtin_expect(!!(x), 0)
#define FRONT_COLD __attribute__((noinline, cold))

/* An epoch that never is: of a thread that has not met any. */
#define EPOCH_NONE UINT32_MAX
/* The text of a stack trace: 64 frames of about 250 bytes. One page more or less does not matter, it
 * is memory of threads that have logged an exception. */
#define STACK_TEXT_SIZE (16 * 1024)

typedef struct thread_state {
    uint32_t in_call __attribute__((aligned(64))); /* atomic */
    uint32_t epoch;                                /* that the rest belongs to */
    ring *ring;                                    /* NULL: the spare one */
    uint32_t thread_name, tid;                     /* as an entry has them */
    uint32_t entry_max;
    uint32_t spare_calls; /* since a ring of its own was last asked for */
    bool stalled;         /* the last record waited for stall_timeout in vain */
    bool starting;        /* inside front_start_on_demand */
    bool deaf;            /* see front_deafen; */
    bool deaf_in_call;    /* by in_call */
    uint8_t ending;       /* rounds of destructors */
    uint32_t reading;     /* atomic: inside level_rules_pass, how deep (a signal handler may log) */
    char *stack_text;     /* STACK_TEXT_SIZE bytes, made when first needed */
    struct thread_state *next_free;
    context bound;
} thread_state;

typedef struct front_globals {
    uint32_t epoch; /* atomic: 0 while closed */
    uint32_t state; /* atomic: enum front_state */
    uint32_t last_epoch;
    uint32_t overflow;        /* atomic: enum overflow_policy */
    int32_t stall_timeout_ms; /* atomic */
    uint64_t *plans;          /* atomic: capture plans by dictionary id of their site */
    front_settings set;       /* valid inside a call of the epoch */
} front_globals;

extern front_globals front __attribute__((visibility("hidden")));
/* 8 bytes of the static TLS reserve: docs/decisions/0002-tls.md. NULL: no call of this thread yet. */
extern __thread thread_state *front_thread __attribute__((tls_model("initial-exec"), visibility("hidden")));

static inline void front_compiler_barrier(void) { __atomic_signal_fence(__ATOMIC_SEQ_CST); }
static inline void front_leave(thread_state *t) { __atomic_store_n(&t->in_call, 0, __ATOMIC_RELEASE); }
static inline uint32_t token_epoch(uint64_t token) { return (uint32_t)(token >> 32); }

/* ---- front_state.c ---- */
/* Counts a record that reached no ring. Any thread, any state. */
void front_count_early(enum early_drop reason);
/* When it returns every CPU that runs a thread of this process has passed a full barrier. */
void front_barrier_on_all_cpus(void);
/* Calls of weir_signal_log that are under way; they may have no thread state. */
extern uint32_t front_signal_calls __attribute__((visibility("hidden")));

/* ---- thread_state.c ---- */
/* The calling thread's state, made if there is none; NULL: no memory, or inside that making. */
thread_state *thread_attach(void);
/* Whether the thread's destructors have run already. */
bool thread_has_ended(void);
/* The calling thread's state if it has one of its own now; else NULL. Makes none. */
thread_state *thread_own(void);
/* Is a call of any thread under way? */
bool thread_any_in_call(void);
/* Shows the state of each thread, and of some that are free, until `each` returns false; returns that. */
bool thread_each(bool (*each)(void *arg, thread_state *t), void *arg);
void thread_fork_prepare(void);
void thread_fork_parent(void);
void thread_fork_child(void); /* only the calling thread is left */

/* ---- enter.c ---- */
struct rule_fields; /* level_rule.h */
/* What a call does when it does not find its thread ready: gets ready and returns the state, in the
 * call; or deals with the record (starts Weir, lastResort, counts it) and returns NULL. */
thread_state *front_enter(weir_logger *to, int level, const struct rule_fields *where, const char *format,
                          va_list *args) __attribute__((format(printf, 4, 0)));
/* The same for callers that have no format: nothing is done in place of the record but counting. */
thread_state *front_enter_plain(void);

/* ---- room.c ---- */
typedef struct room {
    ring *r;
    char *at;
} room;
/* Room for an entry, waiting as the overflow policy says; false: dropped and counted. Between it and
 * room_publish the spare ring is locked, if it is the one. */
bool room_reserve(thread_state *t, uint32_t size, int level, room *out);
/* The same, now or not at all: nothing is counted, the backend is woken. */
bool room_try(thread_state *t, uint32_t size, room *out);
void room_publish(const room *place, uint32_t size);
/* The ring is half full or the caller must wait: wakes the backend if it sleeps. */
void room_wake_backend(ring *r);

/* Taken after the room is reserved. Two reads of the TSC can be out of order by a few cycles where a
 * thread moves between CPUs, and a ring can go from one thread to another. */
static inline uint64_t front_stamp(ring *r) {
    uint64_t now = clock_stamp();
    if (FRONT_UNLIKELY(now < r->last_stamp)) now = r->last_stamp;
    r->last_stamp = now;
    return now;
}

/* ---- stack_text.c ---- */
void stack_text_setup(void);
/* The C stack from the caller at `from` on, as text; empty without memory. */
slice stack_text_capture(thread_state *t, const void *from);
/* The place `up` frames above the one that `from` returns to; Python's words where it is not known. */
void stack_place(const void *from, int up, symbol *out);

#endif
