/* dictionary.c - the append-only table of call sites, loggers and thread names, in a mapping.
 *
 * Added to by host threads at the first call of a site, logger or thread (under a lock, without
 * malloc), read by anybody without a lock. File: a head of one page; then entries, each 16 bytes of
 * entry_head, content, padding to 8. The address range is reserved once; the file grows into it. */
#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>

#include "queue/dictionary.h"
#include "queue/mapping_internal.h"

#define DICTIONARY_FILE "dictionary"
#define DICTIONARY_MAGIC 0x3154434944524957u
/* What the file has at first, and the least it grows by: some hundred sites. */
#define DICTIONARY_FIRST_SIZE (64u * 1024)
#define DICTIONARY_DATA 4096u
#define DICTIONARY_ALIGN 8u
/* Slots of the index at first; it is kept at most half full. */
#define INDEX_FIRST_SLOTS 2048u

typedef struct dictionary_head {
    uint64_t magic;
    uint64_t used; /* atomic: all below this offset is complete */
} dictionary_head;

typedef struct entry_head {
    uint32_t len;
    uint32_t kind;
    uint32_t hash;  /* of kind and content */
    uint32_t check; /* of the three above and the offset: an id that points elsewhere is noticed */
} entry_head;

struct dictionary {
    char *base; /* dictionary_head at its start */
    size_t mapped;
    size_t limit; /* of the address range */
    bool foreign; /* of a dead process: contents are checked, nothing is added */
    run_dir dir;
    pthread_mutex_t lock;
    uint32_t *index; /* ids by hash, open addressing, 0: free */
    uint32_t slots, entries;
};

static dictionary_head *head_of(const dictionary *dict) { return (dictionary_head *)(void *)dict->base; }

static uint64_t used_of(const dictionary *dict) {
    return __atomic_load_n(&head_of(dict)->used, __ATOMIC_ACQUIRE);
}

/* FNV-1a over 8 bytes at a time: names of 100,000 loggers are hashed at a start. */
static uint32_t content_hash(uint32_t kind, const char *data, size_t len) {
    uint64_t h = 0xcbf29ce484222325u ^ kind;
    while (len >= 8) {
        uint64_t word;
        memcpy(&word, data, 8);
        h = (h ^ word) * 0x100000001b3u;
        h ^= h >> 29;
        data += 8;
        len -= 8;
    }
    for (; len > 0; len--) h = (h ^ (unsigned char)*data++) * 0x100000001b3u;
    h *= 0x9E3779B97F4A7C15u;
    return (uint32_t)(h >> 32);
}

static uint32_t head_check(const entry_head *e, size_t offset) {
    uint64_t mix = ((uint64_t)e->len << 32 | e->hash) ^ ((uint64_t)offset * 0x9E3779B97F4A7C15u) ^ e->kind;
    mix *= 0xD6E8FEB86659FD93u;
    return (uint32_t)(mix >> 32);
}

static size_t entry_room(size_t len) {
    return (sizeof(entry_head) + len + DICTIONARY_ALIGN - 1) & ~(size_t)(DICTIONARY_ALIGN - 1);
}

/* ---- index ---- */

static void index_put(uint32_t *index, uint32_t slots, uint32_t hash, uint32_t id) {
    uint32_t at = hash & (slots - 1);
    while (index[at] != 0) at = (at + 1) & (slots - 1);
    index[at] = id;
}

static const entry_head *entry_at(const dictionary *dict, uint32_t id) {
    return (const entry_head *)(const void *)(dict->base + (size_t)id * DICTIONARY_ALIGN);
}

static bool index_grow(dictionary *dict) {
    uint32_t slots = dict->slots == 0 ? INDEX_FIRST_SLOTS : dict->slots * 2;
    uint32_t *index = mapping_anonymous(slots * sizeof *index, NULL);
    if (index == NULL) return false;
    for (uint32_t i = 0; i < dict->slots; i++)
        if (dict->index[i] != 0)
            index_put(index, slots, entry_at(dict, dict->index[i])->hash, dict->index[i]);
    mapping_close(dict->index, dict->slots * sizeof *index);
    dict->index = index;
    dict->slots = slots;
    return true;
}

static uint32_t index_find(const dictionary *dict, uint32_t hash, uint32_t kind, const void *data,
                           size_t len) {
    for (uint32_t at = hash & (dict->slots - 1); dict->index[at] != 0; at = (at + 1) & (dict->slots - 1)) {
        const entry_head *e = entry_at(dict, dict->index[at]);
        if (e->hash == hash && e->kind == kind && e->len == len &&
            (len == 0 || memcmp(e + 1, data, len) == 0))
            return dict->index[at];
    }
    return 0;
}

/* ---- making, opening ---- */

/* The struct lies in memory of its own that a child of fork does not get: nothing leaks there. */
static dictionary *dictionary_new(const run_dir *d, weir_error *err) {
    dictionary *dict = mapping_anonymous(sizeof *dict, err);
    if (dict == NULL) return NULL;
    dict->dir = *d;
    pthread_mutex_init(&dict->lock, NULL);
    return dict;
}

