/* dropping.c - which handlers would still drop records of a logger at a level: the answer to "I set
 * DEBUG, and nothing comes". Walks the current generation as the backend routes: a logger's own
 * handlers, then its ancestors', as far as propagate goes. The caller holds `change`. */
#include <stdlib.h>

#include "admin/control/control_internal.h"

static int by_index(const void *a, const void *b) {
    uint32_t x = (*(logger_rule *const *)a)->logger->index, y = (*(logger_rule *const *)b)->logger->index;
    return x < y ? -1 : x > y;
}

void rules_index(control *c) {
    const generation *g = c->core->generation;
    free(c->rules_by_logger);
    c->rule_count = 0;
    c->rules_by_logger = g->rule_count == 0 ? NULL : malloc(g->rule_count * sizeof *c->rules_by_logger);
    if (c->rules_by_logger == NULL) return; /* without memory nothing is explained, all else works */
    for (size_t i = 0; i < g->rule_count; i++) c->rules_by_logger[i] = &g->rules[i];
    c->rule_count = g->rule_count;
    qsort(c->rules_by_logger, c->rule_count, sizeof *c->rules_by_logger, by_index);
}

const logger_rule *rules_find(const control *c, const logger *l) {
    size_t low = 0, high = c->rule_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (c->rules_by_logger[middle]->logger->index < l->index)
            low = middle + 1;
        else
            high = middle;
    }
    return low < c->rule_count && c->rules_by_logger[low]->logger == l ? c->rules_by_logger[low] : NULL;
}

static const char *file_name(const control *c) {
    const char *slash = strrchr(c->core->plan->file, '/');
    return slash != NULL ? slash + 1 : c->core->plan->file;
}

static bool listed(const name_list *l, const char *line) {
    for (size_t i = 0; i < l->count; i++)
        if (strcmp(l->names[i], line) == 0) return true;
    return false;
}

static void add_handler(const control *c, const handler *h, name_list *out) {
    char buffer[32], line[HANDLER_STATS_NAME + 512];
    slice level = level_name(h->level, buffer);
    int len = snprintf(line, sizeof line, "handler %s: level %.*s", h->name, (int)level.len, level.data);
    if (h->line > 0) snprintf(line + len, sizeof line - (size_t)len, ", %.255s:%d", file_name(c), h->line);
    if (!listed(out, line)) name_list_add(out, slice_of(line));
}

void dropping_list(control *c, logger *l, int level, name_list *out) {
    size_t handlers = 0;
    if (__atomic_load_n(&l->disabled, __ATOMIC_RELAXED))
        name_list_addf(out, "logger %s: disabled by the configuration, %s", l->name.data, file_name(c));
    if (level <= logger_disable_level())
        name_list_addf(out, "weir_disable(%d): nothing of this level or below is made",
                       logger_disable_level());
    for (const logger *at = l; at != NULL; at = __atomic_load_n(&at->parent, __ATOMIC_ACQUIRE)) {
        const logger_rule *rule = rules_find(c, at);
        if (rule == NULL) continue;
        for (size_t i = 0; i < rule->handler_count; i++, handlers++)
            if (rule->handlers[i]->level > level) add_handler(c, rule->handlers[i], out);
        if (!rule->propagate) break;
    }
    if (handlers == 0 && level < WEIR_LEVEL_WARNING)
        name_list_add(out, SLICE_LITERAL("no handler is configured for it: lastResort, level WARNING"));
}
