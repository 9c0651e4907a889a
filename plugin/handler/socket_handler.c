/* socket_handler.c - Python's SocketHandler and DatagramHandler: each record as a pickle of its attributes,
 * behind its length, which Python's own receivers read. Specs on the thread that checks or builds a
 * configuration, encoding on the backend; the sending is sink/net_sink.c. A formatter means nothing to
 * them, as in Python. */
#include "format/asctime.h"
#include "handler/host_handler.h"
#include "handler/net_handler.h"
#include "record/pickle.h"

enum { ARG_HOST, ARG_PORT };

static int read_peer(const handler_args *args, arena *a, net_peer *out, weir_error *err) {
    slice host = args->values[ARG_HOST].str;
    if (!args->given[ARG_PORT]) {
        out->port = -1;
        out->scheme = "unix";
        return net_local_path(args, host, a, &out->host, err);
    }
    out->host = host;
    if (net_check_host(host, "host", err) != 0) return -1;
    return net_check_port(&args->values[ARG_PORT], "port", &out->port, err);
}

static int socket_spec(const handler_args *args, arena *a, sink_spec *out, bool *has_target,
                       weir_error *err) {
    net_peer peer = {.kind = "net", .scheme = "tcp", .stream = true};
    if (read_peer(args, a, &peer, err) != 0 || net_spec(args, &peer, a, out, err) != 0) return -1;
    *has_target = true;
    return 0;
}

/* Python's looks for an IPv4 address only. */
static int datagram_spec(const handler_args *args, arena *a, sink_spec *out, bool *has_target,
                         weir_error *err) {
    net_peer peer = {.kind = "net", .scheme = "udp", .datagram = true, .ipv4 = true};
    if (read_peer(args, a, &peer, err) != 0 || net_spec(args, &peer, a, out, err) != 0) return -1;
    *has_target = true;
    return 0;
}

static int add_pickle(record *rec, text *out, weir_error *err) {
    text when;
    text_init(&when, 0);
    size_t begin = out->len;
    text_add_repeat(out, '\0', sizeof(uint32_t));
    bool dated;
    int rc = asctime_left(rec, &when, &dated, err);
    if (rc == 0) rc = pickle_record(rec, dated ? text_slice(&when) : SLICE_NONE, out, err);
    if (when.failed) out->failed = true;
    text_done(&when);
    if (rc != 0 || out->failed) return rc;
    uint32_t len = __builtin_bswap32((uint32_t)(out->len - begin - sizeof len));
    memcpy(out->data + begin, &len, sizeof len);
    return 0;
}

static int encode(handler *h, record *rec, text *out, weir_error *err) {
    size_t begin = frame_begin(out);
    bool overridden = h->host != NULL && h->host->as->make_pickle != NULL;
    int rc = overridden ? host_object_text(h->host, h->host->as->make_pickle, rec, out, err)
                        : add_pickle(rec, out, err);
    return net_frame_end(out, begin, rc, err);
}

#define PEER_PARAMS                                                                                          \
    {                                                                                                        \
        [ARG_HOST] = {"host", PARAM_STR, true,                                                               \
                      "the receiver; where port is None, the path of a UNIX socket"},                        \
        [ARG_PORT] = {                                                                                       \
            "port",                                                                                          \
            PARAM_ANY,                                                                                       \
            true,                                                                                            \
            "0 to 65535, or None (handlers.DEFAULT_TCP_LOGGING_PORT is 9020, UDP 9021)"                      \
        }                                                                                                    \
    }

const handler_kind socket_handler_kind = {
    .name = "SocketHandler",
    .aliases = {"handlers.SocketHandler", "logging.handlers.SocketHandler"},
    .help = "records, in Python's pickle format, to a TCP or UNIX socket",
    .params = PEER_PARAMS,
    .spec = socket_spec,
    .encode = encode};

const handler_kind datagram_handler_kind = {
    .name = "DatagramHandler",
    .aliases = {"handlers.DatagramHandler", "logging.handlers.DatagramHandler"},
    .help = "records, in Python's pickle format, one to a datagram, by UDP or to a UNIX socket",
    .params = PEER_PARAMS,
    .spec = datagram_spec,
    .encode = encode};
