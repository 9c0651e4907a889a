/* level.h - level numbers and names, Python's _levelToName and _nameToLevel. Any thread; reads
 * are lock-free, names are kept for ever (a record may still point at one). */
#ifndef WEIR_BASE_LEVEL_H
#define WEIR_BASE_LEVEL_H

#include <stdbool.h>

#include "base/slice.h"
#include "base/text.h"

#define LEVEL_UNSET                                                                                          \
    (-1) /* "no level over the configuration" and the like; no Python level is negative here */

/* The name, or Python's "Level N" written into buffer (at least 32 bytes). */
slice level_name(int level, char buffer[32]);
/* A name that Python knows (CRITICAL FATAL ERROR WARN WARNING INFO DEBUG NOTSET, added ones), exactly. */
bool level_from_name(slice name, int *level);
/* What people type at a command or the API: a name in any case, or a decimal number 0..2^31-1. */
bool level_parse(slice in, int *level);
/* "DEBUG, INFO, …, or a number", for messages. */
void level_list(text *out);
int level_add_name(int level, slice name);
/* Iterates the known names in ascending level order; false at the end. For the page. */
bool level_at(size_t index, int *level, slice *name);
/* Iterates Python's _nameToLevel in the order in which the names came; false at the end. Names are
 * NUL-terminated. */
bool level_name_at(size_t index, slice *name, int *level);
/* Lower-case severity for weir.JSONFormatter: "debug", "info", … or the lower-cased name. */
void level_lower(slice name, text *out);

#endif
