/* traces.h - what follows a formatted line: exception and stack text. Shared by the styles. */
#ifndef WEIR_FORMAT_TRACES_H
#define WEIR_FORMAT_TRACES_H

#include "base/error.h"
#include "record/record.h"

/* Appends exc_text and stack_info behind the line that began at `start` of out, as Python's
 * Formatter.format does; ESCAPE_ARGUMENTS indents each of their lines by four blanks, so that a
 * line that begins at the margin is always a record's own. -1: one of them is no text. */
int traces_add(record *rec, escape_mode escape, size_t start, text *out, weir_error *err);

#endif
