/* admin.h - the whole admin side of one process: control, config port, HTTP server, by one call. */
#ifndef WEIR_ADMIN_ADMIN_H
#define WEIR_ADMIN_ADMIN_H

#include "host/lifecycle.h"

/* Starts control, the local socket and what the plan's [admin] section names. Listeners that cannot
 * be bound, or that there is no memory or thread for, are retried; only lack of memory or threads for
 * control itself fails. */
int admin_start(weir_core *core, weir_error *err);
/* fork: the child serves TCP only if its parent has ended. */
void admin_stop(void);
int admin_listen(int port, weir_verify verify);
void admin_stop_listening(void);
/* In the child after fork: closes the parent's listening descriptors, forgets its threads. */
void admin_forked(void);

#endif
