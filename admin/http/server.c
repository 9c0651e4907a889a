/* server.c - the HTTP server as a whole: made and ended, and the loop of thread "weir-http" over its two
 * listeners and the connections that have not sent their header block yet. */
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "admin/http/local_socket.h"
#include "admin/http/server_internal.h"
#include "base/descriptor.h"

enum { EVENT_WAKE, EVENT_TCP, EVENT_LOCAL, EVENT_DOORS = 16 };

static bool stopping(const http_server *s) { return __atomic_load_n(&s->stopping, __ATOMIC_ACQUIRE) != 0; }

void server_wake(http_server *s) {
    uint64_t one = 1;
    ssize_t ignored = write(s->wake, &one, sizeof one); /* full: it is awake anyway */
    (void)ignored;
}

/* ---- the loop ---- */

/* Asks epoll for connections of that listener only while one could be served. */
static void arm(http_server *s, listener *l, int which, bool room) {
    enum armed *armed = &s->armed[which - EVENT_TCP];
    enum armed want = l->fd < 0 ? ARMED_NOT : listener_ready(l) && room ? ARMED_ACCEPT : ARMED_IDLE;
    if (want == *armed) return;
    struct epoll_event event = {.events = want == ARMED_ACCEPT ? EPOLLIN : 0};
    event.data.u64 = (uint64_t)which;
    if (epoll_ctl(s->epoll, *armed == ARMED_NOT ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, l->fd, &event) == 0)
        *armed = want;
}

static int64_t sooner(int64_t a, int64_t b) { return a == 0 ? b : b == 0 || a < b ? a : b; }

static void open_local(http_server *s, int64_t now) {
    listen_address where;
    weir_error err;
    if (local_socket_address(control_service(s->control), &where, &err) != 0) {
        control_set_listener(s->control, "local socket", "unix:", err.message);
        s->local_ns = now + HTTP_AGAIN_NS;
        return;
    }
    listener_init(&s->local, control_tell_listener, s->control, "local socket", &where);
    s->local.mode = 0600;
    s->has_local = true;
    s->wants_local = false;
    listener_step(&s->local, now);
}

/* Without memory its address cannot even be made: then again, later. */
static int64_t step_local(http_server *s, int64_t now) {
    if (s->wants_local && s->local_ns <= now) open_local(s, now);
    return s->wants_local ? s->local_ns : 0;
}

static int64_t step_listeners(http_server *s, int64_t now) {
    int64_t next = step_local(s, now);
    if (__atomic_exchange_n(&s->late, 0, __ATOMIC_ACQ_REL) != 0) {
        listener_init(&s->tcp, control_tell_listener, s->control, "http", &s->late_tcp);
        __atomic_store_n(&s->has_tcp, true, __ATOMIC_RELEASE);
    }
    if (s->has_tcp) {
        next = sooner(next, listener_step(&s->tcp, now));
        arm(s, &s->tcp, EVENT_TCP, door_count(s, false) < LIMIT_HTTP_CONNECTIONS - HTTP_LOCAL_RESERVE);
    }
    if (s->has_local) {
        next = sooner(next, listener_step(&s->local, now));
        arm(s, &s->local, EVENT_LOCAL, door_count(s, true) < LIMIT_HTTP_CONNECTIONS);
    }
    return next;
}

static door_state state_of(http_server *s, const door *d) {
    pthread_mutex_lock(&s->lock);
    door_state state = d->state;
    pthread_mutex_unlock(&s->lock);
    return state;
}

static int64_t expire_doors(http_server *s, int64_t now) {
    int64_t next = 0;
    for (size_t i = 0; i < LIMIT_HTTP_CONNECTIONS; i++) {
        door *d = &s->doors[i];
        door_state state = state_of(s, d);
        if (state == DOOR_FREE) continue;
        if (state == DOOR_HANDED)
            next = sooner(next, door_look(s, d, now));
        else if (d->deadline_ns <= now)
            door_expire(s, d);
        else
            next = sooner(next, d->deadline_ns);
    }
    return next;
}

