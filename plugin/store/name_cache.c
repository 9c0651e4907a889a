/* name_cache.c - an open hash table over keys that lie in one buffer. Writer's thread. */
#include "store/name_cache.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_SLOTS 256

void name_cache_init(name_cache *c) {
    memset(c, 0, sizeof *c);
    text_init(&c->keys, NAME_CACHE_BYTES);
}

void name_cache_done(name_cache *c) {
    free(c->slots);
    text_done(&c->keys);
    name_cache_init(c);
}

void name_cache_clear(name_cache *c) {
    if (c->slots != NULL) memset(c->slots, 0, c->slot_count * sizeof *c->slots);
    c->used = 0;
    text_clear(&c->keys);
}

/* Eight bytes a step; keys come from the program itself, but a flood of equal hashes would only
 * slow its own writer. */
static uint64_t hash_bytes(slice key) {
    uint64_t h = 0x9E3779B97F4A7C15u ^ key.len;
    size_t i = 0;
    for (; i + 8 <= key.len; i += 8) {
        uint64_t part;
        memcpy(&part, key.data + i, 8);
        h = (h ^ part) * 0xFF51AFD7ED558CCDu;
        h ^= h >> 32;
    }
    for (; i < key.len; i++) h = (h ^ (unsigned char)key.data[i]) * 0x100000001B3u;
    return h ^ (h >> 29);
}

static name_entry *slot_of(name_cache *c, slice key, uint64_t hash) {
    for (size_t i = (size_t)hash & (c->slot_count - 1);; i = (i + 1) & (c->slot_count - 1)) {
        name_entry *e = &c->slots[i];
        if (e->id == 0) return e;
        if (e->hash == hash && slice_equal(slice_make(c->keys.data + e->key_at, e->key_len), key)) return e;
    }
}

name_entry *name_cache_find(name_cache *c, slice key) {
    if (c->used == 0) return NULL;
    name_entry *e = slot_of(c, key, hash_bytes(key));
    return e->id != 0 ? e : NULL;
}

static bool grow(name_cache *c) {
    size_t count = c->slot_count == 0 ? FIRST_SLOTS : c->slot_count * 2;
    name_entry *slots = calloc(count, sizeof *slots);
    if (slots == NULL) return false;
    name_entry *old = c->slots;
    size_t old_count = c->slot_count;
    c->slots = slots;
    c->slot_count = count;
    for (size_t i = 0; i < old_count; i++) {
        if (old[i].id == 0) continue;
        *slot_of(c, slice_make(c->keys.data + old[i].key_at, old[i].key_len), old[i].hash) = old[i];
    }
    free(old);
    return true;
}

name_entry *name_cache_add(name_cache *c, slice key, int64_t id) {
    c->uncached = (name_entry){.id = id};
    if (key.len > NAME_CACHE_BYTES / 8) return &c->uncached; /* one giant must not empty it each time */
    if (c->used >= NAME_CACHE_ENTRIES || c->keys.len + key.len > NAME_CACHE_BYTES) name_cache_clear(c);
    if (c->used * 2 >= c->slot_count && !grow(c)) return &c->uncached;
    size_t at = c->keys.len;
    text_add_slice(&c->keys, key);
    if (c->keys.failed) {
        c->keys.failed = false;
        return &c->uncached;
    }
    uint64_t hash = hash_bytes(key);
    name_entry *e = slot_of(c, key, hash);
    *e = (name_entry){.hash = hash, .id = id, .key_at = at, .key_len = key.len};
    c->used++;
    return e;
}
