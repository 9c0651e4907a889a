/* http_handler.c - Python's HTTPHandler: the record's attributes as an url-encoded form, by GET or POST.
 * Specs on the thread that checks or builds a configuration, encoding on the backend; the sending is
 * sink/http_sink.c. A formatter means nothing to it, as in Python. */
#include <strings.h>

#include "base/base64.h"
#include "format/asctime.h"
#include "handler/host_handler.h"
#include "handler/net_handler.h"
#include "record/attribute.h"

enum { ARG_HOST, ARG_URL, ARG_METHOD, ARG_SECURE, ARG_CREDENTIALS, ARG_CONTEXT, ARG_CAFILE };

#define HTTP_PORT 80
#define HTTPS_PORT 443

/* ---- arguments ---- */

static bool method_is(slice given, const char *name) {
    return given.len == strlen(name) && strncasecmp(given.data, name, given.len) == 0;
}

/* "host", "host:port", "[::1]:port" */
static int split_host(slice all, bool secure, slice *host, int *port, weir_error *err) {
    size_t end = all.len;
    *host = all;
    *port = secure ? HTTPS_PORT : HTTP_PORT;
    while (end > 0 && all.data[end - 1] >= '0' && all.data[end - 1] <= '9') end--;
    bool bracket = all.len > 0 && all.data[0] == '[';
    bool has_port =
        end > 0 && all.data[end - 1] == ':' && (!bracket || (end > 1 && all.data[end - 2] == ']'));
    if (has_port && end < all.len) {
        int64_t n = 0;
        for (size_t i = end; i < all.len && n <= 65535; i++) n = n * 10 + (all.data[i] - '0');
        if (n > 65535) return error_set(err, WEIR_ERR_INVALID, "host has a port beyond 65535");
        *port = (int)n;
    }
    if (has_port) *host = slice_make(all.data, end - 1);
    if (host->len > 1 && host->data[0] == '[' && host->data[host->len - 1] == ']')
        *host = slice_make(host->data + 1, host->len - 2);
    return net_check_host(*host, "host", err);
}

static int check_url(slice url, weir_error *err) {
    if (url.len == 0) return error_set(err, WEIR_ERR_INVALID, "url is empty (write '/path')");
    for (size_t i = 0; i < url.len; i++)
        if ((unsigned char)url.data[i] <= 0x20 || (unsigned char)url.data[i] >= 0x7f)
            return error_set(
                err, WEIR_ERR_INVALID,
                "url has a blank, a control character or one that is not ASCII (write it as %%XX)");
    if (url.data[0] != '/') return error_set(err, WEIR_ERR_INVALID, "url does not begin with '/'");
    return 0;
}

static bool is_secure(const handler_args *args) {
    return args->given[ARG_SECURE] && args->values[ARG_SECURE].boolean;
}

/* "user:password", as Python's '%s:%s' % credentials. */
static int add_credentials(const value *v, text *out, weir_error *err) {
    if ((v->type != VALUE_TUPLE && v->type != VALUE_LIST) || v->list.count != 2)
        return error_set(err, WEIR_ERR_INVALID, "credentials are no pair (write ('user', 'password'))");
    value_print(&v->list.items[0], out);
    text_add_char(out, ':');
    value_print(&v->list.items[1], out);
    return 0;
}

static int http_check(const handler_args *args, weir_error *err) {
    slice host, method = args->values[ARG_METHOD].str;
    int port, rc = 0;
    text printed;
    if (args->given[ARG_CONTEXT])
        return error_set(
            err, WEIR_ERR_INVALID,
            "context is an object of Python's ssl, which no text can hold (write cafile, or leave it "
            "out: certificates are checked against the system's)");
    if (args->given[ARG_METHOD] && !method_is(method, "GET") && !method_is(method, "POST"))
        return error_set(err, WEIR_ERR_INVALID, "method must be GET or POST");
    if (split_host(args->values[ARG_HOST].str, is_secure(args), &host, &port, err) != 0) return -1;
    if (check_url(args->values[ARG_URL].str, err) != 0) return -1;
    text_init(&printed, 0);
    if (args->given[ARG_CREDENTIALS]) rc = add_credentials(&args->values[ARG_CREDENTIALS], &printed, err);
    text_done(&printed);
    return rc != 0 ? rc : net_check_secret(args, &args->values[ARG_CREDENTIALS], err);
}

/* ---- the peer ---- */

static void add_member(text *out, const char *key, slice v) {
    text_addf(out, ",\"%s\":", key);
    json_add_string(out, v);
}

static int add_authorization(const handler_args *args, text *out, weir_error *err) {
    text plain, line;
    text_init(&plain, 0);
    text_init(&line, 0);
    int rc = add_credentials(&args->values[ARG_CREDENTIALS], &plain, err);
    text_add_cstr(&line, "Authorization: Basic ");
    base64_add(&line, text_slice(&plain));
    if (plain.failed || line.failed) out->failed = true;
    add_member(out, "authorization", text_slice(&line));
    text_done(&plain);
    text_done(&line);
    return rc;
}

/* What is shown of the url: a query may hold a key. */
static slice path_of(slice url) {
    const char *query = memchr(url.data, '?', url.len);
    return query == NULL ? url : slice_make(url.data, (size_t)(query - url.data));
}

