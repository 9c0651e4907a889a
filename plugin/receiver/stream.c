/* stream.c - streams: accepted within bounds, read a turn at a time, cut into frames. A buffer grows with
 * what has come, never with what was announced. Thread "weir-recv". */
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <unistd.h>

#include "receiver/receivers_internal.h"

#define BUFFER_FIRST 4096
/* An idle connection keeps no more. */
#define BUFFER_KEPT (64 * 1024)

/* ---- accepting ---- */

static bool is_beyond(const struct sockaddr_storage *peer) {
    if (peer->ss_family == AF_INET)
        return ntohl(((const struct sockaddr_in *)peer)->sin_addr.s_addr) >> 24 != 127;
    return peer->ss_family == AF_INET6 &&
           !IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)peer)->sin6_addr);
}

static bool same_address(const struct sockaddr_storage *a, const struct sockaddr_storage *b) {
    if (a->ss_family != b->ss_family) return false;
    if (a->ss_family == AF_INET)
        return ((const struct sockaddr_in *)a)->sin_addr.s_addr ==
               ((const struct sockaddr_in *)b)->sin_addr.s_addr;
    return memcmp(&((const struct sockaddr_in6 *)a)->sin6_addr, &((const struct sockaddr_in6 *)b)->sin6_addr,
                  sizeof(struct in6_addr)) == 0;
}

static bool too_many_of(const receivers *r, const struct sockaddr_storage *peer) {
    int64_t count = 0;
    if (!is_beyond(peer)) return false;
    for (size_t i = 0; i < r->connection_count; i++)
        if (r->connections[i].fd >= 0 && same_address(&r->connections[i].peer, peer)) count++;
    return count >= r->settings.connections_per_address;
}

/* A free place, or that of the oldest that has sent nothing whole for RECEIVE_PATIENCE_MS. */
static receive_stream *place(receivers *r, int64_t now_ns) {
    receive_stream *oldest = NULL;
    for (size_t i = 0; i < r->connection_count; i++) {
        receive_stream *c = &r->connections[i];
        if (c->fd < 0) return c;
        if (c->frames == 0 && (oldest == NULL || c->opened_ns < oldest->opened_ns)) oldest = c;
    }
    if (oldest == NULL || oldest->opened_ns + RECEIVE_PATIENCE_MS * 1000000LL > now_ns) return NULL;
    receive_drop_frame(r, oldest->door, RECEIVE_CONNECTIONS, &oldest->peer,
                       "closed to make room: it had sent no whole record");
    stream_close(r, oldest);
    return oldest;
}

static bool accept_one(receivers *r, receiver_door door, int64_t now_ns) {
    struct sockaddr_storage peer = {.ss_family = AF_UNSPEC};
    int fd = listener_accept(&r->listeners[door], &peer);
    if (fd < 0) return false;
    bool crowded = too_many_of(r, &peer);
    receive_stream *c = crowded ? NULL : place(r, now_ns);
    if (c == NULL) {
        receive_drop_frame(r, door, RECEIVE_CONNECTIONS, &peer,
                           crowded ? "its address holds as many as it may" : "all places are taken");
        close(fd);
        return true;
    }
    *c = (receive_stream){.fd = fd, .door = door, .peer = peer, .opened_ns = now_ns};
    receive_count(&receiver_counts[door].connections, 1);
    receive_count(&receiver_counts[door].connections_total, 1);
    return true;
}

void stream_accept(receivers *r, receiver_door door, int64_t now_ns) {
    for (int i = 0; i < 64 && accept_one(r, door, now_ns); i++) {
    }
}

/* ---- the buffer ---- */

static void free_buffer(receivers *r, receive_stream *c) {
    r->buffered -= c->room;
    free(c->data);
    c->data = NULL;
    c->begin = c->len = c->room = 0;
}

void stream_close(receivers *r, receive_stream *c) {
    if (c->fd < 0) return;
    close(c->fd);
    c->fd = -1;
    free_buffer(r, c);
    __atomic_sub_fetch(&receiver_counts[c->door].connections, 1, __ATOMIC_RELAXED);
}

