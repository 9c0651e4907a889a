/* smtp_sink.c - sink kind "smtp": one mail a record, each on a connection of its own, by libcurl, which also
 * doubles leading dots. Runs on the target's writer, but for open, which connects nothing. A mail that the
 * server refuses is lost, as in Python, and counted. */
#include <stdio.h>
#include <stdlib.h>

#include "sink/curl_call.h"
#include "sink/frame.h"
#include "sink/intent.h"
#include "sink/sink_kinds.h"

typedef struct smtp_sink {
    sink base;
    curl_call call;
    arena memory; /* of all strings, which a NUL follows */
    slice from, user, password, keyfile, certfile, cafile;
    struct curl_slist *to;
    bool tls, unverified, recovery;
    long timeout_ms;
    char whole[384];
    slice left; /* of the mail being sent */
} smtp_sink;

static smtp_sink *of(sink *s) { return (smtp_sink *)s; }

static size_t give_mail(char *buffer, size_t size, size_t count, void *arg) {
    smtp_sink *s = arg;
    size_t n = size * count < s->left.len ? size * count : s->left.len;
    if (n > 0) memcpy(buffer, s->left.data, n);
    s->left = slice_make(s->left.data + n, s->left.len - n);
    return n;
}

static CURLcode set_login(const smtp_sink *s, CURL *e) {
    if (s->user.len == 0) return CURLE_OK;
    CURLcode bad = curl_easy_setopt(e, CURLOPT_USERNAME, s->user.data);
    bad |= curl_easy_setopt(e, CURLOPT_PASSWORD, s->password.data);
    if (!s->tls) return bad;
    bad |= curl_easy_setopt(e, CURLOPT_USE_SSL, (long)CURLUSESSL_ALL);
    if (s->keyfile.len > 0) bad |= curl_easy_setopt(e, CURLOPT_SSLKEY, s->keyfile.data);
    if (s->certfile.len > 0) bad |= curl_easy_setopt(e, CURLOPT_SSLCERT, s->certfile.data);
    if (s->cafile.len > 0) bad |= curl_easy_setopt(e, CURLOPT_CAINFO, s->cafile.data);
    if (s->unverified) {
        bad |= curl_easy_setopt(e, CURLOPT_SSL_VERIFYPEER, 0L);
        bad |= curl_easy_setopt(e, CURLOPT_SSL_VERIFYHOST, 0L);
    }
    return bad;
}

static bool set_mail(smtp_sink *s, slice mail) {
    CURL *e = s->call.easy;
    s->left = mail;
    CURLcode bad = curl_easy_setopt(e, CURLOPT_MAIL_FROM, s->from.data);
    bad |= curl_easy_setopt(e, CURLOPT_MAIL_RCPT, s->to);
    bad |= curl_easy_setopt(e, CURLOPT_UPLOAD, 1L);
    bad |= curl_easy_setopt(e, CURLOPT_READFUNCTION, give_mail);
    bad |= curl_easy_setopt(e, CURLOPT_READDATA, s);
    bad |= curl_easy_setopt(e, CURLOPT_INFILESIZE_LARGE, (curl_off_t)mail.len);
    bad |= curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS, s->timeout_ms);
    bad |= curl_easy_setopt(e, CURLOPT_SERVER_RESPONSE_TIMEOUT, (s->timeout_ms + 999) / 1000);
    bad |= set_login(s, e);
    return bad == CURLE_OK;
}

static sink_status no_connection(const smtp_sink *s, const sink_batch *batch, size_t *bytes) {
    if (s->recovery) return SINK_AGAIN;
    *bytes = batch->chunks[0].bytes.len;
    *batch->given_up = frame_count(batch->chunks[0].bytes);
    return SINK_OK;
}

static sink_status smtp_write(sink *base, const sink_batch *batch, size_t *bytes, weir_error *err) {
    smtp_sink *s = of(base);
    slice left = batch->chunks[0].bytes, mail;
    CURLcode code = CURLE_OUT_OF_MEMORY;
    *bytes = 0;
    if (!frame_next(&left, &mail)) {
        error_set(err, WEIR_ERR_SYSTEM, "the queue to %s is damaged", s->call.at.host);
        return SINK_LOST;
    }
    peer_status status = curl_call_begin(&s->call, s->whole, batch->stop, err);
    if (status == PEER_READY && set_mail(s, mail)) {
        intent_note(batch, NULL, 0, FRAME_HEAD + mail.len);
        status = curl_call_run(&s->call, batch->stop, &code, err);
    } else if (status == PEER_READY) {
        error_set(err, WEIR_ERR_SYSTEM, "no memory for a mail");
    }
    if (status == PEER_STOPPED) return SINK_AGAIN;
    if (status == PEER_DOWN) return no_connection(s, batch, bytes);
    if (curl_call_again(&s->call, code, err)) return SINK_OK;
    *bytes = FRAME_HEAD + mail.len;
    *batch->given_up = code != CURLE_OK;
    return SINK_OK;
}

