/* call_hooks.c - which code of the host's runs at log calls. Changes: any thread, one at a time; they may
 * wait for callbacks to return. Reading: the thread of a call. The protocol is told in call_hooks.h. */
#include "frontend/call_hooks.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

/* How often a change looks whether the last callback has returned. */
#define GRACE_POLL_NS 200000

typedef struct factory_slot {
    hook_list list; /* only to be retired like one */
    weir_record_factory run;
    void *arg;
} factory_slot;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;  /* held for short; hooks may want it */
static pthread_mutex_t grace = PTHREAD_MUTEX_INITIALIZER; /* held while waiting; never taken in a hook */
static hook_list *everywhere;                             /* atomic */
static factory_slot *factory;                             /* atomic */
static hook_list *retired;                                /* under lock */
static uint32_t side;                                     /* atomic: the counter that threads take now */
static uint32_t inside[2];                                /* atomic */
static __thread uint32_t own[2];                          /* of these, how many are this thread's */

/* ---- for a call ---- */

bool call_hooks_concern(const logger *l) {
    return __atomic_load_n(&l->hooks, __ATOMIC_SEQ_CST) != NULL ||
           __atomic_load_n(&everywhere, __ATOMIC_SEQ_CST) != NULL ||
           __atomic_load_n(&factory, __ATOMIC_SEQ_CST) != NULL;
}

/* Counted on a side that was given up meanwhile, a thread might be waited for in vain or not at all: again.
 */
static uint32_t count_in(void) {
    for (;;) {
        uint32_t mine = __atomic_load_n(&side, __ATOMIC_SEQ_CST);
        __atomic_fetch_add(&inside[mine], 1, __ATOMIC_SEQ_CST);
        if (__atomic_load_n(&side, __ATOMIC_SEQ_CST) == mine) return mine;
        __atomic_fetch_sub(&inside[mine], 1, __ATOMIC_SEQ_CST);
    }
}

void call_hooks_enter(const logger *l, hooks_at_call *out) {
    out->side = count_in();
    own[out->side]++;
    const factory_slot *f = __atomic_load_n(&factory, __ATOMIC_SEQ_CST);
    out->factory = f != NULL ? f->run : NULL;
    out->factory_arg = f != NULL ? f->arg : NULL;
    out->everywhere = __atomic_load_n(&everywhere, __ATOMIC_SEQ_CST);
    out->own = l != NULL ? __atomic_load_n(&l->hooks, __ATOMIC_SEQ_CST) : NULL;
}

void call_hooks_leave(const hooks_at_call *entered) {
    __atomic_fetch_sub(&inside[entered->side], 1, __ATOMIC_SEQ_CST);
    own[entered->side]--;
}

/* ---- changing; under lock ---- */

static void retire(hook_list *list) {
    if (list == NULL) return;
    list->retired = retired;
    retired = list;
}

/* Nobody new is counted on the side that is left; those on it may still see what was replaced. */
static void wait_for_callbacks(void) {
    uint32_t old = __atomic_load_n(&side, __ATOMIC_SEQ_CST);
    __atomic_store_n(&side, !old, __ATOMIC_SEQ_CST);
    while (__atomic_load_n(&inside[old], __ATOMIC_SEQ_CST) != 0)
        nanosleep(&(struct timespec){.tv_nsec = GRACE_POLL_NS}, NULL);
}

static hook_list *take_retired(void) {
    pthread_mutex_lock(&lock);
    hook_list *list = retired;
    retired = NULL;
    pthread_mutex_unlock(&lock);
    return list;
}

/* Without lock. */
static void free_retired(void) {
    if (own[0] + own[1] != 0) return;
    pthread_mutex_lock(&grace);
    hook_list *list = take_retired();
    if (list != NULL) wait_for_callbacks();
    while (list != NULL) {
        hook_list *next = list->retired;
        free(list);
        list = next;
    }
    pthread_mutex_unlock(&grace);
}

/* Their next calls go the longest way, and number them anew if nothing concerns them then. */
static void divert_all(void) {
    uint32_t count = logger_count();
    for (uint32_t i = 0; i < count; i++) logger_divert(logger_at(i));
}

static void store(logger *l, hook_list *list) {
    hook_list **slot = l != NULL ? &l->hooks : &everywhere;
    hook_list *old = __atomic_exchange_n(slot, list, __ATOMIC_SEQ_CST);
    retire(old);
    if (list != NULL && l != NULL) logger_divert(l);
    if (list != NULL && l == NULL) divert_all();
}

static hook_list *list_of(const logger *l) { return l != NULL ? l->hooks : everywhere; }

static hook_list *list_new(size_t count) {
    return calloc(1, sizeof(hook_list) + (count ? count : 1) * sizeof(call_hook));
}

