/* http_sink.c - sink kind "http": one request a record, on a connection of its own, as Python's HTTPHandler
 * makes it, by libcurl. Runs on the target's writer, but for open, which connects nothing. The answer is read
 * up to a bound and means nothing but that the record was taken; one that is an error is told. */
#include <stdio.h>
#include <stdlib.h>

#include "sink/curl_call.h"
#include "sink/frame.h"
#include "sink/intent.h"
#include "sink/sink_kinds.h"

typedef struct http_sink {
    sink base;
    curl_call call;
    arena memory; /* of the strings */
    slice url, authorization;
    slice cafile;
    bool get, recovery;
    char whole[384]; /* scheme, host, port */
    text target;     /* of the present request */
} http_sink;

static http_sink *of(sink *s) { return (http_sink *)s; }

static bool add_header(struct curl_slist **list, const char *line) {
    struct curl_slist *longer = curl_slist_append(*list, line);
    if (longer != NULL) *list = longer;
    return longer != NULL;
}

/* Those that Python's http.client sends, in its order, and no others. */
static struct curl_slist *headers_of(const http_sink *s, size_t body) {
    struct curl_slist *list = NULL;
    char length[48];
    snprintf(length, sizeof length, "Content-length: %zu", body);
    bool good = add_header(&list, "Accept-Encoding: identity");
    if (!s->get) good = good && add_header(&list, "Content-type: application/x-www-form-urlencoded");
    if (!s->get) good = good && add_header(&list, length);
    if (s->authorization.len > 0) good = good && add_header(&list, s->authorization.data);
    good = good && add_header(&list, "Accept:") && add_header(&list, "Expect:");
    if (good) return list;
    curl_slist_free_all(list);
    return NULL;
}

static bool set_request(http_sink *s, slice form, struct curl_slist *headers) {
    CURL *e = s->call.easy;
    text_clear(&s->target);
    text_add_slice(&s->target, s->url);
    if (s->get) {
        text_add_char(&s->target, memchr(s->url.data, '?', s->url.len) != NULL ? '&' : '?');
        text_add_slice(&s->target, form);
    }
    CURLcode bad = curl_easy_setopt(e, CURLOPT_REQUEST_TARGET, text_cstr(&s->target));
    bad |= curl_easy_setopt(e, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    bad |= curl_easy_setopt(e, CURLOPT_HTTPHEADER, headers);
    if (s->cafile.len > 0) bad |= curl_easy_setopt(e, CURLOPT_CAINFO, s->cafile.data);
    if (!s->get) {
        bad |= curl_easy_setopt(e, CURLOPT_POSTFIELDS, form.data);
        bad |= curl_easy_setopt(e, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)form.len);
    }
    return bad == CURLE_OK && !s->target.failed;
}

static sink_status settle(http_sink *s, const sink_batch *batch, slice form, size_t *bytes, CURLcode code,
                          weir_error *err) {
    long answer = 0;
    curl_easy_getinfo(s->call.easy, CURLINFO_RESPONSE_CODE, &answer);
    if (answer == 0 && curl_call_again(&s->call, code, err)) return SINK_OK;
    *bytes = FRAME_HEAD + form.len;
    if (answer == 0 && code != CURLE_OK) {
        *batch->given_up = 1;
        return SINK_OK;
    }
    if (err != NULL) err->code = 0;
    if (answer >= 400)
        error_set(err, WEIR_ERR_SYSTEM, "%s:%d answers %ld", s->call.at.host, s->call.at.port, answer);
    return SINK_OK;
}

static sink_status no_connection(const http_sink *s, const sink_batch *batch, size_t *bytes) {
    if (s->recovery) return SINK_AGAIN;
    *bytes = batch->chunks[0].bytes.len;
    *batch->given_up = frame_count(batch->chunks[0].bytes);
    return SINK_OK;
}

