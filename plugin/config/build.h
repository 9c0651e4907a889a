/* build.h - what build.c, build_filters.c and build_queues.c share. Nobody else includes it. */
#ifndef WEIR_CONFIG_BUILD_H
#define WEIR_CONFIG_BUILD_H

#include "config/config.h"

typedef struct build {
    const config_plan *plan;
    target_registry *targets;
    process_map *process;
    const generation *old;
    built_config *out;
    generation *g;
    problems *p;
    arena scratch;       /* of one handler's sink_spec */
    slice *beneath_dirs; /* of out->beneath, in the plan */
    bool repeats;        /* see config_rules */
    const config_plan *edited;
} build;

/* -1 */
int build_no_memory(build *b);
void build_tell(build *b, int line, const char *prefix, slice name, const char *key, const char *why);
/* As the backend knows it: cut where it is too long. */
void build_handler_name(slice name, char out[HANDLER_STATS_NAME]);
/* build_filters.c: all filters of the plan, each made or, where it is left alone, the old generation's. */
int build_filters(build *b);
/* Those of a handler or logger, malloc'd. NULL: no memory. */
filter **build_filter_list(const build *b, const plan_filter_list *list);
/* The one of that definition. NULL: none. */
filter *build_same_filter(filter *const *filters, size_t count, const plan_filter *plan);
/* A new one. NULL: told. */
filter *build_new_filter(build *b, const plan_filter *plan);
/* A handler as a listener runs it: the same target and counters, everything else its own. filters: malloc'd,
 * the handler's from then on; own: its formatter, NULL for the default. NULL: told. */
handler *build_listened(build *b, const plan_handler *plan, filter **filters, formatter *own);
/* build_queues.c: the listeners of all queues. */
int build_queues(build *b);

#endif
