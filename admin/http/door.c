/* door.c - a connection until it is handed on: accepted, its header block peeked at (so that libmicrohttpd
 * can read it again), judged by the guard, refused with an answer of our own or handed on. Thread
 * "weir-http", which never blocks here; door_released comes from libmicrohttpd's threads. */
#include <errno.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "admin/http/server_internal.h"

/* One record about wrong tokens a minute. */
#define WRONG_EVERY_NS 60000000000LL

static void set_state(http_server *s, door *d, door_state state) {
    pthread_mutex_lock(&s->lock);
    d->state = state;
    pthread_mutex_unlock(&s->lock);
}

static void close_door(http_server *s, door *d) {
    epoll_ctl(s->epoll, EPOLL_CTL_DEL, d->fd, NULL);
    close(d->fd);
    set_state(s, d, DOOR_FREE);
}

size_t door_count(http_server *s, bool local_too) {
    size_t count = 0;
    pthread_mutex_lock(&s->lock);
    for (size_t i = 0; i < LIMIT_HTTP_CONNECTIONS; i++)
        if (s->doors[i].state != DOOR_FREE && (local_too || !s->doors[i].local)) count++;
    pthread_mutex_unlock(&s->lock);
    return count;
}

void door_released(http_server *s, int fd) {
    pthread_mutex_lock(&s->lock);
    for (size_t i = 0; i < LIMIT_HTTP_CONNECTIONS; i++)
        if (s->doors[i].state == DOOR_HANDED && s->doors[i].fd == fd) s->doors[i].state = DOOR_FREE;
    pthread_mutex_unlock(&s->lock);
    server_wake(s);
}

/* ---- refusing ---- */

/* What comes after a refusal is read and thrown away, a bounded amount a turn, until the client ends. */
static void linger(http_server *s, door *d) {
    for (int i = 0; i < 64; i++) {
        ssize_t n = recv(d->fd, s->head, sizeof s->head, 0);
        if (n > 0) continue;
        if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
        close_door(s, d);
        return;
    }
    close_door(s, d); /* a megabyte after a refusal: it is not listening */
}

static void write_refusal(const guard_verdict *why, bool no_body, text *out) {
    text body;
    json_writer w;
    text_init(&body, 0);
    json_writer_init(&w, &body);
    json_begin_object(&w);
    json_key(&w, "type");
    json_cstr(&w, "about:blank");
    json_key(&w, "title");
    json_cstr(&w, guard_reason(why->status));
    json_key(&w, "status");
    json_int(&w, why->status);
    json_key(&w, "detail");
    json_cstr(&w, why->detail);
    json_end(&w);
    text_add_char(&body, '\n');
    text_addf(out, "HTTP/1.1 %d %s\r\n", why->status, guard_reason(why->status));
    for (const fixed_header *h = fixed_headers; h->name != NULL; h++)
        text_addf(out, "%s: %s\r\n", h->name, h->content);
    text_addf(out,
              "Cache-Control: no-store\r\nContent-Type: application/problem+json\r\nContent-Length: %zu\r\n",
              body.len);
    if (why->allow != NULL) text_addf(out, "Allow: %s\r\n", why->allow);
    if (why->status == 401) text_add_cstr(out, "WWW-Authenticate: Bearer realm=\"weir\"\r\n");
    if (why->status == 429) text_add_cstr(out, "Retry-After: 1\r\n");
    text_add_cstr(out, "\r\n");
    if (!no_body) text_add_slice(out, text_slice(&body));
    if (body.failed) out->failed = true;
    text_done(&body);
}

/* The answer is a kilobyte: an empty send buffer takes it whole, and what it does not take is not sent. */
static void refuse(http_server *s, door *d, const guard_verdict *why, bool no_body) {
    text out;
    text_init(&out, 0);
    write_refusal(why, no_body, &out);
    ssize_t sent = out.failed ? -1 : send(d->fd, out.data, out.len, MSG_NOSIGNAL | MSG_DONTWAIT);
    text_done(&out);
    if (sent < 0) {
        close_door(s, d);
        return;
    }
    shutdown(d->fd, SHUT_WR);
    set_state(s, d, DOOR_LINGERING);
    d->deadline_ns = clock_monotonic_ns() + HTTP_LINGER_MS * 1000000LL;
    linger(s, d);
}

/* ---- judging ---- */

static guard_token check_token(const http_server *s, const door *d, const guard_request *r) {
    if (d->local) return TOKEN_RIGHT;
    slice given = guard_bearer(r->authorization);
    if (given.len == 0) return TOKEN_ABSENT;
    return token_equal(&s->token, given) ? TOKEN_RIGHT : TOKEN_WRONG;
}

static void tell_wrong(http_server *s, const door *d, guard_verdict *why) {
    int64_t now = clock_monotonic_ns();
    if (!token_failed(&s->token, now))
        *why = (guard_verdict){.status = 429, .detail = "too many wrong tokens; wait a second"};
    if (s->wrong_told_ns != 0 && now - s->wrong_told_ns < WRONG_EVERY_NS) return;
    s->wrong_told_ns = now;
    control_note(s->control, &(requester){"http", d->who}, "refused: a wrong token (%llu so far)",
                 (unsigned long long)s->token.wrong);
}

