/* peer.h - a socket to one peer: found, connected, lost, and connected again with Python's backoff (1 s,
 * doubling to 30 s, unless told). A writer's thread; every wait ends within 100 ms of *stop. */
#ifndef WEIR_SINK_PEER_H
#define WEIR_SINK_PEER_H

#include "sink/lookup.h"
#include "sink/net_options.h"

#define PEER_CONNECT_MS 1000 /* Python's, for each address */
/* Datagrams get no answer: a name is looked up again this often, as its address may have moved. */
#define PEER_NAME_NS (60 * (int64_t)1000000000)

/* When to try again; shared with sinks that connect by libcurl. */
typedef struct peer_backoff {
    int64_t next_ns, period_ns;
} peer_backoff;
bool peer_backoff_over(const peer_backoff *b);
void peer_backoff_failed(peer_backoff *b, const net_retry *by);
void peer_backoff_done(peer_backoff *b);

typedef struct peer {
    net_options at;
    int fd; /* -1: none */
    bool is_stream;
    lookup *asking;
    lookup_address to; /* datagrams over IP */
    int64_t found_ns;
    peer_backoff backoff;
} peer;

typedef enum peer_status { PEER_READY, PEER_DOWN, PEER_STOPPED } peer_status;

void peer_init(peer *p, const net_options *at);
/* A socket that can be used, or why not (err). PEER_DOWN also while the backoff lasts. */
peer_status peer_open(peer *p, const uint32_t *stop, weir_error *err);
/* After an error: the next peer_open connects anew, at once. */
void peer_drop(peer *p);
/* Has a stream's other end closed? */
bool peer_has_closed(const peer *p);
void peer_done(peer *p);

#endif
