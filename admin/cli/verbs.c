/* verbs.c - the table of verbs, in the order in which the help shows them. */
#include "admin/cli/cli.h"

const verb *const verbs[] = {&verb_levels, &verb_set,     &verb_reset,  &verb_tail, &verb_query,
                             &verb_check,  &verb_push,    &verb_config, &verb_open, &verb_stats,
                             &verb_log,    &verb_recover, &verb_serve,  NULL};
