/* chunk_queue.h - the way from the backend to one target's writer: a ring of chunks in a mapping
 * of its own ("queue-N"), so that what was formatted survives a kill.
 *
 * Protocol. The backend alone adds: bytes go into the open chunk of their handler; a chunk is
 * closed when it has CHUNK_SIZE bytes, when another handler's bytes follow, or when the backend's
 * pass ends (chunk_queue_publish). Publishing makes all closed chunks visible at once: it writes a
 * mark {position, id of the last record considered} into the one of two slots that is not current,
 * then moves write_pos (release). The slot whose position equals write_pos is the true one, so
 * position and id can never be read apart. Only then may the backend release the ring's room.
 *
 * The writer alone consumes: it looks at published chunks, writes their bytes in order, and moves
 * read_pos past whole chunks (release); `partial` says how many bytes of the first one are
 * written. Before it writes it notes its intent (see chunk_intent); after the write it clears it.
 * read_pos is also the progress that backpressure looks at.
 *
 * A chunk holds whole records only, of one handler; a record larger than CHUNK_SIZE has a chunk of
 * its own. Chunks never wrap. A chunk of kind CHUNK_TRUNCATE orders the writer to empty the file at
 * this place of the stream (mode 'w', after a swap).
 *
 * Recovery opens the file of a dead process and goes on as the writer would. */
#ifndef WEIR_QUEUE_CHUNK_QUEUE_H
#define WEIR_QUEUE_CHUNK_QUEUE_H

#include <stdint.h>

#include "base/slice.h"
#include "queue/run_dir.h"

#define CHUNK_QUEUE_MAGIC 0x3145554555524957u
#define CHUNK_TARGET_SIZE 2048 /* the target's description (JSON): a path of PATH_MAX/2 fits */

enum chunk_kind { CHUNK_BYTES = 1, CHUNK_TRUNCATE = 2, CHUNK_PAD = 3 };

typedef struct chunk_head {
    uint32_t size; /* with head and padding, a multiple of 8 */
    uint16_t kind;
    uint16_t stats_row; /* index into process_map.handlers */
    uint32_t bytes;
    uint32_t records; /* given records in it (notices not counted) */
    uint64_t last_id;
} chunk_head;

/* What a file's writer is about to do, noted before the write: recovery compares the file's
 * length (and bytes) with it and goes on at the right byte. active 0: nothing in flight. */
typedef struct chunk_intent {
    uint32_t active; /* atomic, set last, cleared first */
    uint32_t reserved;
    uint64_t dev, ino;
    uint64_t length;   /* of the file before the write */
    uint64_t position; /* of the first chunk */
    uint64_t partial;  /* bytes of that chunk written before */
    uint64_t bytes;    /* about to be written */
} chunk_intent;

typedef struct chunk_mark {
    uint64_t position;
    uint64_t last_id;
} chunk_mark;

/* How far the writer of a rolling file is with the rollover before a record: recovery ends what was begun,
 * and begins none again. */
typedef struct chunk_roll {
    uint64_t at;   /* the record's place in the queue, and 1; 0: none; set last */
    uint64_t step; /* the number of the file that is renamed now; CHUNK_ROLL_DONE: all are */
    uint64_t ino;  /* of that file */
} chunk_roll;
#define CHUNK_ROLL_DONE UINT64_MAX

typedef struct chunk_queue_map { /* first page of the file; data at 4096 */
    uint64_t magic;
    uint64_t size;   /* of the data */
    uint32_t number; /* of the queue within the process */
    uint32_t target_len;
    char target[CHUNK_TARGET_SIZE]; /* sink/target.h target_describe */
    uint64_t identity;              /* random; the history stores (identity, position) with its rows */
    char pad0[64];
    /* backend */
    uint64_t write_pos; /* atomic */
    chunk_mark marks[2];
    char pad1[64];
    /* writer */
    uint64_t read_pos; /* atomic */
    uint64_t partial;
    chunk_intent intent;
    chunk_roll roll;
} chunk_queue_map;

typedef struct chunk_queue chunk_queue;
typedef struct chunk_view {
    const chunk_head *head;
    slice bytes;       /* less what `partial` says is written already (first chunk only) */
    uint64_t position; /* of the chunk */
} chunk_view;

chunk_queue *chunk_queue_create(const run_dir *d, uint32_t number, size_t size, slice target,
                                weir_error *err);
chunk_queue *chunk_queue_open(const run_dir *d, uint32_t number,
                              weir_error *err); /* of a dead process; checked */
