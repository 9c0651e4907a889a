/* sink.h - where bytes end: a file, a stream, a database. One kind a file, one row each in
 * sink_kinds. A sink is used by one writer thread (sink/target.h) and may block there, except that
 * every wait inside it ends within 100 ms of *stop becoming nonzero.
 *
 * Opening happens on the thread that builds a configuration: it must not truncate, and says in
 * `created` which file it made, so that a refused build can remove it. */
#ifndef WEIR_SINK_SINK_H
#define WEIR_SINK_SINK_H

#include <sys/types.h>

#include "base/error.h"
#include "base/json.h"
#include "queue/chunk_queue.h"

typedef struct sink sink;

/* One batch is at most this much (a first chunk that is larger comes alone): 16 chunks of 64 KiB keep
 * a disk at its full rate, and bound what a kill in the middle leaves to compare. */
#define SINK_BATCH_CHUNKS 16
#define SINK_BATCH_BYTES (SINK_BATCH_CHUNKS * CHUNK_SIZE)

typedef enum sink_status {
    SINK_OK,    /* progress was made (or none, with no bytes: look again at once); err may hold a remark (code
                   not 0) that is worth telling */
    SINK_AGAIN, /* nothing now (no reader, disk full, locked); try again within a second; err says why */
    SINK_LOST,  /* the first chunk can never be delivered here (err); it is dropped as DROP_ERROR */
    SINK_ELSEWHERE /* this process can never deliver it (err); what waits stays for a recovery by another */
} sink_status;

/* A batch whose chunks hold framed records (sink/roll_frame.h), made into one of the records' bytes alone:
 * where in the queue its first record is. */
typedef struct batch_frames {
    chunk_queue_map *map; /* the queue's own */
    size_t first;         /* of the first record's frame in its chunk */
} batch_frames;

typedef struct sink_batch {
    const chunk_view *chunks;
    size_t count;
    chunk_queue_map *map; /* for intent and identity; never NULL */
    const uint32_t *stop; /* nonzero: end soon */
    uint32_t *given_up; /* set by sinks that look at the first chunk only, a record at a time: so many of the
                           records in `bytes` were not delivered and never can be (err says why); they are
                           counted as DROP_ERROR. 0 before the call; never NULL */
    const batch_frames *frames; /* NULL: the chunks hold what is to be written, byte for byte */
} sink_batch;

/* What a target is, in data: made by the configuration, written as JSON into the queue's mapping,
 * read back by recovery. */
typedef struct sink_spec {
    slice kind; /* "file", "rolling", "stream", "sqlite" */
    slice path; /* absolute; "" for streams */
    int fd;     /* streams: 1 or 2, else -1 */
    char mode;  /* 'a' or 'w' */
    bool fsync;
    mode_t permissions; /* of a file that is made: 0666 less umask for the start file, 0640 for pushed ones */
    /* Pushed configurations: the directory descriptor below which path must lie, opened by openat2
     * RESOLVE_BENEATH|NO_SYMLINKS, regular files only. -1: anywhere. */
    int beneath_fd;
    slice beneath_path; /* path relative to it */
    slice options;      /* JSON object with the kind's own settings ("max_age_ms": 1000, "max_size": bytes) */
} sink_spec;

typedef struct sink_kind {
    const char *name;
    /* key_out (at least 128 bytes): what makes two targets one ("file:DEV:INO", "stream:1"). *created:
     * the file was made by this call. */
    int (*open)(const sink_spec *spec, bool recovery, sink **out, char key_out[128], bool *created,
                weir_error *err);
} sink_kind;

struct sink {
    const sink_kind *kind;
    /* Writes as much of the batch as it can; *bytes says how many bytes of it are done. A sink that
     * takes whole chunks only (a transaction) counts whole chunks. A sink of bytes makes one system
     * call that writes, so that what is done is consumed before more is. The batch holds at least
     * one chunk, all of kind CHUNK_BYTES. The intent it notes is cleared by the writer, after the
     * bytes are consumed. */
    sink_status (*write)(sink *s, const sink_batch *batch, size_t *bytes, weir_error *err);
    sink_status (*truncate)(sink *s, weir_error *err);
    /* Begins the file anew now, as Python's doRollover; the batch is what waits (it may be empty).
     * SINK_AGAIN, with err: only after what is begun of it. NULL: no sink that rolls. */
    sink_status (*roll)(sink *s, const sink_batch *batch, weir_error *err);
    /* When the queue has run empty, and then twice a second while it stays so: what is worth doing then
     * (prune, checkpoint), for 20 ms at most. May be NULL. */
    void (*idle)(sink *s);
    /* The same target by another definition, after a swap: takes over what can change while it is
     * open (fsync, the history's bounds). Writer's thread, between two writes. May be NULL. */
    void (*update)(sink *s, const sink_spec *spec);
    /* Does it write to another file since the last question (a bad one was set aside)? Then key_out is as
     * open's, so that later handlers of that file find this target. Writer's thread. May be NULL. */
    bool (*moved)(sink *s, char key_out[128]);
    /* How much of the first chunks of a dead process's queue is there already (recovery): bytes
     * from the position `map->read_pos` on, `partial` included. *doubtful is set when it cannot be
     * told and a batch may be written twice. chunks are the first ones of the queue, at least
     * SINK_BATCH_CHUNKS of them if there are so many. */
    size_t (*already)(sink *s, const chunk_queue_map *map, const chunk_view *chunks, size_t count,
                      bool *doubtful);
    /* Before close, nothing being left to write: -1 with err when what was written may be missing all the
     * same (a network file system tells it at the close of the descriptor). Writer's thread. May be NULL. */
    int (*finish)(sink *s, weir_error *err);
    void (*close)(sink *s);
};

/* Tells options apart: a record may say by which ones of its target's successive definitions it was made. */
uint32_t sink_options_tag(slice options);
const sink_kind *sink_kind_find(slice name);
/* spec as JSON for the mapping, and back (slices in the arena). */
void sink_spec_json(const sink_spec *spec, text *out);
int sink_spec_parse(slice json, arena *a, sink_spec *out, weir_error *err);

#endif
