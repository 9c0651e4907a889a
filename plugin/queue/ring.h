/* ring.h - the way from one host thread to the backend: a single-producer, single-consumer byte
 * ring, in a mapping that survives the process.
 *
 * Protocol. The producer writes an entry into free room and publishes it by moving write_pos
 * past it (release). The backend reads entries up to write_pos (acquire), and gives room back by
 * moving read_pos (release), and not before the record is in, or dropped from, the chunk queue of
 * every handler it goes to: after a kill, all between read_pos and write_pos is there to recover.
 * The producer keeps its own copy of read_pos and reads the true one only when the copy says
 * "full". Positions only grow; offset = position % size; an entry never wraps (ENTRY_PAD fills).
 *
 * Growth. A ring begins with a segment of RING_FIRST_SIZE and, when that is full, gets another of
 * twice the size, up to `queue`: the producer makes the new segment, writes `next` into the old one
 * and never touches the old one again; the backend, having emptied the old one, follows `next` and
 * frees it. What all segments together take is bounded by `queue_total`; where that is spent,
 * a thread without a ring uses the spare ring, which is one ring with a lock for its producers.
 *
 * Full. The producer waits (ring_wait) in the caller's thread, as long as the overflow policy lets it.
 *
 * End. A thread's destructor marks its ring RING_ENDED; the next thread that needs a ring takes it
 * over as it is, read or not (entries say whose they are). The backend, having emptied an ended
 * ring, makes it RING_FREE and gives its memory back, but for a first segment. */
#ifndef WEIR_QUEUE_RING_H
#define WEIR_QUEUE_RING_H

#include <stdint.h>

#include "base/limits.h"
#include "queue/entry.h"
#include "queue/run_dir.h"

#define RING_MAGIC 0x31474e4952524957u /* "WIRRING1" */

/* The first page of a segment's mapping; data follows at RING_DATA_OFFSET. Cache lines apart:
 * the producer's line is written by it only, the backend's by it only. */
typedef struct ring_segment {
    uint64_t magic;
    uint64_t size; /* of the data, a power of two */
    uint32_t slot;
    uint32_t sequence; /* of the segment within its ring, from 1; its file is "ring-SLOT-SEQUENCE" */
    char pad0[40];
    /* producer */
    uint64_t write_pos; /* atomic, release */
    uint64_t accepted;  /* records ever published in this ring, carried from segment to segment */
    uint32_t next;      /* atomic: sequence of the next segment, 0: none */
    char pad1[44];
    /* backend */
    uint64_t read_pos; /* atomic, release */
    uint64_t consumed; /* records ever released, carried likewise */
    char pad2[48];
} ring_segment;
#define RING_DATA_OFFSET 4096u

typedef enum ring_state { RING_UNUSED, RING_LIVE, RING_ENDED, RING_FREE } ring_state;

/* Three cache lines: shared, the producer's, the backend's. Segment pointers are stored atomically:
 * ring_set_totals looks at them from other threads. */
#define RING_LINE __attribute__((aligned(64)))
typedef struct ring {
    uint32_t slot RING_LINE;
    uint32_t state;   /* enum ring_state, atomic */
    uint32_t waiters; /* futex word: moved by the backend when it gave back room and `waiting` was set */
    uint32_t waiting;
    /* producer's side */
    ring_segment *head RING_LINE;
    char *head_data;
    uint64_t head_mask;
    uint64_t write_pos;   /* private copy */
    uint64_t cached_read; /* private copy of head->read_pos */
    uint64_t last_stamp;  /* of the newest entry: stamps never run backwards within a ring */
    /* backend's side */
    ring_segment *tail RING_LINE; /* the oldest that is not freed */
    ring_segment *reading;        /* the one that is being read: tail, or one after it */
    char *reading_data;
    uint64_t reading_mask;
    uint64_t read_pos;   /* how far it has read in it; its own read_pos is how far it has released */
    uint64_t seen_write; /* private copy of its write_pos: the true one is looked at when that is reached */
    uint64_t read_count; /* records read, likewise */
    uint64_t damaged;    /* see ring_damaged */
} ring;

