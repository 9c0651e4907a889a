/* handle.c - between libmicrohttpd and the endpoints: gathers the body within its bounds, calls the row of
 * routes.c, sends the answer with the headers that all answers carry. Runs on the thread that
 * libmicrohttpd gave the connection, which ends with its one request. */
#include <stdlib.h>

#include "admin/http/server_internal.h"

/* Threads that build configurations and search histories. */
#define HANDLE_STACK ((size_t)1024 * 1024)
/* Of a connection: the header block twice (as read, as parsed) and the answer's headers. */
#define HANDLE_MEMORY ((size_t)4 * LIMIT_HTTP_HEADERS)

/* ---- a request's life ---- */

static void request_free(http_request *r) {
    text_done(&r->body);
    text_done(&r->out);
    arena_done(&r->memory);
    free(r->target);
    free(r);
}

/* What the thread "weir-http" knew of the connection. */
static void take_door(http_request *r) {
    http_server *s = r->server;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(r->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    int fd = info != NULL ? info->connect_fd : -1;
    pthread_mutex_lock(&s->lock);
    for (size_t i = 0; i < LIMIT_HTTP_CONNECTIONS; i++) {
        const door *d = &s->doors[i];
        if (d->state != DOOR_HANDED || d->fd != fd) continue;
        r->local = d->local;
        r->deadline_ns = d->deadline_ns;
        memcpy(r->who, d->who, sizeof r->who);
    }
    pthread_mutex_unlock(&s->lock);
}

/* The URL as it was sent: libmicrohttpd decodes it before it can be split into segments. */
static void *on_uri(void *arg, const char *uri, struct MHD_Connection *connection) {
    http_request *r = calloc(1, sizeof *r);
    if (r == NULL) return NULL;
    r->server = arg;
    r->control = r->server->control;
    r->connection = connection;
    r->target = strdup(uri);
    arena_init(&r->memory, 0);
    text_init(&r->out, 0);
    if (r->target == NULL) {
        request_free(r);
        return NULL;
    }
    const char *mark = strchr(r->target, '?');
    r->path = slice_make(r->target, mark == NULL ? strlen(r->target) : (size_t)(mark - r->target));
    r->query = mark == NULL ? SLICE_NONE : slice_of(mark + 1);
    take_door(r);
    return r;
}

static void on_completed(void *arg, struct MHD_Connection *connection, void **state,
                         enum MHD_RequestTerminationCode why) {
    (void)arg, (void)connection, (void)why;
    if (*state != NULL) request_free(*state);
    *state = NULL;
}

static void on_connection(void *arg, struct MHD_Connection *connection, void **state,
                          enum MHD_ConnectionNotificationCode what) {
    (void)state;
    if (what != MHD_CONNECTION_NOTIFY_CLOSED) return;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    if (info != NULL) door_released(arg, info->connect_fd);
}

/* ---- answering ---- */

static void add_headers(const http_request *r, struct MHD_Response *response) {
    for (const fixed_header *h = fixed_headers; h->name != NULL; h++)
        MHD_add_response_header(response, h->name, h->content);
    if (MHD_get_response_header(response, "Cache-Control") == NULL)
        MHD_add_response_header(response, "Cache-Control", "no-store");
    if (r->type != NULL) MHD_add_response_header(response, "Content-Type", r->type);
}

static enum MHD_Result send_answer(http_request *r) {
    if (r->response == NULL) {
        if (r->out.failed) answer_problem(r, 500, "no memory for the answer");
        if (r->out.failed) return MHD_NO;
        if (r->type != NULL && strstr(r->type, "json") != NULL) text_add_char(&r->out, '\n');
        size_t len = r->out.len;
        char *bytes = text_take(&r->out);
        if (bytes == NULL) bytes = calloc(1, 1);
        if (bytes == NULL) return MHD_NO;
        r->response = MHD_create_response_from_buffer(len, bytes, MHD_RESPMEM_MUST_FREE);
        if (r->response == NULL) free(bytes);
    }
    if (r->response == NULL) return MHD_NO;
    add_headers(r, r->response);
    enum MHD_Result rc = MHD_queue_response(r->connection, (unsigned)r->status, r->response);
    MHD_destroy_response(r->response);
    r->response = NULL;
    return rc;
}

/* The first call of a request, before its body. The guard let it pass, so the row is there. */
static enum MHD_Result begin(http_request *r, const char *method) {
    const char *allow;
    r->begun = true;
    r->head = strcmp(method, "HEAD") == 0;
    r->route = routes_find(slice_of(method), r->path, &allow);
    if (r->route == NULL) return MHD_NO;
    text_init(&r->body, (r->route->flags & ROUTE_LARGE) != 0 ? ROUTE_LARGE_BODY : LIMIT_HTTP_BODY);
    return MHD_YES;
}

static enum MHD_Result on_request(void *arg, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *upload,
                                  size_t *upload_size, void **state) {
    http_request *r = *state;
    (void)arg, (void)connection, (void)url, (void)version;
    if (r == NULL) return MHD_NO;
    if (!r->begun) return begin(r, method);
    if (*upload_size > 0) {
        text_add(&r->body, upload, *upload_size);
        *upload_size = 0;
        return r->body.failed || clock_monotonic_ns() > r->deadline_ns ? MHD_NO : MHD_YES;
    }
    if (request_prepare(r)) r->route->handle(r);
    return send_answer(r);
}

struct MHD_Daemon *handle_start(http_server *s) {
    unsigned flags =
        MHD_USE_POLL_INTERNAL_THREAD | MHD_USE_THREAD_PER_CONNECTION | MHD_USE_NO_LISTEN_SOCKET | MHD_USE_ITC;
    return MHD_start_daemon(flags, 0, NULL, NULL, on_request, s, MHD_OPTION_CONNECTION_TIMEOUT,
                            (unsigned)(LIMIT_HTTP_DEADLINE_MS / 1000), MHD_OPTION_CONNECTION_LIMIT,
                            (unsigned)HTTP_LIBRARY_CONNECTIONS, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
                            HANDLE_MEMORY, MHD_OPTION_THREAD_STACK_SIZE, HANDLE_STACK,
                            MHD_OPTION_URI_LOG_CALLBACK, on_uri, s, MHD_OPTION_NOTIFY_COMPLETED, on_completed,
                            s, MHD_OPTION_NOTIFY_CONNECTION, on_connection, s,
                            MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1, MHD_OPTION_END);
}
