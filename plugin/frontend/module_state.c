/* module_state.c - lastResort, raiseExceptions, handleError. Any thread; a lock held for a copy only, so that
 * what the host sets may set something itself. */
#include "frontend/module_state.h"

#include <pthread.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* of the two that are more than a word */
static last_resort_rule rule = {.level = WEIR_LEVEL_WARNING};
static weir_handle_error error_call;
static void *error_arg;
static bool raises = true; /* atomic */
static bool told;          /* atomic: "No handlers could be found" */

void module_state_fork_prepare(void) { pthread_mutex_lock(&lock); }
void module_state_fork_release(void) { pthread_mutex_unlock(&lock); }

void weir_set_last_resort(int level, weir_last_resort call, void *arg) {
    pthread_mutex_lock(&lock);
    __atomic_store_n(&rule.level, level, __ATOMIC_RELAXED);
    rule.call = call;
    rule.arg = arg;
    pthread_mutex_unlock(&lock);
}

void last_resort_rule_get(last_resort_rule *out) {
    pthread_mutex_lock(&lock);
    *out = rule;
    pthread_mutex_unlock(&lock);
}

bool last_resort_wants(int level) {
    int from = __atomic_load_n(&rule.level, __ATOMIC_RELAXED);
    return from == WEIR_LAST_RESORT_NONE || level >= from;
}

int weir_get_last_resort(weir_last_resort *call, void **arg) {
    last_resort_rule now;
    last_resort_rule_get(&now);
    if (call != NULL) *call = now.call;
    if (arg != NULL) *arg = now.arg;
    return now.level;
}

void weir_set_raise_exceptions(int raise) { __atomic_store_n(&raises, raise != 0, __ATOMIC_RELAXED); }
int weir_get_raise_exceptions(void) { return module_raises_exceptions(); }
bool module_raises_exceptions(void) { return __atomic_load_n(&raises, __ATOMIC_RELAXED); }

bool module_may_say_no_handlers(void) {
    return module_raises_exceptions() && !__atomic_exchange_n(&told, true, __ATOMIC_RELAXED);
}

void weir_set_handle_error(weir_handle_error call, void *arg) {
    pthread_mutex_lock(&lock);
    __atomic_store_n(&error_call, call, __ATOMIC_RELAXED);
    error_arg = arg;
    pthread_mutex_unlock(&lock);
}

bool module_handles_errors(void) { return __atomic_load_n(&error_call, __ATOMIC_RELAXED) != NULL; }

void module_handle_error(const char *handler, const char *reason, weir_record *record) {
    pthread_mutex_lock(&lock);
    weir_handle_error call = error_call;
    void *arg = error_arg;
    pthread_mutex_unlock(&lock);
    if (call != NULL) call(arg, handler, reason, record);
}
