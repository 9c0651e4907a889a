/* form_server.c - the HTTP side of the receivers: one form a connection, as Python's HTTPHandler sends it, by
 * libmicrohttpd driven from outside. A form that finds no room waits, its connection suspended. What a
 * browser sends is refused: any web page could write into the logs otherwise. Thread "weir-recv". */
#include <errno.h>
#include <linux/tcp.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/clock.h"
#include "receiver/receivers_internal.h"

/* Of a connection, for its header block: so long may the URL of a GET be, about. */
#define FORM_MEMORY ((size_t)128 * 1024)

typedef struct form_place {
    int fd; /* -1: free */
    int64_t opened_ns;
    struct sockaddr_storage peer;
    bool settled; /* answered, or counted as late */
} form_place;

typedef struct form {
    char *uri; /* raw */
    text body;
    form_place *at;
    bool begun, suspended, too_large;
    struct MHD_Connection *connection;
    struct form *next; /* suspended ones */
} form;

struct form_server {
    receivers *r;
    struct MHD_Daemon *mhd;
    int epoll;
    form_place places[RECEIVE_FORMS];
    form *suspended;
    bool ending; /* nothing waits any more */
};

/* ---- a request's life ---- */

static form_place *place_of(form_server *f, struct MHD_Connection *link) {
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(link, MHD_CONNECTION_INFO_CONNECTION_FD);
    for (size_t i = 0; info != NULL && i < RECEIVE_FORMS; i++)
        if (f->places[i].fd == info->connect_fd) return &f->places[i];
    return NULL;
}

static void *on_uri(void *arg, const char *uri, struct MHD_Connection *link) {
    form_server *f = arg;
    form *one = calloc(1, sizeof *one);
    if (one == NULL) return NULL;
    one->connection = link;
    one->at = place_of(f, link);
    one->uri = strdup(uri);
    text_init(&one->body, (size_t)f->r->settings.frame);
    return one;
}

static void forget_suspended(form_server *f, const form *one) {
    for (form **at = &f->suspended; *at != NULL; at = &(*at)->next) {
        if (*at != one) continue;
        *at = one->next;
        return;
    }
}

static void on_completed(void *arg, struct MHD_Connection *link, void **state,
                         enum MHD_RequestTerminationCode why) {
    form *one = *state;
    (void)link, (void)why;
    if (one == NULL) return;
    forget_suspended(arg, one);
    text_done(&one->body);
    free(one->uri);
    free(one);
    *state = NULL;
}

/* Has the peer sent anything at all? Who only looked whether the port is open has refused nothing. */
static bool has_sent(int fd) {
    struct tcp_info info = {0};
    socklen_t len = sizeof info;
    return getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) == 0 && info.tcpi_bytes_received > 0;
}

static void on_connection(void *arg, struct MHD_Connection *link, void **state,
                          enum MHD_ConnectionNotificationCode what) {
    form_server *f = arg;
    (void)state;
    form_place *at = what == MHD_CONNECTION_NOTIFY_CLOSED ? place_of(f, link) : NULL;
    if (at == NULL) return;
    if (!at->settled && has_sent(at->fd))
        receive_drop_frame(f->r, DOOR_HTTP, RECEIVE_MALFORMED, &at->peer,
                           "no whole HTTP request with a form");
    at->fd = -1;
    __atomic_sub_fetch(&receiver_counts[DOOR_HTTP].connections, 1, __ATOMIC_RELAXED);
}

/* ---- answers ---- */

static enum MHD_Result answer(form *one, unsigned status, const char *words) {
    struct MHD_Response *response =
        MHD_create_response_from_buffer(strlen(words), (void *)(uintptr_t)words, MHD_RESPMEM_MUST_COPY);
    if (one->at != NULL) one->at->settled = true;
    if (response == NULL) return MHD_NO;
    MHD_add_response_header(response, "Connection", "close");
    MHD_add_response_header(response, "Content-Type", "text/plain; charset=utf-8");
    MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
    enum MHD_Result rc = MHD_queue_response(one->connection, status, response);
    MHD_destroy_response(response);
    return rc;
}

static enum MHD_Result refuse(form_server *f, form *one, unsigned status, receive_drop why,
                              const char *words) {
    receive_drop_frame(f->r, DOOR_HTTP, why, one->at != NULL ? &one->at->peer : NULL, words);
    return answer(one, status, words);
}

