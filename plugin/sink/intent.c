/* intent.c - notes intents (writer) and compares them with the file (recovery). The comparison reads
 * the bytes that are there: a length alone cannot tell ours from those of another writer of the same
 * file. It writes nothing. */
#include "sink/intent.h"
#include "base/descriptor.h"

#include "sink/batch_io.h"
#include "sink/roll_frame.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Where others write to the same file, ours is looked for among what came after; more than this is
 * not read: they wrote 16 MiB before anybody recovered. */
#define INTENT_SEARCH_BYTES ((size_t)16 * 1024 * 1024)

void intent_note(const sink_batch *batch, const struct stat *file, size_t back, size_t bytes) {
    chunk_intent *in = batch->frames == NULL ? &batch->map->intent : &batch->frames->map->intent;
    uint64_t written = batch->map->partial - back; /* of the first chunk, or the first record */
    if (batch->frames != NULL) written = roll_frame_position(batch->frames->first, (size_t)written);
    __atomic_store_n(&in->active, 0, __ATOMIC_RELEASE);
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    in->dev = file == NULL ? 0 : (uint64_t)file->st_dev;
    in->ino = file == NULL ? 0 : (uint64_t)file->st_ino;
    in->length = file == NULL ? 0 : (uint64_t)file->st_size;
    in->position = batch->chunks[0].position;
    in->partial = written;
    in->bytes = bytes;
    __atomic_store_n(&in->active, 1, __ATOMIC_RELEASE);
}

void intent_clear(chunk_queue_map *map) { __atomic_store_n(&map->intent.active, 0, __ATOMIC_RELEASE); }

/* ---- the queue's bytes as one run ---- */

typedef struct run {
    const chunk_view *chunks;
    size_t count;
    size_t written; /* of the first chunk: its view begins after them */
} run;

/* The contiguous bytes from offset `at` on, counted from the first byte of the first chunk. */
static slice run_at(const run *r, size_t at) {
    for (size_t i = 0; i < r->count && r->chunks[i].head->kind == CHUNK_BYTES; i++) {
        slice all = r->chunks[i].bytes;
        if (i == 0) all = slice_make(all.data - r->written, all.len + r->written);
        if (at < all.len) return slice_make(all.data + at, all.len - at);
        at -= all.len;
    }
    return SLICE_NONE;
}

/* ---- the file's bytes ---- */

static size_t read_at(int fd, char *buffer, size_t size, uint64_t at) {
    size_t got = 0;
    while (got < size) {
        ssize_t n = pread(fd, buffer + got, size - got, (off_t)(at + got));
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) break;
        got += (size_t)n;
    }
    return got;
}

/* How many bytes of the file from `at` on, at most `max`, equal the run's from offset `from` on. */
static size_t same_bytes(int fd, uint64_t at, const run *r, size_t from, size_t max) {
    char buffer[4096];
    size_t same = 0;
    while (same < max) {
        slice want = run_at(r, from + same);
        size_t n = want.len < sizeof buffer ? want.len : sizeof buffer;
        if (n > max - same) n = max - same;
        size_t got = n == 0 ? 0 : read_at(fd, buffer, n, at + same), i = 0;
        while (i < got && buffer[i] == want.data[i]) i++;
        same += i;
        if (i < n || n == 0) break;
    }
    return same;
}

/* Does the whole batch stand somewhere between two places of the file? */
static bool found_between(int fd, uint64_t from, uint64_t to, const run *r, size_t start, size_t bytes) {
    size_t room = to - from < INTENT_SEARCH_BYTES ? (size_t)(to - from) : INTENT_SEARCH_BYTES;
    slice first = run_at(r, start);
    if (room < bytes || first.len == 0) return false;
    char *there = malloc(room);
    if (there == NULL) return false;
    size_t got = read_at(fd, there, room, from), probe = first.len < bytes ? first.len : bytes;
    bool found = false;
    for (const char *at = there; !found;) {
        at = memmem(at, got - (size_t)(at - there), first.data, probe);
        if (at == NULL) break;
        found = same_bytes(fd, from + (uint64_t)(at - there), r, start, bytes) == bytes;
        at++;
    }
    free(there);
    return found;
}

/* The target is open for writing only. */
static int open_for_reading(int fd) {
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    return descriptor_above(open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
}

/* Is what the queue calls written really the end of this file? If not (it was set aside or rotated
 * meanwhile), the line begins again here. */
static size_t whole_line(int fd, uint64_t length, const run *r, size_t done, bool *doubtful) {
    size_t begin = done;
    slice first = run_at(r, 0);
    if (done > first.len) return done;
    while (begin > 0 && !batch_ends_line(first.data[begin - 1])) begin--;
    size_t half = done - begin;
    if (half == 0) return done;
    if (length >= half && same_bytes(fd, length - half, r, begin, half) == half) return done;
    *doubtful = true;
    return begin;
}

static size_t compare(int fd, const struct stat *st, const chunk_intent *in, const run *r, bool *doubtful) {
    uint64_t length = (uint64_t)st->st_size;
    size_t partial = (size_t)in->partial, bytes = (size_t)in->bytes;
    if (in->dev != (uint64_t)st->st_dev || in->ino != (uint64_t)st->st_ino || length < in->length) {
        *doubtful = true;
        return whole_line(fd, length, r, partial, doubtful);
    }
    uint64_t more = length - in->length;
    size_t expected = more < bytes ? (size_t)more : bytes;
    size_t same = same_bytes(fd, in->length, r, partial, expected);
    if (same == expected) return partial + same;
    if (found_between(fd, in->length, length, r, partial, bytes)) return partial + bytes;
    *doubtful = true;
    return whole_line(fd, length, r, partial, doubtful);
}

size_t intent_already(int fd, const chunk_queue_map *map, const chunk_view *chunks, size_t count,
                      bool *doubtful) {
    const chunk_intent *in = &map->intent;
    run r = {chunks, count, (size_t)map->partial};
    if (count == 0 || chunks[0].head->kind != CHUNK_BYTES) return (size_t)map->partial;
    bool active = in->active != 0 && in->position == map->read_pos && in->partial <= chunks[0].head->bytes;
    size_t done = active ? (size_t)in->partial : (size_t)map->partial;
    struct stat st;
    if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        if (active) *doubtful = true;
        return done;
    }
    int reading = open_for_reading(fd);
    if (reading < 0) {
        if (active) *doubtful = true;
        return done;
    }
    done = active ? compare(reading, &st, in, &r, doubtful)
                  : whole_line(reading, (uint64_t)st.st_size, &r, done, doubtful);
    close(reading);
    return done;
}