/* Room for more behind what is left; false: there is none to be had. */
static bool make_room(receivers *r, receive_stream *c) {
    size_t most = (size_t)r->settings.frame + RECEIVE_PREFIX;
    if (c->begin > 0) memmove(c->data, c->data + c->begin, c->len);
    c->begin = 0;
    if (c->len < c->room) return true;
    size_t size = c->room == 0 ? BUFFER_FIRST : c->room * 2;
    if (size > most) size = most;
    if (size <= c->room || r->buffered - c->room + size > LIMIT_RECEIVE_BUFFERS) return false;
    char *data = realloc(c->data, size);
    if (data == NULL) return false;
    r->buffered += size - c->room;
    c->data = data;
    c->room = size;
    return true;
}

/* ---- frames ---- */

static void refuse(receivers *r, receive_stream *c, receive_drop why, const char *detail) {
    receive_drop_frame(r, c->door, why, &c->peer, detail);
    stream_close(r, c);
}

/* Hands in all frames that are whole. false: the connection is closed. */
static bool cut_frames(receivers *r, receive_stream *c, int64_t now_ns) {
    frame_cut cut;
    c->waiting = false;
    for (;;) {
        slice data = slice_make(c->data + c->begin, c->len);
        frame_state state = c->len == 0
                                ? FRAME_MORE
                                : door_kinds[c->door].cut(data, (size_t)r->settings.frame, &c->mode, &cut);
        if (state == FRAME_TOO_LARGE)
            return refuse(r, c, RECEIVE_TOO_LARGE, "the record is longer than frame allows"), false;
        if (state == FRAME_BROKEN) return refuse(r, c, RECEIVE_MALFORMED, "a length that is none"), false;
        if (state == FRAME_MORE) break;
        if (cut.frame.len > 0 && receive_frame(r, c->door, cut.frame, &c->peer, true) == HAND_IN_FULL) {
            c->waiting = r->full = true;
            break;
        }
        c->begin += cut.used;
        c->len -= cut.used;
        c->frames++;
        c->since_ns = now_ns;
    }
    if (c->len == 0 && c->room > BUFFER_KEPT) free_buffer(r, c);
    if (c->len == 0) c->begin = 0;
    c->since_ns = c->len == 0 ? 0 : c->since_ns == 0 ? now_ns : c->since_ns;
    return true;
}

static void ended(receivers *r, receive_stream *c) {
    if (c->len > 0)
        refuse(r, c, RECEIVE_CUT_OFF, "the connection ended inside a record");
    else
        stream_close(r, c);
}

void stream_read(receivers *r, receive_stream *c, int64_t now_ns) {
    for (size_t got = 0; got < RECEIVE_TURN && !c->waiting;) {
        if (!make_room(r, c)) {
            refuse(r, c, RECEIVE_MEMORY, "no memory for more of its record");
            return;
        }
        ssize_t n = recv(c->fd, c->data + c->len, c->room - c->len, 0);
        if (n < 0 && (errno == EINTR || errno == EAGAIN || errno == EWOULDBLOCK)) return;
        if (n <= 0) {
            ended(r, c);
            return;
        }
        c->len += (size_t)n;
        got += (size_t)n;
        bool all = c->len < c->room;
        if (!cut_frames(r, c, now_ns) || all) return;
    }
}

void stream_retry(receivers *r, receive_stream *c, int64_t now_ns) {
    if (c->fd >= 0 && c->waiting) cut_frames(r, c, now_ns);
}

int64_t stream_expire(receivers *r, int64_t now_ns) {
    int64_t next = 0, patience = r->settings.deadline_ms * 1000000LL;
    for (size_t i = 0; i < r->connection_count; i++) {
        receive_stream *c = &r->connections[i];
        if (c->fd < 0 || c->since_ns == 0) continue;
        if (r->full) c->since_ns = now_ns; /* it is we who do not read */
        int64_t due = c->since_ns + patience;
        if (due <= now_ns)
            refuse(r, c, RECEIVE_LATE, "its record was not whole within the deadline");
        else if (next == 0 || due < next)
            next = due;
    }
    return next;
}
