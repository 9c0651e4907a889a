/* arena.c - bump allocation in blocks that double. Runs on the thread that owns the arena. It
 * never moves what it handed out, and never zeroes it. */
#include "base/arena.h"

#include <stdint.h>
#include <stdlib.h>

/* The first block: one ordinary record with its arguments and context fits. */
#define ARENA_FIRST_BLOCK 4096
#define ARENA_ALIGN 16

struct arena_block {
    arena_block *older;
    size_t size; /* of data */
    size_t used;
    _Alignas(ARENA_ALIGN) char data[];
};

void arena_init(arena *a, size_t limit) { *a = (arena){.limit = limit}; }

void arena_done(arena *a) {
    while (a->block != NULL) {
        arena_block *older = a->block->older;
        free(a->block);
        a->block = older;
    }
    a->total = 0;
}

void arena_reset(arena *a) {
    arena_block *largest = a->block;
    for (arena_block *b = a->block; b != NULL; b = b->older) {
        if (b->size > largest->size) largest = b;
    }
    while (a->block != NULL) {
        arena_block *older = a->block->older;
        if (a->block != largest) free(a->block);
        a->block = older;
    }
    if (largest != NULL) {
        largest->older = NULL;
        largest->used = 0;
    }
    a->block = largest;
    a->total = 0;
}

/* Doubling makes one block hold everything after a few rounds: then a reset arena is warm. */
static bool arena_grow(arena *a, size_t needed) {
    size_t size = a->block == NULL ? ARENA_FIRST_BLOCK : a->block->size;
    if (a->block != NULL && size <= SIZE_MAX / 4) size *= 2;
    if (size < needed) size = needed;
    if (size > SIZE_MAX - sizeof(arena_block)) return false;
    arena_block *b = malloc(sizeof(arena_block) + size);
    if (b == NULL && size > needed) {
        size = needed;
        b = malloc(sizeof(arena_block) + size);
    }
    if (b == NULL) return false;
    b->older = a->block;
    b->size = size;
    b->used = 0;
    a->block = b;
    return true;
}

void *arena_alloc(arena *a, size_t size) {
    if (size > SIZE_MAX / 2) return NULL;
    size = (size + (ARENA_ALIGN - 1)) & ~(size_t)(ARENA_ALIGN - 1);
    if (size == 0) size = ARENA_ALIGN; /* distinct addresses also for nothing */
    if (a->limit != 0 && (a->total > a->limit || size > a->limit - a->total)) return NULL;
    if (a->block == NULL || size > a->block->size - a->block->used) {
        if (!arena_grow(a, size)) return NULL;
    }
    void *p = a->block->data + a->block->used;
    a->block->used += size;
    a->total += size;
    return p;
}

slice arena_copy(arena *a, slice s) {
    if (s.len == SIZE_MAX) return SLICE_NONE;
    char *copy = arena_alloc(a, s.len + 1);
    if (copy == NULL) return SLICE_NONE;
    if (s.len != 0) memcpy(copy, s.data, s.len);
    copy[s.len] = '\0';
    return slice_make(copy, s.len);
}
