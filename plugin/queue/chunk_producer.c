/* chunk_producer.c - the backend's side of a chunk queue: filling the open chunk, closing it,
 * publishing. Runs on the backend thread alone (in recovery: on the thread that recovers). Never
 * waits but in chunk_queue_wait_room. */
#include "base/futex.h"
#include "queue/chunk_internal.h"

static chunk_head *head_at(const chunk_queue *q, uint64_t position) {
    return (chunk_head *)(void *)(q->data + position % q->size);
}

static void close_open(chunk_queue *q) {
    if (q->open == NULL) return;
    if (q->open->bytes > 0) {
        q->open->size = (uint32_t)chunk_padded(sizeof(chunk_head) + q->open->bytes);
        q->end += q->open->size;
    }
    q->open = NULL;
}

/* Is the queue free from `end` for that many bytes more? */
static bool is_free(chunk_queue *q, uint64_t bytes) {
    if (q->end + bytes - q->cached_read <= q->size) return true;
    q->cached_read = __atomic_load_n(&q->map->read_pos, __ATOMIC_ACQUIRE);
    return q->end + bytes - q->cached_read <= q->size;
}

/* Begins a chunk with room for bytes in one piece; false: no room now, and nothing has changed. */
static bool begin(chunk_queue *q, uint16_t kind, uint16_t stats_row, size_t bytes) {
    size_t need = chunk_padded(sizeof(chunk_head) + bytes);
    uint64_t rest = q->size - q->end % q->size;
    uint64_t pad = need > rest ? rest : 0;
    if (!is_free(q, pad + need)) return false;
    if (pad != 0) {
        chunk_head *h = head_at(q, q->end); /* there may be only 8 bytes: size and kind */
        h->size = (uint32_t)pad;
        h->kind = CHUNK_PAD;
        h->stats_row = 0;
        q->end += pad;
    }
    q->open = head_at(q, q->end);
    *q->open = (chunk_head){.size = (uint32_t)sizeof(chunk_head), .kind = kind, .stats_row = stats_row};
    return true;
}

/* Does the open chunk take these too? */
static bool fits_open(chunk_queue *q, uint16_t stats_row, size_t bytes) {
    const chunk_head *h = q->open;
    if (h == NULL || h->stats_row != stats_row) return false;
    if (h->bytes > 0 && h->bytes + bytes > q->chunk_max) return false;
    size_t need = chunk_padded(sizeof(chunk_head) + h->bytes + bytes);
    return need <= q->size - q->end % q->size && is_free(q, need);
}

size_t chunk_queue_record_max(const chunk_queue *q) { return (size_t)(q->size / 2) - sizeof(chunk_head); }

size_t chunk_queue_room(size_t bytes) { return chunk_padded(sizeof(chunk_head) + bytes); }

char *chunk_queue_reserve(chunk_queue *q, uint16_t stats_row, size_t bytes) {
    if (bytes > chunk_queue_record_max(q)) return NULL;
    if (!fits_open(q, stats_row, bytes)) {
        close_open(q);
        if (!begin(q, CHUNK_BYTES, stats_row, bytes)) return NULL;
    }
    return (char *)(q->open + 1) + q->open->bytes;
}

void chunk_queue_note(chunk_queue *q, uint64_t id) {
    if (id > q->last_id) q->last_id = id;
}

void chunk_queue_commit(chunk_queue *q, uint64_t id, size_t bytes, uint32_t records) {
    if (id > q->last_id) q->last_id = id;
    if (bytes == 0 || q->open == NULL) return;
    q->open->bytes += (uint32_t)bytes;
    q->open->records += records;
    if (id > q->open->last_id) q->open->last_id = id;
}

bool chunk_queue_add(chunk_queue *q, uint16_t stats_row, uint64_t id, slice bytes, uint32_t records) {
    char *place = chunk_queue_reserve(q, stats_row, bytes.len);
    if (place == NULL) return false;
    if (bytes.len > 0) memcpy(place, bytes.data, bytes.len);
    chunk_queue_commit(q, id, bytes.len, records);
    return true;
}

