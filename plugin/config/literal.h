/* literal.h - the literal grammar of args=, kwargs=, class=, level=: strings (all of Python's
 * prefixes and escapes), numbers, literal arithmetic, None, True, False, tuples, lists, dicts, and a
 * fixed table of names (sys.stdout, handlers.SysLogHandler.LOG_USER, logging.ERROR, …). It can
 * call nothing. Bounds: LIMIT_VALUE_DEPTH, 64 KiB of result, integers of LIMIT_INTEGER_DIGITS. */
#ifndef WEIR_CONFIG_LITERAL_H
#define WEIR_CONFIG_LITERAL_H

#include "base/error.h"
#include "base/value.h"

/* Streams become LITERAL_STDOUT and LITERAL_STDERR (base/value.h), time.gmtime and time.localtime theirs. */
/* err: "unbalanced '('", "a call is not a literal (write the value itself)", with the column. */
int literal_parse(slice in, arena *a, value *out, weir_error *err);
/* The name that such a text stands for ("sys.stdout"); data NULL: it is a text like any other. */
slice literal_special(slice s);
/* "30d", "250ms", "15m", "1h30m" -> milliseconds; "2GiB", "64MiB", "1000" -> bytes. */
int literal_duration(slice in, int64_t *ms, weir_error *err);
int literal_size(slice in, int64_t *bytes, weir_error *err);

#endif
