/* port.c - the config port's thread: one poll over the listener and at most LIMIT_PORT_CONNECTIONS
 * clients, each with a deadline for its whole message. It makes no record wait: what it pushes goes
 * through control. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "admin/listen/port_internal.h"
#include "base/descriptor.h"

/* When even poll fails: a pause instead of a spin. */
#define PAUSE_MS 200

static bool stopping(const port_server *s) { return __atomic_load_n(&s->stopping, __ATOMIC_ACQUIRE) != 0; }

/* A free place, or that of whoever has answered and only lingers, or has been sending for too long. */
static port_connection *place(port_server *s, int64_t now_ns) {
    port_connection *oldest = NULL;
    for (size_t i = 0; i < LIMIT_PORT_CONNECTIONS; i++) {
        port_connection *p = &s->connections[i];
        if (p->state == PORT_FREE) return p;
        bool may_go = p->state == PORT_LINGERING || now_ns - p->started_ns > PORT_PATIENCE_MS * 1000000LL;
        if (may_go && (oldest == NULL || p->number < oldest->number)) oldest = p;
    }
    return oldest;
}

static void accept_some(port_server *s, int64_t now_ns) {
    for (int i = 0; i < LIMIT_PORT_CONNECTIONS; i++) {
        struct sockaddr_storage peer;
        char who[64];
        uid_t uid;
        port_connection *p = place(s, now_ns);
        int fd = p == NULL ? -1 : listener_accept(&s->listener, &peer);
        if (fd < 0) return;
        if (!s->listener.address.is_unix || !listener_peer(fd, &uid, who)) address_show(&peer, who);
        port_client_make_room(p); /* if it was somebody's */
        port_client_open(p, fd, ++s->accepted, who, now_ns);
        port_client_step(p, now_ns); /* a small push is often there already */
    }
}

static void expire(port_connection *p, int64_t now_ns) {
    if (p->state == PORT_READING) {
        text_addf(&p->answer, "refused: 1 problems\n<port>: the message was not complete after %d s\n",
                  LIMIT_PORT_DEADLINE_MS / 1000);
        port_client_answer(p, now_ns);
    } else {
        port_client_close(p);
    }
}

/* When something is due: a retry, a deadline, a place that becomes free for others. */
static int timeout_ms(const port_server *s, int64_t listener_ns, int64_t now_ns, bool full) {
    int64_t next = listener_ns;
    for (size_t i = 0; i < LIMIT_PORT_CONNECTIONS; i++) {
        const port_connection *p = &s->connections[i];
        if (p->state == PORT_FREE) continue;
        int64_t patience = p->started_ns + PORT_PATIENCE_MS * 1000000LL;
        if (next == 0 || p->deadline_ns < next) next = p->deadline_ns;
        if (full && patience > now_ns && patience < next) next = patience;
    }
    if (next == 0) return -1;
    return next <= now_ns ? 0 : (int)((next - now_ns + 999999) / 1000000);
}

/* What is due without an event: deadlines. A message may have come while another one was applied. */
static void expire_some(port_server *s) {
    int64_t now = clock_monotonic_ns();
    for (size_t i = 0; i < LIMIT_PORT_CONNECTIONS; i++) {
        port_connection *p = &s->connections[i];
        if (p->state == PORT_FREE || p->deadline_ns > now) continue;
        port_client_step(p, now);
        if (p->state == PORT_READY)
            port_apply(s);
        else if (p->state != PORT_FREE && p->deadline_ns <= now)
            expire(p, now);
    }
}

/* The descriptors in use, close together: poll refuses more of them than RLIMIT_NOFILE, used or not. */
static nfds_t gather(port_server *s, bool full, struct pollfd *fds, port_connection **owners) {
    nfds_t count = 0;
    fds[count++] = (struct pollfd){.fd = s->wake, .events = POLLIN};
    if (listener_ready(&s->listener) && !full)
        fds[count++] = (struct pollfd){.fd = s->listener.fd, .events = POLLIN};
    for (size_t i = 0; i < LIMIT_PORT_CONNECTIONS; i++) {
        port_connection *p = &s->connections[i];
        if (p->state == PORT_FREE) continue;
        owners[count] = p;
        fds[count++] = (struct pollfd){.fd = p->fd, .events = port_client_events(p)};
    }
    return count;
}

static void turn(port_server *s) {
    struct pollfd fds[LIMIT_PORT_CONNECTIONS + 2];
    port_connection *owners[LIMIT_PORT_CONNECTIONS + 2] = {NULL};
    int64_t now = clock_monotonic_ns();
    int64_t due = listener_step(&s->listener, now);
    bool full = place(s, now) == NULL, knocked = false;
    nfds_t count = gather(s, full, fds, owners);
    int timeout = timeout_ms(s, due, now, full);
    if (poll(fds, count, timeout) < 0 && errno != EINTR) /* no memory, or a limit set below what is open */
        poll(NULL, 0, timeout < 0 || timeout > PAUSE_MS ? PAUSE_MS : timeout);
    now = clock_monotonic_ns();
    for (nfds_t i = 1; i < count; i++) {
        if (fds[i].revents == 0) continue;
        if (owners[i] != NULL)
            port_client_step(owners[i], now);
        else
            knocked = true;
    }
    if (knocked) accept_some(s, now);
    port_apply(s);
    expire_some(s);
}

static void serve(void *arg) {
    port_server *s = arg;
    while (!stopping(s)) turn(s);
}

int port_server_start(control *c, const char *name, const char *address, weir_verify verify,
                      port_server **out, weir_error *err) {
    listen_address where;
    if (address_parse(address, SETTING_CONFIG_PORT, &where, err) != 0) return -1;
    port_server *s = calloc(1, sizeof *s);
    if (s == NULL) return error_set(err, WEIR_ERR_SYSTEM, "no memory");
    s->control = c;
    s->verify = verify;
    s->wake = descriptor_above(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    listener_init(&s->listener, control_tell_listener, c, name, &where);
    listener_step(&s->listener, clock_monotonic_ns());
    int rc = s->wake < 0 ? error_system(err, errno, "cannot make an eventfd") : 0;
    if (rc == 0) rc = worker_start(&s->worker, "weir-port", serve, s, err);
    if (rc == 0)
        *out = s;
    else
        port_server_stop(s);
    return rc;
}

int port_server_port(const port_server *s) { return __atomic_load_n(&s->listener.port, __ATOMIC_ACQUIRE); }

void port_server_stop(port_server *s) {
    uint64_t one = 1;
    if (s == NULL) return;
    __atomic_store_n(&s->stopping, 1, __ATOMIC_RELEASE);
    if (s->wake >= 0 && write(s->wake, &one, sizeof one) < 0) { /* full: awake */
    }
    worker_join(&s->worker, -1);
    listener_close(&s->listener);
    for (size_t i = 0; i < LIMIT_PORT_CONNECTIONS; i++) port_client_close(&s->connections[i]);
    if (s->wake >= 0) close(s->wake);
    free(s);
}

/* In a forked child: only the descriptors are let go; the memory is the parent's copy. */
void port_server_forked(port_server *s) {
    if (s->listener.fd >= 0) close(s->listener.fd);
    for (size_t i = 0; i < LIMIT_PORT_CONNECTIONS; i++)
        if (s->connections[i].state != PORT_FREE) close(s->connections[i].fd);
    if (s->wake >= 0) close(s->wake);
}
