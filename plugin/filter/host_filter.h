/* host_filter.h - filter classes of the host's. */
#ifndef WEIR_FILTER_HOST_FILTER_H
#define WEIR_FILTER_HOST_FILTER_H

#include "filter/filter.h"

/* NULL: none of that name, or the end. */
const filter_kind *host_filter_find(slice class_name);
const filter_kind *host_filter_at(size_t index);

#endif
