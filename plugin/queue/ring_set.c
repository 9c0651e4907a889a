/* ring_set.c - all rings of the process: makes them, gives them to threads, takes them back.
 * Threads of the host come here at their first record and at their end; the lock is never held
 * while a file is made. Moving entries is ring_producer.c's and ring_consumer.c's. */
#include <string.h>

#include "base/futex.h"
#include "queue/mapping_internal.h"
#include "queue/ring_internal.h"

void ring_file_name(char out[RING_FILE_SIZE], uint32_t slot, uint32_t sequence) {
    snprintf(out, RING_FILE_SIZE, "ring-%u-%u", slot, sequence);
}

/* ---- segments ---- */

/* The spare ring may always grow to its full size: what the others may take is less by that. */
static bool budget_take(ring_set *s, const ring_slot *slot, size_t size) {
    uint64_t limit = s->limits.total_size;
    if (slot->r.slot != RING_SPARE_SLOT)
        limit = limit > s->limits.ring_size ? limit - s->limits.ring_size : 0;
    uint64_t now = __atomic_load_n(&s->bytes, __ATOMIC_RELAXED);
    do {
        if (slot->r.slot != RING_SPARE_SLOT && now + size > limit) return false;
    } while (
        !__atomic_compare_exchange_n(&s->bytes, &now, now + size, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED));
    return true;
}

ring_segment *ring_segment_create(ring_set *s, ring_slot *slot, size_t size) {
    if (!budget_take(s, slot, size)) return NULL;
    uint32_t sequence = slot->sequence + 1;
    char name[RING_FILE_SIZE];
    ring_file_name(name, slot->r.slot, sequence);
    ring_segment *segment = mapping_create(&s->dir, name, ring_segment_room(size), MAPPING_AT_ONCE, NULL);
    if (segment == NULL) {
        __atomic_fetch_sub(&s->bytes, size, __ATOMIC_RELAXED);
        return NULL;
    }
    segment->size = size;
    segment->slot = slot->r.slot;
    segment->sequence = sequence;
    __atomic_store_n(&segment->magic, RING_MAGIC, __ATOMIC_RELEASE); /* last: see mapping_unfinished */
    slot->sequence = sequence;
    slot->segments[sequence % RING_SEGMENTS] = segment;
    return segment;
}

void ring_segment_free(ring_set *s, ring_segment *segment, uint64_t size) {
    char name[RING_FILE_SIZE];
    ring_file_name(name, segment->slot, segment->sequence);
    /* A dead process's files go all at once, when what they held is delivered. */
    if (!s->foreign) mapping_remove(&s->dir, name);
    mapping_close(segment, ring_segment_room(size));
    __atomic_fetch_sub(&s->bytes, size, __ATOMIC_RELAXED);
}

void ring_set_head(ring *r, ring_segment *segment) {
    r->head_data = ring_segment_data(segment);
    r->head_mask = segment->size - 1;
    r->write_pos = 0;
    r->cached_read = 0;
    __atomic_store_n(&r->head, segment, __ATOMIC_RELEASE);
}

void ring_set_reading(ring *r, ring_segment *segment, uint64_t size, uint64_t position) {
    r->reading_data = ring_segment_data(segment);
    r->reading_mask = size - 1;
    r->read_pos = r->seen_write = position;
    __atomic_store_n(&r->reading, segment, __ATOMIC_RELEASE);
}

/* A slot without segments gets its first one. Nobody else touches the slot meanwhile: the backend
 * passes over it until `reading` is set. */
static bool slot_begin(ring_set *s, ring_slot *slot) {
    ring_segment *segment = ring_segment_create(s, slot, RING_FIRST_SIZE);
    if (segment == NULL) return false;
    segment->accepted = slot->accepted;
    segment->consumed = slot->consumed;
    slot->r.read_count = slot->consumed;
    ring_set_head(&slot->r, segment);
    __atomic_store_n(&slot->r.tail, segment, __ATOMIC_RELEASE);
    ring_set_reading(&slot->r, segment, RING_FIRST_SIZE, 0);
    return true;
}

/* ---- the set ---- */

ring_set *ring_set_create(const run_dir *d, const ring_limits *limits, weir_error *err) {
    ring_set *s = mapping_anonymous(sizeof *s, err);
    if (s == NULL) return NULL;
    s->dir = *d;
    s->limits = *limits;
    s->first_free = RING_NO_SLOT;
    pthread_mutex_init(&s->lock, NULL);
    pthread_mutex_init(&s->spare_lock, NULL);
    ring_slot *spare = &s->slots[RING_SPARE_SLOT];
    spare->set = s;
    spare->r.state = RING_LIVE;
    if (!slot_begin(s, spare)) {
        error_set(err, WEIR_ERR_SYSTEM, "%s: no room for a ring of %d bytes", d->path, RING_FIRST_SIZE);
        ring_set_free(s);
        return NULL;
    }
    s->count = 1;
    return s;
}