static bool has_header(const form *one, const char *name) {
    return MHD_lookup_connection_value(one->connection, MHD_HEADER_KIND, name) != NULL;
}

/* Before the body is read. */
static enum MHD_Result begin(form_server *f, form *one, const char *method) {
    static const char form_type[] = "application/x-www-form-urlencoded";
    bool post = strcmp(method, "POST") == 0;
    one->begun = true;
    if (has_header(one, "Origin") || has_header(one, "Sec-Fetch-Site") || has_header(one, "Referer"))
        return refuse(f, one, 403, RECEIVE_BROWSER, "a web page may not log here\n");
    if (!post && strcmp(method, "GET") != 0)
        return refuse(f, one, 405, RECEIVE_MALFORMED, "a form comes by GET or POST\n");
    if (has_header(one, "Transfer-Encoding"))
        return refuse(f, one, 501, RECEIVE_MALFORMED, "a form comes with its Content-Length\n");
    const char *type = MHD_lookup_connection_value(one->connection, MHD_HEADER_KIND, "Content-Type");
    if (post && (type == NULL || strncasecmp(type, form_type, sizeof form_type - 1) != 0))
        return refuse(f, one, 415, RECEIVE_MALFORMED, "a form is application/x-www-form-urlencoded\n");
    return MHD_YES;
}

static slice frame_of(const form *one, const char *method) {
    const char *mark = strchr(one->uri, '?');
    if (strcmp(method, "GET") != 0) return text_slice(&one->body);
    return mark == NULL ? SLICE_LITERAL("") : slice_of(mark + 1);
}

static enum MHD_Result hand_in_form(form_server *f, form *one, const char *method) {
    slice frame = frame_of(one, method);
    struct sockaddr_storage *peer = one->at != NULL ? &one->at->peer : NULL;
    if (one->too_large || frame.len > (size_t)f->r->settings.frame)
        return refuse(f, one, 413, RECEIVE_TOO_LARGE, "the record is longer than frame allows\n");
    hand_in got = receive_frame(f->r, DOOR_HTTP, frame, peer, !f->ending);
    if (got == HAND_IN_FULL) {
        MHD_suspend_connection(one->connection);
        one->suspended = f->r->full = true;
        one->next = f->suspended;
        f->suspended = one;
        return MHD_YES;
    }
    return got == HANDED_IN ? answer(one, 200, "ok\n")
                            : answer(one, 400, "not taken; the service's log says why\n");
}

static enum MHD_Result on_request(void *arg, struct MHD_Connection *link, const char *url, const char *method,
                                  const char *version, const char *upload, size_t *upload_size,
                                  void **state) {
    form *one = *state;
    (void)link, (void)url, (void)version;
    if (one == NULL || one->uri == NULL) return MHD_NO;
    if (!one->begun) return begin(arg, one, method);
    if (*upload_size == 0) return hand_in_form(arg, one, method);
    text_add(&one->body, upload, *upload_size);
    one->too_large = one->too_large || one->body.failed;
    *upload_size = 0;
    return MHD_YES;
}

/* ---- from the loop ---- */

int form_server_create(receivers *r, form_server **out, weir_error *err) {
    form_server *f = calloc(1, sizeof *f);
    if (f == NULL) return error_set(err, WEIR_ERR_SYSTEM, "no memory for the form server");
    f->r = r;
    for (size_t i = 0; i < RECEIVE_FORMS; i++) f->places[i].fd = -1;
    unsigned flags = MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET | MHD_ALLOW_SUSPEND_RESUME;
    f->mhd = MHD_start_daemon(flags, 0, NULL, NULL, on_request, f, MHD_OPTION_CONNECTION_LIMIT,
                              (unsigned)RECEIVE_FORMS, MHD_OPTION_CONNECTION_MEMORY_LIMIT, FORM_MEMORY,
                              MHD_OPTION_URI_LOG_CALLBACK, on_uri, f, MHD_OPTION_NOTIFY_COMPLETED,
                              on_completed, f, MHD_OPTION_NOTIFY_CONNECTION, on_connection, f,
                              MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1, MHD_OPTION_END);
    const union MHD_DaemonInfo *info =
        f->mhd == NULL ? NULL : MHD_get_daemon_info(f->mhd, MHD_DAEMON_INFO_EPOLL_FD);
    if (info == NULL) {
        form_server_free(f);
        return error_set(err, WEIR_ERR_SYSTEM, "libmicrohttpd cannot be started");
    }
    f->epoll = info->epoll_fd;
    *out = f;
    return 0;
}

