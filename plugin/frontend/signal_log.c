/* signal_log.c - weir_signal_log: atomics and copies only, so that a signal handler may call it, in a
 * thread that has no state, or in the middle of a log call of its thread. The backend looks at the
 * slots in each of its passes. front_signal_calls keeps front_close waiting meanwhile. */
#define _GNU_SOURCE
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "frontend/cut_mark.h"
#include "frontend/front_internal.h"

enum { SLOT_FREE, SLOT_FILLED, SLOT_FILLING };

static signal_slot *claim(process_map *process) {
    for (size_t i = 0; i < SIGNAL_SLOTS; i++) {
        uint32_t expected = SLOT_FREE;
        if (__atomic_compare_exchange_n(&process->signals[i].state, &expected, SLOT_FILLING, false,
                                        __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
            return &process->signals[i];
    }
    return NULL;
}

static uint32_t fill_text(char out[SIGNAL_TEXT], const char *s) {
    size_t len = strlen(s);
    if (len <= SIGNAL_TEXT) {
        memcpy(out, s, len);
        return (uint32_t)len;
    }
    size_t keep = cut_boundary(s, SIGNAL_TEXT - CUT_MARK_MAX);
    memcpy(out, s, keep);
    return (uint32_t)(keep + cut_mark_write(out + keep, len - keep));
}

/* The logger was numbered when somebody asked for it: here the dictionary's lock is out of reach. */
static int store(const logger *to, int level, const char *s, uint32_t epoch) {
    uint64_t number = __atomic_load_n(&to->number, __ATOMIC_RELAXED);
    signal_slot *slot = token_epoch(number) == epoch ? claim(front.set.process) : NULL;
    if (slot == NULL) {
        front_count_early(EARLY_NO_RING);
        return -1;
    }
    slot->stamp = clock_stamp();
    slot->level = level;
    slot->logger = (uint32_t)number;
    slot->tid = (uint32_t)syscall(SYS_gettid);
    slot->len = fill_text(slot->text, s);
    __atomic_fetch_add(&front.set.process->accepted_signal, 1, __ATOMIC_RELAXED);
    __atomic_store_n(&slot->state, SLOT_FILLED, __ATOMIC_RELEASE);
    return 0;
}

int weir_signal_log(weir_logger *handle, int level, const char *s) {
    /* Such a record has no fields for a rule to look at: the logger's level alone counts. */
    if (!weir_may_pass_(handle, level) || level < __atomic_load_n(&handle->own, __ATOMIC_RELAXED)) return 0;
    int saved = errno, result = -1;
    __atomic_fetch_add(&front_signal_calls, 1, __ATOMIC_SEQ_CST);
    uint32_t epoch = __atomic_load_n(&front.epoch, __ATOMIC_SEQ_CST);
    if (epoch != 0)
        result = store(logger_of_handle(handle)->core, level, s == NULL ? "(null)" : s, epoch);
    else
        front_count_early(EARLY_STOPPED);
    __atomic_fetch_sub(&front_signal_calls, 1, __ATOMIC_RELEASE);
    errno = saved;
    return result;
}
