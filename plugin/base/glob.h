/* glob.h - patterns of names: '*' is any run of bytes, '?' one. Nothing else is special. Stateless. */
#ifndef WEIR_BASE_GLOB_H
#define WEIR_BASE_GLOB_H

#include <stdbool.h>

#include "base/slice.h"

/* Over the whole name. At most pattern times name steps; no malloc. */
bool glob_matches(slice pattern, slice name);

#endif
