/* by_context.c - the rules of level by context that lie over a logger, for those who look at it. Runs on the
 * thread that asks; the caller holds `change`, so no rule ends meanwhile. */
#include <stdlib.h>

#include "admin/control/control_internal.h"

static bool room_for(rule_list *out) {
    if (out->count < out->cap) return true;
    size_t cap = out->cap == 0 ? 8 : out->cap * 2;
    rule_view *grown = realloc(out->list, cap * sizeof *grown);
    if (grown == NULL) return false;
    out->list = grown;
    out->cap = cap;
    return true;
}

void by_context_list(const logger *l, rule_list *out) {
    out->count = 0;
    for (const logger *at = l; at != NULL; at = at->parent) {
        const level_rules *rules = at->rules[RULES_RUNNING];
        for (size_t i = 0; rules != NULL && i < rules->count && room_for(out); i++)
            out->list[out->count++] = (rule_view){rules->at[i], at->name};
    }
}
