/* generation.h - one whole configuration as the backend routes by it: handlers, and which logger
 * has which. Built aside by config/build, never changed once it is current, retired when its last
 * record is routed. Loggers that it does not name have no handlers and propagate.
 *
 * The route of a logger (its handlers and those of its ancestors, as far as propagate goes; twice
 * in one list counts once, on child and parent counts twice) is worked out at its first record
 * and kept. Backend thread only, but for create and free.
 *
 * Ownership: the generation, each array it points at, each rule's two arrays, each handler and its
 * `filters` array are malloc'd and end with generation_free (a terminator is static); formatters end by their
 * own `free` and filters by filter_release (the next generation may have them, too), once each, by the two
 * lists (not through handlers and rules, which borrow). A
 * row of counters that several handlers share is released once for each of them. */
#ifndef WEIR_BACKEND_GENERATION_H
#define WEIR_BACKEND_GENERATION_H

#include "filter/redaction.h"
#include "frontend/call_hooks.h"
#include "handler/handler.h"

typedef struct logger_rule {
    logger *logger;
    handler **handlers; /* in the order given */
    size_t handler_count;
    filter **filters;
    size_t filter_count;
    bool propagate;
    int line;
} logger_rule;

typedef struct route {
    handler **handlers;
    size_t count;
    filter **filters; /* of the logger that was called */
    size_t filter_count;
    bool any_handler; /* false: lastResort */
} route;

typedef struct generation {
    uint64_t number;
    handler **handlers;
    size_t handler_count;
    logger_rule *rules;
    size_t rule_count;
    route **routes; /* by logger index, grown by the backend */
    size_t route_count;
    const logger_rule **rule_of; /* by logger index; made by the backend at the first route */
    size_t rule_of_count;
    hook_rule *hooks; /* filters of loggers that run at the call; they are in no rule */
    size_t hook_count;
    struct feed *
        *feeds; /* the listeners of its queues: they end when their queue has no more of its records */
    size_t feed_count;
    filter **filters; /* all of it, owned */
    size_t filter_count;
    formatter **formatters;
    size_t formatter_count;
    redaction *redaction; /* NULL: nothing is hidden */
    overflow_policy overflow;
    int stall_timeout_ms;
    escape_mode escape; /* of what lastResort writes */
    bool flushes_holds; /* at the swap to it, as Python does; else unchanged handlers keep what they hold */
} generation;

/* The route of a logger in g. NULL without memory. */
const route *generation_route(generation *g, logger *l);
/* What it says of a logger; NULL: nothing. After its first route was made. */
const logger_rule *generation_rule(const generation *g, const logger *l);
/* Frees all, releases targets and stats rows. After `retired` was called for it, or before any swap. */
void generation_free(generation *g);

#endif
