/* name_map.c - an open-addressed hash table that grows by doubling. Used by the thread that checks a
 * configuration. It does not copy names. */
#include "config/name_map.h"

#include <errno.h>
#include <sys/random.h>

#define NAME_MAP_FIRST 64

void name_map_init(name_map *m, arena *a) {
    *m = (name_map){.memory = a};
    int before = errno;
    /* Without randomness the address of the map has to do: it is only against crafted collisions. */
    if (getrandom(&m->seed, sizeof m->seed, GRND_NONBLOCK) != (ssize_t)sizeof m->seed)
        m->seed = (uint64_t)(uintptr_t)m;
    errno = before;
}

/* Eight bytes at a time, multiply and fold: every step depends on the seed. */
static uint64_t mix(uint64_t h, uint64_t word) {
    unsigned __int128 product = (unsigned __int128)(h ^ word) * 0x9e3779b97f4a7c15u;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static size_t hash(const name_map *m, uint32_t owner, slice name) {
    uint64_t h = mix(m->seed, ((uint64_t)owner << 32) ^ name.len);
    size_t at = 0;
    for (; at + 8 <= name.len; at += 8) {
        uint64_t word;
        memcpy(&word, name.data + at, 8);
        h = mix(h ^ m->seed, word);
    }
    uint64_t rest = 0;
    if (at < name.len) memcpy(&rest, name.data + at, name.len - at);
    return (size_t)mix(h + m->seed, rest);
}

static name_slot *place(const name_map *m, uint32_t owner, slice name) {
    size_t mask = m->capacity - 1;
    for (size_t i = hash(m, owner, name) & mask;; i = (i + 1) & mask) {
        name_slot *s = &m->slots[i];
        if (s->name.data == NULL || (s->owner == owner && slice_equal(s->name, name))) return s;
    }
}

static int grow(name_map *m) {
    name_map bigger = *m;
    bigger.capacity = m->capacity ? m->capacity * 2 : NAME_MAP_FIRST;
    bigger.slots = arena_alloc(m->memory, bigger.capacity * sizeof *bigger.slots);
    if (bigger.slots == NULL) return -1;
    memset(bigger.slots, 0, bigger.capacity * sizeof *bigger.slots);
    for (size_t i = 0; i < m->capacity; i++) {
        const name_slot *old = &m->slots[i];
        if (old->name.data != NULL) *place(&bigger, old->owner, old->name) = *old;
    }
    *m = bigger;
    return 0;
}

int name_map_put(name_map *m, uint32_t owner, slice name, uint32_t value) {
    if (m->count * 2 >= m->capacity && grow(m) != 0) return -1;
    if (name.data == NULL) name.data = "";
    name_slot *s = place(m, owner, name);
    if (s->name.data == NULL) m->count++;
    *s = (name_slot){.name = name, .owner = owner, .value = value};
    return 0;
}

bool name_map_get(const name_map *m, uint32_t owner, slice name, uint32_t *value) {
    if (m->count == 0) return false;
    const name_slot *s = place(m, owner, name);
    if (s->name.data == NULL) return false;
    *value = s->value;
    return true;
}
