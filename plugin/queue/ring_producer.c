/* ring_producer.c - the rare half of a producer's work: looking at the true read position,
 * wrapping, growing, waiting. Runs on a thread of the host (of the spare ring: with its lock held,
 * but for waiting). No malloc; system calls only to grow and to wait. */
#include "base/futex.h"
#include "queue/ring_internal.h"

/* Fills the rest of the segment with an entry that is none. */
static void pad_to_end(ring *r, uint64_t rest) {
    ring_entry *pad = (ring_entry *)(void *)(r->head_data + (r->write_pos & r->head_mask));
    pad->size = (uint32_t)rest; /* a segment may have only 8 bytes left: nothing else is written */
    pad->kind = ENTRY_PAD;
    pad->flags = 0;
    r->write_pos += rest;
    __atomic_store_n(&r->head->write_pos, r->write_pos, __ATOMIC_RELEASE);
}

static char *try_reserve(ring *r, uint32_t size) {
    uint64_t room = r->head_mask + 1;
    uint64_t offset = r->write_pos & r->head_mask;
    uint64_t rest = offset + size > room ? room - offset : 0;
    if (r->write_pos + rest + size - r->cached_read > room) return NULL;
    if (rest != 0) pad_to_end(r, rest);
    return r->head_data + (r->write_pos & r->head_mask);
}

/* Twice the size, or what the record needs to fit at any position; at most `queue`. */
static uint64_t grown_size(const ring_set *s, const ring *r, uint32_t size) {
    uint64_t grown = (r->head_mask + 1) * 2;
    while (grown < (uint64_t)size * 2) grown *= 2;
    return grown <= s->limits.ring_size ? grown : s->limits.ring_size;
}

static bool grow(ring_set *s, ring *r, uint32_t size) {
    if (r->head_mask + 1 >= s->limits.ring_size) return false;
    ring_segment *old = r->head;
    ring_segment *segment = ring_segment_create(s, ring_slot_of(r), (size_t)grown_size(s, r, size));
    if (segment == NULL) return false;
    segment->accepted = old->accepted;
    uint32_t sequence = segment->sequence;
    ring_set_head(r, segment);
    /* From here on the backend may follow, empty the old segment and unmap it. */
    __atomic_store_n(&old->next, sequence, __ATOMIC_RELEASE);
    return true;
}

char *ring_reserve_slow(ring_set *s, ring *r, uint32_t size) {
    r->cached_read = __atomic_load_n(&r->head->read_pos, __ATOMIC_ACQUIRE);
    char *place = try_reserve(r, size);
    if (place != NULL || !grow(s, r, size)) return place;
    return try_reserve(r, size);
}

static bool has_moved(const ring *r) {
    return __atomic_load_n(&r->head->read_pos, __ATOMIC_SEQ_CST) != r->cached_read;
}

/* `waiting` is set before read_pos is looked at, and the backend moves read_pos before it looks at
 * `waiting`: one of the two sees the other. */
void ring_wait(ring *r, int timeout_ms) {
    uint32_t seen = __atomic_load_n(&r->waiters, __ATOMIC_ACQUIRE);
    __atomic_store_n(&r->waiting, 1, __ATOMIC_SEQ_CST);
    ring_set *s = ring_slot_of(r)->set;
    bool spare = r->slot == RING_SPARE_SLOT;
    if (spare) ring_spare_lock(s);
    bool moved = has_moved(r);
    if (spare) ring_spare_unlock(s);
    if (!moved) futex_wait(&r->waiters, seen, timeout_ms);
}
