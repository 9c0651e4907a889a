/* syslog_handler.c - Python's SysLogHandler: "<PRI>", ident, the formatted text, NUL; and RFC 5424 as an
 * option. Specs on the thread that checks or builds a configuration, encoding on the backend; the sending is
 * sink/net_sink.c. It connects to nothing before the first record, unlike Python's, which refuses to start
 * where a syslog server over TCP is down. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/zone.h"
#include "handler/host_handler.h"
#include "handler/net_handler.h"
#include "handler/syslog_data.h"

enum { ARG_ADDRESS, ARG_FACILITY, ARG_SOCKTYPE, ARG_IDENT, ARG_APPEND_NUL, ARG_RFC5424, ARG_SD_ID };

#define SYSLOG_PORT 514
#define FACILITY_USER 1
/* RFC 5424: the longest host name and app name. */
#define HOST_MAX 255
#define APP_MAX 48

typedef struct syslog_own {
    int facility;
    bool append_nul, rfc5424;
    bool counted, ended; /* of RFC 5424 on a stream: octet counting; on a local one a NUL behind each */
    char host[HOST_MAX + 1];
    char data_id[SYSLOG_NAME_MAX + 1];
    size_t ident_len;
    char ident[];
} syslog_own;

static const struct {
    const char *name;
    int code;
} facilities[] = {{"auth", 4},    {"authpriv", 10}, {"console", 14},      {"cron", 9},    {"daemon", 3},
                  {"ftp", 11},    {"kern", 0},      {"lpr", 6},           {"mail", 2},    {"news", 7},
                  {"ntp", 12},    {"security", 13}, {"solaris-cron", 15}, {"syslog", 5},  {"user", 1},
                  {"uucp", 8},    {"local0", 16},   {"local1", 17},       {"local2", 18}, {"local3", 19},
                  {"local4", 20}, {"local5", 21},   {"local6", 22},       {"local7", 23}};

static int read_facility(const handler_args *args, int *out, weir_error *err) {
    const value *v = &args->values[ARG_FACILITY];
    *out = FACILITY_USER;
    if (!args->given[ARG_FACILITY]) return 0;
    if (v->type == VALUE_INT && v->i64 >= 0 && v->i64 <= 23) {
        *out = (int)v->i64;
        return 0;
    }
    for (size_t i = 0; v->type == VALUE_STR && i < sizeof facilities / sizeof facilities[0]; i++) {
        if (!slice_is(v->str, facilities[i].name)) continue;
        *out = facilities[i].code;
        return 0;
    }
    return error_set(
        err, WEIR_ERR_INVALID,
        "facility is unknown (right are 0 to 23, handlers.SysLogHandler.LOG_USER and the like, or "
        "names such as 'user', 'daemon', 'local0')");
}

/* ---- the peer ---- */

static int read_socktype(const handler_args *args, net_peer *peer, weir_error *err) {
    int64_t type = args->given[ARG_SOCKTYPE] ? args->values[ARG_SOCKTYPE].i64 : 0;
    if (type != 0 && type != SOCK_STREAM && type != SOCK_DGRAM)
        return error_set(err, WEIR_ERR_INVALID,
                         "socktype is unknown (right are socket.SOCK_DGRAM and socket.SOCK_STREAM)");
    bool local = peer->port < 0;
    peer->stream = type == SOCK_STREAM || (type == 0 && local);
    peer->datagram = type != SOCK_STREAM;
    peer->scheme = local ? "unix" : peer->stream ? "tcp" : "udp";
    return 0;
}

static int read_peer(const handler_args *args, arena *a, net_peer *peer, weir_error *err) {
    const value *v = &args->values[ARG_ADDRESS];
    *peer = (net_peer){.kind = "net", .host = SLICE_LITERAL("localhost"), .port = SYSLOG_PORT};
    if (args->given[ARG_ADDRESS] && v->type == VALUE_STR) {
        peer->port = -1;
        if (net_local_path(args, v->str, a, &peer->host, err) != 0) return -1;
    } else if (args->given[ARG_ADDRESS]) {
        if (v->type != VALUE_TUPLE && v->type != VALUE_LIST)
            return error_set(
                err, WEIR_ERR_INVALID,
                "address is neither ('host', port) nor the path of a UNIX socket such as '/dev/log'");
        if (net_read_address(v, "address", &peer->host, &peer->port, err) != 0) return -1;
    }
    return read_socktype(args, peer, err);
}

static int syslog_check(const handler_args *args, weir_error *err) {
    int facility;
    bool framed = args->given[ARG_RFC5424] && args->values[ARG_RFC5424].boolean;
    if (args->given[ARG_SD_ID] && !framed)
        return error_set(err, WEIR_ERR_INVALID,
                         "sd_id means something with rfc5424 only (write 'rfc5424': True)");
    if (args->given[ARG_SD_ID] && syslog_data_check(args->values[ARG_SD_ID].str, err) != 0) return -1;
    return read_facility(args, &facility, err);
}

