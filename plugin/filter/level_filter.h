/* level_filter.h - weir.ContextLevelFilter: level by context, as a configuration says it. */
#ifndef WEIR_FILTER_LEVEL_FILTER_H
#define WEIR_FILTER_LEVEL_FILTER_H

#include "filter/filter.h"

extern const filter_kind level_filter_kind;

#endif
