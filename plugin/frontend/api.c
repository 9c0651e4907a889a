/* api.c - the public functions of loggers, levels and context: thin doors to logger_tree.h, level.h
 * and context.h. Any thread, at any time, before weir_start and after weir_stop too. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "frontend/call_site.h"

#pragma weak front_start_on_demand

/* A host that never calls weir_start, but whose environment names a configuration, is started by its
 * first request for a logger; never by a constructor. */
static void start_if_asked(void) {
    static bool tried;
    if (__atomic_load_n(&tried, __ATOMIC_RELAXED) || __atomic_exchange_n(&tried, true, __ATOMIC_SEQ_CST))
        return;
    const char *path = secure_getenv("WEIR_CONFIG");
    if (path == NULL || path[0] == '\0' || front_get_state() != FRONT_UNSTARTED) return;
    if (front_start_on_demand != NULL) front_start_on_demand();
}

/* The thread's state with log calls of signal handlers kept out: they would copy a half-changed
 * context, or want a lock that this thread holds. NULL: inside a log call, or no memory. */
static thread_state *keep_calls_out(void) {
    thread_state *t = front_thread;
    if (t == NULL) t = thread_attach();
    if (t == NULL || t->in_call != 0) return NULL;
    __atomic_store_n(&t->in_call, 1, __ATOMIC_RELAXED);
    front_compiler_barrier();
    return t;
}

static void let_calls_in(thread_state *t) {
    front_compiler_barrier();
    front_leave(t);
}

/* weir_signal_log finds the logger's number and cannot make it. */
static void number_early(logger *l) {
    uint32_t epoch = __atomic_load_n(&front.epoch, __ATOMIC_RELAXED);
    if (epoch == 0 || token_epoch(__atomic_load_n(&l->number, __ATOMIC_RELAXED)) == epoch) return;
    thread_state *t = keep_calls_out();
    if (t == NULL) return;
    epoch = __atomic_load_n(&front.epoch, __ATOMIC_SEQ_CST);
    if (epoch != 0) call_site_logger_id(l, epoch);
    let_calls_in(t);
}

static weir_logger *handle_of(slice name) {
    logger *l = logger_get(name, NULL);
    if (l == NULL) l = logger_root();
    number_early(l);
    return &l->self.head;
}

weir_logger *weir_get_logger(const char *name) {
    start_if_asked();
    return handle_of(slice_of(name));
}

weir_logger *weir_get_child(weir_logger *parent, const char *suffix) {
    const logger *l = logger_of_handle(parent)->core;
    slice tail = slice_of(suffix);
    if (l == logger_root()) return handle_of(tail);
    char name[LIMIT_LOGGER_NAME + 1];
    size_t len = l->name.len + 1 + tail.len;
    if (len > LIMIT_LOGGER_NAME)
        return handle_of(slice_make(name, LIMIT_LOGGER_NAME + 1)); /* refused there */
    memcpy(name, l->name.data, l->name.len);
    name[l->name.len] = '.';
    if (tail.len > 0) memcpy(name + l->name.len + 1, tail.data, tail.len);
    return handle_of(slice_make(name, len));
}

weir_logger *weir_bind(weir_logger *base, const char *key, const char *content) {
    return &logger_bind(logger_of_handle(base), slice_of(key), slice_of(content))->head;
}

void weir_set_level(weir_logger *to, int level) { logger_set_level(logger_of_handle(to)->core, level); }

int weir_get_effective_level(const weir_logger *of) {
    return logger_effective_level(logger_of_handle(of)->core);
}

const char *weir_logger_name(const weir_logger *of) { return logger_of_handle(of)->core->name.data; }

void weir_disable(int level) { logger_disable_all(level); }

int weir_add_level_name(int level, const char *name) { return level_add_name(level, slice_of(name)); }

/* ---- context ---- */

int weir_context_push(const char *key, const char *content) {
    thread_state *t = keep_calls_out();
    if (t == NULL) return -1;
    int result = context_push(&t->bound, slice_of(key), slice_of(content));
    let_calls_in(t);
    return result;
}

int weir_context_pop(const char *key) {
    thread_state *t = keep_calls_out();
    if (t == NULL) return -1;
    int result = context_pop(&t->bound, slice_of(key));
    let_calls_in(t);
    return result;
}
