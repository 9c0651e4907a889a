/* ring_consumer.c - reading entries and giving room back. Runs on the backend thread, or on the one
 * that recovers a dead process. Nothing read is trusted further than it is checked: the host shares
 * its address space with the mapping, and a dead process may have died of having written into it. */
#include <string.h>

#include "base/futex.h"
#include "queue/ring_internal.h"

/* How far before its use an entry is fetched: about four entries, and 500 ns. */
#define PREFETCH_AHEAD 384

uint64_t ring_damaged(const ring *r) { return r->damaged; }

static bool is_pad(const ring_entry *e, uint64_t rest) { return e->kind == ENTRY_PAD && e->size == rest; }

/* room: bytes published from e on, without wrapping. */
static bool is_entry(const ring_slot *slot, const ring_entry *e, uint64_t room) {
    if (slot->set->foreign) return room >= sizeof *e && e->kind != ENTRY_PAD && entry_valid(e, (size_t)room);
    return e->size >= sizeof *e && e->size <= room && e->size % ENTRY_ALIGN == 0 && e->kind != ENTRY_PAD;
}

/* Passes over what is no entry, to the next place where one begins. */
static void pass_damage(ring_slot *slot, uint64_t write_pos) {
    ring *r = &slot->r;
    r->damaged++;
    for (r->read_pos += ENTRY_ALIGN; r->read_pos < write_pos; r->read_pos += ENTRY_ALIGN) {
        uint64_t offset = r->read_pos & r->reading_mask, rest = r->reading_mask + 1 - offset;
        uint64_t room = write_pos - r->read_pos < rest ? write_pos - r->read_pos : rest;
        const ring_entry *e = (const ring_entry *)(const void *)(r->reading_data + offset);
        if (is_pad(e, rest)) return;
        /* Only what proves itself by its check counts here, in a living process too. */
        if (room >= sizeof *e && e->kind != ENTRY_PAD && entry_valid(e, (size_t)room)) return;
    }
}

static bool begin_recovered(ring *r, ring_segment *segment) {
    ring_set_reading(r, segment, segment->size, segment->read_pos);
    return true;
}

/* Goes on to the next segment when the present one is read to its end for good. */
static bool follow(ring_slot *slot, const ring_segment *segment) {
    ring *r = &slot->r;
    if (slot->set->foreign)
        return slot->segment_at + 1 < slot->segment_count &&
               begin_recovered(r, slot->segments[++slot->segment_at]);
    uint32_t next = __atomic_load_n(&segment->next, __ATOMIC_ACQUIRE);
    if (next == 0) return false;
    /* What came before `next` was published before it: only now is the end of the old one known. */
    if (__atomic_load_n(&segment->write_pos, __ATOMIC_ACQUIRE) != r->read_pos) return true;
    ring_segment *following = slot->segments[next % RING_SEGMENTS];
    ring_set_reading(r, following, following->size, 0);
    return true;
}

/* Looks at the true write_pos; false: nothing is unread. */
static bool see_more(ring_slot *slot) {
    ring *r = &slot->r;
    for (;;) {
        ring_segment *segment = r->reading;
        uint64_t write_pos = __atomic_load_n(&segment->write_pos, __ATOMIC_ACQUIRE);
        if (r->read_pos == write_pos) {
            if (!follow(slot, segment)) return false;
            continue;
        }
        r->seen_write = write_pos;
        if (write_pos - r->read_pos <= r->reading_mask + 1) return true;
        r->damaged++; /* the position itself is damaged */
        r->read_pos = write_pos;
    }
}

ring_entry *ring_peek(ring *r) {
    ring_slot *slot = ring_slot_of(r);
    /* The thread that takes the ring sets all that belongs to `reading` before it. */
    if (__atomic_load_n(&r->reading, __ATOMIC_ACQUIRE) == NULL) return NULL;
    for (;;) {
        if (r->read_pos == r->seen_write && !see_more(slot)) return NULL;
        uint64_t offset = r->read_pos & r->reading_mask, rest = r->reading_mask + 1 - offset;
        ring_entry *e = (ring_entry *)(void *)(r->reading_data + offset);
        uint64_t unread = r->seen_write - r->read_pos, room = unread < rest ? unread : rest;
        if (is_pad(e, rest) && rest <= room)
            r->read_pos += rest;
        else if (is_entry(slot, e, room))
            return e;
        else
            pass_damage(slot, r->seen_write);
    }
}