/* Was that process killed while it made the queue? Then it held nothing. */
bool chunk_queue_unfinished(const run_dir *d, uint32_t number);
void chunk_queue_free(chunk_queue *q);                     /* unmaps */
void chunk_queue_remove(const run_dir *d, chunk_queue *q); /* unlinks its file */
/* Of a queue that is empty and that nobody uses any more: its file stays, for another one of the same
 * size, since making 4 MiB of tmpfs and freeing them takes 4 ms. To recovery it is unfinished. */
void chunk_queue_set_aside(chunk_queue *q);
/* One that was set aside is as new, but for its number. -1: as chunk_queue_create. */
int chunk_queue_renew(chunk_queue *q, slice target, weir_error *err);
chunk_queue_map *chunk_queue_mapping(chunk_queue *q);

/* ---- backend ---- */
/* The most bytes that one record can have here: half of the queue. */
size_t chunk_queue_record_max(const chunk_queue *q);
/* What a chunk of so many bytes takes up, with its head and what aligns it. */
size_t chunk_queue_room(size_t bytes);
/* Adds a record's bytes. records is 1, or 0 for Weir's own notices. false: no room now. */
bool chunk_queue_add(chunk_queue *q, uint16_t stats_row, uint64_t id, slice bytes, uint32_t records);
/* Room to format into directly, at least `bytes`; then chunk_queue_commit with what was used
 * (0: nothing). NULL: no room. The fast path: no copy between formatter and queue. */
char *chunk_queue_reserve(chunk_queue *q, uint16_t stats_row, size_t bytes);
void chunk_queue_commit(chunk_queue *q, uint64_t id, size_t bytes, uint32_t records);
bool chunk_queue_add_truncate(chunk_queue *q);
/* This record was considered for the queue and is not in it (dropped, or below a level). */
void chunk_queue_note(chunk_queue *q, uint64_t id);
void chunk_queue_publish(chunk_queue *q);
/* Wakes the writer if it sleeps. After publish. */
void chunk_queue_wake(chunk_queue *q);
/* Positions, for flush ("until read_pos >= this write_pos") and for progress. Any thread. */
uint64_t chunk_queue_write_pos(const chunk_queue *q);
uint64_t chunk_queue_read_pos(const chunk_queue *q);
/* Sleeps until the writer has made progress past `seen` or timeout_ms. */
void chunk_queue_wait_room(chunk_queue *q, uint64_t seen_read_pos, int timeout_ms);

/* ---- a second thread that adds: the listener of a QueueHandler, beside the backend ---- */
/* From now on the backend holds the queue's lock from a reserve that succeeds to its commit, and while it
 * publishes. To be called before that other thread can begin: the backend has gone through a swap since. */
void chunk_queue_share(chunk_queue *q);
bool chunk_queue_is_shared(const chunk_queue *q);
void chunk_queue_lock(chunk_queue *q);
void chunk_queue_unlock(chunk_queue *q);
/* Under the lock. The backend has bytes in the queue that it has not published: nobody else may then, since
 * only the backend knows which records they belong to. */
void chunk_queue_set_main_dirty(chunk_queue *q, bool dirty);
/* One record's bytes from the other thread; takes the lock. They are published at once, or with the
 * backend's. false: no room now. */
bool chunk_queue_put_beside(chunk_queue *q, uint16_t stats_row, slice bytes, uint32_t records);
/* On the writer's thread: it has had all that the other thread had put there before this call, published or
 * not. */
bool chunk_queue_is_drained(chunk_queue *q);

/* ---- writer ---- */
/* Up to max published chunks and max_bytes, in order; 0: none. */
size_t chunk_queue_peek(chunk_queue *q, chunk_view *out, size_t max, size_t max_bytes);
/* bytes more of what was peeked are written; whole chunks are released, all at once, the rest is
 * `partial`. An intent stays active until after this. Before that, calls done(arg, head) for each chunk that
 * is finished (to count what is delivered). */
void chunk_queue_consume(chunk_queue *q, size_t bytes, void (*done)(void *arg, const chunk_head *head),
                         void *arg);
/* Passes over the first chunk when it is a CHUNK_TRUNCATE. */
void chunk_queue_skip_control(chunk_queue *q);
/* Sleeps until something is published, chunk_queue_interrupt, or timeout_ms. */
void chunk_queue_wait_data(chunk_queue *q, int timeout_ms);
void chunk_queue_interrupt(chunk_queue *q);

/* ---- recovery ---- */
/* Has the queue had record id (queued or noted)? */
bool chunk_queue_had(const chunk_queue *q, uint64_t id);
/* Bytes passed over so far because they were no chunks (the writer's side met them). */
uint64_t chunk_queue_damaged(const chunk_queue *q);

#endif
