/* made.h - a record from a dict of attributes, as Python's makeLogRecord makes one. */
#ifndef WEIR_RECORD_MADE_H
#define WEIR_RECORD_MADE_H

#include "record/record.h"

/* Replaces what rec holds (time, thread, names as captured) by what the dict gives, and derives
 * filename, module, msecs and relativeCreated from it, unless they are given. rec->memory is set.
 * start_ns: see record_source. -1: no dict, or no memory. */
int record_made_fill(record *rec, const value *attributes, int64_t start_ns);
/* msecs as Python works them out of a float: int((created - int(created)) * 1000) + 0.0 */
double record_msecs(double created);

#endif
