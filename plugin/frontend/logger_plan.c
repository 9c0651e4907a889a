/* logger_plan.c - a new configuration's levels over the whole tree, in the two steps of a swap, by
 * the rules of Python's fileConfig. Control thread; linear in the number of loggers. */
#include "frontend/level_rule.h"
#include "frontend/tree_internal.h"

enum plan_role {
    ROLE_OTHER, /* disabled, or enabled again */
    ROLE_NAMED, /* gets its row's level */
    ROLE_BELOW  /* below a named one: reset */
};

/* What the plan makes of each logger; a parent comes before its children. */
static void assign_roles(const tree_plan *plan) {
    uint32_t count = logger_count();
    for (uint32_t i = 0; i < count; i++) {
        logger *l = logger_at(i);
        l->plan_role = ROLE_OTHER;
        l->plan_level = l->level;
    }
    for (size_t i = 0; i < plan->count; i++) {
        logger *l = plan->rows[i].logger;
        l->plan_role = !plan->edit || plan->rows[i].enable ? ROLE_NAMED : ROLE_OTHER;
        if (plan->rows[i].level != LEVEL_UNSET) l->plan_level = plan->rows[i].level;
    }
    for (uint32_t i = 1; i < count && !plan->edit; i++) {
        logger *l = logger_at(i);
        if (l->plan_role == ROLE_NAMED || l->parent->parent == NULL) continue;
        if (l->parent->plan_role == ROLE_OTHER) continue;
        l->plan_role = ROLE_BELOW;
        l->plan_level = WEIR_LEVEL_NOTSET;
    }
}

static bool planned_disabled(const tree_plan *plan, const logger *l) {
    if (plan->edit) return l->plan_role == ROLE_NAMED ? false : l->disabled;
    if (l->index == 0 || l->plan_role == ROLE_NAMED) return false;
    if (l->plan_role == ROLE_BELOW) return l->disabled;
    /* What was never asked for is no logger in Python, and so not disabled. */
    return l->requested && plan->disable_existing;
}

void logger_tree_prepare(const tree_plan *plan) {
    tree_lock();
    assign_roles(plan);
    tree_rules_plan(plan);
    tree_level_planning(true);
    uint32_t count = logger_count();
    for (uint32_t i = 0; i < count; i++) {
        logger *l = logger_at(i);
        int own = l->over != LEVEL_UNSET ? l->over : l->plan_level;
        bool inherits = own == WEIR_LEVEL_NOTSET && l->parent != NULL;
        l->planned_effective = inherits ? l->parent->planned_effective : own;
        l->planned_disabled = planned_disabled(plan, l);
        tree_threshold_store(l);
    }
    tree_unlock();
}

void logger_tree_commit(const tree_plan *plan, void (*disabled)(void *arg, logger *l), void *arg) {
    tree_lock();
    assign_roles(plan);
    tree_level_planning(false);
    level_rules *gone = tree_rules_commit();
    uint32_t count = logger_count();
    for (uint32_t i = 0; i < count; i++) {
        logger *l = logger_at(i);
        bool was = l->disabled;
        __atomic_store_n(&l->disabled, planned_disabled(plan, l), __ATOMIC_RELAXED);
        __atomic_store_n(&l->level, l->plan_level, __ATOMIC_RELAXED);
        if (l->disabled && !was && disabled != NULL) disabled(arg, l);
    }
    tree_level_update_all();
    tree_unlock();
    level_rules_settle(gone);
}

void logger_tree_cancel(void) {
    tree_lock();
    tree_level_planning(false);
    level_rules *gone = tree_rules_cancel();
    tree_level_update_all();
    tree_unlock();
    level_rules_settle(gone);
}

void logger_tree_preview(const tree_plan *plan, void (*disabled)(void *arg, logger *l), void *arg) {
    tree_lock();
    assign_roles(plan);
    uint32_t count = logger_count();
    for (uint32_t i = 0; i < count; i++) {
        logger *l = logger_at(i);
        if (!l->disabled && planned_disabled(plan, l)) disabled(arg, l);
    }
    tree_unlock();
}