static int syslog_spec(const handler_args *args, arena *a, sink_spec *out, bool *has_target,
                       weir_error *err) {
    net_peer peer;
    if (read_peer(args, a, &peer, err) != 0 || net_spec(args, &peer, a, out, err) != 0) return -1;
    *has_target = true;
    return 0;
}

/* Printable ASCII, or what RFC 5424 writes for nothing. */
static void read_host_name(char out[HOST_MAX + 1]) {
    if (gethostname(out, HOST_MAX + 1) != 0) out[0] = '\0';
    out[HOST_MAX] = '\0';
    for (char *c = out; *c != '\0'; c++)
        if (*c <= 0x20 || *c >= 0x7f) *c = '_';
    if (out[0] == '\0') snprintf(out, HOST_MAX + 1, "-");
}

static int syslog_prepare(const handler_args *args, handler *h, weir_error *err) {
    slice ident = args->given[ARG_IDENT] ? args->values[ARG_IDENT].str : SLICE_LITERAL("");
    const value *address = &args->values[ARG_ADDRESS];
    syslog_own *own = calloc(1, sizeof *own + ident.len);
    if (own == NULL) return error_set(err, WEIR_ERR_SYSTEM, "no memory");
    h->own = own;
    own->append_nul = !args->given[ARG_APPEND_NUL] || args->values[ARG_APPEND_NUL].boolean;
    own->rfc5424 = args->given[ARG_RFC5424] && args->values[ARG_RFC5424].boolean;
    bool local = args->given[ARG_ADDRESS] && address->type == VALUE_STR;
    bool stream = args->given[ARG_SOCKTYPE] && args->values[ARG_SOCKTYPE].i64 == SOCK_STREAM;
    own->counted = !local && stream;
    own->ended = local && stream;
    slice id = args->given[ARG_SD_ID] ? args->values[ARG_SD_ID].str : SLICE_LITERAL("");
    memcpy(own->data_id, id.data, id.len < SYSLOG_NAME_MAX ? id.len : SYSLOG_NAME_MAX); /* checked: it fits */
    own->ident_len = ident.len;
    memcpy(own->ident, ident.data, ident.len);
    read_host_name(own->host);
    return read_facility(args, &own->facility, err);
}

/* ---- the bytes ---- */

