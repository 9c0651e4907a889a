/* print.h - what the verbs show: records, lists, sentences. Colours only on a terminal and without
 * NO_COLOR. Text of records is escaped as promise 5 (docs/architecture.md) says, so that no record can steer
 * the terminal. */
#ifndef WEIR_ADMIN_CLI_PRINT_H
#define WEIR_ADMIN_CLI_PRINT_H

#include "admin/cli/cli.h"
#include "admin/cli/client.h"
#include "record/row.h"

/* s to out with control characters and bidi controls made visible. */
void print_escaped(FILE *out, slice s);
/* The same, line by line; each ends with a newline. */
void print_lines(FILE *out, slice lines);
/* The bytes of an answer as they came, one JSON text a line. */
void print_json_body(const answer *a);

/* The line above records that are shown as a table. */
void print_head(const invocation *call);
/* A record as the API gives it (JSON object), by call's -o: a line, or JSON. */
void print_record(const invocation *call, const value *object, slice json);
/* The same of a row read from a file. */
void print_row(const invocation *call, const row *r);

/* The API's timestamp as local time, to the second. */
void print_time(FILE *out, slice timestamp);

/* "  dropping: handler file: level INFO, weir.ini:14" for each text of the list. */
void print_list(FILE *out, const char *label, const value *texts);

/* The colour's escape sequence, or "" when colours are off; "" resets. */
const char *print_level_colour(int levelno);
const char *print_reset(void);

#endif
