/* recent.c - the recent records: entries in one circular buffer, found by number through a circular
 * table of offsets. Both bounds hold at all times; the oldest go first. The backend adds in batches,
 * any thread reads. Nothing here looks into an entry beyond its size. */
#include "backend/recent.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/futex.h"

typedef struct recent_store {
    char *bytes;
    size_t size;
    size_t *offsets; /* of entry n at n % max */
    size_t max;
    size_t write_at;
} recent_store;

struct recent {
    pthread_mutex_t lock;
    recent_store store;
    uint64_t first, last; /* last is also read without the lock */
    uint32_t changes;     /* futex word of those who wait */
    uint32_t waiters;
};

static void store_done(recent_store *s) {
    free(s->bytes);
    free(s->offsets);
}

static int store_init(recent_store *s, size_t max_records, size_t max_bytes, weir_error *err) {
    memset(s, 0, sizeof *s);
    if (max_records == 0 || max_bytes < sizeof(ring_entry)) return 0;
    s->size = max_bytes & ~(size_t)(ENTRY_ALIGN - 1);
    s->max = max_records;
    s->bytes = malloc(s->size);
    s->offsets =
        max_records > SIZE_MAX / sizeof *s->offsets ? NULL : malloc(max_records * sizeof *s->offsets);
    if (s->bytes != NULL && s->offsets != NULL) return 0;
    store_done(s);
    return error_set(err, WEIR_ERR_SYSTEM, "no memory for %zu recent records in %zu bytes", max_records,
                     max_bytes);
}

static size_t offset_of(const recent *r, uint64_t sequence) {
    return r->store.offsets[sequence % r->store.max];
}

static const ring_entry *entry_at(const recent *r, uint64_t sequence) {
    return (const ring_entry *)(const void *)(r->store.bytes + offset_of(r, sequence));
}

static bool is_empty(const recent *r) { return r->first > r->last; }

/* Frees [from, to) of the buffer: the oldest entries are the next ones in it. */
static void evict_range(recent *r, size_t from, size_t to) {
    while (!is_empty(r) && offset_of(r, r->first) >= from && offset_of(r, r->first) < to) r->first++;
}

/* Where the next entry of that size goes, with the room made. */
static size_t make_room(recent *r, size_t size) {
    recent_store *s = &r->store;
    if (s->write_at + size > s->size) {
        evict_range(r, s->write_at, s->size);
        s->write_at = 0;
    }
    evict_range(r, s->write_at, s->write_at + size);
    if (r->last + 1 - r->first >= s->max) r->first++;
    if (is_empty(r)) s->write_at = 0;
    return s->write_at;
}

static void add_locked(recent *r, const ring_entry *e) {
    size_t size = e->size;
    if (size >
        r->store.size) { /* larger than all that may be kept: it is gone at once, and so are the older ones */
        __atomic_store_n(&r->last, r->last + 1, __ATOMIC_RELAXED);
        r->first = r->last + 1;
        r->store.write_at = 0;
        return;
    }
    size_t at = make_room(r, size);
    memcpy(r->store.bytes + at, e, size);
    r->store.write_at = at + size;
    r->store.offsets[(r->last + 1) % r->store.max] = at;
    __atomic_store_n(&r->last, r->last + 1, __ATOMIC_RELAXED);
}

recent *recent_create(size_t max_records, size_t max_bytes, weir_error *err) {
    recent *r = calloc(1, sizeof *r);
    if (r == NULL) {
        error_set(err, WEIR_ERR_SYSTEM, "no memory for the recent records");
        return NULL;
    }
    if (store_init(&r->store, max_records, max_bytes, err) != 0) {
        free(r);
        return NULL;
    }
    r->first = 1;
    pthread_mutex_init(&r->lock, NULL);
    return r;
}

void recent_free(recent *r) {
    if (r == NULL) return;
    pthread_mutex_destroy(&r->lock);
    store_done(&r->store);
    free(r);
}

/* Moves what fits from one store to the other, newest kept. */
static void move_entries(recent *r, const recent_store *old) {
    uint64_t first = r->first, last = r->last;
    r->first = first;
    r->last = first - 1;
    for (uint64_t n = first; n <= last; n++)
        add_locked(r, (const ring_entry *)(const void *)(old->bytes + old->offsets[n % old->max]));
}

int recent_resize(recent *r, size_t max_records, size_t max_bytes, weir_error *err) {
    recent_store fresh;
    if (store_init(&fresh, max_records, max_bytes, err) != 0) return -1;
    pthread_mutex_lock(&r->lock);
    recent_store old = r->store;
    r->store = fresh;
    move_entries(r, &old);
    pthread_mutex_unlock(&r->lock);
    store_done(&old);
    return 0;
}

void recent_add(recent *r, const ring_entry *e) { recent_add_all(r, &e, 1); }

void recent_add_all(recent *r, const ring_entry *const *entries, size_t count) {
    pthread_mutex_lock(&r->lock);
    for (size_t i = 0; i < count; i++) add_locked(r, entries[i]);
    pthread_mutex_unlock(&r->lock);
}

void recent_publish(recent *r) {
    __atomic_add_fetch(&r->changes, 1, __ATOMIC_SEQ_CST);
    if (__atomic_load_n(&r->waiters, __ATOMIC_SEQ_CST) != 0) futex_wake_all(&r->changes);
}

uint64_t recent_first(recent *r) {
    pthread_mutex_lock(&r->lock);
    uint64_t first = r->first;
    pthread_mutex_unlock(&r->lock);
    return first;
}

uint64_t recent_last(recent *r) { return __atomic_load_n(&r->last, __ATOMIC_RELAXED); }

size_t recent_copy(recent *r, uint64_t sequence, void *buffer, size_t size, uint64_t *first, size_t *count) {
    size_t used = 0, copied = 0;
    pthread_mutex_lock(&r->lock);
    uint64_t n = sequence < r->first ? r->first : sequence;
    *first = n;
    for (; n <= r->last; n++, copied++) {
        const ring_entry *e = entry_at(r, n);
        if (e->size > size - used) break;
        memcpy((char *)buffer + used, e, e->size);
        used += e->size;
    }
    pthread_mutex_unlock(&r->lock);
    *count = copied;
    return used;
}

void recent_wait(recent *r, uint64_t sequence, int timeout_ms) {
    int64_t deadline = clock_monotonic_ns() + (int64_t)timeout_ms * 1000000;
    __atomic_add_fetch(&r->waiters, 1, __ATOMIC_SEQ_CST);
    uint32_t seen = __atomic_load_n(&r->changes, __ATOMIC_SEQ_CST);
    while (recent_last(r) <= sequence) {
        int64_t left = timeout_ms < 0 ? 1000000000 : deadline - clock_monotonic_ns();
        if (left <= 0) break;
        futex_wait(&r->changes, seen, (int)((left + 999999) / 1000000));
        uint32_t now = __atomic_load_n(&r->changes, __ATOMIC_SEQ_CST);
        if (now != seen) break; /* added to, or interrupted */
    }
    __atomic_sub_fetch(&r->waiters, 1, __ATOMIC_SEQ_CST);
}

void recent_interrupt(recent *r) {
    __atomic_add_fetch(&r->changes, 1, __ATOMIC_SEQ_CST);
    futex_wake_all(&r->changes);
}
