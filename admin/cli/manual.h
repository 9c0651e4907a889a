/* manual.h - the manual pages, made from the same tables that the command works by. */
#ifndef WEIR_ADMIN_CLI_MANUAL_H
#define WEIR_ADMIN_CLI_MANUAL_H

#include "admin/cli/cli.h"

void manual_command(FILE *out);             /* weir(1) */
void manual_verb(const verb *v, FILE *out); /* weir-VERB(1) */
void manual_config(FILE *out);              /* weir.conf(5) */

#endif
