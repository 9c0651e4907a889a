/* name_cache.h - from the bytes of a dictionary row (a call site, a thread, a logger) to its id, so
 * that a record of a known site costs one look-up and no SQL. Bounded: when it is full it is
 * emptied, and rows are made or found again. Writer's thread. */
#ifndef WEIR_STORE_NAME_CACHE_H
#define WEIR_STORE_NAME_CACHE_H

#include <stdint.h>

#include "base/text.h"

/* Call sites, threads, loggers alive at one time in a large service; 16 Ki entries are 0.7 MiB. */
#define NAME_CACHE_ENTRIES 16384
/* Keys hold templates and paths, about 200 bytes each. */
#define NAME_CACHE_BYTES (8 * 1024 * 1024)

typedef struct name_entry {
    uint64_t hash;
    int64_t id;         /* 0: free */
    int64_t lineno;     /* a site's */
    int64_t parent;     /* a site's logger */
    int64_t used_until; /* as stored */
    size_t key_at, key_len;
} name_entry;

typedef struct name_cache {
    name_entry *slots;
    size_t slot_count; /* a power of two, at most half used; 0: nothing yet */
    size_t used;
    text keys;
    name_entry uncached; /* what name_cache_add returns when there is no room */
} name_cache;

void name_cache_init(name_cache *c);
void name_cache_done(name_cache *c);
void name_cache_clear(name_cache *c);
/* The entry, NULL if unknown. Valid until the next add or clear. */
name_entry *name_cache_find(name_cache *c, slice key);
/* key is not there yet. Never NULL; without room the entry is not kept. */
name_entry *name_cache_add(name_cache *c, slice key, int64_t id);

#endif