static sink_status http_write(sink *base, const sink_batch *batch, size_t *bytes, weir_error *err) {
    http_sink *s = of(base);
    slice left = batch->chunks[0].bytes, form;
    CURLcode code = CURLE_OUT_OF_MEMORY;
    *bytes = 0;
    if (!frame_next(&left, &form)) {
        error_set(err, WEIR_ERR_SYSTEM, "the queue to %s is damaged", s->call.at.host);
        return SINK_LOST;
    }
    peer_status status = curl_call_begin(&s->call, s->whole, batch->stop, err);
    if (status == PEER_STOPPED) return SINK_AGAIN;
    if (status == PEER_DOWN) return no_connection(s, batch, bytes);
    struct curl_slist *headers = headers_of(s, form.len);
    if (headers != NULL && set_request(s, form, headers)) {
        intent_note(batch, NULL, 0, FRAME_HEAD + form.len);
        status = curl_call_run(&s->call, batch->stop, &code, err);
    } else {
        error_set(err, WEIR_ERR_SYSTEM, "no memory for a request");
    }
    curl_slist_free_all(headers);
    if (status == PEER_STOPPED) return SINK_AGAIN;
    if (status == PEER_DOWN) return no_connection(s, batch, bytes);
    return settle(s, batch, form, bytes, code, err);
}

static sink_status http_truncate(sink *base, weir_error *err) {
    (void)base, (void)err;
    return SINK_OK;
}

static size_t http_already(sink *base, const chunk_queue_map *map, const chunk_view *chunks, size_t count,
                           bool *doubtful) {
    (void)base;
    return intent_already(-1, map, chunks, count, doubtful);
}

static void http_close(sink *base) {
    http_sink *s = of(base);
    curl_call_done(&s->call);
    text_done(&s->target);
    arena_done(&s->memory);
    free(s);
}

static slice member(const value *all, const char *key) {
    const value *v = value_get(all, slice_of(key));
    return v != NULL && v->type == VALUE_STR ? v->str : SLICE_NONE;
}

/* Arena strings are followed by a NUL. */
static bool read_members(http_sink *s, const value *all) {
    s->url = arena_copy(&s->memory, member(all, "url"));
    s->authorization = arena_copy(&s->memory, member(all, "authorization"));
    s->cafile = arena_copy(&s->memory, member(all, "cafile"));
    s->get = slice_is(member(all, "method"), "GET");
    return s->url.data != NULL && s->authorization.data != NULL && s->cafile.data != NULL;
}

static int http_open(const sink_spec *spec, bool recovery, sink **out, char key_out[128], bool *created,
                     weir_error *err) {
    net_options at;
    value all;
    http_sink *s = calloc(1, sizeof *s);
    if (s == NULL) return error_set(err, WEIR_ERR_SYSTEM, "no memory");
    s->base = (sink){.kind = &http_sink_kind,
                     .write = http_write,
                     .truncate = http_truncate,
                     .already = http_already,
                     .close = http_close};
    arena_init(&s->memory, 0);
    text_init(&s->target, 0);
    s->recovery = recovery;
    if (net_options_read(spec, &s->memory, &at, &all, err) != 0) goto fail;
    net_options_key(spec, &all, key_out);
    if (!read_members(s, &all)) {
        error_set(err, WEIR_ERR_SYSTEM, "no memory");
        goto fail;
    }
    bool secure = spec->path.len > 8 && memcmp(spec->path.data, "https://", 8) == 0;
    bool figures = strchr(at.host, ':') != NULL;
    snprintf(s->whole, sizeof s->whole, "%s://%s%s%s:%d/", secure ? "https" : "http", figures ? "[" : "",
             at.host, figures ? "]" : "", at.port);
    if (curl_call_init(&s->call, &at, secure ? "https" : "http", err) != 0) goto fail;
    *created = false;
    *out = &s->base;
    return 0;

fail:
    http_close(&s->base);
    return -1;
}

const sink_kind http_sink_kind = {.name = "http", .open = http_open};
