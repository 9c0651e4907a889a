/* net_sink.c - sink kind "net": one payload a record to a socket: a stream (SocketHandler, syslog over TCP)
 * or datagrams (DatagramHandler, syslog, the journal). Runs on the target's writer, but for open, which
 * connects nothing: a peer that is down must not keep a service from starting.
 *
 * While the peer cannot be reached, records are given up and counted, as Python does in silence. A peer
 * that is there and does not read keeps them waiting. What was begun on a connection that broke is sent
 * again from its first byte on the next. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/descriptor.h"
#include "sink/batch_io.h"
#include "sink/frame.h"
#include "sink/intent.h"
#include "sink/peer.h"
#include "sink/sink_kinds.h"

/* Payloads in one sendmmsg; small records go out many at a time. */
#define NET_PAYLOADS 64
/* A record whose connection breaks so often is what breaks it. */
#define NET_TRIES 3

typedef struct net_sink {
    sink base;
    peer peer;
    bool recovery;
    size_t sent; /* bytes of the first payload that are out on this connection */
    unsigned tries;
} net_sink;

static net_sink *of(sink *s) { return (net_sink *)s; }

/* The first record cannot be delivered. */
static sink_status give_up_one(net_sink *s, const sink_batch *batch, slice payload, size_t *bytes) {
    s->sent = 0;
    s->tries = 0;
    *bytes = FRAME_HEAD + payload.len;
    *batch->given_up = 1;
    return SINK_OK;
}

static sink_status give_up_all(const sink_batch *batch, size_t *bytes) {
    *bytes = batch->chunks[0].bytes.len;
    *batch->given_up = frame_count(batch->chunks[0].bytes);
    return SINK_OK;
}

static sink_status broken(net_sink *s, const sink_batch *batch, slice payload, size_t *bytes, int reason,
                          weir_error *err) {
    s->sent = 0;
    peer_drop(&s->peer);
    if (++s->tries < NET_TRIES) return SINK_OK; /* at once, on a new connection */
    error_system(err, reason, "cannot send to %s", s->peer.at.host);
    return give_up_one(s, batch, payload, bytes);
}

/* ---- streams ---- */

/* Each payload is a message with an end (MSG_EOR): no segment begins within one and goes on with the next.
 * The logging cookbook's receiver takes a frame's length with one recv(4), and hangs up if it gets a part of
 * it. */
typedef struct burst {
    struct iovec parts[NET_PAYLOADS];
    struct mmsghdr messages[NET_PAYLOADS];
    unsigned count;
} burst;

static void gather(const net_sink *s, slice left, burst *b) {
    slice payload;
    for (b->count = 0; b->count < NET_PAYLOADS && frame_next(&left, &payload); b->count++) {
        size_t skip = b->count == 0 ? s->sent : 0;
        struct iovec *part = &b->parts[b->count];
        part->iov_base = (void *)(uintptr_t)(payload.data + skip);
        part->iov_len = payload.len - skip;
        b->messages[b->count] = (struct mmsghdr){.msg_hdr = {.msg_iov = part, .msg_iovlen = 1}};
    }
}

/* Bytes that are out; or -1 with errno. */
static ssize_t send_burst(int fd, burst *b) {
    int n;
    do n = sendmmsg(fd, b->messages, b->count, MSG_DONTWAIT | MSG_NOSIGNAL | MSG_EOR);
    while (n < 0 && errno == EINTR);
    ssize_t bytes = n < 0 ? -1 : 0;
    for (int i = 0; i < n; i++) bytes += b->messages[i].msg_len;
    return bytes;
}

/* How many bytes of the chunk n sent bytes finish; what is begun stays in s->sent. */
static size_t finished(net_sink *s, slice left, size_t n) {
    slice payload;
    size_t bytes = 0;
    n += s->sent;
    while (frame_next(&left, &payload) && n >= payload.len) {
        n -= payload.len;
        bytes += FRAME_HEAD + payload.len;
        if (n == 0) break;
    }
    s->sent = n;
    return bytes;
}

static sink_status send_stream(net_sink *s, const sink_batch *batch, slice payload, size_t *bytes,
                               weir_error *err) {
    burst b;
    if (!batch_wait_writable(s->peer.fd, batch->stop)) {
        error_set(err, WEIR_ERR_SYSTEM, "%s takes nothing: it does not read", s->peer.at.host);
        return SINK_AGAIN;
    }
    gather(s, batch->chunks[0].bytes, &b);
    intent_note(batch, NULL, 0, batch->chunks[0].bytes.len);
    ssize_t n = send_burst(s->peer.fd, &b);
    if (n < 0 && errno == EAGAIN) return SINK_OK;
    if (n < 0) return broken(s, batch, payload, bytes, errno, err);
    *bytes = finished(s, batch->chunks[0].bytes, (size_t)n);
    if (*bytes > 0) s->tries = 0;
    return SINK_OK;
}

/* ---- datagrams ---- */

