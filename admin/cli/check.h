/* check.h - how the command shows the problems of a configuration. */
#ifndef WEIR_ADMIN_CLI_CHECK_H
#define WEIR_ADMIN_CLI_CHECK_H

#include "admin/cli/cli.h"
#include "config/config.h"

/* One line a problem to stderr; json: an array to stdout. */
void check_print(const problems *p, bool json);

/* call's --defaults as config_rules has them; list has room for CLI_WHERE_MAX. */
void check_defaults(const invocation *call, ini_default *list, config_rules *rules);
/* Asks a running service, if there is one to ask: warnings to p. An exit status after a message, when the one
 * that was named cannot be asked. */
int check_live(const invocation *call, const config_plan *plan, problems *p);

#endif
