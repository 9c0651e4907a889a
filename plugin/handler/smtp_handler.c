/* smtp_handler.c - Python's SMTPHandler: one mail a record, with From, To, Subject, Date. Specs on the thread
 * that checks or builds a configuration, encoding on the backend; the sending is sink/smtp_sink.c. Nothing
 * that a record holds comes into a header. */
#include "base/zone.h"
#include "handler/host_handler.h"
#include "handler/mail_text.h"
#include "handler/net_handler.h"

enum {
    ARG_MAILHOST,
    ARG_FROM,
    ARG_TO,
    ARG_SUBJECT,
    ARG_CREDENTIALS,
    ARG_SECURE,
    ARG_TIMEOUT,
    ARG_CAFILE,
    ARG_VERIFY
};

#define SMTP_PORT 25
/* The longest that one wait may be told to be. */
#define TIMEOUT_MAX 3600

/* ---- arguments ---- */

static int check_line(slice s, const char *what, weir_error *err) {
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.data[i] < 0x20 || s.data[i] == 0x7f)
            return error_set(err, WEIR_ERR_INVALID,
                             "%s has a control character, which no mail's header may have", what);
    return 0;
}

static int check_addresses(slice all, const char *what, weir_error *err) {
    slice left = all, one;
    size_t found = 0;
    if (check_line(all, what, err) != 0) return -1;
    for (size_t i = 0; i < all.len; i++)
        if ((unsigned char)all.data[i] >= 0x80)
            return error_set(err, WEIR_ERR_INVALID, "%s is not ASCII (write the address without a name)",
                             what);
    while (mail_next_address(&left, &one)) {
        for (size_t i = 0; i < one.len; i++)
            if (strchr(" <>\"", one.data[i]) != NULL)
                return error_set(err, WEIR_ERR_INVALID, "%s has what is no address ('name@host' is wanted)",
                                 what);
        found += one.len > 0;
    }
    return found > 0 ? 0
                     : error_set(err, WEIR_ERR_INVALID, "%s has no address ('name@host' is wanted)", what);
}

static bool is_sequence(const value *v) { return v->type == VALUE_TUPLE || v->type == VALUE_LIST; }

static int check_recipients(const value *v, weir_error *err) {
    if (v->type == VALUE_STR) return check_addresses(v->str, "toaddrs", err);
    if (!is_sequence(v) || v->list.count == 0)
        return error_set(err, WEIR_ERR_INVALID,
                         "toaddrs is no list of addresses (write ['a@host', 'b@host'])");
    for (size_t i = 0; i < v->list.count; i++) {
        if (v->list.items[i].type != VALUE_STR)
            return error_set(err, WEIR_ERR_INVALID, "toaddrs has what is no string");
        if (check_addresses(v->list.items[i].str, "toaddrs", err) != 0) return -1;
    }
    return 0;
}

static int check_secure(const handler_args *args, weir_error *err) {
    const value *v = &args->values[ARG_SECURE];
    if (!args->given[ARG_SECURE]) return 0;
    if (!is_sequence(v) || v->list.count > 2)
        return error_set(
            err, WEIR_ERR_INVALID,
            "secure is (), (keyfile,) or (keyfile, certificate), and means something with credentials "
            "only");
    for (size_t i = 0; i < v->list.count; i++)
        if (v->list.items[i].type != VALUE_STR && v->list.items[i].type != VALUE_NONE)
            return error_set(err, WEIR_ERR_INVALID, "secure has what is no file's name");
    return 0;
}

static int check_credentials(const handler_args *args, weir_error *err) {
    const value *v = &args->values[ARG_CREDENTIALS];
    if (!args->given[ARG_CREDENTIALS]) return 0;
    if (is_sequence(v) && v->list.count == 2 && v->list.items[0].type == VALUE_STR &&
        v->list.items[1].type == VALUE_STR)
        return net_check_secret(args, v, err);
    return error_set(err, WEIR_ERR_INVALID, "credentials are no pair (write ('user', 'password'))");
}

static int read_peer(const handler_args *args, net_peer *out, weir_error *err) {
    *out = (net_peer){.kind = "smtp", .scheme = "smtp", .port = SMTP_PORT};
    if (net_read_address(&args->values[ARG_MAILHOST], "mailhost", &out->host, &out->port, err) != 0)
        return -1;
    if (out->port == 0) out->port = SMTP_PORT;
    return 0;
}