/* What is too long for a datagram goes to the journal as a sealed file. */
static ssize_t send_file(const net_sink *s, slice payload) {
    int fd = descriptor_above(memfd_create("journal", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    if (fd < 0) return -1;
    ssize_t n = -1;
    size_t written = 0;
    while (written < payload.len) {
        ssize_t more = write(fd, payload.data + written, payload.len - written);
        if (more < 0 && errno == EINTR) continue;
        if (more <= 0) goto cleanup;
        written += (size_t)more;
    }
    if (fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) != 0) goto cleanup;
    union {
        char bytes[CMSG_SPACE(sizeof(int))];
        struct cmsghdr align;
    } control;
    memset(&control, 0, sizeof control);
    struct msghdr message = {.msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
    struct cmsghdr *c = CMSG_FIRSTHDR(&message);
    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(c), &fd, sizeof fd);
    n = sendmsg(s->peer.fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);

cleanup:;
    int saved = errno;
    close(fd);
    errno = saved;
    return n;
}

static ssize_t send_one(const net_sink *s, slice payload) {
    bool connected = s->peer.at.port < 0 || s->peer.to.len == 0;
    const struct sockaddr *to = connected ? NULL : (const struct sockaddr *)&s->peer.to.addr;
    ssize_t n;
    do
        n = sendto(s->peer.fd, payload.data, payload.len, MSG_DONTWAIT | MSG_NOSIGNAL, to,
                   to == NULL ? 0 : s->peer.to.len);
    while (n < 0 && errno == EINTR);
    if (n < 0 && s->peer.at.journal && (errno == EMSGSIZE || errno == ENOBUFS)) n = send_file(s, payload);
    return n;
}

static sink_status send_datagram(net_sink *s, const sink_batch *batch, slice payload, size_t *bytes,
                                 weir_error *err) {
    if (!batch_wait_writable(s->peer.fd, batch->stop)) {
        error_set(err, WEIR_ERR_SYSTEM, "%s takes nothing: it does not read", s->peer.at.host);
        return SINK_AGAIN;
    }
    intent_note(batch, NULL, 0, FRAME_HEAD + payload.len);
    if (send_one(s, payload) >= 0) {
        s->tries = 0;
        *bytes = FRAME_HEAD + payload.len;
        return SINK_OK;
    }
    int reason = errno;
    if (reason == EAGAIN) return SINK_OK;
    if (reason != EMSGSIZE) return broken(s, batch, payload, bytes, reason, err);
    error_set(err, WEIR_ERR_SYSTEM, "a record of %zu bytes is too long for a datagram to %s", payload.len,
              s->peer.at.host);
    return give_up_one(s, batch, payload, bytes);
}

/* ---- the sink ---- */

static sink_status net_write(sink *base, const sink_batch *batch, size_t *bytes, weir_error *err) {
    net_sink *s = of(base);
    slice left = batch->chunks[0].bytes, payload;
    *bytes = 0;
    if (!frame_next(&left, &payload)) {
        error_set(err, WEIR_ERR_SYSTEM, "the queue to %s is damaged", s->peer.at.host);
        return SINK_LOST;
    }
    if (s->sent == 0 && peer_has_closed(&s->peer)) peer_drop(&s->peer);
    switch (peer_open(&s->peer, batch->stop, err)) {
    case PEER_READY: break;
    case PEER_DOWN:
        s->sent = 0;
        return s->recovery ? SINK_AGAIN : give_up_all(batch, bytes); /* a later recovery may find it up */
    case PEER_STOPPED: return SINK_AGAIN;
    }
    return s->peer.is_stream ? send_stream(s, batch, payload, bytes, err)
                             : send_datagram(s, batch, payload, bytes, err);
}

static sink_status net_truncate(sink *base, weir_error *err) {
    (void)base, (void)err;
    return SINK_OK;
}

static size_t net_already(sink *base, const chunk_queue_map *map, const chunk_view *chunks, size_t count,
                          bool *doubtful) {
    (void)base;
    return intent_already(-1, map, chunks, count, doubtful);
}

static void net_close(sink *base) {
    peer_done(&of(base)->peer);
    free(of(base));
}

static int net_open(const sink_spec *spec, bool recovery, sink **out, char key_out[128], bool *created,
                    weir_error *err) {
    arena memory;
    net_options at;
    value all;
    arena_init(&memory, 0);
    int rc = net_options_read(spec, &memory, &at, &all, err);
    if (rc == 0) net_options_key(spec, &all, key_out);
    arena_done(&memory);
    if (rc != 0) return -1;
    net_sink *s = calloc(1, sizeof *s);
    if (s == NULL) return error_set(err, WEIR_ERR_SYSTEM, "no memory");
    s->base = (sink){.kind = &net_sink_kind,
                     .write = net_write,
                     .truncate = net_truncate,
                     .already = net_already,
                     .close = net_close};
    s->recovery = recovery;
    peer_init(&s->peer, &at);
    *created = false;
    *out = &s->base;
    return 0;
}

const sink_kind net_sink_kind = {.name = "net", .open = net_open};
