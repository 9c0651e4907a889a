/* chunk_internal.h - what the files of the chunk queue share. */
#ifndef WEIR_QUEUE_CHUNK_INTERNAL_H
#define WEIR_QUEUE_CHUNK_INTERNAL_H

#include <pthread.h>

#include "queue/chunk_queue.h"

#define CHUNK_DATA_OFFSET 4096u
#define CHUNK_ALIGN 8u
#define CHUNK_FILE_SIZE 24
#define CHUNK_LINE __attribute__((aligned(64)))

struct chunk_queue {
    chunk_queue_map *map;
    char *data;
    uint64_t size;
    size_t chunk_max; /* bytes after which a chunk is closed: CHUNK_SIZE, less in a small queue */
    /* backend's */
    uint64_t end CHUNK_LINE; /* behind all closed chunks */
    chunk_head *open;        /* at `end`, still being filled; NULL: none */
    uint64_t cached_read;    /* private copy of read_pos */
    uint64_t last_id;        /* considered, not yet published */
    uint64_t published_id;
    pthread_mutex_t side; /* of what is above, once it is shared */
    uint32_t shared;      /* atomic */
    bool main_dirty;
    /* writer's */
    uint64_t damaged CHUNK_LINE;
    /* both */
    uint32_t data_word CHUNK_LINE; /* futex: the writer sleeps on it */
    uint32_t data_waiting;
    uint32_t interrupted; /* chunk_queue_interrupt was called, and no wait has returned for it yet */
    uint32_t room_word;   /* futex: the backend sleeps on it */
    uint32_t room_waiting;
};

static inline size_t chunk_padded(size_t bytes) {
    return (bytes + CHUNK_ALIGN - 1) & ~(size_t)(CHUNK_ALIGN - 1);
}

#endif