static void hand_on(http_server *s, door *d) {
    struct sockaddr_storage peer;
    socklen_t len = sizeof peer;
    memset(&peer, 0, sizeof peer);
    getpeername(d->fd, (struct sockaddr *)&peer, &len);
    epoll_ctl(s->epoll, EPOLL_CTL_DEL, d->fd, NULL);
    d->looked_ns = clock_monotonic_ns();
    set_state(s, d, DOOR_HANDED);
    if (s->mhd == NULL) {
        close(d->fd);
        set_state(s, d, DOOR_FREE);
    } else if (MHD_add_connection(s->mhd, d->fd, (struct sockaddr *)&peer, len) != MHD_YES) {
        set_state(s, d, DOOR_FREE); /* it has closed the descriptor */
    }
}

static void judge(http_server *s, door *d, size_t len, bool hangup) {
    guard_request r;
    guard_verdict why = {0};
    const endpoint *to = NULL;
    guard_result got = guard_parse(s->head, len, &r, &why);
    if (got == GUARD_MORE && hangup) {
        close_door(s, d); /* it ended in the middle: nobody waits for an answer */
        return;
    }
    if (got == GUARD_MORE) return;
    char own[64];
    http_server_address(s, own);
    guard_rules rules = {.local = d->local, .port = s->tcp.port, .own = own, .hosts = s->hosts};
    guard_token given = got == GUARD_OK ? check_token(s, d, &r) : TOKEN_ABSENT;
    if (got == GUARD_OK) got = guard_check(&r, &rules, given, &to, &why);
    if (got != GUARD_OK && why.status == 401 && given == TOKEN_WRONG) tell_wrong(s, d, &why);
    if (got == GUARD_OK)
        hand_on(s, d);
    else
        refuse(s, d, &why, r.method.data != NULL && slice_is(r.method, "HEAD"));
}

void door_step(http_server *s, door *d, bool hangup) {
    if (d->state == DOOR_LINGERING) {
        linger(s, d);
        return;
    }
    ssize_t n = recv(d->fd, s->head, sizeof s->head, MSG_PEEK | MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (n <= 0)
        close_door(s, d);
    else
        judge(s, d, (size_t)n, hangup);
}

void door_expire(http_server *s, door *d) {
    guard_verdict why = {.status = 408, .detail = "the header block was not complete after 10 s"};
    if (d->state == DOOR_LINGERING)
        close_door(s, d);
    else if (d->state == DOOR_READING)
        refuse(s, d, &why, false);
}

/* ---- accepting ---- */

/* On the local socket: the same user and root, nobody else (as nobody else could use the file anyway). */
static bool welcome(door *d, const struct sockaddr_storage *peer) {
    uid_t uid = (uid_t)-1;
    if (!d->local) {
        address_show(peer, d->who);
        return true;
    }
    return listener_peer(d->fd, &uid, d->who) && (uid == geteuid() || uid == 0);
}

static door *free_door(http_server *s) {
    for (size_t i = 0; i < LIMIT_HTTP_CONNECTIONS; i++)
        if (s->doors[i].state == DOOR_FREE) return &s->doors[i];
    return NULL;
}

/* A descriptor that the kernel gives anew was closed by whoever had it. */
static void let_go_of(http_server *s, int fd) {
    pthread_mutex_lock(&s->lock);
    for (size_t i = 0; i < LIMIT_HTTP_CONNECTIONS; i++)
        if (s->doors[i].state == DOOR_HANDED && s->doors[i].fd == fd) s->doors[i].state = DOOR_FREE;
    pthread_mutex_unlock(&s->lock);
}

static uint64_t socket_of(int fd) {
    struct stat st;
    return fstat(fd, &st) == 0 ? (uint64_t)st.st_ino : 0;
}

int64_t door_look(http_server *s, door *d, int64_t now) {
    if (d->looked_ns + HTTP_LOOK_NS > now) return d->looked_ns + HTTP_LOOK_NS;
    d->looked_ns = now;
    pthread_mutex_lock(&s->lock);
    if (d->state == DOOR_HANDED && socket_of(d->fd) != d->socket) d->state = DOOR_FREE;
    pthread_mutex_unlock(&s->lock);
    return now + HTTP_LOOK_NS;
}

void door_accept(http_server *s, listener *from, bool local) {
    size_t limit = LIMIT_HTTP_CONNECTIONS - (local ? 0 : HTTP_LOCAL_RESERVE);
    struct sockaddr_storage peer;
    for (size_t used = door_count(s, local); used < limit; used++) {
        pthread_mutex_lock(&s->lock);
        door *d = free_door(s);
        pthread_mutex_unlock(&s->lock);
        int fd = d == NULL ? -1 : listener_accept(from, &peer);
        if (fd < 0) return;
        let_go_of(s, fd);
        door opened = {.state = DOOR_READING, .fd = fd, .socket = socket_of(fd), .local = local};
        opened.deadline_ns = clock_monotonic_ns() + LIMIT_HTTP_DEADLINE_MS * 1000000LL;
        struct epoll_event event = {.events = EPOLLIN | EPOLLRDHUP | EPOLLET};
        event.data.u64 = 16 + (uint64_t)(d - s->doors);
        if (!welcome(&opened, &peer) || epoll_ctl(s->epoll, EPOLL_CTL_ADD, fd, &event) != 0) {
            close(fd);
            continue;
        }
        pthread_mutex_lock(&s->lock);
        *d = opened;
        pthread_mutex_unlock(&s->lock);
        door_step(s, d, false); /* the request is often there already */
    }
}
