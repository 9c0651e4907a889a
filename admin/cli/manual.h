/* manual.h - the manual pages and docs/config.md, made from the same tables that the command works by. */
#ifndef WEIR_ADMIN_CLI_MANUAL_H
#define WEIR_ADMIN_CLI_MANUAL_H

#include "admin/cli/cli.h"

void manual_command(FILE *out);             /* weir(1) */
void manual_verb(const verb *v, FILE *out); /* weir-VERB(1) */
void manual_config(FILE *out);              /* weir.conf(5) */
void manual_config_markdown(FILE *out);     /* docs/config.md */

/* ---- parts of a page in roff ---- */

/* Text with what roff would take as its own made harmless, and ASCII only. */
void roff_text(FILE *out, const char *s);
void roff_head(FILE *out, const char *page, int section, const char *summary);
/* "term" and below it, indented, its help. */
void roff_entry(FILE *out, const char *term, const char *help);
/* Lines as they stand. */
void roff_block(FILE *out, const char *lines);

#endif