static size_t find(const hook_list *list, const call_hook *hook) {
    size_t i = 0;
    while (
        list != NULL && i < list->count &&
        !(list->at[i].run == hook->run && list->at[i].arg == hook->arg && list->at[i].owner == hook->owner))
        i++;
    return i;
}

/* A copy of old without those of the configuration (drop), with room for more. NULL: no memory. */
static hook_list *copy(const hook_list *old, bool drop, size_t more) {
    size_t count = old != NULL ? old->count : 0;
    hook_list *made = list_new(count + more);
    for (size_t i = 0; made != NULL && i < count; i++)
        if (!drop || old->at[i].owner != HOOK_CONFIG) made->at[made->count++] = old->at[i];
    return made;
}

int call_hooks_add(logger *l, const call_hook *hook) {
    int rc = 0;
    pthread_mutex_lock(&lock);
    const hook_list *old = list_of(l);
    if (old == NULL || find(old, hook) == old->count) {
        hook_list *made = copy(old, false, 1);
        if (made != NULL) {
            made->at[made->count++] = *hook;
            store(l, made);
        } else {
            rc = -1;
        }
    }
    pthread_mutex_unlock(&lock);
    free_retired();
    return rc;
}

/* Stores the list without its at-th. */
static int remove_at(logger *l, const hook_list *old, size_t at) {
    hook_list *made = NULL;
    if (old->count > 1) {
        made = list_new(old->count - 1);
        if (made == NULL) return -1;
        for (size_t i = 0; i < old->count; i++)
            if (i != at) made->at[made->count++] = old->at[i];
    }
    store(l, made);
    return 0;
}

int call_hooks_remove(logger *l, const call_hook *hook) {
    pthread_mutex_lock(&lock);
    const hook_list *old = list_of(l);
    size_t at = find(old, hook);
    int rc = old == NULL || at == old->count ? -1 : remove_at(l, old, at);
    pthread_mutex_unlock(&lock);
    free_retired();
    return rc;
}

int call_hooks_set_factory(weir_record_factory run, void *arg) {
    factory_slot *made = run != NULL ? calloc(1, sizeof *made) : NULL;
    if (run != NULL && made == NULL) return -1;
    if (made != NULL) *made = (factory_slot){.run = run, .arg = arg};
    pthread_mutex_lock(&lock);
    factory_slot *old = __atomic_exchange_n(&factory, made, __ATOMIC_SEQ_CST);
    if (old != NULL) retire(&old->list);
    if (made != NULL) divert_all();
    pthread_mutex_unlock(&lock);
    free_retired();
    return 0;
}

weir_record_factory call_hooks_get_factory(void **arg) {
    pthread_mutex_lock(&lock);
    weir_record_factory run = factory != NULL ? factory->run : NULL;
    if (arg != NULL) *arg = factory != NULL ? factory->arg : NULL;
    pthread_mutex_unlock(&lock);
    return run;
}

/* ---- of a configuration ---- */

static bool has_configured(const hook_list *list) {
    for (size_t i = 0; list != NULL && i < list->count; i++)
        if (list->at[i].owner == HOOK_CONFIG) return true;
    return false;
}

/* The host's first, then the configuration's, each once. */
static int configure_one(logger *l, const hook_rule *rules, size_t count) {
    size_t more = 0;
    for (size_t i = 0; i < count; i++) more += rules[i].logger == l;
    const hook_list *old = list_of(l);
    if (more == 0 && !has_configured(old)) return 0;
    hook_list *made = copy(old, true, more);
    if (made == NULL) return -1;
    for (size_t i = 0; i < count; i++) {
        call_hook hook = {rules[i].run, rules[i].arg, HOOK_CONFIG};
        if (rules[i].logger == l && find(made, &hook) == made->count) made->at[made->count++] = hook;
    }
    if (made->count == 0) {
        free(made);
        made = NULL;
    }
    store(l, made);
    return 0;
}

int call_hooks_configure(const hook_rule *rules, size_t count) {
    pthread_mutex_lock(&lock);
    int rc = configure_one(NULL, rules, count);
    uint32_t loggers = logger_count();
    for (uint32_t i = 0; i < loggers; i++)
        if (configure_one(logger_at(i), rules, count) != 0) rc = -1;
    pthread_mutex_unlock(&lock);
    free_retired();
    return rc;
}

/* ---- fork ---- */

void call_hooks_fork_prepare(void) { pthread_mutex_lock(&lock); }
void call_hooks_fork_parent(void) { pthread_mutex_unlock(&lock); }

void call_hooks_fork_child(void) {
    inside[0] = own[0];
    inside[1] = own[1];
    pthread_mutex_init(&grace, NULL);
    pthread_mutex_unlock(&lock);
}
