/* file_sink.c - sink kind "file": what FileHandler writes to, and whatever else has a path: FIFOs,
 * devices. Runs on the target's writer, but for open.
 *
 * One write(2) a call, after its intent is noted. A full disk, a size limit, a read-only file system
 * leave everything as it is and are tried again. After EIO the bytes that are not confirmed are
 * written to a new file of the same name, the bad one being set aside; a line that was begun in the bad
 * file begins again in the new one. It never gives up a record, and never waits for a reader.
 *
 * Its options are file_options.h's. With `watch` (WatchedFileHandler) it looks before each write whether the
 * name still leads to the file that is open, and follows the name, making the directory again if that is
 * gone. Where the name leads nowhere and the file has another one, somebody is just replacing it (logrotate
 * renames, then creates): it is written to as before for a moment, lest two make the new file. With `delay` a
 * file that is not there is made with the first bytes; that it could be made is looked at when it would be
 * opened. A `mark` (a byte order mark) is written before the first bytes of an empty file, in a write of its
 * own: a kill between the two leaves what Python would go on with, too. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/descriptor.h"
#include "sink/batch_io.h"
#include "sink/file_options.h"
#include "sink/file_sink.h"
#include "sink/intent.h"
#include "sink/sink_kinds.h"

/* logrotate takes microseconds from its rename to its `create`, on a busy machine some milliseconds. Who
 * makes the file in between has it set aside by logrotate as `.backup`, and lost with the next one of the
 * hour. */
#define WATCH_REPLACED_NS INT64_C(100000000)

typedef struct file_sink {
    sink base;
    file_place place;
    int fd;         /* -1: a FIFO without a reader, or a file that could not be opened again */
    struct stat st; /* of what fd was opened as */
    bool fsync;
    bool fresh;  /* another file, or reader, than that which has the line's beginning */
    size_t back; /* bytes of the line's beginning that it wants first */
    bool moved;  /* st is of another file than the target's key tells */
    file_options options;
    bool marked;         /* this stream has its mark */
    int64_t nameless_ns; /* since when the name leads nowhere; 0: it leads somewhere */
    off_t end;           /* where its last write ended: a file that is shorter was cut by somebody else */
} file_sink;

static file_sink *of(sink *s) { return (file_sink *)s; }

/* ---- the file behind the name ---- */

static bool is_open_as_was(const file_sink *f, struct stat *now) {
    return f->fd >= 0 && fstat(f->fd, now) == 0 && now->st_dev == f->st.st_dev && now->st_ino == f->st.st_ino;
}

/* A descriptor that is not what we opened was closed by the host and is somebody else's now. */
static void let_go(file_sink *f) {
    struct stat now;
    if (is_open_as_was(f, &now)) close(f->fd);
    f->fd = -1;
}

/* Takes what the name leads to now. *other: it is another file than before. */
static int take_again(file_sink *f, bool *other, weir_error *err) {
    file_opened got;
    if (file_open(&f->place, &got, err) != 0) return -1;
    *other = got.st.st_dev != f->st.st_dev || got.st.st_ino != f->st.st_ino;
    if (got.fd < 0) return error_set(err, WEIR_ERR_SYSTEM, "nobody reads the FIFO '%s'", f->place.path);
    let_go(f);
    f->fd = got.fd;
    f->st = got.st;
    f->marked = false;
    if (*other) {
        f->fresh = f->moved = true;
        f->end = 0;
    }
    return 0;
}

/* ---- for sinks that are made of this one, and for watching ---- */

const file_place *file_sink_place(const sink *s) { return &((const file_sink *)s)->place; }

bool file_sink_stat(const sink *s, struct stat *out) { return is_open_as_was((const file_sink *)s, out); }

size_t file_sink_mark(const sink *s) { return ((const file_sink *)s)->options.mark_len; }

int file_sink_reopen(sink *s, weir_error *err) {
    bool other;
    return take_again(of(s), &other, err);
}

bool file_sink_is_elsewhere(const sink *s) {
    const file_sink *f = (const file_sink *)s;
    struct stat now;
    return file_see(&f->place, &now) != 0 ? errno == ENOENT
                                          : now.st_dev != f->st.st_dev || now.st_ino != f->st.st_ino;
}

/* Is the file that is open just being replaced? */
static bool is_being_replaced(file_sink *f) {
    struct stat now, there;
    bool renamed =
        is_open_as_was(f, &now) && now.st_nlink > 0 && file_see(&f->place, &there) != 0 && errno == ENOENT;
    int64_t at = renamed ? clock_monotonic_ns() : 0;
    if (f->nameless_ns == 0 || at == 0) f->nameless_ns = at;
    return renamed && at - f->nameless_ns < WATCH_REPLACED_NS;
}

