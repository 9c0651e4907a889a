/* api_tail.c - the event stream: records as they come. The connection's own thread waits in the recent
 * records and writes; a client that does not read holds up this thread, and nothing else. One record is
 * one `data:` line of JSON, so no byte of a message can end an event. */
#include <stdlib.h>
#include <sys/socket.h>

#include "admin/http/endpoints.h"
#include "admin/http/record_args.h"

/* Silence is broken by a comment, well within the 10 s after which libmicrohttpd calls a connection idle. */
#define PING_NS 5000000000LL
/* So often a waiting stream looks whether its client is still there. */
#define LOOK_MS 1000
#define STREAM_BLOCK ((size_t)32 * 1024)

typedef struct stream {
    http_server *server;
    tail *tail;
    size_t place; /* in server->streams */
    int fd;
    text out; /* what is to be sent; from sent on */
    size_t sent;
    text rows; /* of one batch: a gap is told before them */
    int64_t sent_ns;
    bool ended;
} stream;

static int put_row(void *arg, const row *found) {
    stream *st = arg;
    json_writer w;
    text_addf(&st->rows, "id: %llu\ndata: ", (unsigned long long)found->id);
    json_writer_init(&w, &st->rows);
    row_json(found, &w);
    text_add_cstr(&st->rows, "\n\n");
    return 0;
}

/* One wait, or one batch. */
static void fill(stream *st) {
    uint64_t gap = 0;
    text_clear(&st->rows);
    if (tail_next(st->tail, LOOK_MS, put_row, st, &gap) != 0) {
        text_add_cstr(&st->out, "event: end\ndata: {\"reason\":\"stopping\"}\n\n");
        st->ended = true;
        return;
    }
    if (gap > 0) text_addf(&st->out, "event: gap\ndata: {\"count\":%llu}\n\n", (unsigned long long)gap);
    if (st->rows.failed)
        text_add_cstr(&st->out, "event: gap\ndata: {\"count\":null}\n\n"); /* no memory for them */
    else
        text_add_slice(&st->out, text_slice(&st->rows));
    if (st->out.len == 0 && clock_monotonic_ns() - st->sent_ns > PING_NS)
        text_add_cstr(&st->out, ": ping\n\n");
}

static bool client_left(const stream *st) {
    char byte;
    return recv(st->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

static ssize_t on_read(void *arg, uint64_t position, char *to, size_t max) {
    stream *st = arg;
    (void)position;
    if (st->sent == st->out.len) {
        text_clear(&st->out);
        st->sent = 0;
    }
    while (st->out.len == 0) {
        if (st->ended) return MHD_CONTENT_READER_END_OF_STREAM;
        if (client_left(st) || st->out.failed) return MHD_CONTENT_READER_END_WITH_ERROR;
        fill(st);
    }
    size_t n = st->out.len - st->sent < max ? st->out.len - st->sent : max;
    memcpy(to, st->out.data + st->sent, n);
    st->sent += n;
    st->sent_ns = clock_monotonic_ns();
    return (ssize_t)n;
}

static void stream_free(void *arg) {
    stream *st = arg;
    http_server *s = st->server;
    pthread_mutex_lock(&s->lock);
    if (st->place < LIMIT_HTTP_STREAMS) s->streams[st->place] = NULL;
    pthread_mutex_unlock(&s->lock);
    tail_free(st->tail);
    text_done(&st->out);
    text_done(&st->rows);
    free(st);
}

/* Its place among the streams, so that stop can interrupt it; false: all are taken, or Weir stops. */
static bool take_place(stream *st) {
    http_server *s = st->server;
    pthread_mutex_lock(&s->lock);
    st->place = LIMIT_HTTP_STREAMS;
    for (size_t i = 0; i < LIMIT_HTTP_STREAMS && st->place == LIMIT_HTTP_STREAMS; i++)
        if (s->streams[i] == NULL) st->place = i;
    if (st->place < LIMIT_HTTP_STREAMS) s->streams[st->place] = st->tail;
    bool stopping = __atomic_load_n(&s->stopping, __ATOMIC_ACQUIRE) != 0;
    pthread_mutex_unlock(&s->lock);
    if (stopping) tail_interrupt(st->tail);
    return st->place < LIMIT_HTTP_STREAMS;
}

static stream *stream_create(http_request *r, const record_query *q, weir_error *err) {
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(r->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    stream *st = calloc(1, sizeof *st);
    if (st == NULL) {
        error_set(err, WEIR_ERR_SYSTEM, "no memory");
        return NULL;
    }
    st->server = r->server;
    st->fd = info != NULL ? info->connect_fd : -1;
    st->place = LIMIT_HTTP_STREAMS;
    st->sent_ns = clock_monotonic_ns();
    text_init(&st->out, 0);
    text_init(&st->rows, 0);
    st->tail = tail_create(r->control, q, err);
    if (st->tail != NULL) return st;
    stream_free(st);
    return NULL;
}

/* Where to go on: the header that an event source sends, or the argument. false: answered. */
static bool read_last_id(http_request *r, bool *given, uint64_t *id) {
    const char *header = MHD_lookup_connection_value(r->connection, MHD_HEADER_KIND, "Last-Event-ID");
    slice last = header != NULL && header[0] != '\0' ? slice_of(header) : request_arg(r, "last_id");
    *given = last.data != NULL;
    if (!*given || request_parse_u64(last, id)) return true;
    answer_problem(r, 400, "'%.*s' is no record's id", (int)(last.len > 100 ? 100 : last.len), last.data);
    return false;
}

static void answer_stream(http_request *r, stream *st) {
    r->response = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, STREAM_BLOCK, on_read, st, stream_free);
    if (r->response == NULL) {
        stream_free(st);
        answer_problem(r, 500, "no memory");
        return;
    }
    r->status = 200;
    r->type = "text/event-stream";
    MHD_add_response_header(r->response, "X-Accel-Buffering", "no");
}

void endpoint_tail(http_request *r) {
    static const char *const args[] = {"level", "logger", "q", "field.", "last_id", NULL};
    record_query q;
    weir_error err;
    bool resume;
    uint64_t last_id = 0;
    if (!request_only(r, args) || !record_args(r, &q) || !read_last_id(r, &resume, &last_id)) return;
    if (r->head) { /* of a stream libmicrohttpd would send the end of its chunks */
        r->status = 200;
        r->type = "text/event-stream";
        return;
    }
    stream *st = stream_create(r, &q, &err);
    if (st == NULL) {
        answer_error(r, &err);
        return;
    }
    if (!take_place(st)) {
        stream_free(st);
        answer_problem(r, 503, "%d event streams are open already", LIMIT_HTTP_STREAMS);
        return;
    }
    text_add_cstr(&st->out, ": weir\n\n");
    if (resume && !tail_resume(st->tail, last_id))
        text_add_cstr(&st->out, "event: gap\ndata: {\"count\":null}\n\n");
    answer_stream(r, st);
}