/* By name, as in Python: a level that was given another name is a warning. */
static int severity_of(const record *rec) {
    static const struct {
        const char *name;
        int severity;
    } rows[] = {{"DEBUG", 7}, {"INFO", 6}, {"WARNING", 4}, {"ERROR", 3}, {"CRITICAL", 2}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (slice_is(rec->level_name, rows[i].name)) return rows[i].severity;
    return 4;
}

/* Python's priority_names. */
static int severity_named(const char *name) {
    static const struct {
        const char *name;
        int severity;
    } rows[] = {{"alert", 1}, {"crit", 2}, {"critical", 2}, {"debug", 7}, {"emerg", 0}, {"err", 3},
                {"error", 3}, {"info", 6}, {"notice", 5},   {"panic", 0}, {"warn", 4},  {"warning", 4}};
    for (size_t i = 0; name != NULL && i < sizeof rows / sizeof rows[0]; i++)
        if (strcmp(name, rows[i].name) == 0) return rows[i].severity;
    return -1;
}

/* mapPriority and encodePriority, the host's where it overrides them. -1: they failed. */
static int priority_of(const handler *h, const syslog_own *own, record *rec) {
    int severity = severity_of(rec);
    if (h->host == NULL) return own->facility << 3 | severity;
    const weir_handler_class *as = h->host->as;
    if (as->map_priority != NULL) {
        slice name = arena_copy(rec->memory, rec->level_name);
        host_call call = host_call_begin(h->host->class);
        severity = severity_named(name.data != NULL ? as->map_priority(h->host->self, name.data) : NULL);
        if (host_call_end(&call, severity) < 0) return -1;
    }
    if (as->encode_priority == NULL) return own->facility << 3 | severity;
    host_call call = host_call_begin(h->host->class);
    return host_call_end(&call, as->encode_priority(h->host->self, own->facility, severity));
}

static int no_priority(const handler *h, weir_error *err) {
    return error_set(err, WEIR_ERR_INVALID, "a method of the handler class %s failed", h->kind->name);
}

static int add_python(const handler *h, const syslog_own *own, record *rec, text *out, weir_error *err) {
    int priority = priority_of(h, own, rec);
    if (priority < 0) return no_priority(h, err);
    text_addf(out, "<%d>", priority);
    text_add(out, own->ident, own->ident_len);
    if (h->formatter->format(h->formatter, rec, h->escape, out, err) != 0) return -1;
    if (own->append_nul) text_add_char(out, '\0');
    return 0;
}

static void add_word(text *out, slice s, size_t most) {
    size_t begin = out->len;
    for (size_t i = 0; i < s.len && out->len - begin < most; i++)
        text_add_char(out, s.data[i] > 0x20 && s.data[i] < 0x7f ? s.data[i] : '_');
    if (out->len == begin) text_add_char(out, '-');
}

static void add_time(text *out, const record *rec) {
    civil_time t;
    if (rec->second == INT64_MIN || rec->second == INT64_MAX) {
        text_add_char(out, '-');
        return;
    }
    zone_civil(zone_utc(), rec->second, &t);
    int64_t micros = rec->created_ns / 1000 % 1000000;
    text_addf(out, "%04d-%02d-%02dT%02d:%02d:%02d.%06lldZ", t.year, t.month, t.day, t.hour, t.minute,
              t.second, (long long)(micros < 0 ? micros + 1000000 : micros));
}

/* <PRI>1 TIME host app procid - DATA BOM text; the app is the ident up to ':', '[' or a blank, else the
 * logger.
 */
static int add_rfc5424(const handler *h, const syslog_own *own, record *rec, text *out, weir_error *err) {
    size_t app = 0;
    while (app < own->ident_len && strchr(":[ ", own->ident[app]) == NULL) app++;
    int priority = priority_of(h, own, rec);
    if (priority < 0) return no_priority(h, err);
    text_addf(out, "<%d>1 ", priority);
    add_time(out, rec);
    text_addf(out, " %s ", own->host);
    add_word(out, app > 0 ? slice_make(own->ident, app) : rec->name, APP_MAX);
    text_addf(out, " %lld - ", (long long)rec->process);
    syslog_data_add(out, slice_of(own->data_id), rec);
    text_add_cstr(out, " \xef\xbb\xbf");
    int rc = h->formatter->format(h->formatter, rec, h->escape, out, err);
    if (own->ended) text_add_char(out, '\0');
    return rc;
}

/* Octet counting: the length before the message. */
static int add_counted(const handler *h, const syslog_own *own, record *rec, text *out, weir_error *err) {
    text message;
    text_init(&message, 0);
    int rc = add_rfc5424(h, own, rec, &message, err);
    text_addf(out, "%zu ", message.len);
    text_add_slice(out, text_slice(&message));
    if (message.failed) out->failed = true;
    text_done(&message);
    return rc;
}

static int syslog_encode(handler *h, record *rec, text *out, weir_error *err) {
    const syslog_own *own = h->own;
    size_t begin = frame_begin(out);
    int rc = !own->rfc5424  ? add_python(h, own, rec, out, err)
             : own->counted ? add_counted(h, own, rec, out, err)
                            : add_rfc5424(h, own, rec, out, err);
    return net_frame_end(out, begin, rc, err);
}

const handler_kind syslog_handler_kind = {
    .name = "SysLogHandler",
    .aliases = {"handlers.SysLogHandler", "logging.handlers.SysLogHandler"},
    .help = "lines to a syslog server, by UDP, TCP or a UNIX socket",
    .params =
        {[ARG_ADDRESS] = {"address", PARAM_ANY, PARAM_OPTIONAL,
                          "('host', port), or the path of a UNIX socket ('/dev/log'); default "
                          "('localhost', 514)"},
         [ARG_FACILITY] = {"facility", PARAM_ANY, PARAM_SETTABLE, "a name or number; default 'user'"},
         [ARG_SOCKTYPE] = {"socktype", PARAM_INT, PARAM_OPTIONAL,
                           "socket.SOCK_DGRAM or socket.SOCK_STREAM; default UDP, for UNIX sockets what the "
                           "socket is"},
         [ARG_IDENT] = {"ident", PARAM_TEXT, PARAM_ATTRIBUTE,
                        "before each text; default '' (in Python an attribute)"},
         [ARG_APPEND_NUL] = {"append_nul", PARAM_BOOL, PARAM_ATTRIBUTE,
                             "a NUL behind each text; default True (in Python an attribute)"},
         [ARG_RFC5424] = {"rfc5424", PARAM_BOOL, PARAM_OPTIONAL,
                          "the frame of RFC 5424, with octet counting over TCP (Weir's own); default False"},
         [ARG_SD_ID] =
             {"sd_id", PARAM_STR, PARAM_OPTIONAL,
              "a record's fields as structured data of this id, such as 'app@32473' (Weir's own, with "
              "rfc5424); names of more than 32 characters are cut; default: none"}},
    .check = syslog_check,
    .spec = syslog_spec,
    .prepare = syslog_prepare,
    .encode = syslog_encode};
