/* logger_level.c - from levels to thresholds. Every change is made under the tree's lock and stored
 * relaxed; calls of the host read the threshold without one. */
#include <limits.h>

#include "frontend/tree_internal.h"

static int disable_level; /* Python's manager.disable; atomic */
static bool closed;       /* nothing passes */
static bool planning;

static int above_disable(int level) {
    int above = __atomic_load_n(&disable_level, __ATOMIC_RELAXED);
    if (above == INT_MAX) return INT_MAX;
    return level > above ? level : above + 1;
}

static int lower(int a, int b) { return a < b ? a : b; }

static int threshold_of(int effective, int lowest, bool disabled) {
    return closed || disabled ? INT_MAX : above_disable(lower(effective, lowest));
}

static int own_level(const logger *l) { return l->over != LEVEL_UNSET ? l->over : l->level; }

static int effective_of(const logger *l) {
    int own = own_level(l);
    return own != WEIR_LEVEL_NOTSET || l->parent == NULL ? own : l->parent->effective;
}

void tree_threshold_store(logger *l) {
    int threshold = threshold_of(l->effective, l->lowest, l->disabled);
    int own = above_disable(l->effective);
    if (planning) {
        threshold = lower(threshold, threshold_of(l->planned_effective, l->lowest, l->planned_disabled));
        own = lower(own, above_disable(l->planned_effective));
    }
    for (bound_logger *b = &l->self; b != NULL; b = b->next) {
        __atomic_store_n(&b->head.own, own, __ATOMIC_RELAXED);
        __atomic_store_n(&b->head.threshold, threshold, __ATOMIC_RELAXED);
    }
}

static void apply(logger *l) {
    __atomic_store_n(&l->effective, effective_of(l), __ATOMIC_RELAXED);
    tree_threshold_store(l);
}

void tree_level_begin(logger *l) {
    l->planned_effective = l->parent->planned_effective;
    tree_rules_begin(l);
    apply(l);
}

/* The next one of the subtree of top, in preorder; below is false to pass over l's children. */
static logger *next_of(const logger *top, logger *l, bool below) {
    if (below && l->first_child != NULL) return l->first_child;
    while (l != top && l->next_sibling == NULL) l = l->parent;
    return l == top ? NULL : l->next_sibling;
}

void tree_level_update(logger *l) {
    apply(l);
    /* A child with a level of its own shields what is below it. */
    for (logger *c = next_of(l, l, true); c != NULL;) {
        bool inherits = own_level(c) == WEIR_LEVEL_NOTSET;
        if (inherits) apply(c);
        c = next_of(l, c, inherits);
    }
}

void tree_level_update_all(void) {
    uint32_t count = logger_count();
    for (uint32_t i = 0; i < count; i++) apply(logger_at(i));
}

void tree_level_planning(bool on) { planning = on; }

int logger_effective_level(const logger *l) { return __atomic_load_n(&l->effective, __ATOMIC_RELAXED); }

int logger_level(const logger *l) { return __atomic_load_n(&l->level, __ATOMIC_RELAXED); }

bool logger_is_disabled(const logger *l) { return __atomic_load_n(&l->disabled, __ATOMIC_RELAXED); }

void logger_set_disabled(logger *l, bool disabled) {
    tree_lock();
    __atomic_store_n(&l->disabled, disabled, __ATOMIC_RELAXED);
    tree_threshold_store(l);
    tree_unlock();
}

void logger_set_level(logger *l, int level) {
    tree_lock();
    __atomic_store_n(&l->level, level, __ATOMIC_RELAXED);
    tree_level_update(l);
    tree_unlock();
}

void logger_set_over(logger *l, int level) {
    tree_lock();
    l->over = level;
    tree_level_update(l);
    tree_unlock();
}

void logger_disable_all(int level) {
    tree_lock();
    __atomic_store_n(&disable_level, level, __ATOMIC_RELAXED);
    tree_level_update_all();
    tree_unlock();
}

int logger_disable_level(void) { return __atomic_load_n(&disable_level, __ATOMIC_RELAXED); }

void logger_tree_open(bool open) {
    tree_lock();
    closed = !open;
    tree_level_update_all();
    tree_unlock();
}
