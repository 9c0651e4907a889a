/* merge.h - the rings as one sequence, ordered by stamp up to a horizon. */
#ifndef WEIR_BACKEND_MERGE_H
#define WEIR_BACKEND_MERGE_H

#include "queue/ring.h"

typedef enum merge_order {
    MERGE_BY_STAMP,
    /* For rings of a dead process: first what was routed there, in that order, then the rest by
     * stamp. An id is below 2^63 (nanoseconds since 1970), and so is a stamp. */
    MERGE_BY_ID
} merge_order;

typedef struct merge_head {
    uint64_t key;
    ring *ring;
} merge_head;

typedef struct merge {
    merge_head *heads; /* a heap, the smallest key first */
    size_t count;
    uint64_t horizon;
    merge_order order;
} merge;

/* Room for LIMIT_RINGS and the spare ring. -1: no memory. */
int merge_init(merge *m);
void merge_done(merge *m);
/* Calls each for every entry whose key is not beyond the horizon, in order; the entry is read (not
 * released) after each returned true; false ends it. Returns how many were read. */
size_t merge_run(merge *m, ring_set *rings, merge_order order, uint64_t horizon,
                 bool (*each)(void *arg, ring *r, ring_entry *e), void *arg);

#endif
