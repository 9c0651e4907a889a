/* peer.c - see peer.h. It never blocks in connect: sockets are made non-blocking, and poll waits. */
#include "sink/peer.h"
#include "base/descriptor.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/descriptor.h"
#include "record/host_class.h"
#include "sink/batch_io.h"

bool peer_backoff_over(const peer_backoff *b) {
    return b->next_ns == 0 || clock_monotonic_ns() >= b->next_ns;
}

void peer_backoff_failed(peer_backoff *b, const net_retry *by) {
    double period =
        b->next_ns == 0 ? (double)by->start_ms * 1e6 : (double)b->period_ns * (double)by->factor / 1e3;
    double most = (double)by->max_ms * 1e6;
    b->period_ns = (int64_t)(b->next_ns != 0 && period > most ? most : period);
    b->next_ns = clock_monotonic_ns() + b->period_ns;
}

void peer_backoff_done(peer_backoff *b) { *b = (peer_backoff){0}; }

void peer_init(peer *p, const net_options *at) { *p = (peer){.at = *at, .fd = -1}; }

void peer_drop(peer *p) {
    if (p->fd >= 0) close(p->fd);
    p->fd = -1;
}

void peer_done(peer *p) {
    peer_drop(p);
    lookup_give_up(&p->asking);
}

