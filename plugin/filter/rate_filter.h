/* rate_filter.h - weir.RateLimitFilter, weir.DuplicateFilter. */
#ifndef WEIR_FILTER_RATE_FILTER_H
#define WEIR_FILTER_RATE_FILTER_H

#include "filter/filter.h"

extern const filter_kind rate_filter_kind, duplicate_filter_kind;

#endif
