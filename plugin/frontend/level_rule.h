/* level_rule.h - level by context: rules that let a call through below its logger's level, because of what
 * its fields or its thread's context say. A rule belongs to a logger and is for all loggers below it, too.
 *
 * How a call meets them. Each logger has two words: `threshold`, the lowest level that may pass, by its own
 * level or by a rule, and `own`, from which on no rule is asked (weir.h). A call that passes the first and
 * not the second asks level_rules_pass; if no rule lets it through it vanishes: it never was. So that only
 * the longest way of a call needs to ask, a logger with rules over it is `lowered`: its token matches no
 * epoch (see call_hooks.h). Whoever lowers loggers (logger_level.c) sets `lowered` and takes the token away,
 * has every CPU pass a barrier, and only then lowers thresholds; who numbers a logger swaps the token in only
 * if nobody has touched it meanwhile. When the last rule is gone, `lowered` stays for a while: a thread may
 * have read the old threshold and not yet the token.
 *
 * Who reads rules says so in its thread's state (`reading`), without a fence. Who takes rules away has every
 * CPU pass a barrier, then waits until each thread has been seen outside once: then they may be freed. */
#ifndef WEIR_FRONTEND_LEVEL_RULE_H
#define WEIR_FRONTEND_LEVEL_RULE_H

#include "base/value.h"
#include "frontend/logger_tree.h"

typedef struct level_rule {
    slice field;
    const slice *values; /* one of them is to match: '*' any run, '?' one byte */
    size_t value_count;
    int level; /* from which on records pass */
    uint32_t refs;
} level_rule;

/* A copy in one piece, with one reference; NULL: no memory. */
level_rule *level_rule_create(const level_rule *from);
void level_rule_drop(level_rule *rule); /* one reference; NULL: nothing */

/* Those of one logger, each with a reference. Its maker's until the tree takes it (tree_plan_row). */
typedef struct level_rules {
    struct level_rules *gone; /* the next of those that wait to be freed */
    size_t count;
    level_rule *at[];
} level_rules;
level_rules *level_rules_create(size_t most); /* empty; NULL: no memory */
void level_rules_add(level_rules *list, level_rule *rule);
void level_rules_free(level_rules *list); /* NULL: nothing */

/* Where a call may say what a field is; of one that is there several times, the first of these decides: the
 * call's fields (the last of equal ones), `extra` (a dict, or NULL), the thread's context, the logger's. */
typedef struct rule_fields {
    const weir_field *fields;
    size_t field_count;
    const value *extra;
} rule_fields;

/* Does a rule of the logger, or of one above it, let a call of that level through? In the thread of the call,
 * inside it or not; also in a signal handler. No lock, no system call; malloc for nested values of `extra`
 * only. */
bool level_rules_pass(const bound_logger *to, int level, const rule_fields *where);

/* A call that was let pass by threshold: does it, by the logger's level or else by a rule? A logger that is
 * not lowered has no rules; what its threshold let pass passes. */
static inline bool level_passes(const bound_logger *to, int level, const rule_fields *where) {
    if (__builtin_expect(level >= __atomic_load_n(&to->head.own, __ATOMIC_RELAXED), 1)) return true;
    if (!__atomic_load_n(&to->core->lowered, __ATOMIC_SEQ_CST)) return true;
    return level_rules_pass(to, level, where);
}

/* Frees a chain that no logger has any more, when no thread reads what was taken away before. */
void level_rules_settle(level_rules *gone);
void level_rules_fork_child(void);

#endif
