/* filter.h - the options with which tail and query say which records they want, and the newest of those. */
#ifndef WEIR_ADMIN_CLI_FILTER_H
#define WEIR_ADMIN_CLI_FILTER_H

#include "admin/cli/client.h"

#define FILTER_OPTIONS OPT_LEVEL, OPT_LOGGER, OPT_GREP, OPT_WHERE
/* Appends them as the API's query parameters. */
void filter_add(const invocation *call, text *path);
/* -n as a number between 1 and max; -1 after a message. */
long filter_number(const invocation *call, long otherwise, long max);
/* Asks for the newest that many and prints them, oldest first, below a table's head (head: also when there
 * are none). As client_request; *out holds them as the list "records". */
int filter_newest(const invocation *call, long count, bool head, answer *out);

#endif
