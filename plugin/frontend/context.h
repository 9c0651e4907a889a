/* context.h - the calling thread's bound key/value context, kept as the wire bytes that each
 * record copies. Owned by its thread alone; at most LIMIT_CONTEXT bytes. */
#ifndef WEIR_FRONTEND_CONTEXT_H
#define WEIR_FRONTEND_CONTEXT_H

#include "base/slice.h"

typedef struct context {
    unsigned len;
    char bytes[4096]; /* LIMIT_CONTEXT */
} context;

/* 0, or -1: no room, or key empty. */
int context_push(context *c, slice key, slice value);
int context_pop(context *c, slice key);

#endif