void form_server_free(form_server *f) {
    if (f == NULL) return;
    f->ending = true;
    if (f->suspended != NULL) form_server_retry(f); /* libmicrohttpd cannot end while some are suspended */
    if (f->mhd != NULL) MHD_stop_daemon(f->mhd);
    free(f);
}

int form_server_fd(const form_server *f) { return f->epoll; }

int64_t form_server_due(const form_server *f, int64_t now_ns) {
    MHD_UNSIGNED_LONG_LONG ms;
    int64_t next = MHD_get_timeout(f->mhd, &ms) == MHD_YES ? now_ns + (int64_t)ms * 1000000 : 0;
    for (size_t i = 0; i < RECEIVE_FORMS; i++) {
        const form_place *at = &f->places[i];
        int64_t due = at->opened_ns + f->r->settings.deadline_ms * 1000000LL;
        if (at->fd >= 0 && !at->settled && (next == 0 || due < next)) next = due;
    }
    return next;
}

static form_place *free_place(form_server *f) {
    for (size_t i = 0; i < RECEIVE_FORMS; i++)
        if (f->places[i].fd < 0) return &f->places[i];
    return NULL;
}

bool form_server_has_room(const form_server *f) {
    for (size_t i = 0; i < RECEIVE_FORMS; i++)
        if (f->places[i].fd < 0) return true;
    return false;
}

void form_server_accept(form_server *f) {
    form_place *at;
    while ((at = free_place(f)) != NULL) {
        struct sockaddr_storage peer = {.ss_family = AF_UNSPEC};
        int fd = listener_accept(&f->r->listeners[DOOR_HTTP], &peer);
        if (fd < 0) return;
        *at = (form_place){.fd = fd, .opened_ns = clock_monotonic_ns(), .peer = peer};
        receive_count(&receiver_counts[DOOR_HTTP].connections, 1);
        receive_count(&receiver_counts[DOOR_HTTP].connections_total, 1);
        socklen_t len = peer.ss_family == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
        if (MHD_add_connection(f->mhd, fd, (struct sockaddr *)&peer, len) == MHD_YES) continue;
        receive_drop_frame(f->r, DOOR_HTTP, RECEIVE_MEMORY, &peer,
                           "libmicrohttpd does not take the connection");
        if (at->fd >= 0) __atomic_sub_fetch(&receiver_counts[DOOR_HTTP].connections, 1, __ATOMIC_RELAXED);
        at->fd = -1; /* it is closed */
    }
}

/* libmicrohttpd sees the end of what is shut down, and closes it. */
static void end_late(form_server *f, int64_t now_ns) {
    for (size_t i = 0; i < RECEIVE_FORMS; i++) {
        form_place *at = &f->places[i];
        if (at->fd < 0 || at->settled) continue;
        if (f->suspended != NULL) at->opened_ns = now_ns; /* it is we who do not read */
        if (at->opened_ns + f->r->settings.deadline_ms * 1000000LL > now_ns) continue;
        at->settled = true;
        if (has_sent(at->fd))
            receive_drop_frame(f->r, DOOR_HTTP, RECEIVE_LATE, &at->peer,
                               "its record was not whole within the deadline");
        shutdown(at->fd, SHUT_RDWR);
    }
}

void form_server_run(form_server *f) {
    end_late(f, clock_monotonic_ns());
    MHD_run(f->mhd);
}

void form_server_retry(form_server *f) {
    form *all = f->suspended;
    f->suspended = NULL;
    for (form *next; all != NULL; all = next) {
        next = all->next;
        all->next = NULL;
        all->suspended = false;
        MHD_resume_connection(all->connection);
    }
    MHD_run(f->mhd);
}

void form_server_forked(form_server *f) {
    for (size_t i = 0; i < RECEIVE_FORMS; i++)
        if (f->places[i].fd >= 0) close(f->places[i].fd);
    close(f->epoll);
}
