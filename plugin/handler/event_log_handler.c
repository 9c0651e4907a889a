/* event_log_handler.c - Python's NTEventLogHandler, on Linux: the platform's event log is the journal, in its
 * native protocol. appname is the identifier; message id, category and type are fields. Specs on the thread
 * that checks or builds a configuration, encoding on the backend; the sending is sink/net_sink.c. */
#include <stdlib.h>

#include "handler/host_handler.h"
#include "handler/net_handler.h"

enum { ARG_APPNAME, ARG_DLLNAME, ARG_LOGTYPE, ARG_ADDRESS };

#define JOURNAL_SOCKET "/run/systemd/journal/socket"
/* journald's own bound for names. */
#define FIELD_NAME_MAX 64

typedef struct event_own {
    size_t appname_len, logtype_len;
    char *logtype; /* in bytes, behind appname */
    char bytes[];
} event_own;

static int event_spec(const handler_args *args, arena *a, sink_spec *out, bool *has_target, weir_error *err) {
    net_peer peer = {.kind = "net", .scheme = "unix", .port = -1, .datagram = true, .journal = true};
    slice path = args->given[ARG_ADDRESS] ? args->values[ARG_ADDRESS].str : SLICE_LITERAL(JOURNAL_SOCKET);
    if (net_local_path(args, path, a, &peer.host, err) != 0 || net_spec(args, &peer, a, out, err) != 0)
        return -1;
    *has_target = true;
    return 0;
}

static int event_prepare(const handler_args *args, handler *h, weir_error *err) {
    slice app = args->values[ARG_APPNAME].str;
    slice type = args->given[ARG_LOGTYPE] ? args->values[ARG_LOGTYPE].str : SLICE_LITERAL("Application");
    event_own *own = malloc(sizeof *own + app.len + type.len);
    if (own == NULL) return error_set(err, WEIR_ERR_SYSTEM, "no memory");
    own->appname_len = app.len;
    own->logtype_len = type.len;
    own->logtype = own->bytes + app.len;
    memcpy(own->bytes, app.data, app.len);
    memcpy(own->logtype, type.data, type.len);
    h->own = own;
    return 0;
}

static void add_field(text *out, const char *name, slice v) {
    text_add_cstr(out, name);
    if (v.len == 0 || memchr(v.data, '\n', v.len) == NULL) {
        text_add_char(out, '=');
    } else {
        uint64_t len = v.len; /* little-endian, as all machines with a journal that Weir runs on */
        text_add_char(out, '\n');
        for (size_t i = 0; i < sizeof len; i++) text_add_char(out, (char)(len >> (8 * i)));
    }
    text_add_slice(out, v);
    text_add_char(out, '\n');
}

static void add_number(text *out, const char *name, int64_t n) {
    text_addf(out, "%s=%lld\n", name, (long long)n);
}

/* Upper case; what journald does not take becomes '_'; never '_' first. false: nothing is left of it. */
static bool field_name(slice key, char out[FIELD_NAME_MAX + 1]) {
    size_t n = 0;
    for (size_t i = 0; i < key.len && n < FIELD_NAME_MAX; i++) {
        char c = key.data[i];
        if (c >= 'a' && c <= 'z') c = (char)(c - 'a' + 'A');
        bool good = (c >= 'A' && c <= 'Z') || (n > 0 && c >= '0' && c <= '9');
        if (good || n > 0) out[n++] = good ? c : '_';
    }
    out[n] = '\0';
    return n > 0;
}

static bool is_own_name(const char *name) {
    static const char *const own[] = {"MESSAGE",     "PRIORITY",  "SYSLOG_IDENTIFIER", "LOGGER",
                                      "CODE_FILE",   "CODE_LINE", "CODE_FUNC",         "TID",
                                      "THREAD_NAME", "EVENT_ID",  "EVENT_TYPE",        "EVENT_CATEGORY",
                                      "EVENT_LOG"};
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++)
        if (strcmp(name, own[i]) == 0) return true;
    return false;
}

