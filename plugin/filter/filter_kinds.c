/* filter_kinds.c - the table of filter classes: a new one is a file, and a row here. Read where
 * configurations are checked and built. Stateless; any thread. */
#include "filter/host_filter.h"
#include "filter/level_filter.h"
#include "filter/name_filter.h"
#include "filter/rate_filter.h"

static const filter_kind *const filter_kinds[] = {&name_filter_kind, &rate_filter_kind,
                                                  &duplicate_filter_kind, &level_filter_kind};
#define KIND_COUNT (sizeof filter_kinds / sizeof filter_kinds[0])

static bool is_named(const filter_kind *kind, slice name) {
    if (slice_is(name, kind->name)) return true;
    for (size_t i = 0; i < sizeof kind->aliases / sizeof kind->aliases[0]; i++) {
        if (kind->aliases[i] != NULL && slice_is(name, kind->aliases[i])) return true;
    }
    return false;
}

const filter_kind *filter_kind_find_own(slice class_name) {
    for (size_t i = 0; i < KIND_COUNT; i++) {
        if (is_named(filter_kinds[i], class_name)) return filter_kinds[i];
    }
    return NULL;
}

const filter_kind *filter_kind_find(slice class_name) {
    const filter_kind *own = filter_kind_find_own(class_name);
    return own != NULL ? own : host_filter_find(class_name);
}

const filter_kind *filter_kind_at(size_t index) {
    return index < KIND_COUNT ? filter_kinds[index] : host_filter_at(index - KIND_COUNT);
}
