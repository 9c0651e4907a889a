/* path.h - absolute paths as text: joined, cleaned of "." and "..", held against directories. Stateless;
 * asks no file system. */
#ifndef WEIR_BASE_PATH_H
#define WEIR_BASE_PATH_H

#include "base/arena.h"

/* base is absolute; path may be. The result has no ".", no "..", no doubled and no last '/' ("/" itself
 * but for). data NULL: no memory. */
slice path_absolute(arena *a, slice base, slice path);
/* Is path below dir (not dir itself)? Both absolute and clean. */
bool path_is_below(slice path, slice dir);
/* What remains of path below dir. */
slice path_below(slice path, slice dir);
/* The directory that path stands in; "/" at the top. */
slice path_parent(slice path);

#endif