static void add_extras(record *rec, text *out) {
    char name[FIELD_NAME_MAX + 3];
    text printed;
    text_init(&printed, 0);
    for (size_t i = 0; i < rec->field_count; i++) {
        char *at = name + 2;
        if (!field_name(rec->fields[i].key, at)) continue;
        if (is_own_name(at)) { /* a field of the caller's does not pass for one of ours */
            at -= 2;
            memcpy(at, "X_", 2);
        }
        text_clear(&printed);
        value_print(&rec->fields[i].val, &printed);
        if (printed.failed) out->failed = true;
        add_field(out, at, text_slice(&printed));
    }
    text_done(&printed);
}

static int priority_of(int level) {
    if (level >= 50) return 2;
    if (level >= 40) return 3;
    if (level >= 30) return 4;
    return level >= 20 ? 6 : 7;
}

/* Windows' numbers: 1 error, 2 warning, 4 information; levels between Python's own are errors there. */
static int type_of(int level) { return level == 10 || level == 20 ? 4 : level == 30 ? 2 : 1; }

/* Python's getMessageID, getEventCategory and getEventType, or the host's. */
static int add_event_numbers(handler *h, record *rec, text *out, weir_error *err) {
    int id = 1, category = 0, type = type_of(rec->level);
    bool good = true;
    if (h->host != NULL) {
        const weir_handler_class *as = h->host->as;
        if (as->get_message_id != NULL) good = host_object_number(h->host, as->get_message_id, rec, &id);
        if (good && as->get_event_category != NULL)
            good = host_object_number(h->host, as->get_event_category, rec, &category);
        if (good && as->get_event_type != NULL)
            good = host_object_number(h->host, as->get_event_type, rec, &type);
    }
    add_number(out, "EVENT_ID", id);
    add_number(out, "EVENT_CATEGORY", category);
    add_number(out, "EVENT_TYPE", type);
    return good ? 0
                : error_set(err, WEIR_ERR_INVALID, "a method of the handler class %s failed", h->kind->name);
}

static int add_event(handler *h, record *rec, text *out, weir_error *err) {
    const event_own *own = h->own;
    text message;
    text_init(&message, 0);
    int rc = h->formatter->format(h->formatter, rec, ESCAPE_NONE, &message, err);
    if (rc == 0) {
        add_field(out, "MESSAGE", text_slice(&message));
        add_number(out, "PRIORITY", priority_of(rec->level));
        add_field(out, "SYSLOG_IDENTIFIER", slice_make(own->bytes, own->appname_len));
        add_field(out, "LOGGER", rec->name);
        add_field(out, "CODE_FILE", rec->pathname);
        add_number(out, "CODE_LINE", rec->lineno);
        add_field(out, "CODE_FUNC", rec->func);
        add_number(out, "TID", (int64_t)rec->thread);
        add_field(out, "THREAD_NAME", rec->thread_name);
        rc = add_event_numbers(h, rec, out, err);
        add_field(out, "EVENT_LOG", slice_make(own->logtype, own->logtype_len));
        add_extras(rec, out);
        if (message.failed) out->failed = true;
    }
    text_done(&message);
    return rc;
}

static int event_encode(handler *h, record *rec, text *out, weir_error *err) {
    size_t begin = frame_begin(out);
    return net_frame_end(out, begin, add_event(h, rec, out, err), err);
}

const handler_kind event_log_handler_kind = {
    .name = "NTEventLogHandler",
    .aliases = {"handlers.NTEventLogHandler", "logging.handlers.NTEventLogHandler"},
    .help = "records to the platform's event log: on Linux the journal, in its native protocol",
    .remark =
        "NTEventLogHandler writes to the journal, which is the event log here: appname is its identifier, "
        "ids and types are fields",
    .params = {[ARG_APPNAME] = {"appname", PARAM_STR, PARAM_REQUIRED,
                                "SYSLOG_IDENTIFIER of the journal's entries"},
               [ARG_DLLNAME] = {"dllname", PARAM_STR, PARAM_OPTIONAL,
                                "taken for Python's sake: there is no DLL"},
               [ARG_LOGTYPE] = {"logtype", PARAM_STR, PARAM_OPTIONAL,
                                "EVENT_LOG of the entries; default 'Application'"},
               [ARG_ADDRESS] = {"address", PARAM_STR, PARAM_OPTIONAL,
                                "the journal's socket (Weir's own); default '" JOURNAL_SOCKET "'"}},
    .spec = event_spec,
    .prepare = event_prepare,
    .encode = event_encode};