static void slot_free(ring_set *s, ring_slot *slot) {
    if (s->foreign) {
        for (uint32_t i = 0; i < slot->segment_count; i++)
            if (slot->segments[i] != NULL) ring_segment_free(s, slot->segments[i], slot->segments[i]->size);
        return;
    }
    for (ring_segment *segment = slot->r.tail; segment != NULL;) {
        uint32_t next = __atomic_load_n(&segment->next, __ATOMIC_ACQUIRE);
        mapping_close(segment, ring_segment_room(segment->size));
        segment = next == 0 ? NULL : slot->segments[next % RING_SEGMENTS];
    }
}

void ring_set_free(ring_set *s) {
    if (s == NULL) return;
    uint32_t count = ring_count(s);
    for (uint32_t i = 0; i < count; i++) slot_free(s, &s->slots[i]);
    pthread_mutex_destroy(&s->lock);
    pthread_mutex_destroy(&s->spare_lock);
    mapping_close(s, sizeof *s);
}

/* ---- giving and taking ---- */

static void free_push(ring_set *s, ring_slot *slot) {
    slot->next_free = s->first_free;
    s->first_free = slot->r.slot;
}

static ring_slot *slot_take(ring_set *s) {
    pthread_mutex_lock(&s->lock);
    ring_slot *slot = NULL;
    if (s->first_free != RING_NO_SLOT) {
        slot = &s->slots[s->first_free];
        s->first_free = slot->next_free;
        __atomic_store_n(&slot->r.state, RING_LIVE, __ATOMIC_RELAXED);
    } else if (s->count < LIMIT_RINGS) {
        slot = &s->slots[s->count];
        slot->set = s;
        slot->r.slot = s->count;
        slot->r.state = RING_LIVE;
        __atomic_store_n(&s->count, s->count + 1, __ATOMIC_RELEASE);
    }
    pthread_mutex_unlock(&s->lock);
    return slot;
}

ring *ring_acquire(ring_set *s) {
    ring_slot *slot = slot_take(s);
    if (slot == NULL) return NULL;
    if (slot->r.head != NULL || slot_begin(s, slot)) return &slot->r;
    pthread_mutex_lock(&s->lock);
    __atomic_store_n(&slot->r.state, RING_FREE, __ATOMIC_RELAXED);
    free_push(s, slot);
    pthread_mutex_unlock(&s->lock);
    return NULL;
}

void ring_end(ring *r) {
    ring_slot *slot = ring_slot_of(r);
    if (slot->r.slot == RING_SPARE_SLOT) return;
    pthread_mutex_lock(&slot->set->lock);
    __atomic_store_n(&r->state, RING_ENDED, __ATOMIC_RELAXED);
    free_push(slot->set, slot);
    pthread_mutex_unlock(&slot->set->lock);
}

ring *ring_spare(ring_set *s) { return &s->slots[RING_SPARE_SLOT].r; }
void ring_spare_lock(ring_set *s) { pthread_mutex_lock(&s->spare_lock); }
void ring_spare_unlock(ring_set *s) { pthread_mutex_unlock(&s->spare_lock); }

/* ---- looking ---- */

uint32_t ring_count(const ring_set *s) { return __atomic_load_n(&s->count, __ATOMIC_ACQUIRE); }
ring *ring_at(ring_set *s, uint32_t index) { return &s->slots[index].r; }
uint32_t ring_entry_max(const ring_set *s) { return (uint32_t)(s->limits.ring_size / 4); }

void ring_set_each(ring_set *s, void (*each)(void *arg, ring *r), void *arg) {
    uint32_t count = ring_count(s);
    for (uint32_t i = 0; i < count; i++)
        if (__atomic_load_n(&s->slots[i].r.reading, __ATOMIC_ACQUIRE) != NULL) each(arg, &s->slots[i].r);
}

void ring_set_interrupt(ring_set *s) {
    uint32_t count = ring_count(s);
    for (uint32_t i = 0; i < count; i++)
        if (__atomic_exchange_n(&s->slots[i].r.waiting, 0, __ATOMIC_SEQ_CST) != 0)
            futex_signal(&s->slots[i].r.waiters);
}

/* Under the lock no segment is unmapped. A head that is replaced meanwhile has all its counts. */
void ring_set_totals(ring_set *s, ring_totals *out) {
    memset(out, 0, sizeof *out);
    pthread_mutex_lock(&s->lock);
    uint32_t count = ring_count(s);
    for (uint32_t i = 0; i < count; i++) {
        ring_slot *slot = &s->slots[i];
        const ring_segment *head = __atomic_load_n(&slot->r.head, __ATOMIC_ACQUIRE);
        const ring_segment *tail = __atomic_load_n(&slot->r.tail, __ATOMIC_ACQUIRE);
        out->accepted += head == NULL ? slot->accepted : __atomic_load_n(&head->accepted, __ATOMIC_RELAXED);
        out->consumed += tail == NULL ? slot->consumed : __atomic_load_n(&tail->consumed, __ATOMIC_RELAXED);
        if (__atomic_load_n(&slot->r.state, __ATOMIC_RELAXED) == RING_LIVE) out->live++;
    }
    pthread_mutex_unlock(&s->lock);
    out->total = count;
    out->bytes = __atomic_load_n(&s->bytes, __ATOMIC_RELAXED);
}
