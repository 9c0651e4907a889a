/* schema.h - what a history file looks like inside, and how an older one becomes one of today.
 *
 * The numbered files of schema/ are embedded; file N takes a database from user_version N-1 to N.
 * Each step is one transaction, so a kill in the middle leaves the version before. */
#ifndef WEIR_STORE_SCHEMA_H
#define WEIR_STORE_SCHEMA_H

#include "store/connection.h"

/* "WEIR", in the header of the file: a database of somebody else is refused, never changed. */
#define SCHEMA_APPLICATION_ID 0x57454952

/* The user_version that this Weir writes. */
int schema_latest(void);
/* Makes an empty database ours, or brings ours up to date. STORE_REFUSED: it is not ours, or newer
 * than we know. Writer's connection. */
store_status schema_migrate(connection *c, weir_error *err);
/* Is it ours, and of the version that we read? For readers, which change nothing. */
store_status schema_check(connection *c, weir_error *err);

#endif
