/* stream_sink.c - sink kind "stream": the host's standard output or standard error. Runs on the
 * target's writer, but for open.
 *
 * The descriptor is the host's, as it is at each write: it may be moved by dup2, and its flags are never
 * touched. A pipe or terminal is opened once more through /proc for each write, so that O_NONBLOCK is ours
 * alone, and closed again, so that its other end sees the host close it; where that is not
 * allowed, it gets after poll what fits without blocking. A reader that is gone does not come back:
 * the records are lost and counted. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/descriptor.h"
#include "sink/batch_io.h"
#include "sink/intent.h"
#include "sink/sink_kinds.h"

/* What a terminal takes at once when poll says that it takes something: less than its buffer's reserve. */
#define STREAM_TERMINAL_BYTES 128

typedef struct stream_sink {
    sink base;
    int fd;
    bool absent; /* it was closed when we began: the number may be any file of the host's later */
} stream_sink;

static stream_sink *of(sink *s) { return (stream_sink *)s; }

static const char *stream_name(const stream_sink *s) {
    return s->fd == STDOUT_FILENO ? "standard output" : "standard error";
}

static ssize_t write_parts(int fd, const batch_iov *v) {
    ssize_t n;
    do n = writev(fd, v->parts, v->count);
    while (n < 0 && errno == EINTR);
    return n;
}

static ssize_t write_file(const stream_sink *s, const sink_batch *batch, const struct stat *st) {
    batch_iov v;
    batch_gather(batch, 0, SIZE_MAX, &v);
    intent_note(batch, st, 0, v.bytes);
    return write_parts(s->fd, &v);
}

static ssize_t write_socket(const stream_sink *s, const sink_batch *batch) {
    batch_iov v;
    ssize_t n;
    batch_gather(batch, 0, CHUNK_SIZE, &v);
    intent_note(batch, NULL, 0, v.bytes);
    struct msghdr message = {.msg_iov = v.parts, .msg_iovlen = (size_t)v.count};
    do n = sendmsg(s->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    while (n < 0 && errno == EINTR);
    return n;
}

/* A second open of the same pipe or device, with flags of its own. */
static int open_again(int fd) {
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    return descriptor_above(open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
}

static ssize_t write_device(const stream_sink *s, const sink_batch *batch, const struct stat *st) {
    batch_iov v;
    int own = open_again(s->fd);
    size_t most = own >= 0 ? CHUNK_SIZE : S_ISFIFO(st->st_mode) ? PIPE_BUF : STREAM_TERMINAL_BYTES;
    batch_gather(batch, 0, most, &v);
    intent_note(batch, NULL, 0, v.bytes);
    ssize_t n = write_parts(own >= 0 ? own : s->fd, &v);
    int saved = errno;
    if (own >= 0) close(own);
    errno = saved;
    return n;
}

static sink_status failed(const stream_sink *s, int reason, weir_error *err) {
    error_system(err, reason, "cannot write to %s", stream_name(s));
    switch (reason) {
    case EPIPE: /* its reader is gone */
    case ECONNRESET:
    case ENOTCONN:
    case EIO: /* a terminal that was hung up */
    case EBADF:
    case EINVAL: return SINK_LOST;
    default: /* no room, for now */ return SINK_AGAIN;
    }
}

static sink_status stream_write(sink *base, const sink_batch *batch, size_t *bytes, weir_error *err) {
    stream_sink *s = of(base);
    struct stat st;
    *bytes = 0;
    if (s->absent || fstat(s->fd, &st) != 0) return failed(s, EBADF, err);
    ssize_t n;
    if (S_ISREG(st.st_mode)) {
        n = write_file(s, batch, &st);
    } else if (!batch_wait_writable(s->fd, batch->stop)) {
        error_set(err, WEIR_ERR_SYSTEM, "%s takes nothing: its reader does not read", stream_name(s));
        return SINK_AGAIN;
    } else {
        n = S_ISSOCK(st.st_mode) ? write_socket(s, batch) : write_device(s, batch, &st);
    }
    if (n < 0 && errno == EAGAIN) n = 0; /* somebody else's bytes came first */
    if (n < 0) return failed(s, errno, err);
    *bytes = (size_t)n;
    return SINK_OK;
}

/* Python does not empty a stream that it did not open. */
static sink_status stream_truncate(sink *base, weir_error *err) {
    (void)base, (void)err;
    return SINK_OK;
}

static size_t stream_already(sink *base, const chunk_queue_map *map, const chunk_view *chunks, size_t count,
                             bool *doubtful) {
    return intent_already(of(base)->fd, map, chunks, count, doubtful);
}

static void stream_close(sink *base) { free(of(base)); }

static int stream_open(const sink_spec *spec, bool recovery, sink **out, char key_out[128], bool *created,
                       weir_error *err) {
    (void)recovery;
    if (spec->fd != STDOUT_FILENO && spec->fd != STDERR_FILENO)
        return error_set(err, WEIR_ERR_INVALID, "%d is no stream (right are 1 and 2)", spec->fd);
    stream_sink *s = calloc(1, sizeof *s);
    if (s == NULL) return error_set(err, WEIR_ERR_SYSTEM, "no memory");
    s->base = (sink){.kind = &stream_sink_kind,
                     .write = stream_write,
                     .truncate = stream_truncate,
                     .already = stream_already,
                     .close = stream_close};
    s->fd = spec->fd;
    s->absent = fcntl(spec->fd, F_GETFD) < 0;
    snprintf(key_out, 128, "stream:%d", spec->fd);
    *created = false;
    *out = &s->base;
    return 0;
}

const sink_kind stream_sink_kind = {.name = "stream", .open = stream_open};
