/* suggest.h - "did you mean": the known name nearest to a misspelt one. Stateless. */
#ifndef WEIR_CONFIG_SUGGEST_H
#define WEIR_CONFIG_SUGGEST_H

#include "base/slice.h"

typedef struct suggestion {
    slice wanted;
    slice best; /* data NULL: none is near */
    size_t distance;
} suggestion;

suggestion suggest_begin(slice wanted);
/* Offers one known name, which must outlive the suggestion. */
void suggest_offer(suggestion *s, slice known);

#endif
