/* name_filter.h - logging.Filter. */
#ifndef WEIR_FILTER_NAME_FILTER_H
#define WEIR_FILTER_NAME_FILTER_H

#include "filter/filter.h"

extern const filter_kind name_filter_kind;

#endif
