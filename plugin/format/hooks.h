/* hooks.h - what a formatter of the host's does instead of Python's own: set in the record while the
 * formatter runs over it (host_formatter.c), looked at by asctime.c and traces.c. Backend thread. */
#ifndef WEIR_FORMAT_HOOKS_H
#define WEIR_FORMAT_HOOKS_H

#include "base/error.h"
#include "record/record.h"

/* Each may be NULL: as Python does. 0, or -1: the record cannot be formatted. */
typedef struct format_hooks {
    int (*time)(void *arg, record *rec, slice datefmt, text *out, weir_error *err);
    int (*exception)(void *arg, record *rec, text *out, weir_error *err);
    int (*stack)(void *arg, record *rec, text *out, weir_error *err);
    void *arg;
} format_hooks;

#endif
