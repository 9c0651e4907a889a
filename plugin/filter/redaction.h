/* redaction.h - [weir]'s redact_keys and redact_patterns: what never reaches a handler, the recent records, a
 * live tail or the history.
 *
 * One belongs to each generation that has any; the backend (or recovery) asks it for each record before
 * anyone else sees the record. A record in which nothing is found stays the entry that it was. Else an entry
 * takes its place in which each hidden text is REDACTED: its site, time, thread and level are the same;
 * fields and exception text are replaced where they stand; where the message is concerned the record becomes
 * one whose message is given, without arguments, since those would tell it.
 *
 * Nothing is let through because it could not be looked at: a text that is too long, or on which a pattern
 * takes too many steps, is hidden whole. */
#ifndef WEIR_FILTER_REDACTION_H
#define WEIR_FILTER_REDACTION_H

#include "record/record.h"

#define REDACTED "***"

typedef struct redaction redaction;

/* keys: names with commas between them; patterns: one a line. *out is NULL where both are empty. -1: err
 * names the key or pattern and what is wrong with it, or no memory. Any thread; owned by the caller. */
int redaction_create(slice keys, slice patterns, redaction **out, weir_error *err);
void redaction_free(redaction *r);

/* rec was decoded by reader from *e. Where something is hidden *e becomes an entry in r's memory, valid until
 * the next call, and rec is decoded from it. -1: no memory; the record must not go on. One thread at a time.
 */
int redaction_apply(redaction *r, record_reader *reader, const ring_entry **e, record *rec);

/* ---- between its two files ---- */

bool redaction_has_patterns(const redaction *r);
/* s, or a copy in which every match is hidden. data NULL: no memory. */
slice redaction_of_text(redaction *r, slice s, arena *a);
/* The same of all strings in a value, and of what stands under hidden keys. false: no memory. *changed is set
 * where there was something, else left. */
bool redaction_of_value(redaction *r, const value *in, arena *a, value *out, bool *changed);
/* A field, which its key may hide; letters of ASCII count the same in both cases. */
bool redaction_of_pair(redaction *r, const value_pair *in, arena *a, value_pair *out, bool *changed);
/* Memory of one call, and room that is kept for the next. */
#define REDACTION_SPACES 4
arena *redaction_memory(redaction *r);
text *redaction_space(redaction *r, int which);

#endif
