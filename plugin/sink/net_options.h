/* net_options.h - what every sink with a peer elsewhere has in its sink_spec: where the peer is, and the
 * kind's own settings, as the JSON object `options`. Made by handler/net_handler.c, read back here, also by
 * recovery. Secrets (credentials) stand only in `options`, never in `path`, which is shown. */
#ifndef WEIR_SINK_NET_OPTIONS_H
#define WEIR_SINK_NET_OPTIONS_H

#include "sink/sink.h"

/* sun_path less its NUL. */
#define NET_LOCAL_MAX 107

/* How long a peer that is down is left alone: Python's retryStart, retryMax, retryFactor. */
typedef struct net_retry {
    int64_t start_ms, max_ms, factor; /* the factor in thousandths */
} net_retry;
#define NET_RETRY_USUAL ((net_retry){.start_ms = 1000, .max_ms = 30000, .factor = 2000})

typedef struct net_options {
    char host[256]; /* a name, an address, or (port -1) the path of a UNIX socket */
    int port;
    bool stream, datagram; /* both: a UNIX socket of either kind, datagrams first */
    bool ipv4;             /* only */
    bool guarded;          /* pushed: never to link-local addresses */
    bool journal;
    net_retry retry;
    char socket_class[64]; /* the host's handler class whose make_socket makes the socket; "": none */
} net_options;

/* all (may be NULL) gets the whole object; its strings lie in a. */
int net_options_read(const sink_spec *spec, arena *a, net_options *out, value *all, weir_error *err);
/* What makes two of them one target: all but `guarded`. */
void net_options_key(const sink_spec *spec, const value *all, char key_out[128]);

/* "tcp://host:port", as spec.path shows it: sinks whose path says so go to a peer, not to a file. */
bool net_path_is_remote(slice path);
/* Not for pushed configurations: a link-local address in figures, a UNIX socket but the system's log. */
bool net_path_is_guarded(slice path);

#endif
