/* arena.h - memory for things that end together: one record's decoding, one parsed file.
 * Allocation is a bump; reset keeps the largest block, so a warm arena never calls malloc.
 * One thread at a time. */
#ifndef WEIR_BASE_ARENA_H
#define WEIR_BASE_ARENA_H

#include "base/slice.h"

typedef struct arena_block arena_block;
typedef struct arena {
    arena_block *block; /* newest first */
    size_t total;       /* bytes handed out since the last reset */
    size_t limit;       /* arena_alloc returns NULL beyond it; 0: no bound */
} arena;

void arena_init(arena *a, size_t limit);
void arena_done(arena *a);
void arena_reset(arena *a);
/* 16-byte aligned, not zeroed; NULL without memory or beyond the limit. */
void *arena_alloc(arena *a, size_t size);
/* A NUL-terminated copy; data NULL in the result without memory. */
slice arena_copy(arena *a, slice s);

#endif