static int http_spec(const handler_args *args, arena *a, sink_spec *out, bool *has_target, weir_error *err) {
    slice url = args->values[ARG_URL].str, method = args->values[ARG_METHOD].str;
    bool post = args->given[ARG_METHOD] && method_is(method, "POST");
    net_peer peer = {.kind = "http", .scheme = is_secure(args) ? "https" : "http"};
    text more;
    text_init(&more, 0);
    peer.shown = path_of(url);
    int rc = split_host(args->values[ARG_HOST].str, is_secure(args), &peer.host, &peer.port, err);
    add_member(&more, "url", url);
    add_member(&more, "method", post ? SLICE_LITERAL("POST") : SLICE_LITERAL("GET"));
    if (args->given[ARG_CAFILE]) add_member(&more, "cafile", args->values[ARG_CAFILE].str);
    if (rc == 0 && args->given[ARG_CREDENTIALS]) rc = add_authorization(args, &more, err);
    if (rc == 0 && more.failed) rc = error_set(err, WEIR_ERR_SYSTEM, "no memory");
    peer.more = text_slice(&more);
    if (rc == 0) rc = net_spec(args, &peer, a, out, err);
    text_done(&more);
    *has_target = true;
    return rc;
}

/* ---- the form ---- */

/* Python's quote_plus. */
static void add_quoted(text *out, slice s) {
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.data[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
                     c == '.' || c == '-' || c == '~';
        if (plain) {
            text_add_char(out, (char)c);
        } else if (c == ' ') {
            text_add_char(out, '+');
        } else {
            const char three[3] = {'%', digits[c >> 4], digits[c & 15]};
            text_add(out, three, sizeof three);
        }
    }
}

static void add_pair(text *out, slice key, const value *v, text *printed) {
    text_clear(printed);
    value_print(v, printed);
    if (printed->failed) out->failed = true;
    add_quoted(out, key);
    text_add_char(out, '=');
    add_quoted(out, text_slice(printed));
}

static int add_asctime(record *rec, text *printed, text *out, weir_error *err) {
    bool left;
    text_clear(printed);
    int rc = asctime_left(rec, printed, &left, err);
    if (rc != 0 || !left) return rc;
    text_add_cstr(out, "&asctime=");
    add_quoted(out, text_slice(printed));
    return 0;
}

/* record.__dict__ in its order; message and asctime where a formatter has left them. */
static int add_form(record *rec, text *out, weir_error *err) {
    text printed;
    value v;
    int rc = 0;
    text_init(&printed, 0);
    bool first = true;
    for (int attr = 0; attr <= ATTR_PROCESS && rc == 0; attr++) {
        if (!record_attr_get(rec, (record_attr)attr, SLICE_NONE, &v)) {
            rc = error_set(err, WEIR_ERR_SYSTEM, "no memory for the attribute %s", record_attr_names[attr]);
            break;
        }
        if (!first) text_add_char(out, '&');
        first = false;
        add_pair(out, slice_of(record_attr_names[attr]), &v, &printed);
    }
    for (size_t i = 0; i < rec->field_count; i++) {
        text_add_char(out, '&');
        add_pair(out, rec->fields[i].key, &rec->fields[i].val, &printed);
    }
    if (rec->formatted && rc == 0) {
        v = value_str(record_message(rec, ESCAPE_NONE));
        text_add_char(out, '&');
        add_pair(out, SLICE_LITERAL("message"), &v, &printed);
    }
    if (rc == 0) rc = add_asctime(rec, &printed, out, err);
    text_done(&printed);
    return rc;
}

void weir_form_add(weir_text *form, const char *key, const char *v) {
    text *out = form->out;
    text made;
    text_init(&made, 0);
    const value shown = v != NULL ? value_str(slice_of(v)) : value_none();
    if (out->len > form->begin) text_add_char(out, '&');
    add_pair(out, slice_of(key), &shown, &made);
    text_done(&made);
}

static int http_encode(handler *h, record *rec, text *out, weir_error *err) {
    size_t begin = frame_begin(out);
    bool overridden = h->host != NULL && h->host->as->map_log_record != NULL;
    int rc = overridden ? host_object_text(h->host, h->host->as->map_log_record, rec, out, err)
                        : add_form(rec, out, err);
    return net_frame_end(out, begin, rc, err);
}

const handler_kind http_handler_kind = {
    .name = "HTTPHandler",
    .aliases = {"handlers.HTTPHandler", "logging.handlers.HTTPHandler"},
    .help = "records, as an url-encoded form, to a web server",
    .params = {[ARG_HOST] = {"host", PARAM_STR, PARAM_REQUIRED, "'host' or 'host:port'"},
               [ARG_URL] = {"url", PARAM_STR, PARAM_REQUIRED | PARAM_SETTABLE, "the path on it, '/log'"},
               [ARG_METHOD] = {"method", PARAM_STR, PARAM_SETTABLE, "'GET' or 'POST'; default 'GET'"},
               [ARG_SECURE] = {"secure", PARAM_BOOL, PARAM_OPTIONAL, "True for https; default False"},
               [ARG_CREDENTIALS] = {"credentials", PARAM_ANY, PARAM_OPTIONAL,
                                    "('user', 'password'); default None"},
               [ARG_CONTEXT] = {"context", PARAM_ANY, PARAM_OPTIONAL,
                                "None: an ssl context is an object of Python's"},
               [ARG_CAFILE] = {"cafile", PARAM_STR, PARAM_OPTIONAL,
                               "certificates to check the server's by (Weir's own); default the system's"}},
    .check = http_check,
    .spec = http_spec,
    .encode = http_encode};