/* Before a write. What cannot be opened anew is written to where it was, and said. */
static void follow_name(file_sink *f, weir_error *err) {
    bool other;
    if (!f->options.watch || !file_sink_is_elsewhere(&f->base) || is_being_replaced(f)) return;
    f->nameless_ns = 0;
    if (take_again(f, &other, NULL) == 0) return;
    file_make_directory(&f->place);
    take_again(f, &other, err);
}

/* ---- trouble ---- */

/* After EIO. True: a new file is open. */
static bool begin_new_file(file_sink *f, weir_error *err) {
    weir_error why = {0};
    text aside;
    bool other = false;
    text_init(&aside, 0);
    bool moved = file_set_aside(&f->place, &f->st, &aside, &why) == 0;
    bool begun = moved && take_again(f, &other, &why) == 0 && other;
    if (moved && !begun) { /* nothing more goes into the bad one; the name is tried again */
        let_go(f);
        f->fresh = true;
    }
    error_set(err, WEIR_ERR_SYSTEM, "'%s' had a write error%s%s; %s%s", f->place.path,
              aside.len > 0 ? " and is now " : "", text_cstr(&aside),
              begun ? "a new file is begun" : "no new file can be begun: ", begun ? "" : why.message);
    text_done(&aside);
    return begun;
}

static sink_status write_failed(file_sink *f, int reason, weir_error *err) {
    bool other;
    switch (reason) {
    case EIO: begin_new_file(f, err); return SINK_AGAIN;
    case EROFS:
    case ESTALE:
    case ENODEV:
        /* The file system may have been replaced by a sound one; else all stays as it is. */
        if (take_again(f, &other, NULL) == 0 && other) return SINK_OK;
        break;
    default: break;
    }
    error_system(err, reason, "cannot write to '%s'", f->place.path);
    return SINK_AGAIN;
}

/* After fsync failed nobody knows which of the bytes just written are on the disk. They go again into a
 * new file; where there is no new one to be had, this one is cut back to what was sure, if
 * nobody else wrote meanwhile. */
static sink_status sync_failed(file_sink *f, const struct stat *before, size_t written, int reason,
                               weir_error *err) {
    struct stat now;
    bool full = reason == ENOSPC || reason == EDQUOT;
    if (full) error_system(err, reason, "cannot write to '%s'", f->place.path);
    if (!full && begin_new_file(f, err)) return SINK_AGAIN;
    bool ours = fstat(f->fd, &now) == 0 && now.st_size == before->st_size + (off_t)written;
    if (ours && ftruncate(f->fd, before->st_size) == 0) {
        f->end = before->st_size;
        return SINK_AGAIN;
    }
    if (full) begin_new_file(f, err);
    return SINK_AGAIN;
}

static int sync_data(int fd) {
    int rc;
    do rc = fdatasync(fd);
    while (rc != 0 && errno == EINTR);
    return rc;
}

/* ---- writing ---- */

/* n bytes are done, of which the first `back` were the line's beginning. */
static void advance(file_sink *f, size_t n, size_t *bytes) {
    size_t again = n < f->back ? n : f->back;
    f->back -= again;
    *bytes = n - again;
}

/* The mark of an empty file or new stream. 1: written now. -1: errno. */
static int write_mark(file_sink *f, const struct stat *now) {
    bool due = S_ISREG(now->st_mode) ? now->st_size == 0 : !f->marked;
    if (f->options.mark_len == 0 || !due) return 0;
    ssize_t n;
    do n = write(f->fd, f->options.mark, f->options.mark_len);
    while (n < 0 && errno == EINTR);
    f->marked = n >= 0;
    return n >= 0 ? 1 : -1;
}

static ssize_t write_iov(int fd, const batch_iov *v) {
    ssize_t n;
    do n = writev(fd, v->parts, v->count);
    while (n < 0 && errno == EINTR);
    return n;
}

/* What is not as it should be though the write went well. */
static void remark(const file_sink *f, const struct stat *before, weir_error *err) {
    if (before->st_size < f->end)
        error_set(err, WEIR_ERR_SYSTEM,
                  "'%s' was cut from %lld to %lld bytes by somebody else (logrotate's copytruncate?): lines "
                  "written after its copy are lost (with WatchedFileHandler and `create` none are)",
                  f->place.path, (long long)f->end, (long long)before->st_size);
    if (before->st_nlink == 0)
        error_set(err, WEIR_ERR_SYSTEM,
                  "'%s' was deleted: records go to a file without a name until the handler "
                  "is opened anew",
                  f->place.path);
}