static void on_event(http_server *s, const struct epoll_event *e) {
    uint64_t which = e->data.u64, count;
    if (which == EVENT_WAKE) {
        ssize_t ignored = read(s->wake, &count, sizeof count);
        (void)ignored;
    } else if (which == EVENT_TCP) {
        door_accept(s, &s->tcp, false);
    } else if (which == EVENT_LOCAL) {
        door_accept(s, &s->local, true);
    } else if (which >= EVENT_DOORS) {
        door *d = &s->doors[which - EVENT_DOORS];
        door_state state = state_of(s, d);
        if (state == DOOR_READING || state == DOOR_LINGERING)
            door_step(s, d, (e->events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0);
    }
}

/* libmicrohttpd's threads inherit from their creator: signals blocked, all CPUs, SCHED_OTHER. So it is
 * started, and given its connections, here. */
static int64_t step_library(http_server *s, int64_t now) {
    if (s->mhd != NULL) return 0;
    if (s->library_ns > now) return s->library_ns;
    s->mhd = handle_start(s);
    s->library_ns = now + HTTP_AGAIN_NS;
    control_set_listener(s->control, "http server", "libmicrohttpd",
                         s->mhd != NULL ? NULL : "cannot be started (threads or memory), retrying");
    return s->mhd != NULL ? 0 : s->library_ns;
}

static void turn(http_server *s) {
    struct epoll_event events[32];
    int64_t now = clock_monotonic_ns();
    int64_t next = sooner(step_library(s, now), expire_doors(s, now));
    next = sooner(next, step_listeners(s, now));
    int timeout = next == 0 ? -1 : next <= now ? 0 : (int)((next - now + 999999) / 1000000);
    int count = epoll_wait(s->epoll, events, 32, timeout);
    for (int i = 0; i < count; i++) on_event(s, &events[i]);
}

static bool streams_open(http_server *s) {
    bool open = false;
    pthread_mutex_lock(&s->lock);
    for (size_t i = 0; i < LIMIT_HTTP_STREAMS; i++) open = open || s->streams[i] != NULL;
    pthread_mutex_unlock(&s->lock);
    return open;
}

/* Event streams have been interrupted: those whose clients read say so at their end. libmicrohttpd would
 * cut them off. */
static void let_streams_end(http_server *s) {
    int64_t deadline = clock_monotonic_ns() + HTTP_FAREWELL_MS * 1000000LL;
    struct pollfd woken = {.fd = s->wake, .events = POLLIN};
    uint64_t count;
    while (streams_open(s) && clock_monotonic_ns() < deadline) {
        poll(&woken, 1, 5);
        ssize_t ignored = read(s->wake, &count, sizeof count);
        (void)ignored;
    }
}

static void serve(void *arg) {
    http_server *s = arg;
    while (!stopping(s)) turn(s);
    let_streams_end(s);
    if (s->mhd != NULL) MHD_stop_daemon(s->mhd);
    s->mhd = NULL;
}

/* ---- made and ended ---- */

static void load_token(http_server *s, const char *service) {
    text directory;
    weir_error err;
    text_init(&directory, 0);
    int rc = runtime_dir_find(&directory, &err);
    if (rc == 0)
        rc = token_load(text_cstr(&directory), service, &s->token, &err);
    else
        token_make(&s->token, NULL);
    if (rc != 0)
        control_note(s->control, &(requester){"start", "token"}, "kept until the end only: %.400s",
                     err.message);
    text_done(&directory);
}

/* The address, the token and the hosts; nothing is opened. */
static int prepare_tcp(http_server *s, const http_settings *given, listen_address *where, weir_error *err) {
    if (address_parse(given->address, SETTING_HTTP_PORT, where, err) != 0) return -1;
    if (where->is_unix)
        return error_set(err, WEIR_ERR_INVALID,
                         "http = %.200s: a page needs a TCP address (the local socket is there anyway)",
                         given->address);
    load_token(s, given->service);
    snprintf(s->hosts, sizeof s->hosts, "%s", given->hosts != NULL ? given->hosts : "");
    return 0;
}

static int open_tcp(http_server *s, const http_settings *given, weir_error *err) {
    listen_address where;
    if (given->address == NULL || given->address[0] == '\0') return 0;
    if (prepare_tcp(s, given, &where, err) != 0) return -1;
    listener_init(&s->tcp, control_tell_listener, s->control, "http", &where);
    s->has_tcp = true;
    listener_step(&s->tcp, clock_monotonic_ns());
    return 0;
}

/* Token and hosts are read for TCP connections only, and there are none before thread weir-http has
 * seen `late`. */
int http_server_add_tcp(http_server *s, const http_settings *given, weir_error *err) {
    if (__atomic_load_n(&s->has_tcp, __ATOMIC_ACQUIRE))
        return error_set(err, WEIR_ERR_STATE, "the HTTP server has an address already");
    if (prepare_tcp(s, given, &s->late_tcp, err) != 0) return -1;
    __atomic_store_n(&s->late, 1, __ATOMIC_RELEASE);
    server_wake(s);
    return 0;
}

static int open_loop(http_server *s, weir_error *err) {
    struct epoll_event event = {.events = EPOLLIN};
    event.data.u64 = EVENT_WAKE;
    s->epoll = descriptor_above(epoll_create1(EPOLL_CLOEXEC));
    s->wake = descriptor_above(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (s->epoll < 0 || s->wake < 0 || epoll_ctl(s->epoll, EPOLL_CTL_ADD, s->wake, &event) != 0)
        return error_system(err, errno, "cannot make an epoll");
    return 0;
}

int http_server_start(control *c, const http_settings *given, http_server **out, weir_error *err) {
    http_server *s = calloc(1, sizeof *s);
    if (s == NULL || pthread_mutex_init(&s->lock, NULL) != 0) {
        free(s);
        return error_set(err, WEIR_ERR_SYSTEM, "no memory");
    }
    s->control = c;
    s->wake = s->epoll = -1;
    s->tcp.fd = s->local.fd = -1;
    int rc = open_loop(s, err);
    if (rc == 0) rc = open_tcp(s, given, err);
    s->wants_local = given->local_socket;
    if (rc == 0 && s->wants_local) open_local(s, clock_monotonic_ns());
    if (rc == 0) rc = worker_start(&s->worker, "weir-http", serve, s, err);
    if (rc == 0)
        *out = s;
    else
        http_server_stop(s);
    return rc;
}

static void interrupt_streams(http_server *s) {
    pthread_mutex_lock(&s->lock);
    for (size_t i = 0; i < LIMIT_HTTP_STREAMS; i++)
        if (s->streams[i] != NULL) tail_interrupt(s->streams[i]);
    pthread_mutex_unlock(&s->lock);
}

void http_server_stop(http_server *s) {
    if (s == NULL) return;
    __atomic_store_n(&s->stopping, 1, __ATOMIC_RELEASE);
    if (s->wake >= 0) server_wake(s);
    interrupt_streams(s);
    worker_join(&s->worker, -1);
    if (s->has_tcp) listener_close(&s->tcp);
    if (s->has_local) listener_close(&s->local);
    for (size_t i = 0; i < LIMIT_HTTP_CONNECTIONS; i++)
        if (s->doors[i].state == DOOR_READING || s->doors[i].state == DOOR_LINGERING) close(s->doors[i].fd);
    if (s->epoll >= 0) close(s->epoll);
    if (s->wake >= 0) close(s->wake);
    pthread_mutex_destroy(&s->lock);
    free(s);
}

/* In a forked child: only descriptors are let go; the memory is the parent's copy. */
void http_server_forked(http_server *s) {
    if (s->tcp.fd >= 0) close(s->tcp.fd);
    if (s->local.fd >= 0) close(s->local.fd);
    for (size_t i = 0; i < LIMIT_HTTP_CONNECTIONS; i++)
        if (s->doors[i].state != DOOR_FREE) close(s->doors[i].fd);
    if (s->epoll >= 0) close(s->epoll);
    if (s->wake >= 0) close(s->wake);
}

int http_server_port(const http_server *s) { return __atomic_load_n(&s->tcp.port, __ATOMIC_ACQUIRE); }

void http_server_address(const http_server *s, char out[64]) {
    struct sockaddr_storage bound = s->tcp.address.socket;
    uint16_t port = htons((uint16_t)http_server_port(s)); /* the configured one may be 0: any */
    if (bound.ss_family == AF_INET6)
        ((struct sockaddr_in6 *)&bound)->sin6_port = port;
    else
        ((struct sockaddr_in *)&bound)->sin_port = port;
    address_show(&bound, out);
}

bool http_server_link(const http_server *s, text *out) {
    char own[64];
    if (http_server_port(s) == 0) return false;
    http_server_address(s, own);
    text_addf(out, "http://%s/#token=%s", own, s->token.digits);
    return !out->failed;
}
