/* units.h - durations and sizes as people write them: "250ms", "1h30m", "2GiB". Pure functions.
 * Used for settings, handler arguments, the API and the command, so that all read the same. */
#ifndef WEIR_BASE_UNITS_H
#define WEIR_BASE_UNITS_H

#include "base/error.h"

/* "250ms", "90s", "15m", "1h30m", "1.5h", "30d", "2w" -> milliseconds, never negative. Units stand
 * once each, the largest first. A bare number is refused, but for 0: nobody can tell what it means. */
int units_parse_duration(slice in, int64_t *ms, weir_error *err);
/* "1000" and "1000B" -> bytes; KiB MiB GiB TiB are powers of 1,024, KB MB GB TB of 1,000, in any case. */
int units_parse_size(slice in, int64_t *bytes, weir_error *err);

/* The shortest text that reads back as the same number: "1h30m", "2GiB". */
void units_add_duration(text *out, int64_t ms);
void units_add_size(text *out, int64_t bytes);

#endif