static sink_status write_regular(file_sink *f, const sink_batch *batch, const struct stat *now, size_t *bytes,
                                 weir_error *err) {
    batch_iov v;
    struct stat marked;
    int begun = write_mark(f, now);
    if (begun < 0) return write_failed(f, errno, err);
    if (begun > 0 && fstat(f->fd, &marked) == 0) now = &marked;
    batch_gather(batch, f->back, SIZE_MAX, &v);
    intent_note(batch, now, f->back, v.bytes);
    ssize_t n = write_iov(f->fd, &v);
    if (n <= 0) return write_failed(f, n < 0 ? errno : ENOSPC, err);
    if (f->fsync && sync_data(f->fd) != 0) return sync_failed(f, now, (size_t)n, errno, err);
    advance(f, (size_t)n, bytes);
    remark(f, now, err);
    f->end = now->st_size + n;
    return SINK_OK;
}

/* FIFOs, terminals and other devices: our own open of them does not block. */
static sink_status write_stream(file_sink *f, const sink_batch *batch, size_t *bytes, weir_error *err) {
    if (!batch_wait_writable(f->fd, batch->stop)) {
        error_set(err, WEIR_ERR_SYSTEM, "'%s' takes nothing: its reader does not read", f->place.path);
        return SINK_AGAIN;
    }
    batch_iov v;
    struct stat now = {.st_mode = S_IFIFO};
    write_mark(f, &now); /* what fails fails again below */
    batch_gather(batch, f->back, CHUNK_SIZE, &v);
    intent_note(batch, NULL, f->back, v.bytes);
    ssize_t n = write_iov(f->fd, &v);
    if (n < 0 && errno == EAGAIN) n = 0; /* another writer's bytes came first */
    if (n >= 0) {
        advance(f, (size_t)n, bytes);
        return SINK_OK;
    }
    int reason = errno;
    error_system(err, reason, "cannot write to '%s'", f->place.path);
    if (reason == EPIPE || reason == EIO ||
        reason == ENXIO) { /* the reader went; a new one gets whole lines */
        let_go(f);
        f->fresh = true;
    }
    return SINK_AGAIN;
}

static sink_status file_write(sink *s, const sink_batch *batch, size_t *bytes, weir_error *err) {
    file_sink *f = of(s);
    struct stat now;
    bool other;
    *bytes = 0;
    follow_name(f, err);
    if (!is_open_as_was(f, &now)) {
        f->fd = -1;
        if (take_again(f, &other, err) != 0) return SINK_AGAIN;
        now = f->st;
    }
    if (f->fresh) {
        f->back = batch_line_start(batch);
        f->fresh = false;
    }
    return S_ISREG(now.st_mode) ? write_regular(f, batch, &now, bytes, err)
                                : write_stream(f, batch, bytes, err);
}

static sink_status file_truncate(sink *s, weir_error *err) {
    file_sink *f = of(s);
    struct stat now;
    int rc;
    if (!is_open_as_was(f, &now) || !S_ISREG(now.st_mode)) return SINK_OK;
    do rc = ftruncate(f->fd, 0);
    while (rc != 0 && errno == EINTR);
    if (rc == 0) {
        f->end = 0;
        return SINK_OK;
    }
    int reason = errno;
    error_system(err, reason, "cannot empty '%s' (mode 'w')", f->place.path);
    /* What time can mend is tried again; a file that may only grow will not be emptied ever. */
    return reason == EROFS || reason == EIO || reason == ENOSPC ? SINK_AGAIN : SINK_LOST;
}

/* ---- life ---- */

static void file_update(sink *s, const sink_spec *spec) {
    of(s)->fsync = spec->fsync;
    file_options_parse(spec->options, &of(s)->options);
}

static void write_key(const file_sink *f, char key_out[128]) {
    snprintf(key_out, 128, "file:%llu:%llu", (unsigned long long)f->st.st_dev,
             (unsigned long long)f->st.st_ino);
}

static bool file_moved(sink *s, char key_out[128]) {
    file_sink *f = of(s);
    bool moved = f->moved;
    f->moved = false;
    if (moved) write_key(f, key_out);
    return moved;
}

static size_t file_already(sink *s, const chunk_queue_map *map, const chunk_view *chunks, size_t count,
                           bool *doubtful) {
    return intent_already(of(s)->fd, map, chunks, count, doubtful);
}

static int file_finish(sink *s, weir_error *err) {
    file_sink *f = of(s);
    struct stat now;
    int fd = is_open_as_was(f, &now) ? f->fd : -1;
    f->fd = -1;
    if (fd < 0 || close(fd) == 0 || errno == EINTR) return 0;
    return error_system(err, errno, "closing '%s' failed, so that records written last may be missing in it",
                        f->place.path);
}

