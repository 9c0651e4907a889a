/* filter_kinds.c - the table of filter classes. Read where configurations are checked and built.
 * Stateless; any thread. */
#include "filter/name_filter.h"

static const filter_kind *const filter_kinds[] = {&name_filter_kind};
#define KIND_COUNT (sizeof filter_kinds / sizeof filter_kinds[0])

const filter_kind *filter_kind_find(slice name) {
    for (size_t i = 0; i < KIND_COUNT; i++) {
        if (slice_is(name, filter_kinds[i]->name)) return filter_kinds[i];
    }
    return NULL;
}

const filter_kind *filter_kind_at(size_t index) { return index < KIND_COUNT ? filter_kinds[index] : NULL; }
