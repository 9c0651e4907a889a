/* logger_rules.c - which rules of level by context lie over each logger, and the order in which calls learn
 * of it (level_rule.h has the protocol). Whoever swaps a configuration, under the tree's lock; calls of the
 * host read what it stores without one. */
#include <limits.h>

#include "base/clock.h"
#include "frontend/front_internal.h"
#include "frontend/level_rule.h"
#include "frontend/tree_internal.h"

/* atomic: when loggers that are lowered for nothing may be so no more; 0: none are */
static int64_t linger_until;

/* No epoch is 0; and by the time that one of these comes again nobody who read it is still about to number.
 */
void logger_divert(logger *l) {
    static uint32_t count;
    uint32_t unique = __atomic_add_fetch(&count, 1, __ATOMIC_RELAXED);
    __atomic_store_n(&l->token, unique, __ATOMIC_SEQ_CST);
}

static void store(logger *l, enum rule_set set, level_rules *list) {
    __atomic_store_n(&l->rules[set], list, __ATOMIC_SEQ_CST);
}

/* A parent's index is lower than its children's. */
static int lowest_of(const logger *l) {
    int lowest = l->parent != NULL ? l->parent->lowest : INT_MAX;
    for (int set = 0; set < RULE_SETS; set++)
        for (size_t i = 0; l->rules[set] != NULL && i < l->rules[set]->count; i++)
            if (l->rules[set]->at[i]->level < lowest) lowest = l->rules[set]->at[i]->level;
    return lowest;
}

void tree_rules_begin(logger *l) {
    l->lowest = l->parent->lowest;
    l->lowered = l->lowest != INT_MAX;
}

void tree_rules_plan(const tree_plan *plan) {
    uint32_t count = logger_count();
    bool any = false;
    for (size_t i = 0; i < plan->count; i++) {
        store(plan->rows[i].logger, RULES_PLANNED, plan->rows[i].rules);
        plan->rows[i].rules = NULL;
    }
    for (uint32_t i = 0; i < count; i++) {
        logger *l = logger_at(i);
        l->lowest = lowest_of(l);
        if (l->lowest == INT_MAX || l->lowered) continue;
        __atomic_store_n(&l->lowered, true, __ATOMIC_SEQ_CST);
        logger_divert(l);
        any = true;
    }
    if (any) front_barrier_on_all_cpus();
}

static void note_idle(void) {
    uint32_t count = logger_count();
    bool idle = false;
    for (uint32_t i = 0; i < count; i++) {
        logger *l = logger_at(i);
        l->lowest = lowest_of(l);
        idle = idle || (l->lowered && l->lowest == INT_MAX);
    }
    int64_t until = idle ? clock_monotonic_ns() + (int64_t)RULES_LINGER_MS * 1000000 : 0;
    __atomic_store_n(&linger_until, until, __ATOMIC_RELAXED);
}

/* The chain of what no logger has any more. */
static level_rules *put(level_rules *gone, level_rules *was) {
    if (was == NULL) return gone;
    was->gone = gone;
    return was;
}

/* The planned ones end as such; `ended` are those that no logger has any more. */
static level_rules *end_plan(enum rule_set ended) {
    level_rules *gone = NULL;
    uint32_t count = logger_count();
    for (uint32_t i = 0; i < count; i++) {
        logger *l = logger_at(i);
        gone = put(gone, l->rules[ended]);
        if (ended == RULES_RUNNING) store(l, RULES_RUNNING, l->rules[RULES_PLANNED]);
        store(l, RULES_PLANNED, NULL);
    }
    note_idle();
    return gone;
}

level_rules *tree_rules_commit(void) { return end_plan(RULES_RUNNING); }
level_rules *tree_rules_cancel(void) { return end_plan(RULES_PLANNED); }

/* No swap is under way: there are no planned ones, and none will run. */
void logger_tree_drop_rules(void) {
    tree_lock();
    level_rules *gone = tree_rules_commit();
    if (gone != NULL) tree_level_update_all();
    tree_unlock();
    level_rules_settle(gone);
}

int64_t logger_tree_unlower(int64_t now_ns) {
    int64_t until = __atomic_load_n(&linger_until, __ATOMIC_RELAXED);
    if (until == 0 || now_ns < until) return until;
    tree_lock();
    uint32_t count = logger_count();
    for (uint32_t i = 0; i < count; i++) {
        logger *l = logger_at(i);
        if (l->lowest == INT_MAX) __atomic_store_n(&l->lowered, false, __ATOMIC_SEQ_CST);
    }
    __atomic_store_n(&linger_until, 0, __ATOMIC_RELAXED);
    tree_unlock();
    return 0;
}