static void file_close(sink *s) {
    file_sink *f = of(s);
    let_go(f);
    if (f->place.beneath_fd >= 0) close(f->place.beneath_fd);
    free((void *)(uintptr_t)f->place.path);
    free((void *)(uintptr_t)f->place.below);
    free(f);
}

/* The directory of a pushed target: the configuration's own, or, when a dead process's description is
 * read, the one that the two paths tell. */
static int open_beneath(const sink_spec *spec, weir_error *err) {
    if (spec->beneath_fd >= 0) {
        int fd = fcntl(spec->beneath_fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
        if (fd < 0) error_system(err, errno, "cannot copy a descriptor");
        return fd;
    }
    size_t cut = spec->path.len - spec->beneath_path.len;
    if (spec->path.len <= spec->beneath_path.len || spec->path.data[cut - 1] != '/' ||
        memcmp(spec->path.data + cut, spec->beneath_path.data, spec->beneath_path.len) != 0)
        return error_set(err, WEIR_ERR_INVALID, "the description of a target is damaged: below");
    char *dir = strndup(spec->path.data, cut);
    if (dir == NULL) return error_set(err, WEIR_ERR_SYSTEM, "no memory");
    int fd = descriptor_above(open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (fd < 0) error_system(err, errno, "cannot open the directory '%s'", dir);
    free(dir);
    return fd;
}

static file_sink *make(const sink_spec *spec, weir_error *err) {
    file_sink *f = calloc(1, sizeof *f);
    if (f == NULL) goto no_memory;
    f->base = (sink){.kind = &file_sink_kind,
                     .write = file_write,
                     .truncate = file_truncate,
                     .update = file_update,
                     .moved = file_moved,
                     .already = file_already,
                     .finish = file_finish,
                     .close = file_close};
    f->fd = -1;
    f->fsync = spec->fsync;
    file_options_parse(spec->options, &f->options);
    f->place.beneath_fd = -1;
    f->place.permissions = spec->permissions;
    f->place.path = strndup(spec->path.data, spec->path.len);
    f->place.below =
        strndup(spec->beneath_path.len > 0 ? spec->beneath_path.data : "", spec->beneath_path.len);
    if (f->place.path == NULL || f->place.below == NULL) goto no_memory;
    return f;

no_memory:
    error_set(err, WEIR_ERR_SYSTEM, "no memory");
    if (f != NULL) file_close(&f->base);
    return NULL;
}

/* A file that is not there yet, and need not be: by its directory and name, until it is made. */
static int put_off(const file_sink *f, char key_out[128], weir_error *err) {
    struct stat dir;
    const char *name;
    int fd = file_open_parent(&f->place, &name);
    bool good = fd >= 0 && fstat(fd, &dir) == 0 && faccessat(fd, ".", W_OK | X_OK, AT_EACCESS) == 0;
    int reason = errno;
    if (fd >= 0) close(fd);
    if (!good) return error_system(err, reason, "'%s' could not be made", f->place.path);
    uint64_t sum = 0xcbf29ce484222325u;
    for (const char *at = name; *at != '\0'; at++) sum = (sum ^ (unsigned char)*at) * 0x100000001b3u;
    snprintf(key_out, 128, "later:%llu:%llu:%016llx", (unsigned long long)dir.st_dev,
             (unsigned long long)dir.st_ino, (unsigned long long)sum);
    return 0;
}

static int file_sink_open(const sink_spec *spec, bool recovery, sink **out, char key_out[128], bool *created,
                          weir_error *err) {
    /* Both open a file alike: to append, made if it is gone; recovery has bytes for it. */
    file_opened got;
    struct stat there;
    if (spec->path.len == 0) return error_set(err, WEIR_ERR_INVALID, "a file has no name");
    file_sink *f = make(spec, err);
    if (f == NULL) return -1;
    if (spec->beneath_path.len > 0 && (f->place.beneath_fd = open_beneath(spec, err)) < 0) goto fail;
    bool later = f->options.delay && !recovery && file_see(&f->place, &there) != 0 && errno == ENOENT;
    if (later) {
        if (put_off(f, key_out, err) != 0) goto fail;
        got = (file_opened){.fd = -1};
    } else if (file_open(&f->place, &got, err) != 0) {
        goto fail;
    }
    f->fd = got.fd;
    f->st = got.st;
    if (!later) write_key(f, key_out);
    *created = got.created;
    *out = &f->base;
    return 0;

fail:
    file_close(&f->base);
    return -1;
}

const sink_kind file_sink_kind = {.name = "file", .open = file_sink_open};