typedef struct ring_set ring_set; /* all rings of the process */

typedef struct ring_limits {
    size_t ring_size;  /* `queue`, a power of two */
    size_t total_size; /* `queue_total` */
} ring_limits;

/* Makes the set and the spare ring. */
ring_set *ring_set_create(const run_dir *d, const ring_limits *limits, weir_error *err);
/* Unmaps everything, unlinks nothing (run_dir_remove does). No producer may be left. */
void ring_set_free(ring_set *s);

/* A ring for the calling thread: a free one, or a new one; NULL: use the spare one. No malloc. */
ring *ring_acquire(ring_set *s);
/* Called by the thread's destructor. */
void ring_end(ring *r);
ring *ring_spare(ring_set *s);
void ring_spare_lock(ring_set *s);
void ring_spare_unlock(ring_set *s);

/* Producer. Room for size bytes (a multiple of 8, at most a quarter of `queue`), contiguous; NULL
 * when full. Grows the ring if it may. Inline part: no call as long as there is room. */
char *ring_reserve_slow(ring_set *s, ring *r, uint32_t size);
static inline char *ring_reserve(ring_set *s, ring *r, uint32_t size) {
    uint64_t offset = r->write_pos & r->head_mask;
    if (__builtin_expect(
            r->write_pos + size - r->cached_read <= r->head_mask + 1 && offset + size <= r->head_mask + 1, 1))
        return r->head_data + offset;
    return ring_reserve_slow(s, r, size);
}
/* Publishes the entry just written at the reserved place. */
static inline void ring_publish(ring *r, uint32_t size) {
    r->write_pos += size;
    __atomic_store_n(&r->head->accepted, r->head->accepted + 1, __ATOMIC_RELAXED);
    __atomic_store_n(&r->head->write_pos, r->write_pos, __ATOMIC_RELEASE);
}
/* Is more than half of it in use? (The caller then wakes a sleeping backend, once.) */
static inline bool ring_half_full(const ring *r) {
    return r->write_pos - r->cached_read > (r->head_mask + 1) / 2;
}
/* Sleeps until the backend gave back room, or timeout_ms. */
void ring_wait(ring *r, int timeout_ms);
/* Wakes every waiting producer of the process: they are to look whether it still makes sense. */
void ring_set_interrupt(ring_set *s);
/* The most bytes that one entry may have: a quarter of `queue`. */
uint32_t ring_entry_max(const ring_set *s);

/* Backend. Every ring that may hold something: calls each(arg, ring). */
void ring_set_each(ring_set *s, void (*each)(void *arg, ring *r), void *arg);
/* How many rings there are; grows only. ring_at(i) is stable. */
uint32_t ring_count(const ring_set *s);
ring *ring_at(ring_set *s, uint32_t index);
/* The next unread entry, NULL when there is none; skips padding, follows `next`. Damaged: see
 * ring_damaged. */
ring_entry *ring_peek(ring *r);
/* Places in this ring where something that is no entry was passed over (at least one record each). */
uint64_t ring_damaged(const ring *r);
/* Marks the peeked entry as read (not yet released). */
void ring_advance(ring *r, const ring_entry *e);
/* Gives back all that is read, frees emptied segments, wakes a waiting producer, recycles. */
void ring_release(ring_set *s, ring *r);

typedef struct ring_totals {
    uint64_t accepted, consumed;
    uint32_t live, total;
    size_t bytes;
} ring_totals;
void ring_set_totals(ring_set *s, ring_totals *out); /* any thread */

/* Recovery: the rings of a claimed directory, opened as a set of RING_ENDED ones. Every position
 * is checked; what cannot be read is counted in *damaged. */
ring_set *ring_set_open(const run_dir *d, uint64_t *damaged, weir_error *err);

#endif
