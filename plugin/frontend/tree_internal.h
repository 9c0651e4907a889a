/* tree_internal.h - the tree's lock and the functions that its files share. All but tree_lock and
 * tree_unlock want the lock held. */
#ifndef WEIR_FRONTEND_TREE_INTERNAL_H
#define WEIR_FRONTEND_TREE_INTERNAL_H

#include "frontend/logger_tree.h"

void tree_lock(void);
void tree_unlock(void);

/* A logger that was just linked under its parent gets its levels and threshold. */
void tree_level_begin(logger *l);
/* effective and threshold of l anew, and of what inherits from it. */
void tree_level_update(logger *l);
/* Of all loggers, in one scan (a parent's index is lower than its children's). */
void tree_level_update_all(void);
/* Stores the threshold into l and all that is bound to it. */
void tree_threshold_store(logger *l);
/* Whether thresholds are kept at the lower of now and the plan's. */
void tree_level_planning(bool on);
/* logger_rules.c: rules of a logger that was just linked; of the plan, beside those that run; of the plan
 * alone; as before it. The last two return those that went, for level_rules_settle, without the lock.
 * Thresholds are the caller's. */
void tree_rules_begin(logger *l);
void tree_rules_plan(const tree_plan *plan);
struct level_rules *tree_rules_commit(void);
struct level_rules *tree_rules_cancel(void);
uint32_t tree_hash(uint32_t seed, slice s);

#endif
