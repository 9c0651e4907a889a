/* front_state.c - opens and closes the front end, and what fork does to it. Run by the thread that
 * starts, stops or forks, one at a time (the host's side serialises). The protocol between close and
 * calls is told in front_internal.h. */
#define _GNU_SOURCE
#include <linux/membarrier.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "frontend/call_hooks.h"
#include "frontend/call_site.h"
#include "frontend/front_internal.h"
#include "frontend/level_rule.h"
#include "frontend/module_state.h"
#include "queue/mapping_internal.h"

/* How often close looks whether the last call has returned. */
#define CLOSE_POLL_NS 200000

const char *const overflow_names[4] = {"adaptive", "block", "drop", "drop_low"};

front_globals front;
uint32_t front_signal_calls;
static uint64_t unmapped_early[EARLY_COUNT]; /* counted while there is no process map */
static uint32_t no_backend_word;             /* in place of the backend's words, where there is none */

/* ---- counting ---- */

/* Safe for a thread that is in a call (see the protocol) or counted in front_signal_calls; others
 * count into the static counters, which the next front_open takes over. */
void front_count_early(enum early_drop reason) {
    __atomic_fetch_add(&front_signal_calls, 1, __ATOMIC_SEQ_CST);
    bool open = __atomic_load_n(&front.epoch, __ATOMIC_SEQ_CST) != 0;
    uint64_t *counter = open ? &front.set.process->early[reason] : &unmapped_early[reason];
    __atomic_fetch_add(counter, 1, __ATOMIC_RELAXED);
    __atomic_fetch_sub(&front_signal_calls, 1, __ATOMIC_RELEASE);
}

static void take_over_counts(process_map *process) {
    for (int i = 0; i < EARLY_COUNT; i++) {
        uint64_t n = __atomic_exchange_n(&unmapped_early[i], 0, __ATOMIC_RELAXED);
        if (n > 0) __atomic_fetch_add(&process->early[i], n, __ATOMIC_RELAXED);
    }
}

/* ---- a barrier on all CPUs ---- */

static bool membarrier_ready;

static void barrier_setup(void) {
    membarrier_ready = syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0) == 0;
}

/* Without membarrier (an old kernel, a seccomp filter): taking a page's right to be written away makes
 * the kernel interrupt every CPU that runs this process, to drop what it has cached of the page; and a
 * store does not stay in a CPU's buffer for the milliseconds that follow. */
static void barrier_by_interrupt(void) {
    void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (page != MAP_FAILED) {
        *(volatile char *)page = 1;
        mprotect(page, 4096, PROT_READ);
        munmap(page, 4096);
    }
    nanosleep(&(struct timespec){.tv_nsec = 10 * 1000 * 1000}, NULL);
}

void front_barrier_on_all_cpus(void) {
    if (!membarrier_ready) barrier_setup();
    if (!membarrier_ready || syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0) != 0)
        barrier_by_interrupt();
}

/* ---- open, close ---- */

static void set_state(front_state state) {
    __atomic_store_n(&front.state, (uint32_t)state, __ATOMIC_SEQ_CST);
}

front_state front_get_state(void) { return (front_state)__atomic_load_n(&front.state, __ATOMIC_ACQUIRE); }

/* Numbers cached under an epoch are worthless under another: no epoch comes twice. (After 2^32 starts
 * they do; a host that starts Weir a thousand times a second has six weeks.) */
static uint32_t next_epoch(void) {
    do front.last_epoch++;
    while (front.last_epoch == 0 || front.last_epoch == EPOCH_NONE);
    return front.last_epoch;
}

void front_open(const front_settings *settings) {
    uint32_t epoch = next_epoch();
    barrier_setup();
    stack_text_setup();
    front.set = *settings;
    if (front.set.backend_asleep == NULL) front.set.backend_asleep = &no_backend_word;
    if (front.set.backend_wake == NULL) front.set.backend_wake = &no_backend_word;
    front_set_overflow(settings->overflow, settings->stall_timeout_ms);
    take_over_counts(settings->process);
    call_site_name_loggers(epoch);
    __atomic_store_n(&front.epoch, epoch, __ATOMIC_SEQ_CST);
    set_state(FRONT_RUNNING);
}

void front_set_overflow(overflow_policy overflow, int stall_timeout_ms) {
    __atomic_store_n(&front.overflow, (uint32_t)overflow, __ATOMIC_RELAXED);
    __atomic_store_n(&front.stall_timeout_ms, stall_timeout_ms, __ATOMIC_RELAXED);
}

static bool wait_for_calls(void) {
    int64_t deadline = clock_monotonic_ns() + (int64_t)FRONT_CLOSE_MS * 1000000;
    while (thread_any_in_call() || __atomic_load_n(&front_signal_calls, __ATOMIC_SEQ_CST) != 0) {
        if (clock_monotonic_ns() >= deadline) return false;
        /* One that waits for room looks at the epoch when it is woken, and gives up. */
        ring_set_interrupt(front.set.rings);
        nanosleep(&(struct timespec){.tv_nsec = CLOSE_POLL_NS}, NULL);
    }
    return true;
}

bool front_close(front_state next) {
    bool was_open = front.epoch != 0;
    set_state(next);
    __atomic_store_n(&front.epoch, 0, __ATOMIC_SEQ_CST);
    if (!was_open) return true;
    front_barrier_on_all_cpus();
    if (!wait_for_calls()) {
        call_site_leave_plans(); /* with the mappings: the call that never returned may read them */
        return false;
    }
    call_site_free_plans();
    memset(&front.set, 0, sizeof front.set);
    return true;
}

/* ---- fork ---- */

void front_fork_prepare(void) {
    call_hooks_fork_prepare();
    logger_tree_fork_prepare();
    thread_fork_prepare();
    symbols_fork_prepare();
    module_state_fork_prepare();
}

void front_fork_parent(void) {
    module_state_fork_release();
    symbols_fork_release();
    thread_fork_parent();
    logger_tree_fork_release();
    call_hooks_fork_parent();
}

void front_fork_child(void) {
    bool was_open = front.epoch != 0;
    __atomic_store_n(&front.epoch, 0, __ATOMIC_SEQ_CST);
    __atomic_store_n(&front_signal_calls, 0, __ATOMIC_SEQ_CST);
    if (was_open) set_state(FRONT_FORKED);
    /* Nothing of it is mapped here any more. What the parent counted while closed is the parent's. */
    memset(&front.set, 0, sizeof front.set);
    memset(unmapped_early, 0, sizeof unmapped_early);
    call_site_leave_plans();
    module_state_fork_release();
    symbols_fork_release();
    thread_fork_child();
    level_rules_fork_child();
    logger_tree_fork_release();
    call_hooks_fork_child();
}
