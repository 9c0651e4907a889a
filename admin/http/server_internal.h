/* server_internal.h - what the files of the HTTP server share. A connection ("door") is accepted and its
 * header block peeked at by thread "weir-http"; once it is handed to libmicrohttpd its own thread reads
 * the body and answers, and the door is free again when libmicrohttpd has closed it. */
#ifndef WEIR_ADMIN_SERVER_INTERNAL_H
#define WEIR_ADMIN_SERVER_INTERNAL_H

#include <microhttpd.h>
#include <pthread.h>

#include "admin/http/guard.h"
#include "admin/http/http.h"
#include "admin/http/token.h"
#include "base/worker.h"
#include "listen/listener.h"

/* Doors that TCP cannot take: a page that floods us must not lock out `weir` on the local socket. */
#define HTTP_LOCAL_RESERVE 8
/* After a refusal a client has so long to see it; closing at once would reset it away. */
#define HTTP_LINGER_MS 1000
/* A connection that was handed on and is not back is looked at this often. */
#define HTTP_LOOK_NS 1000000000LL
/* libmicrohttpd, when it could not be started, and the local socket are tried again this often. */
#define HTTP_AGAIN_NS 1000000000LL
/* Doors are what bounds connections; libmicrohttpd counts one until its thread is joined, a little longer. */
#define HTTP_LIBRARY_CONNECTIONS (2 * LIMIT_HTTP_CONNECTIONS)
/* At the end, so long may event streams take to say so. */
#define HTTP_FAREWELL_MS 300

typedef enum door_state { DOOR_FREE, DOOR_READING, DOOR_LINGERING, DOOR_HANDED } door_state;
typedef struct door {
    door_state state; /* under lock */
    int fd;
    uint64_t socket; /* its inode, by which a handed descriptor is known to be open still */
    bool local;
    char who[64];
    int64_t deadline_ns; /* for the whole request, body included */
    int64_t looked_ns;   /* of one that was handed on: when last seen to be open */
} door;

struct http_server {
    control *control;
    bool has_tcp; /* atomic: set once tcp is initialised; by thread weir-http when it is late */
    bool has_local;
    bool wants_local; /* thread weir-http: its address could not be made yet, see local_ns */
    int64_t local_ns;
    uint32_t late; /* atomic: 1 when late_tcp is to be opened */
    listen_address late_tcp;
    listener tcp, local;
    enum armed { ARMED_NOT, ARMED_IDLE, ARMED_ACCEPT } armed[2]; /* in the epoll set: tcp, local */
    char hosts[1024];
    token token;
    int64_t wrong_told_ns; /* when wrong tokens were last told of */
    worker worker;
    int wake, epoll;
    uint32_t stopping;      /* atomic */
    struct MHD_Daemon *mhd; /* NULL: not started yet, see library_ns */
    int64_t library_ns;     /* when to try to start it */
    pthread_mutex_t lock;   /* doors' states, streams */
    door doors[LIMIT_HTTP_CONNECTIONS];
    tail *streams[LIMIT_HTTP_STREAMS];
    char head[LIMIT_HTTP_HEADERS + 1]; /* thread weir-http */
};

void server_wake(http_server *s);

/* ---- door.c: thread weir-http ---- */
void door_accept(http_server *s, listener *from, bool local);
/* Something came, or the peer ended (hangup). */
void door_step(http_server *s, door *d, bool hangup);
void door_expire(http_server *s, door *d);
/* libmicrohttpd closes without a word what it has no memory for: frees such a door, of one that was handed on
 * and is gone. Returns when to look again. */
int64_t door_look(http_server *s, door *d, int64_t now);
/* How many are in use. */
size_t door_count(http_server *s, bool local_too);
/* libmicrohttpd is about to close that descriptor: any thread. */
void door_released(http_server *s, int fd);

/* ---- handle.c ---- */
struct MHD_Daemon *handle_start(http_server *s);

/* ---- headers.c: what every answer carries ---- */
typedef struct fixed_header {
    const char *name, *content;
} fixed_header;
extern const fixed_header fixed_headers[]; /* name NULL ends it */

/* ---- request.c: what endpoints use ---- */
#define HTTP_ARGS 64
typedef struct http_arg {
    slice key, val;
} http_arg;

struct http_request {
    http_server *server;
    control *control;
    struct MHD_Connection *connection;
    const endpoint *route;
    char *target; /* raw */
    slice path, query;
    bool begun, local, head; /* head: only the headers are asked for */
    char who[64];
    int64_t deadline_ns;
    arena memory;
    slice params[ROUTE_PARAMS]; /* decoded */
    http_arg args[HTTP_ARGS];   /* decoded */
    size_t arg_count;
    text body;
    value json;
    /* the answer: a text, or a response made by the endpoint */
    int status;
    const char *type;
    text out;
    json_writer writer; /* on out */
    struct MHD_Response *response;
};

/* Decodes parameters, arguments and the body; answers 400 itself and returns false when that fails. */
bool request_prepare(http_request *r);
requester request_by(const http_request *r);
/* Refuses arguments that are not in names (NULL ends them). */
bool request_only(http_request *r, const char *const *names);
slice request_arg(const http_request *r, const char *key); /* SLICE_NONE: not given */
/* A decimal within bounds; initial when not given. false: answered. */
bool request_number(http_request *r, const char *key, uint64_t min, uint64_t max, uint64_t initial,
                    uint64_t *out);
bool request_parse_u64(slice in, uint64_t *out);

typedef enum body_type { BODY_STR, BODY_INT, BODY_BOOL, BODY_STR_OR_INT, BODY_STR_OR_NULL } body_type;
typedef struct body_field {
    const char *key;
    body_type type;
    bool required;
    const value *found; /* NULL: not given */
} body_field;
/* The body is an object of these keys only. false: answered. */
bool request_fields(http_request *r, body_field *fields, size_t count);

void answer_problem(http_request *r, int status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* By the error's code. */
void answer_error(http_request *r, const weir_error *err);
/* A problem with more keys: begin, add keys to r->writer, json_end. */
void answer_problem_begin(http_request *r, int status, const char *detail);
/* 200 with JSON: write to r->writer. */
void answer_json(http_request *r);

#endif