bool peer_has_closed(const peer *p) {
    char byte;
    return p->fd >= 0 && p->is_stream && recv(p->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

static int make_socket(int family, bool stream) {
    int type = (stream ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC | SOCK_NONBLOCK;
    return descriptor_above(socket(family, type, 0));
}

/* 0, or the reason. -1: stopped. */
static int wait_connected(int fd, const uint32_t *stop) {
    for (int waited = 0; waited < PEER_CONNECT_MS; waited += BATCH_SLICE_MS) {
        struct pollfd w = {.fd = fd, .events = POLLOUT};
        int n = poll(&w, 1, BATCH_SLICE_MS), reason = 0;
        socklen_t len = sizeof reason;
        if (n > 0) return getsockopt(fd, SOL_SOCKET, SO_ERROR, &reason, &len) == 0 ? reason : errno;
        if (__atomic_load_n(stop, __ATOMIC_ACQUIRE) != 0) return -1;
    }
    return ETIMEDOUT;
}

/* A connected socket in p->fd: 0; else as wait_connected. */
static int connect_to(peer *p, const struct sockaddr *addr, socklen_t len, bool stream,
                      const uint32_t *stop) {
    int fd = make_socket(addr->sa_family, stream);
    if (fd < 0) return errno;
    int reason = connect(fd, addr, len) == 0 ? 0 : errno;
    if (reason == EINPROGRESS) reason = wait_connected(fd, stop);
    if (reason == EAGAIN) reason = ECONNREFUSED; /* a UNIX socket whose backlog is full */
    if (reason != 0) {
        close(fd);
        return reason;
    }
    p->fd = fd;
    p->is_stream = stream;
    return 0;
}

static int open_local(peer *p, const uint32_t *stop) {
    struct sockaddr_un un = {.sun_family = AF_UNIX};
    size_t len = strlen(p->at.host);
    if (len > NET_LOCAL_MAX) return ENAMETOOLONG;
    memcpy(un.sun_path, p->at.host, len);
    int reason = ENOTSUP;
    if (p->at.datagram) reason = connect_to(p, (struct sockaddr *)&un, sizeof un, false, stop);
    if (reason != 0 && p->at.stream) reason = connect_to(p, (struct sockaddr *)&un, sizeof un, true, stop);
    return reason;
}

/* The first address that takes us. */
static int open_remote(peer *p, const lookup_answer *found, const uint32_t *stop) {
    int reason = EHOSTUNREACH;
    for (size_t i = 0; i < found->count; i++) {
        const lookup_address *a = &found->list[i];
        if (p->at.guarded && lookup_is_guarded(&a->addr)) {
            reason = EACCES;
            continue;
        }
        if (p->at.stream) {
            reason = connect_to(p, (const struct sockaddr *)&a->addr, a->len, true, stop);
        } else {
            p->fd = make_socket(a->addr.ss_family, false);
            reason = p->fd < 0 ? errno : 0;
            p->is_stream = false;
            p->to = *a;
        }
        if (reason <= 0) break;
    }
    return reason;
}

/* By the host's own makeSocket. Without its class (a recovery by another program) there is no way to the
 * peer. */
static int open_by_host(peer *p) {
    host_class *c = host_class_find(HOST_HANDLER, slice_of(p->at.socket_class));
    if (c == NULL || !host_class_hold(c)) return EHOSTUNREACH;
    host_call call = host_call_begin(c);
    errno = ECONNREFUSED;
    int fd = c->as.handler.make_socket(c->as.handler.user, p->at.host, p->at.port), reason = errno;
    host_call_end(&call, 0);
    host_class_release(c);
    if (fd < 0) return reason != 0 ? reason : ECONNREFUSED;
    int type = 0;
    socklen_t len = sizeof type;
    fd = descriptor_above(fd);
    if (fd < 0 || getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) != 0 ||
        fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK) != 0 || fcntl(fd, F_SETFD, FD_CLOEXEC) != 0) {
        reason = errno;
        if (fd >= 0) close(fd);
        return reason;
    }
    p->fd = fd;
    p->is_stream = type == SOCK_STREAM;
    p->to.len = 0; /* it is connected */
    return 0;
}

static peer_status down(peer *p, int reason, weir_error *err) {
    if (p->at.port >= 0)
        error_system(err, reason, "cannot connect to %s:%d", p->at.host, p->at.port);
    else
        error_system(err, reason, "cannot connect to %s", p->at.host);
    peer_backoff_failed(&p->backoff, &p->at.retry);
    return PEER_DOWN;
}

static peer_status look_up(peer *p, const uint32_t *stop, lookup_answer *found, weir_error *err) {
    lookup_status got = lookup_ask(&p->asking, p->at.host, (uint16_t)p->at.port,
                                   p->at.ipv4 ? AF_INET : AF_UNSPEC, PEER_CONNECT_MS, stop, found, err);
    if (got == LOOKUP_FOUND) return PEER_READY;
    if (__atomic_load_n(stop, __ATOMIC_ACQUIRE) != 0) return PEER_STOPPED;
    peer_backoff_failed(&p->backoff, &p->at.retry);
    return PEER_DOWN;
}

/* Has the name of a datagram's peer moved? If that is not told at once, the old address stays. */
static void look_up_again(peer *p) {
    static const uint32_t at_once = 1;
    lookup_answer found;
    if (p->is_stream || p->at.port < 0 || p->at.socket_class[0] != '\0' ||
        clock_monotonic_ns() - p->found_ns < PEER_NAME_NS)
        return;
    if (lookup_ask(&p->asking, p->at.host, (uint16_t)p->at.port, p->at.ipv4 ? AF_INET : AF_UNSPEC, 0,
                   &at_once, &found, NULL) != LOOKUP_FOUND)
        return;
    p->found_ns = clock_monotonic_ns();
    for (size_t i = 0; i < found.count; i++) {
        bool same_family = found.list[i].addr.ss_family == p->to.addr.ss_family;
        if (!same_family || (p->at.guarded && lookup_is_guarded(&found.list[i].addr))) continue;
        p->to = found.list[i];
        return;
    }
}

peer_status peer_open(peer *p, const uint32_t *stop, weir_error *err) {
    lookup_answer found = {.count = 0};
    if (p->fd >= 0) {
        look_up_again(p);
        return PEER_READY;
    }
    if (!peer_backoff_over(&p->backoff)) {
        error_set(err, WEIR_ERR_SYSTEM, "%s is down and not tried before a while", p->at.host);
        return PEER_DOWN;
    }
    int reason;
    if (p->at.socket_class[0] != '\0') {
        reason = open_by_host(p);
    } else if (p->at.port < 0) {
        reason = open_local(p, stop);
    } else {
        peer_status asked = look_up(p, stop, &found, err);
        if (asked != PEER_READY) return asked;
        reason = open_remote(p, &found, stop);
    }
    if (reason < 0) return PEER_STOPPED;
    if (reason > 0) return down(p, reason, err);
    p->found_ns = clock_monotonic_ns();
    peer_backoff_done(&p->backoff);
    return PEER_READY;
}
