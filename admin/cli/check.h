/* check.h - how the command shows the problems of a configuration. */
#ifndef WEIR_ADMIN_CLI_CHECK_H
#define WEIR_ADMIN_CLI_CHECK_H

#include "admin/cli/cli.h"

/* One line a problem to stderr; json: an array to stdout. */
void check_print(const problems *p, bool json);

#endif