bool chunk_queue_add_truncate(chunk_queue *q) {
    close_open(q);
    if (!begin(q, CHUNK_TRUNCATE, 0, 0)) return false;
    q->end += q->open->size;
    q->open = NULL;
    return true;
}

/* The slot that is not the true mark gets the new one: position first. Then it is not looked at before
 * write_pos has moved; or, where write_pos stays, its older id loses against the true one's until it has the
 * new. (Id first would, where the slot still has the present position, claim what is not published.) */
static void mark(chunk_queue_map *map, uint64_t position, uint64_t id) {
    const chunk_mark *m = map->marks;
    bool first_is_true =
        m[0].position == map->write_pos && (m[1].position != map->write_pos || m[0].last_id >= m[1].last_id);
    chunk_mark *slot = &map->marks[first_is_true ? 1 : 0];
    __atomic_store_n(&slot->position, position, __ATOMIC_RELEASE);
    __atomic_store_n(&slot->last_id, id, __ATOMIC_RELEASE);
}

void chunk_queue_publish(chunk_queue *q) {
    close_open(q);
    if (q->end == q->map->write_pos && q->last_id == q->published_id) return;
    mark(q->map, q->end, q->last_id);
    q->published_id = q->last_id;
    __atomic_store_n(&q->map->write_pos, q->end, __ATOMIC_SEQ_CST);
}

void chunk_queue_wake(chunk_queue *q) {
    if (__atomic_load_n(&q->data_waiting, __ATOMIC_SEQ_CST) != 0 &&
        __atomic_exchange_n(&q->data_waiting, 0, __ATOMIC_SEQ_CST) != 0)
        futex_signal(&q->data_word);
}

void chunk_queue_wait_room(chunk_queue *q, uint64_t seen_read_pos, int timeout_ms) {
    uint32_t seen = __atomic_load_n(&q->room_word, __ATOMIC_ACQUIRE);
    __atomic_store_n(&q->room_waiting, 1, __ATOMIC_SEQ_CST);
    if (__atomic_load_n(&q->map->read_pos, __ATOMIC_SEQ_CST) == seen_read_pos)
        futex_wait(&q->room_word, seen, timeout_ms);
}

/* ---- beside the backend ---- */

void chunk_queue_share(chunk_queue *q) { __atomic_store_n(&q->shared, 1, __ATOMIC_RELEASE); }
bool chunk_queue_is_shared(const chunk_queue *q) {
    return __atomic_load_n(&q->shared, __ATOMIC_ACQUIRE) != 0;
}
void chunk_queue_lock(chunk_queue *q) { pthread_mutex_lock(&q->side); }
void chunk_queue_unlock(chunk_queue *q) { pthread_mutex_unlock(&q->side); }
void chunk_queue_set_main_dirty(chunk_queue *q, bool dirty) { q->main_dirty = dirty; }

bool chunk_queue_is_drained(chunk_queue *q) {
    bool shared = chunk_queue_is_shared(q);
    if (shared) chunk_queue_lock(q);
    bool drained = !(shared && q->main_dirty) && chunk_queue_read_pos(q) == chunk_queue_write_pos(q);
    if (shared) chunk_queue_unlock(q);
    return drained;
}

bool chunk_queue_put_beside(chunk_queue *q, uint16_t stats_row, slice bytes, uint32_t records) {
    chunk_queue_lock(q);
    char *place = chunk_queue_reserve(q, stats_row, bytes.len);
    if (place != NULL) {
        if (bytes.len > 0) memcpy(place, bytes.data, bytes.len);
        chunk_queue_commit(q, 0, bytes.len, records);
    }
    /* Also when there is no room: the writer cannot make any of what it does not see. */
    bool ours = !q->main_dirty;
    if (ours) chunk_queue_publish(q);
    chunk_queue_unlock(q);
    if (ours) chunk_queue_wake(q);
    return place != NULL;
}