static sink_status smtp_truncate(sink *base, weir_error *err) {
    (void)base, (void)err;
    return SINK_OK;
}

static size_t smtp_already(sink *base, const chunk_queue_map *map, const chunk_view *chunks, size_t count,
                           bool *doubtful) {
    (void)base;
    return intent_already(-1, map, chunks, count, doubtful);
}

static void smtp_close(sink *base) {
    smtp_sink *s = of(base);
    curl_call_done(&s->call);
    curl_slist_free_all(s->to);
    arena_done(&s->memory);
    free(s);
}

static slice member(smtp_sink *s, const value *all, const char *key) {
    const value *v = value_get(all, slice_of(key));
    return arena_copy(&s->memory, v != NULL && v->type == VALUE_STR ? v->str : SLICE_LITERAL(""));
}

static bool flag(const value *all, const char *key) {
    const value *v = value_get(all, slice_of(key));
    return v != NULL && v->type == VALUE_BOOL && v->boolean;
}

static bool read_recipients(smtp_sink *s, const value *all) {
    const value *to = value_get(all, SLICE_LITERAL("to"));
    if (to == NULL || to->type != VALUE_LIST) return false;
    for (size_t i = 0; i < to->list.count; i++) {
        if (to->list.items[i].type != VALUE_STR) return false;
        slice one = arena_copy(&s->memory, to->list.items[i].str);
        struct curl_slist *longer = one.data == NULL ? NULL : curl_slist_append(s->to, one.data);
        if (longer == NULL) return false;
        s->to = longer;
    }
    return s->to != NULL;
}

static bool read_members(smtp_sink *s, const value *all) {
    const value *timeout = value_get(all, SLICE_LITERAL("timeout_ms"));
    s->timeout_ms =
        timeout != NULL && timeout->type == VALUE_INT && timeout->i64 > 0 ? (long)timeout->i64 : 5000;
    s->from = member(s, all, "from");
    s->user = member(s, all, "user");
    s->password = member(s, all, "password");
    s->keyfile = member(s, all, "keyfile");
    s->certfile = member(s, all, "certfile");
    s->cafile = member(s, all, "cafile");
    s->tls = flag(all, "tls");
    s->unverified = flag(all, "unverified");
    return s->from.data != NULL && s->user.data != NULL && s->password.data != NULL &&
           s->keyfile.data != NULL && s->certfile.data != NULL && s->cafile.data != NULL &&
           read_recipients(s, all);
}

static int smtp_open(const sink_spec *spec, bool recovery, sink **out, char key_out[128], bool *created,
                     weir_error *err) {
    net_options at;
    value all;
    smtp_sink *s = calloc(1, sizeof *s);
    if (s == NULL) return error_set(err, WEIR_ERR_SYSTEM, "no memory");
    s->base = (sink){.kind = &smtp_sink_kind,
                     .write = smtp_write,
                     .truncate = smtp_truncate,
                     .already = smtp_already,
                     .close = smtp_close};
    arena_init(&s->memory, 0);
    s->recovery = recovery;
    if (net_options_read(spec, &s->memory, &at, &all, err) != 0) goto fail;
    net_options_key(spec, &all, key_out);
    if (!read_members(s, &all)) {
        error_set(err, WEIR_ERR_SYSTEM, "the description of a mail server is damaged, or there is no memory");
        goto fail;
    }
    bool figures = strchr(at.host, ':') != NULL;
    snprintf(s->whole, sizeof s->whole, "smtp://%s%s%s:%d/", figures ? "[" : "", at.host, figures ? "]" : "",
             at.port);
    if (curl_call_init(&s->call, &at, "smtp", err) != 0) goto fail;
    *created = false;
    *out = &s->base;
    return 0;

fail:
    smtp_close(&s->base);
    return -1;
}

const sink_kind smtp_sink_kind = {.name = "smtp", .open = smtp_open};
