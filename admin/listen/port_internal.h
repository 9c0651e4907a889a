/* port_internal.h - what the config port's files share: a connection and its states. Thread "weir-port". */
#ifndef WEIR_ADMIN_PORT_INTERNAL_H
#define WEIR_ADMIN_PORT_INTERNAL_H

#include "admin/listen/listen.h"
#include "base/worker.h"
#include "listen/listener.h"

/* After the answer: so long may a client take to see it and close, and its unread bytes are thrown away;
 * closing at once would reset the connection and the answer with it. */
#define PORT_LINGER_MS 1000
/* When all places are taken, whoever has been sending for so long makes room for the next. */
#define PORT_PATIENCE_MS 250

typedef enum port_state {
    PORT_FREE,
    PORT_READING,   /* the length, then the text */
    PORT_READY,     /* the whole message is there */
    PORT_ANSWERING, /* what the socket did not take yet */
    PORT_LINGERING  /* answered, waiting for the client's end */
} port_state;

typedef struct port_connection {
    port_state state;
    int fd;
    uint64_t number; /* in the order of accept */
    int64_t started_ns, deadline_ns;
    char who[64];
    unsigned char head[4];
    size_t got; /* of head and text together */
    uint32_t length;
    char *body;
    text answer;
    size_t sent;
} port_connection;

struct port_server {
    control *control;
    listener listener;
    weir_verify verify;
    worker worker;
    int wake;          /* eventfd: stop */
    uint32_t stopping; /* atomic */
    uint64_t accepted;
    port_connection connections[LIMIT_PORT_CONNECTIONS];
};

/* ---- port_connection.c ---- */
void port_client_open(port_connection *p, int fd, uint64_t number, const char *who, int64_t now_ns);
void port_client_close(port_connection *p);
/* Another one takes its place: who has not been answered yet is told so, as far as the socket takes it. */
void port_client_make_room(port_connection *p);
/* The socket can be read or written: moves on as far as it goes. */
void port_client_step(port_connection *p, int64_t now_ns);
/* Gives the answer, sends what the socket takes, and lingers or goes on sending. */
void port_client_answer(port_connection *p, int64_t now_ns);
/* poll's events for its state. */
short port_client_events(const port_connection *p);

/* ---- port_apply.c ---- */
/* Applies what is complete. Of several, the newest first: those it replaces are told so. */
void port_apply(port_server *s);

#endif
