/* chunk_queue.c - makes, opens and ends chunk queues, and answers questions about positions.
 * Created by the control thread, opened by recovery. The backend's side is chunk_producer.c, the
 * writer's chunk_consumer.c. */
#define _GNU_SOURCE
#include <string.h>
#include <sys/random.h>

#include "base/clock.h"
#include "base/limits.h"
#include "queue/chunk_internal.h"
#include "queue/mapping_internal.h"

_Static_assert(sizeof(chunk_queue_map) <= CHUNK_DATA_OFFSET, "the head is one page");
_Static_assert(sizeof(chunk_head) % CHUNK_ALIGN == 0, "chunks begin aligned");

/* The smallest queue: `queue` at its least, times CHUNK_QUEUE_FACTOR. */
#define CHUNK_QUEUE_MIN ((size_t)RING_MIN_SIZE)
/* The largest that recovery believes. */
#define CHUNK_QUEUE_MAX ((uint64_t)RING_MAX_SIZE * CHUNK_QUEUE_FACTOR)

static void file_name(char out[CHUNK_FILE_SIZE], uint32_t number) {
    snprintf(out, CHUNK_FILE_SIZE, "queue-%u", number);
}

static size_t page_up(size_t size) { return (size + 4095) & ~(size_t)4095; }

/* A queue's name over restarts: the history stores it beside positions, which begin at 0 each time. */
static uint64_t random_identity(const void *unique) {
    uint64_t id = 0;
    if (getrandom(&id, sizeof id, GRND_NONBLOCK) != (ssize_t)sizeof id)
        id = ((uint64_t)clock_realtime_ns() ^ (uint64_t)(uintptr_t)unique) * 0x9E3779B97F4A7C15u;
    return id != 0 ? id : 1;
}

static void queue_init(chunk_queue *q, chunk_queue_map *map, uint64_t size) {
    *q = (chunk_queue){.map = map, .data = (char *)map + CHUNK_DATA_OFFSET, .size = size};
    q->chunk_max = size / 4 < CHUNK_SIZE ? (size_t)(size / 4) : CHUNK_SIZE;
    pthread_mutex_init(&q->side, NULL);
}

static chunk_queue *queue_new(chunk_queue_map *map, uint64_t size, weir_error *err) {
    /* Memory of its own that a child of fork does not get, as the mapping. */
    chunk_queue *q = mapping_anonymous(sizeof *q, err);
    if (q != NULL) queue_init(q, map, size);
    return q;
}

static int check_target(slice target, weir_error *err) {
    if (target.len <= CHUNK_TARGET_SIZE) return 0;
    return error_set(err, WEIR_ERR_INVALID, "a target's description of %zu bytes (at most %d)", target.len,
                     CHUNK_TARGET_SIZE);
}

/* The rest of the map is zero. From the store of `magic` on it is a queue. */
static void describe(chunk_queue_map *map, uint64_t size, uint32_t number, slice target) {
    map->size = size;
    map->number = number;
    map->target_len = (uint32_t)target.len;
    if (target.len > 0) memcpy(map->target, target.data, target.len);
    map->identity = random_identity(map);
    __atomic_store_n(&map->magic, CHUNK_QUEUE_MAGIC, __ATOMIC_RELEASE);
}

chunk_queue *chunk_queue_create(const run_dir *d, uint32_t number, size_t size, slice target,
                                weir_error *err) {
    if (check_target(target, err) != 0) return NULL;
    char name[CHUNK_FILE_SIZE];
    file_name(name, number);
    size = page_up(size < CHUNK_QUEUE_MIN ? CHUNK_QUEUE_MIN : size);
    chunk_queue_map *map = mapping_create(d, name, CHUNK_DATA_OFFSET + size, MAPPING_ON_DEMAND, err);
    if (map == NULL) return NULL;
    chunk_queue *q = queue_new(map, size, err);
    if (q == NULL) {
        mapping_close(map, CHUNK_DATA_OFFSET + size);
        mapping_remove(d, name);
        return NULL;
    }
    describe(map, size, number, target);
    return q;
}

