/* socket_handler.c - Python's SocketHandler and DatagramHandler: each record as a pickle of its attributes,
 * behind its length, which Python's own receivers read. Specs on the thread that checks or builds a
 * configuration, encoding on the backend; the sending is sink/net_sink.c. A formatter means nothing to
 * them, as in Python. */
#include "format/asctime.h"
#include "handler/host_handler.h"
#include "handler/net_handler.h"
#include "record/pickle.h"

enum { ARG_HOST, ARG_PORT, ARG_CLOSE_ON_ERROR, ARG_RETRY_START, ARG_RETRY_MAX, ARG_RETRY_FACTOR };

/* A day: longer is a mistake. */
#define RETRY_MAX_SECONDS 86400
#define RETRY_FACTOR_MAX 1000

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

/* ---- retryStart, retryMax, retryFactor ---- */

static const struct {
    size_t index;
    const char *key;
    double most;
} retries[] = {{ARG_RETRY_START, "retry_start_ms", RETRY_MAX_SECONDS},
               {ARG_RETRY_MAX, "retry_max_ms", RETRY_MAX_SECONDS},
               {ARG_RETRY_FACTOR, "retry_factor", RETRY_FACTOR_MAX}};
#define RETRY_COUNT (sizeof retries / sizeof retries[0])

static int peer_check(const handler_args *args, weir_error *err) {
    for (size_t i = 0; i < RETRY_COUNT; i++) {
        double given = args->given[retries[i].index] ? args->values[retries[i].index].f64 : 0;
        if (given >= 0 && given <= retries[i].most) continue;
        return error_set(err, WEIR_ERR_INVALID, "%s is not between 0 and %d",
                         args->kind->params[retries[i].index].name, (int)retries[i].most);
    }
    return 0;
}

/* Those that are given, as members of the options. NULL: no memory. */
static slice retry_options(const handler_args *args, arena *a) {
    text out;
    text_init(&out, 0);
    for (size_t i = 0; i < RETRY_COUNT; i++)
        if (args->given[retries[i].index])
            text_addf(&out, ",\"%s\":%lld", retries[i].key,
                      (long long)(args->values[retries[i].index].f64 * 1000));
    slice kept = out.failed ? SLICE_NONE : arena_copy(a, text_slice(&out));
    text_done(&out);
    return kept;
}

static int make_spec(const handler_args *args, net_peer *peer, arena *a, sink_spec *out, bool *has_target,
                     weir_error *err) {
    peer->more = retry_options(args, a);
    if (peer->more.data == NULL) return error_set(err, WEIR_ERR_SYSTEM, "no memory");
    if (read_peer(args, a, peer, err) != 0 || net_spec(args, peer, a, out, err) != 0) return -1;
    *has_target = true;
    return 0;
}

static int socket_spec(const handler_args *args, arena *a, sink_spec *out, bool *has_target,
                       weir_error *err) {
    net_peer peer = {.kind = "net", .scheme = "tcp", .stream = true};
    return make_spec(args, &peer, a, out, has_target, err);
}

/* Python's looks for an IPv4 address only. */
static int datagram_spec(const handler_args *args, arena *a, sink_spec *out, bool *has_target,
                         weir_error *err) {
    net_peer peer = {.kind = "net", .scheme = "udp", .datagram = true, .ipv4 = true};
    return make_spec(args, &peer, a, out, has_target, err);
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
        [ARG_HOST] = {"host", PARAM_STR, PARAM_REQUIRED,                                                     \
                      "the receiver; where port is None, the path of a UNIX socket"},                        \
        [ARG_PORT] = {"port", PARAM_ANY, PARAM_REQUIRED,                                                     \
                      "0 to 65535, or None (handlers.DEFAULT_TCP_LOGGING_PORT is 9020, UDP 9021)"},          \
        [ARG_CLOSE_ON_ERROR] =                                                                               \
            {"closeOnError", PARAM_BOOL, PARAM_ATTRIBUTE,                                                    \
             "taken for Python's sake: a record that has no pickle closes no connection"},                   \
        [ARG_RETRY_START] = {"retryStart", PARAM_FLOAT, PARAM_ATTRIBUTE,                                     \
                             "seconds for which a peer that is down is left alone at first (in Python an "   \
                             "attribute); default 1"},                                                       \
        [ARG_RETRY_MAX] = {"retryMax", PARAM_FLOAT, PARAM_ATTRIBUTE, "seconds at most; default 30"},         \
        [ARG_RETRY_FACTOR] = {                                                                               \
            "retryFactor",                                                                                   \
            PARAM_FLOAT,                                                                                     \
            PARAM_ATTRIBUTE,                                                                                 \
            "so many times longer each time; default 2"                                                      \
        }                                                                                                    \
    }

const handler_kind socket_handler_kind = {
    .name = "SocketHandler",
    .aliases = {"handlers.SocketHandler", "logging.handlers.SocketHandler"},
    .help = "records, in Python's pickle format, to a TCP or UNIX socket",
    .params = PEER_PARAMS,
    .check = peer_check,
    .spec = socket_spec,
    .encode = encode};

const handler_kind datagram_handler_kind = {
    .name = "DatagramHandler",
    .aliases = {"handlers.DatagramHandler", "logging.handlers.DatagramHandler"},
    .help = "records, in Python's pickle format, one to a datagram, by UDP or to a UNIX socket",
    .params = PEER_PARAMS,
    .check = peer_check,
    .spec = datagram_spec,
    .encode = encode};