dictionary *dictionary_create(const run_dir *d, weir_error *err) {
    dictionary *dict = dictionary_new(d, err);
    if (dict == NULL) return NULL;
    dict->limit = DICTIONARY_RESERVED;
    dict->base = mapping_reserve(dict->limit, err);
    if (dict->base == NULL) goto fail;
    if (mapping_grow(d, DICTIONARY_FILE, dict->base, 0, DICTIONARY_FIRST_SIZE) != 0) {
        error_system(err, errno, "%s/%s", d->path, DICTIONARY_FILE);
        goto fail;
    }
    dict->mapped = DICTIONARY_FIRST_SIZE;
    if (!index_grow(dict)) {
        error_set(err, WEIR_ERR_SYSTEM, "no memory");
        goto fail;
    }
    head_of(dict)->used = DICTIONARY_DATA;
    head_of(dict)->magic = DICTIONARY_MAGIC;
    return dict;
fail:
    dictionary_free(dict);
    return NULL;
}

dictionary *dictionary_open(const run_dir *d, weir_error *err) {
    dictionary *dict = dictionary_new(d, err);
    if (dict == NULL) return NULL;
    dict->foreign = true;
    dict->base = mapping_open(d, DICTIONARY_FILE, DICTIONARY_DATA, &dict->mapped, err);
    dict->limit = dict->mapped;
    if (dict->base == NULL) goto fail;
    if (head_of(dict)->magic != DICTIONARY_MAGIC || dict->mapped > DICTIONARY_RESERVED) {
        error_set(err, WEIR_ERR_INVALID, "%s/%s: no dictionary", d->path, DICTIONARY_FILE);
        goto fail;
    }
    /* A damaged bound: entries are checked one by one, so all that is there may be looked at. */
    if (head_of(dict)->used > dict->mapped) head_of(dict)->used = dict->mapped;
    return dict;
fail:
    dictionary_free(dict);
    return NULL;
}

void dictionary_free(dictionary *dict) {
    if (dict == NULL) return;
    mapping_close(dict->base, dict->limit);
    mapping_close(dict->index, dict->slots * sizeof *dict->index);
    pthread_mutex_destroy(&dict->lock);
    mapping_close(dict, sizeof *dict);
}

/* ---- adding ---- */

static bool make_room(dictionary *dict, size_t end) {
    if (end > dict->limit) return false;
    if (end <= dict->mapped) return true;
    size_t to = dict->mapped;
    while (to < end) to *= 2;
    if (to > dict->limit) to = dict->limit;
    if (mapping_grow(&dict->dir, DICTIONARY_FILE, dict->base, dict->mapped, to) != 0) return false;
    dict->mapped = to;
    return true;
}

static uint32_t append(dictionary *dict, uint32_t hash, uint32_t kind, const void *data, size_t len) {
    size_t offset = used_of(dict);
    if (!make_room(dict, offset + entry_room(len))) return 0;
    if (dict->entries >= dict->slots / 2 && !index_grow(dict)) return 0;
    entry_head *e = (entry_head *)(void *)(dict->base + offset);
    *e = (entry_head){.len = (uint32_t)len, .kind = kind, .hash = hash};
    e->check = head_check(e, offset);
    if (len > 0) memcpy(e + 1, data, len);
    uint32_t id = (uint32_t)(offset / DICTIONARY_ALIGN);
    index_put(dict->index, dict->slots, hash, id);
    dict->entries++;
    __atomic_store_n(&head_of(dict)->used, offset + entry_room(len), __ATOMIC_RELEASE);
    return id;
}

uint32_t dictionary_add(dictionary *dict, enum dictionary_kind kind, const void *data, size_t len) {
    if (dict->foreign || len > dict->limit - DICTIONARY_DATA - sizeof(entry_head)) return 0;
    uint32_t hash = content_hash((uint32_t)kind, data, len);
    pthread_mutex_lock(&dict->lock);
    uint32_t id = index_find(dict, hash, (uint32_t)kind, data, len);
    if (id == 0) id = append(dict, hash, (uint32_t)kind, data, len);
    pthread_mutex_unlock(&dict->lock);
    return id;
}

/* ---- reading ---- */

slice dictionary_get(const dictionary *dict, enum dictionary_kind kind, uint32_t id) {
    uint64_t used = used_of(dict);
    size_t offset = (size_t)id * DICTIONARY_ALIGN;
    if (offset < DICTIONARY_DATA || offset + sizeof(entry_head) > used) return SLICE_NONE;
    const entry_head *e = entry_at(dict, id);
    if (e->kind != (uint32_t)kind || e->check != head_check(e, offset)) return SLICE_NONE;
    if (e->len > used - offset - sizeof *e) return SLICE_NONE;
    const char *data = (const char *)(e + 1);
    if (dict->foreign && content_hash(e->kind, data, e->len) != e->hash) return SLICE_NONE;
    return slice_make(data, e->len);
}

uint32_t dictionary_limit(const dictionary *dict) { return (uint32_t)(used_of(dict) / DICTIONARY_ALIGN); }
