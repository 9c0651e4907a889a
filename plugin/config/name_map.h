/* name_map.h - names to numbers in one arena: sections, keys, handlers, formatters, loggers of one text.
 *
 * It keeps checking linear in the size of the text. Nothing is removed; it ends with its arena. One
 * thread. The hash is seeded once per map, so that a pushed text cannot be made to collide. */
#ifndef WEIR_CONFIG_NAME_MAP_H
#define WEIR_CONFIG_NAME_MAP_H

#include <stdint.h>

#include "base/arena.h"

typedef struct name_slot {
    slice name;     /* borrowed; data NULL: free */
    uint32_t owner; /* tells equal names apart: 0, or the number of the section that a key is in */
    uint32_t value;
} name_slot;
typedef struct name_map {
    arena *memory;
    name_slot *slots;
    size_t capacity, count;
    uint64_t seed;
} name_map;

void name_map_init(name_map *m, arena *a);
/* Sets it, replacing what was there. name must live as long as the map. -1: no memory. */
int name_map_put(name_map *m, uint32_t owner, slice name, uint32_t value);
bool name_map_get(const name_map *m, uint32_t owner, slice name, uint32_t *value);

#endif
