/* chunk_consumer.c - the writer's side of a chunk queue: looking at published chunks, releasing
 * them. Runs on the target's writer alone (in recovery: on the thread that recovers). Every head is
 * checked before it is used; what cannot be read is passed over up to write_pos, and counted. */
#include "base/futex.h"
#include "queue/chunk_internal.h"

static const chunk_head *head_at(const chunk_queue *q, uint64_t position) {
    return (const chunk_head *)(const void *)(q->data + position % q->size);
}

static void store_read_pos(chunk_queue *q, uint64_t position) {
    __atomic_store_n(&q->map->read_pos, position, __ATOMIC_SEQ_CST);
    if (__atomic_load_n(&q->room_waiting, __ATOMIC_SEQ_CST) != 0 &&
        __atomic_exchange_n(&q->room_waiting, 0, __ATOMIC_SEQ_CST) != 0)
        futex_signal(&q->room_word);
}

/* A whole chunk, of sizes that lie inside what is published and inside the queue's end? */
static bool head_valid(const chunk_queue *q, const chunk_head *h, uint64_t position, uint64_t write_pos) {
    uint64_t rest = q->size - position % q->size;
    uint64_t room = write_pos - position < rest ? write_pos - position : rest;
    if (room < CHUNK_ALIGN) return false;
    if (h->kind == CHUNK_PAD) return h->size == rest && rest <= room;
    if (room < sizeof *h || h->size < sizeof *h || h->size > room) return false;
    if (h->kind == CHUNK_TRUNCATE) return h->size == sizeof *h;
    return h->kind == CHUNK_BYTES && h->bytes > 0 && h->size == chunk_padded(sizeof *h + h->bytes);
}

/* The next chunk that is no padding; NULL at the end. *position is moved to it. */
static const chunk_head *next_chunk(chunk_queue *q, uint64_t *position, uint64_t write_pos) {
    while (*position < write_pos) {
        const chunk_head *h = head_at(q, *position);
        if (!head_valid(q, h, *position, write_pos)) {
            q->damaged += write_pos - *position;
            *position = write_pos;
            return NULL;
        }
        if (h->kind != CHUNK_PAD) return h;
        *position += h->size;
    }
    return NULL;
}

/* The first chunk; moves read_pos past padding and damage, so that "all is read" is read_pos ==
 * write_pos. */
static const chunk_head *first_chunk(chunk_queue *q, uint64_t *position, uint64_t write_pos) {
    uint64_t from = q->map->read_pos;
    *position = from;
    const chunk_head *h = next_chunk(q, position, write_pos);
    if (*position != from) {
        q->map->partial = 0;
        store_read_pos(q, *position);
    }
    if (h != NULL && q->map->partial > h->bytes) q->map->partial = 0; /* damaged: rather twice than lost */
    return h;
}

size_t chunk_queue_peek(chunk_queue *q, chunk_view *out, size_t max, size_t max_bytes) {
    uint64_t write_pos = __atomic_load_n(&q->map->write_pos, __ATOMIC_ACQUIRE);
    uint64_t position, partial = 0;
    size_t count = 0, bytes = 0;
    const chunk_head *h = first_chunk(q, &position, write_pos);
    if (h != NULL) partial = q->map->partial;
    while (h != NULL && count < max) {
        bool control = h->kind == CHUNK_TRUNCATE;
        size_t more = control ? 0 : h->bytes - (size_t)partial;
        if (count > 0 && (control || bytes + more > max_bytes)) break;
        out[count++] = (chunk_view){h, slice_make((const char *)(h + 1) + partial, more), position};
        if (control) break;
        bytes += more;
        partial = 0;
        position += h->size;
        uint64_t damaged = q->damaged;
        h = next_chunk(q, &position, write_pos);
        q->damaged = damaged; /* counted when it is the first one */
    }
    return count;
}

/* partial first, then read_pos, once: while read_pos stands where an active intent began, the intent's
 * own `partial` is the true one; as soon as it has moved, this one is. A kill at any moment leaves
 * one of the two (see sink/intent.h). */
static void move_to(chunk_queue *q, uint64_t position, uint64_t partial) {
    q->map->partial = partial;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    store_read_pos(q, position);
}

void chunk_queue_consume(chunk_queue *q, size_t bytes, void (*done)(void *arg, const chunk_head *head),
                         void *arg) {
    uint64_t write_pos = __atomic_load_n(&q->map->write_pos, __ATOMIC_ACQUIRE);
    uint64_t position;
    const chunk_head *h = first_chunk(q, &position, write_pos);
    uint64_t partial = q->map->partial;
    while (bytes > 0 && h != NULL && h->kind == CHUNK_BYTES) {
        uint64_t left = h->bytes - partial;
        if (bytes < left) {
            partial += bytes;
            break;
        }
        bytes -= (size_t)left;
        partial = 0;
        if (done != NULL) done(arg, h);
        position += h->size;
        h = bytes > 0 ? next_chunk(q, &position, write_pos) : NULL;
    }
    if (position != q->map->read_pos || partial != q->map->partial) move_to(q, position, partial);
    first_chunk(q, &position, write_pos); /* past padding: what is read is read_pos == write_pos */
}

void chunk_queue_skip_control(chunk_queue *q) {
    uint64_t write_pos = __atomic_load_n(&q->map->write_pos, __ATOMIC_ACQUIRE);
    uint64_t position;
    const chunk_head *h = first_chunk(q, &position, write_pos);
    if (h != NULL && h->kind == CHUNK_TRUNCATE) move_to(q, position + h->size, 0);
}

void chunk_queue_wait_data(chunk_queue *q, int timeout_ms) {
    uint32_t seen = __atomic_load_n(&q->data_word, __ATOMIC_ACQUIRE);
    __atomic_store_n(&q->data_waiting, 1, __ATOMIC_SEQ_CST);
    if (__atomic_exchange_n(&q->interrupted, 0, __ATOMIC_SEQ_CST) != 0) return;
    if (__atomic_load_n(&q->map->write_pos, __ATOMIC_SEQ_CST) == q->map->read_pos)
        futex_wait(&q->data_word, seen, timeout_ms);
}

void chunk_queue_interrupt(chunk_queue *q) {
    __atomic_store_n(&q->interrupted, 1, __ATOMIC_SEQ_CST);
    futex_signal(&q->data_word);
}