static int smtp_check(const handler_args *args, weir_error *err) {
    net_peer peer;
    if (read_peer(args, &peer, err) != 0) return -1;
    if (check_addresses(args->values[ARG_FROM].str, "fromaddr", err) != 0) return -1;
    if (check_recipients(&args->values[ARG_TO], err) != 0) return -1;
    if (check_line(args->values[ARG_SUBJECT].str, "subject", err) != 0) return -1;
    if (check_secure(args, err) != 0 || check_credentials(args, err) != 0) return -1;
    double timeout = args->given[ARG_TIMEOUT] ? args->values[ARG_TIMEOUT].f64 : 5.0;
    if (timeout > 0 && timeout <= TIMEOUT_MAX) return 0;
    return error_set(err, WEIR_ERR_INVALID, "timeout is out of bounds (seconds, more than 0 and at most %d)",
                     TIMEOUT_MAX);
}

/* ---- the peer ---- */

static void add_envelope(text *out, slice all, bool *first) {
    slice one;
    while (mail_next_address(&all, &one)) {
        if (one.len == 0) continue;
        if (!*first) text_add_char(out, ',');
        *first = false;
        json_add_string(out, one);
    }
}

static void add_recipients(text *out, const value *v) {
    bool first = true;
    text_add_cstr(out, ",\"to\":[");
    for (size_t i = 0; i < (v->type == VALUE_STR ? 1 : v->list.count); i++)
        add_envelope(out, v->type == VALUE_STR ? v->str : v->list.items[i].str, &first);
    text_add_char(out, ']');
}

static void add_member(text *out, const char *key, slice v) {
    text_addf(out, ",\"%s\":", key);
    json_add_string(out, v);
}

/* Python's TLS is for those who log in. */
static void add_login(const handler_args *args, text *out) {
    if (!args->given[ARG_CREDENTIALS]) return;
    const value *pair = &args->values[ARG_CREDENTIALS], *secure = &args->values[ARG_SECURE];
    if (pair->list.items[0].str.len == 0) return;
    add_member(out, "user", pair->list.items[0].str);
    add_member(out, "password", pair->list.items[1].str);
    if (!args->given[ARG_SECURE]) return;
    text_add_cstr(out, ",\"tls\":true");
    for (size_t i = 0; i < secure->list.count; i++)
        if (secure->list.items[i].type == VALUE_STR)
            add_member(out, i == 0 ? "keyfile" : "certfile", secure->list.items[i].str);
    if (args->given[ARG_CAFILE]) add_member(out, "cafile", args->values[ARG_CAFILE].str);
    if (args->given[ARG_VERIFY] && !args->values[ARG_VERIFY].boolean)
        text_add_cstr(out, ",\"unverified\":true");
}

static int smtp_spec(const handler_args *args, arena *a, sink_spec *out, bool *has_target, weir_error *err) {
    net_peer peer;
    slice from = args->values[ARG_FROM].str, sender = from;
    double timeout = args->given[ARG_TIMEOUT] ? args->values[ARG_TIMEOUT].f64 : 5.0;
    text more;
    if (read_peer(args, &peer, err) != 0) return -1;
    text_init(&more, 0);
    mail_next_address(&from, &sender);
    add_member(&more, "from", sender);
    add_recipients(&more, &args->values[ARG_TO]);
    add_login(args, &more);
    text_addf(&more, ",\"timeout_ms\":%lld", (long long)(timeout * 1000));
    peer.more = text_slice(&more);
    int rc = more.failed ? error_set(err, WEIR_ERR_SYSTEM, "no memory") : net_spec(args, &peer, a, out, err);
    text_done(&more);
    *has_target = true;
    return rc;
}

/* ---- the mail ---- */

static bool asks_for_subject(const handler *h) { return h->host != NULL && h->host->as->get_subject != NULL; }

static void add_headers(const handler_args *args, const handler *h, text *out) {
    const value *to = &args->values[ARG_TO];
    text all;
    text_init(&all, 0);
    for (size_t i = 0; i < (to->type == VALUE_STR ? 1 : to->list.count); i++) {
        if (i > 0) text_add_char(&all, ',');
        text_add_slice(&all, to->type == VALUE_STR ? to->str : to->list.items[i].str);
    }
    mail_add_addresses(out, "From", args->values[ARG_FROM].str);
    mail_add_addresses(out, "To", text_slice(&all));
    if (!asks_for_subject(h)) mail_add_header(out, "Subject", args->values[ARG_SUBJECT].str);
    if (all.failed) out->failed = true;
    text_done(&all);
}

