/* module_state.h - what Python keeps in the module `logging`: lastResort, raiseExceptions, and what takes the
 * place of Handler.handleError. Set by the host at any time, from any thread; read by whoever writes what no
 * handler took, or finds that a record cannot be written. */
#ifndef WEIR_FRONTEND_MODULE_STATE_H
#define WEIR_FRONTEND_MODULE_STATE_H

#include <stdbool.h>

#include "weir_logging.h"

typedef struct last_resort_rule {
    int level;             /* WEIR_LAST_RESORT_NONE: there is none */
    weir_last_resort call; /* NULL: to stderr */
    void *arg;
} last_resort_rule;
void last_resort_rule_get(last_resort_rule *out);
/* Is anything done with a record of that level? Without a lock. */
bool last_resort_wants(int level);

bool module_raises_exceptions(void);
/* Calls what the host set by weir_set_handle_error. handler and reason are NUL-terminated; record NULL: it is
 * not known which. */
void module_handle_error(const char *handler, const char *reason, weir_record *record);
bool module_handles_errors(void);
/* Python's "No handlers could be found for logger …" is said once: true for the first who asks, if it is to
 * be said at all. */
bool module_may_say_no_handlers(void);

/* fork: prepare takes the lock, the other gives it back, in both processes. */
void module_state_fork_prepare(void);
void module_state_fork_release(void);

#endif
