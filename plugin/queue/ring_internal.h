/* ring_internal.h - what the ring's files share: the set, its slots, its segments. */
#ifndef WEIR_QUEUE_RING_INTERNAL_H
#define WEIR_QUEUE_RING_INTERNAL_H

#include <pthread.h>

#include "queue/ring.h"

/* Segments of one ring alive at one time: sizes double from RING_FIRST_SIZE to RING_MAX_SIZE. */
#define RING_SEGMENTS 16u
#define RING_FILE_SIZE 40
#define RING_NO_SLOT UINT32_MAX
/* The spare ring; its producers hold spare_lock. */
#define RING_SPARE_SLOT 0u

typedef struct ring_slot {
    ring r; /* first: a ring pointer is a pointer to its slot */
    ring_set *set;
    ring_segment *segments[RING_SEGMENTS]; /* live: by sequence; dead process: in order, from 0 */
    uint32_t sequence;                     /* of the newest segment ever made */
    uint32_t segment_count, segment_at;    /* dead process only */
    uint32_t next_free;
    uint64_t accepted, consumed; /* of segments that are gone, while the ring has none */
} ring_slot;

struct ring_set {
    run_dir dir;
    ring_limits limits;
    bool foreign;   /* of a dead process: entries are checked closely, nothing is made or unlinked */
    uint32_t count; /* atomic: slots in use, ever */
    uint64_t bytes; /* atomic: of all segments' data */
    /* Guards the free list, the states of slots and the unmapping of segments. Never held while a
     * file is made. */
    pthread_mutex_t lock;
    uint32_t first_free;
    pthread_mutex_t spare_lock;
    ring_slot slots[LIMIT_RINGS];
};

static inline ring_slot *ring_slot_of(ring *r) { return (ring_slot *)(void *)r; }
static inline char *ring_segment_data(ring_segment *segment) { return (char *)segment + RING_DATA_OFFSET; }
static inline size_t ring_segment_room(uint64_t size) { return RING_DATA_OFFSET + (size_t)size; }

/* The file's name of a segment. */
void ring_file_name(char out[RING_FILE_SIZE], uint32_t slot, uint32_t sequence);
/* A new segment for the slot, within queue_total; NULL. No malloc. */
ring_segment *ring_segment_create(ring_set *s, ring_slot *slot, size_t size);
/* Unmaps and unlinks. With s->lock held: ring_set_totals must not look at it meanwhile. */
void ring_segment_free(ring_set *s, ring_segment *segment, uint64_t size);
/* Makes it the segment that the producer writes to. */
void ring_set_head(ring *r, ring_segment *segment);
/* Makes it the segment that is read, from that position on. */
void ring_set_reading(ring *r, ring_segment *segment, uint64_t size, uint64_t position);

#endif