static int smtp_prepare(const handler_args *args, handler *h, weir_error *err) {
    text headers;
    text_init(&headers, 0);
    add_headers(args, h, &headers);
    h->own = headers.failed ? NULL : strdup(text_cstr(&headers));
    text_done(&headers);
    return h->own != NULL ? 0 : error_set(err, WEIR_ERR_SYSTEM, "no memory");
}

static void add_date(const record *rec, text *out) {
    static const char days[] = "SunMonTueWedThuFriSat", months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    civil_time t;
    int64_t second = rec->second;
    if (second == INT64_MIN || second == INT64_MAX) second = rec->created_ns / 1000000000;
    zone_civil(zone_local(), second, &t);
    int minutes = t.offset / 60, east = minutes < 0 ? -minutes : minutes;
    text_addf(out, "Date: %.3s, %02d %.3s %04d %02d:%02d:%02d %c%02d%02d\r\n", days + 3 * t.weekday, t.day,
              months + 3 * (t.month - 1), t.year, t.hour, t.minute, t.second, minutes < 0 ? '-' : '+',
              east / 60, east % 60);
}

/* The host's getSubject. */
static int add_subject(handler *h, record *rec, text *out, weir_error *err) {
    text subject;
    text_init(&subject, 0);
    int rc = host_object_text(h->host, h->host->as->get_subject, rec, &subject, err);
    if (rc == 0) rc = check_line(text_slice(&subject), "the subject", err);
    if (rc == 0) mail_add_header(out, "Subject", text_slice(&subject));
    if (subject.failed) out->failed = true;
    text_done(&subject);
    return rc;
}

static int smtp_encode(handler *h, record *rec, text *out, weir_error *err) {
    text body;
    size_t begin = frame_begin(out);
    text_init(&body, 0);
    int rc = h->formatter->format(h->formatter, rec, h->escape, &body, err);
    if (rc == 0) {
        text_add_cstr(out, h->own);
        if (asks_for_subject(h)) rc = add_subject(h, rec, out, err);
        add_date(rec, out);
        mail_add_body(out, text_slice(&body));
        if (body.failed) out->failed = true;
    }
    text_done(&body);
    return net_frame_end(out, begin, rc, err);
}

const handler_kind smtp_handler_kind = {
    .name = "SMTPHandler",
    .aliases = {"handlers.SMTPHandler", "logging.handlers.SMTPHandler"},
    .help = "a mail for each record",
    .params =
        {[ARG_MAILHOST] = {"mailhost", PARAM_ANY, PARAM_REQUIRED,
                           "'host' or ('host', port); port 25 unless told"},
         [ARG_FROM] = {"fromaddr", PARAM_STR, PARAM_REQUIRED | PARAM_SETTABLE, "the sender's address"},
         [ARG_TO] = {"toaddrs", PARAM_ANY, PARAM_REQUIRED | PARAM_SETTABLE, "an address, or a list of them"},
         [ARG_SUBJECT] = {"subject", PARAM_STR, PARAM_REQUIRED | PARAM_SETTABLE, "of every mail"},
         [ARG_CREDENTIALS] = {"credentials", PARAM_ANY, PARAM_OPTIONAL, "('user', 'password'); default None"},
         [ARG_SECURE] = {"secure", PARAM_ANY, PARAM_OPTIONAL,
                         "(), (keyfile,) or (keyfile, certificate): STARTTLS before the login; default None"},
         [ARG_TIMEOUT] = {"timeout", PARAM_FLOAT, PARAM_SETTABLE,
                          "seconds for a connection or an answer; default 5"},
         [ARG_CAFILE] = {"cafile", PARAM_STR, PARAM_OPTIONAL,
                         "certificates to check the server's by (Weir's own); default the system's"},
         [ARG_VERIFY] = {"verify", PARAM_BOOL, PARAM_OPTIONAL,
                         "False: any certificate will do, as in Python (Weir's own); default True"}},
    .check = smtp_check,
    .spec = smtp_spec,
    .prepare = smtp_prepare,
    .encode = smtp_encode};