void chunk_queue_set_aside(chunk_queue *q) {
    memset(q->data, 0, CHUNK_ALIGN); /* see mapping_unfinished */
    __atomic_store_n(&q->map->magic, 0, __ATOMIC_RELEASE);
}

int chunk_queue_renew(chunk_queue *q, slice target, weir_error *err) {
    if (check_target(target, err) != 0) return -1;
    uint32_t number = q->map->number;
    memset(q->map, 0, sizeof *q->map);
    queue_init(q, q->map, q->size);
    describe(q->map, q->size, number, target);
    return 0;
}

static bool map_valid(const chunk_queue_map *map, uint32_t number, size_t file_size) {
    return map->magic == CHUNK_QUEUE_MAGIC && map->number == number && map->size >= CHUNK_QUEUE_MIN &&
           map->size <= CHUNK_QUEUE_MAX && map->size % 4096 == 0 &&
           file_size == CHUNK_DATA_OFFSET + map->size && map->target_len <= CHUNK_TARGET_SIZE &&
           map->write_pos >= map->read_pos && map->write_pos - map->read_pos <= map->size &&
           map->write_pos % CHUNK_ALIGN == 0 && map->read_pos % CHUNK_ALIGN == 0;
}

/* The true mark is the one at write_pos; where both are (something was only noted), the later one. */
static uint64_t marked_id(const chunk_queue_map *map, uint64_t write_pos) {
    uint64_t id = 0;
    for (int i = 0; i < 2; i++)
        if (map->marks[i].position == write_pos && map->marks[i].last_id > id) id = map->marks[i].last_id;
    return id;
}

chunk_queue *chunk_queue_open(const run_dir *d, uint32_t number, weir_error *err) {
    char name[CHUNK_FILE_SIZE];
    file_name(name, number);
    size_t file_size = 0;
    chunk_queue_map *map = mapping_open(d, name, CHUNK_DATA_OFFSET + CHUNK_QUEUE_MIN, &file_size, err);
    if (map == NULL) return NULL;
    chunk_queue *q = NULL;
    if (!map_valid(map, number, file_size))
        error_set(err, WEIR_ERR_INVALID, "%s/%s: damaged", d->path, name);
    else
        q = queue_new(map, map->size, err);
    if (q == NULL) {
        mapping_close(map, file_size);
        return NULL;
    }
    /* Killed while it consumed: see chunk_consumer.c. */
    if (map->intent.active != 0 && map->intent.position == map->read_pos) map->partial = map->intent.partial;
    q->end = map->write_pos;
    q->cached_read = map->read_pos;
    q->last_id = q->published_id = marked_id(map, map->write_pos);
    return q;
}

bool chunk_queue_unfinished(const run_dir *d, uint32_t number) {
    char name[CHUNK_FILE_SIZE];
    file_name(name, number);
    return mapping_unfinished(d, name);
}

void chunk_queue_free(chunk_queue *q) {
    if (q == NULL) return;
    mapping_close(q->map, CHUNK_DATA_OFFSET + (size_t)q->size);
    mapping_close(q, sizeof *q);
}

void chunk_queue_remove(const run_dir *d, chunk_queue *q) {
    char name[CHUNK_FILE_SIZE];
    file_name(name, q->map->number);
    mapping_remove(d, name);
}

chunk_queue_map *chunk_queue_mapping(chunk_queue *q) { return q->map; }

uint64_t chunk_queue_write_pos(const chunk_queue *q) {
    return __atomic_load_n(&q->map->write_pos, __ATOMIC_ACQUIRE);
}

uint64_t chunk_queue_read_pos(const chunk_queue *q) {
    return __atomic_load_n(&q->map->read_pos, __ATOMIC_ACQUIRE);
}

uint64_t chunk_queue_damaged(const chunk_queue *q) { return q->damaged; }

bool chunk_queue_had(const chunk_queue *q, uint64_t id) { return id != 0 && id <= q->published_id; }