/* The entries that follow were written on another CPU: they are asked for while this one is worked on. */
void ring_advance(ring *r, const ring_entry *e) {
    r->read_pos += e->size;
    r->read_count++;
    __builtin_prefetch(r->reading_data + ((r->read_pos + PREFETCH_AHEAD) & r->reading_mask));
    __builtin_prefetch(r->reading_data + ((r->read_pos + PREFETCH_AHEAD + 64) & r->reading_mask));
}

/* Emptied segments before the one that is read. */
static void free_emptied(ring_set *s, ring_slot *slot) {
    ring *r = &slot->r;
    pthread_mutex_lock(&s->lock);
    while (r->tail != r->reading) {
        ring_segment *old = r->tail;
        ring_segment *next = slot->segments[old->next % RING_SEGMENTS];
        next->consumed = old->consumed;
        __atomic_store_n(&r->tail, next, __ATOMIC_RELEASE);
        ring_segment_free(s, old, old->size);
    }
    pthread_mutex_unlock(&s->lock);
}

static bool is_empty(const ring *r) {
    const ring_segment *segment = r->reading;
    return r->tail == segment && r->head == segment &&
           __atomic_load_n(&segment->write_pos, __ATOMIC_ACQUIRE) == r->read_pos;
}

/* An ended ring that is empty keeps its first segment for the next thread, and nothing larger. The
 * lock and the state keep the next thread out. */
static void recycle(ring_set *s, ring_slot *slot) {
    ring *r = &slot->r;
    pthread_mutex_lock(&s->lock);
    if (__atomic_load_n(&r->state, __ATOMIC_RELAXED) == RING_ENDED && is_empty(r)) {
        if (r->reading_mask + 1 > RING_FIRST_SIZE) {
            ring_segment *segment = r->reading;
            slot->accepted = segment->accepted;
            slot->consumed = segment->consumed;
            __atomic_store_n(&r->head, NULL, __ATOMIC_RELEASE);
            __atomic_store_n(&r->tail, NULL, __ATOMIC_RELEASE);
            __atomic_store_n(&r->reading, NULL, __ATOMIC_RELEASE);
            ring_segment_free(s, segment, r->reading_mask + 1);
        }
        __atomic_store_n(&r->state, RING_FREE, __ATOMIC_RELAXED);
    }
    pthread_mutex_unlock(&s->lock);
}

/* Of a dead process the emptied segments are only marked as read: should recovery be killed too, the
 * next one goes on from there. */
static void mark_emptied(ring_slot *slot) {
    for (uint32_t i = 0; i < slot->segment_at; i++)
        slot->segments[i]->read_pos = slot->segments[i]->write_pos;
}

void ring_release(ring_set *s, ring *r) {
    ring_slot *slot = ring_slot_of(r);
    ring_segment *segment = __atomic_load_n(&r->reading, __ATOMIC_ACQUIRE);
    if (segment == NULL) return;
    bool moved = segment->read_pos != r->read_pos;
    if (s->foreign) {
        mark_emptied(slot);
    } else if (r->tail != segment) {
        free_emptied(s, slot);
        moved = true;
    }
    if (moved) {
        __atomic_store_n(&segment->consumed, r->read_count, __ATOMIC_RELAXED);
        __atomic_store_n(&segment->read_pos, r->read_pos, __ATOMIC_SEQ_CST);
        if (__atomic_load_n(&r->waiting, __ATOMIC_SEQ_CST) != 0 &&
            __atomic_exchange_n(&r->waiting, 0, __ATOMIC_SEQ_CST) != 0)
            futex_signal(&r->waiters);
    }
    if (!s->foreign && __atomic_load_n(&r->state, __ATOMIC_RELAXED) == RING_ENDED) recycle(s, slot);
}
