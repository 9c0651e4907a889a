/* net_handler.h - what the handlers with a peer elsewhere do alike: read an address out of arguments,
 * describe the peer in a sink_spec, frame a payload. */
#ifndef WEIR_HANDLER_NET_HANDLER_H
#define WEIR_HANDLER_NET_HANDLER_H

#include "handler/handler_kinds.h"
#include "sink/frame.h"
#include "sink/net_options.h"

/* (host, port) or a host alone (port stays as it is). what is for the message. */
int net_read_address(const value *v, const char *what, slice *host, int *port, weir_error *err);
/* Names and addresses: not empty, at most 255 bytes, nothing that could change a request or a path. */
int net_check_host(slice host, const char *what, weir_error *err);
int net_check_port(const value *v, const char *what, int *port, weir_error *err);
/* A password that is shown as '***' and was not found again (config/secrets.h) is none. */
int net_check_secret(const handler_args *args, const value *credentials, weir_error *err);
/* A UNIX socket's path: absolute in out (relative to args->base_dir). */
int net_local_path(const handler_args *args, slice path, arena *a, slice *out, weir_error *err);

/* The spec of one peer. scheme "tcp"; more: further members of options, as JSON behind a comma, or "";
 * shown: what follows host and port in the name, or "". */
typedef struct net_peer {
    const char *kind, *scheme;
    slice host;
    int port; /* -1: host is a path */
    bool stream, datagram, ipv4, journal;
    slice shown, more;
} net_peer;
int net_spec(const handler_args *args, const net_peer *peer, arena *a, sink_spec *out, weir_error *err);

/* Ends the frame that began at `begin`, or takes all of it back: rc of the encoding. */
int net_frame_end(text *out, size_t begin, int rc, weir_error *err);

#endif
