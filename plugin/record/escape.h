/* escape.h - untrusted text made fit for a line: promise 5 of the design.
 *
 *   \n \r               newline and carriage return
 *   \xNN                other C0 controls but tab, DEL, bytes that are no UTF-8
 *   \uNNNN              C1 controls, U+2028, U+2029, and what turns the writing direction
 *
 * All other text stays as it is, backslashes too: the result is for people, not for parsing back.
 * Pure functions. */
#ifndef WEIR_RECORD_ESCAPE_H
#define WEIR_RECORD_ESCAPE_H

#include "base/text.h"

/* Length of the beginning of s that needs no escaping; s.len: all of it is clean. */
size_t escape_clean(slice s);
/* Appends s, escaped. */
void escape_add(text *out, slice s);
/* Appends s with its newlines kept, each followed by four blanks; the rest escaped. */
void escape_add_block(text *out, slice s);

#endif
