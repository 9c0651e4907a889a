/* call_hooks.h - code of the host's that runs at a log call, in the caller's thread: filters declared to
 * run there, and the record factory. Which there are; running them is record/at_call.c's.
 *
 * A call sees them through a word that it loads anyway. Each logger has two words of its dictionary number:
 * `number`, and `token`, which the shortest ways of a call want and which is of no epoch while any hook
 * concerns the logger; such a call so takes the longest way (log_any), which looks here. A change stores the
 * list of hooks, then a token that never was (logger_divert); who numbers a logger reads token, looks for
 * hooks, and stores its number only if token is still what it read.
 *
 * Lists are never changed, but replaced. A thread that runs hooks is counted in one of two counters; who
 * replaces a list moves all later threads to the other counter and waits until the first is 0: then nobody
 * runs what was removed, and it is freed. Inside a hook nobody waits: what it removed is freed by the next
 * change from outside. */
#ifndef WEIR_FRONTEND_CALL_HOOKS_H
#define WEIR_FRONTEND_CALL_HOOKS_H

#include "frontend/logger_tree.h"
#include "weir_logging.h"

/* One filter. owner tells those of a configuration from those that the host added. */
typedef enum hook_owner { HOOK_HOST, HOOK_CONFIG } hook_owner;
typedef struct call_hook {
    weir_call_filter run;
    void *arg;
    hook_owner owner;
} call_hook;
typedef struct hook_list {
    struct hook_list *retired; /* the next of those that wait to be freed */
    size_t count;
    call_hook at[];
} hook_list;

/* Adds one behind those that there are; l NULL: for every logger. Equal ones are added once, as in Python.
 * 0, or -1: no memory. */
int call_hooks_add(logger *l, const call_hook *hook);
/* 0; -1: it is not there. When it returns no thread runs the hook any more, unless it was called in one. */
int call_hooks_remove(logger *l, const call_hook *hook);
/* The hooks of a configuration take the place of those of the one before, at a swap. */
typedef struct hook_rule {
    logger *logger; /* NULL: every logger */
    weir_call_filter run;
    void *arg;
} hook_rule;
/* 0; -1: no memory, some of the old ones may stay. */
int call_hooks_configure(const hook_rule *rules, size_t count);
/* The record factory; NULL: none. 0, or -1: no memory. */
int call_hooks_set_factory(weir_record_factory factory, void *arg);
weir_record_factory call_hooks_get_factory(void **arg);

/* ---- for a call ---- */
/* Does any hook concern the logger? */
bool call_hooks_concern(const logger *l);
/* What to run: between enter and leave the lists stay. */
typedef struct hooks_at_call {
    weir_record_factory factory;
    void *factory_arg;
    const hook_list *everywhere, *own; /* NULL: none */
    uint32_t side;
} hooks_at_call;
void call_hooks_enter(const logger *l, hooks_at_call *out);
void call_hooks_leave(const hooks_at_call *entered);
/* The child of a fork: no other thread is inside. */
void call_hooks_fork_prepare(void);
void call_hooks_fork_parent(void);
void call_hooks_fork_child(void);

#endif
