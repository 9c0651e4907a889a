/* filter_share.c - the owners of a filter: one for each generation or listener that has it. Threads that
 * build and retire configurations, and those of queues. */
#include "filter/filter.h"

filter *filter_share(filter *f) {
    __atomic_add_fetch(&f->shares, 1, __ATOMIC_RELAXED);
    return f;
}

void filter_release(filter *f) {
    if (f != NULL && __atomic_fetch_sub(&f->shares, 1, __ATOMIC_ACQ_REL) == 0) f->free(f);
}

bool filter_is_among(filter *const *filters, size_t count, const filter *f) {
    for (size_t i = 0; i < count; i++)
        if (filters[i] == f) return true;
    return false;
}
