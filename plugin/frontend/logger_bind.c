/* logger_bind.c - bound loggers: handles that add key=value to each record. One for each (base, key,
 * value), immortal like loggers. Any thread, under the tree's lock: binding is for start-up, not for
 * the way of a record. */
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "frontend/tree_internal.h"
#include "frontend/wire.h"

#define BINDINGS_FIRST_SLOTS 256u

typedef struct binding {
    bound_logger b; /* first: the handle points at it */
    const bound_logger *base;
    uint32_t hash;
    struct binding *next;
} binding;

static binding **slots;
static uint32_t slot_count, binding_count;

/* The pair that this binding adds is what stands behind its base's fields. */
static bool is_same(const binding *n, const bound_logger *base, slice pair) {
    slice added = slice_make(n->b.fields.data + base->fields.len, n->b.fields.len - base->fields.len);
    return n->base == base && slice_equal(added, pair);
}

static binding *find(uint32_t hash, const bound_logger *base, slice pair) {
    if (slot_count == 0) return NULL;
    binding *n = slots[hash & (slot_count - 1)];
    while (n != NULL && !(n->hash == hash && is_same(n, base, pair))) n = n->next;
    return n;
}

static bool make_room(void) {
    if (binding_count < slot_count) return true;
    uint32_t larger = slot_count == 0 ? BINDINGS_FIRST_SLOTS : slot_count * 2;
    binding **made = calloc(larger, sizeof *made);
    if (made == NULL) return false;
    for (uint32_t i = 0; i < slot_count; i++)
        for (binding *n = slots[i], *next; n != NULL; n = next) {
            next = n->next;
            n->next = made[n->hash & (larger - 1)];
            made[n->hash & (larger - 1)] = n;
        }
    free(slots);
    slots = made;
    slot_count = larger;
    return true;
}

static binding *make(uint32_t hash, bound_logger *base, slice pair) {
    size_t len = base->fields.len + pair.len;
    if (len > LIMIT_CONTEXT || !make_room()) return NULL;
    binding *n = calloc(1, sizeof *n + len);
    if (n == NULL) return NULL;
    char *fields = (char *)(n + 1);
    if (base->fields.len > 0) memcpy(fields, base->fields.data, base->fields.len);
    memcpy(fields + base->fields.len, pair.data, pair.len);
    n->b.core = base->core;
    n->b.fields = slice_make(fields, len);
    n->base = base;
    n->hash = hash;
    n->next = slots[hash & (slot_count - 1)];
    slots[hash & (slot_count - 1)] = n;
    binding_count++;
    n->b.next = base->core->self.next;
    base->core->self.next = &n->b;
    tree_threshold_store(base->core);
    return n;
}

bound_logger *logger_bind(bound_logger *base, slice key, slice value) {
    char bytes[LIMIT_CONTEXT];
    if (key.len == 0 || key.len > sizeof bytes || value.len > sizeof bytes ||
        wire_string_size(key.len) + wire_string_size(value.len) > sizeof bytes)
        return base;
    const char *end = wire_string(wire_string(bytes, key), value);
    slice pair = slice_make(bytes, (size_t)(end - bytes));
    uint32_t hash = tree_hash((uint32_t)(uintptr_t)base, pair);
    tree_lock();
    binding *n = find(hash, base, pair);
    if (n == NULL) n = make(hash, base, pair);
    tree_unlock();
    return n != NULL ? &n->b : base;
}
