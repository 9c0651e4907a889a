/* client.c - libcurl set up as one request wants it. Proxies and redirects are never used. */
#include "admin/cli/client.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

#include "admin/cli/discover.h"
#include "admin/cli/print.h"

/* An answer larger than this is none of Weir's: 1,000 records of 256 KiB would not be shown anyway. */
#define ANSWER_MAX (256u * 1024 * 1024)
#define CONNECT_TIMEOUT_MS 5000L
/* A service gives each request 10 s, and a stream says at least every 10 s that it is there. Three times that
 * is for a machine under load; a push may wait for disks and for other pushes. */
#define SILENCE_S 30L

typedef struct transfer {
    CURL *curl;
    struct curl_slist *headers;
    text body;
    text partial; /* of a stream: the line that is not whole */
    int (*line)(void *arg, slice line);
    void *arg;
    bool ended; /* line said so */
    char token_header[256];
    char error[CURL_ERROR_SIZE];
} transfer;

void answer_done(answer *a) {
    text_done(&a->body);
    arena_done(&a->memory);
}

static size_t on_body(char *data, size_t size, size_t count, void *arg) {
    transfer *t = arg;
    text_add(&t->body, data, size * count);
    return t->body.failed ? 0 : size * count;
}

static size_t on_stream(char *data, size_t size, size_t count, void *arg) {
    transfer *t = arg;
    size_t total = size * count, begin = 0;
    for (size_t i = 0; i < total; i++) {
        if (data[i] != '\n') continue;
        text_add(&t->partial, data + begin, i - begin);
        begin = i + 1;
        if (t->partial.failed || t->line(t->arg, text_slice(&t->partial)) != 0) {
            t->ended = true;
            return 0;
        }
        text_clear(&t->partial);
    }
    text_add(&t->partial, data + begin, total - begin);
    return total;
}

/* Where the request goes: the socket of a service found, or the URL of --to with its token. */
static int aim(const invocation *call, transfer *t, const char *path, text *url) {
    const char *to = call->option[OPT_TO], *token = getenv("WEIR_TOKEN");
    if (to == NULL) {
        found_service service;
        int status = discover_one(call, &service);
        if (status != 0) return status;
        curl_easy_setopt(t->curl, CURLOPT_UNIX_SOCKET_PATH, service.path);
        text_add_cstr(url, "http://localhost");
        text_add_cstr(url, path);
        return 0;
    }
    if (strncmp(to, "unix:", 5) == 0)
        return complain(EXIT_USAGE,
                        "--to %s: expected http://HOST:PORT (`weir push` alone takes a config port)", to);
    const char *scheme = strstr(to, "://"), *fragment = strstr(to, "#token=");
    if (scheme != NULL && strncmp(to, "http://", 7) != 0 && strncmp(to, "https://", 8) != 0)
        return complain(EXIT_USAGE, "--to %s: expected http://HOST:PORT", to);
    size_t len = fragment ? (size_t)(fragment - to) : strlen(to);
    if (fragment) token = fragment + strlen("#token=");
    while (len > 0 && to[len - 1] == '/') len--;
    if (scheme == NULL) text_add_cstr(url, "http://");
    text_add(url, to, len);
    text_add_cstr(url, path);
    if (token != NULL && token[0] != '\0') {
        snprintf(t->token_header, sizeof t->token_header, "Authorization: Bearer %s", token);
        t->headers = curl_slist_append(t->headers, t->token_header);
    }
    return 0;
}

static int transfer_init(transfer *t, const invocation *call, const char *path) {
    memset(t, 0, sizeof *t);
    text_init(&t->body, ANSWER_MAX);
    text_init(&t->partial, ANSWER_MAX);
    t->curl = curl_easy_init();
    if (t->curl == NULL) return complain(EXIT_UNREACHABLE, "libcurl cannot be set up");
    text url;
    text_init(&url, 0);
    int status = aim(call, t, path, &url);
    curl_easy_setopt(t->curl, CURLOPT_URL, text_cstr(&url));
    curl_easy_setopt(t->curl, CURLOPT_PATH_AS_IS, 1L); /* a logger may be named ".." */
    curl_easy_setopt(t->curl, CURLOPT_PROXY, "");
    curl_easy_setopt(t->curl, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_TIMEOUT_MS);
    curl_easy_setopt(t->curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(t->curl, CURLOPT_LOW_SPEED_TIME, SILENCE_S);
    curl_easy_setopt(t->curl, CURLOPT_ERRORBUFFER, t->error);
    curl_easy_setopt(t->curl, CURLOPT_WRITEDATA, t);
    curl_easy_setopt(t->curl, CURLOPT_WRITEFUNCTION, on_body);
    text_done(&url);
    return status;
}

static void transfer_done(transfer *t) {
    curl_slist_free_all(t->headers);
    if (t->curl) curl_easy_cleanup(t->curl);
    text_done(&t->body);
    text_done(&t->partial);
}

static int status_of(long http) {
    switch (http) {
    case 401:
    case 403: return EXIT_DENIED;
    case 409: return EXIT_CONFLICT;
    case 422: /* a configuration with problems */
    case 400: return EXIT_USAGE;
    default: return http >= 200 && http < 300 ? EXIT_DONE : EXIT_NOTHING;
    }
}

/* problem+json as a person reads it: the detail, then one line a problem. */
static void print_problem(const answer *a) {
    slice detail = get_str(&a->json, "detail");
    if (detail.len == 0)
        complain(0, "the service answered %ld", a->status);
    else
        complain(0, "%.*s", (int)detail.len, detail.data);
    const value *list = get_list(&a->json, "problems");
    for (size_t i = 0; i < list->list.count; i++) {
        slice line = get_str(&list->list.items[i], "text");
        print_lines(stderr, line);
    }
}

static bool connected(const transfer *t) {
    curl_off_t took = 0;
    curl_easy_getinfo(t->curl, CURLINFO_CONNECT_TIME_T, &took);
    return took > 0;
}

static int perform(transfer *t, long *http) {
    CURLcode rc;
    curl_easy_setopt(t->curl, CURLOPT_HTTPHEADER, t->headers);
    rc = curl_easy_perform(t->curl);
    curl_easy_getinfo(t->curl, CURLINFO_RESPONSE_CODE, http);
    if (rc == CURLE_OK || t->ended) return 0;
    if (rc == CURLE_OPERATION_TIMEDOUT && connected(t))
        return complain(
            EXIT_UNREACHABLE,
            "the service does not answer: nothing came for %ld s (is it stopped, or its machine gone?)",
            SILENCE_S);
    long system_error = 0;
    curl_easy_getinfo(t->curl, CURLINFO_OS_ERRNO, &system_error);
    bool denied = system_error == 13 || system_error == 1; /* EACCES, EPERM on the socket */
    if (rc == CURLE_UNSUPPORTED_PROTOCOL || rc == CURLE_HTTP_RETURNED_ERROR || rc == CURLE_WEIRD_SERVER_REPLY)
        return complain(EXIT_UNREACHABLE,
                        "what answers there does not speak HTTP (a config port? `weir push` "
                        "alone takes one)");
    return complain(
        denied ? EXIT_DENIED : EXIT_UNREACHABLE, "%s%s", t->error[0] ? t->error : curl_easy_strerror(rc),
        denied ? ": the socket belongs to another user (only that user and root are let in)" : "");
}

int client_request(const invocation *call, const char *method, const char *path, const text *body,
                   answer *out) {
    transfer t;
    text_init(&out->body, ANSWER_MAX);
    arena_init(&out->memory, 0);
    out->json = value_none();
    out->status = 0;
    int status = transfer_init(&t, call, path);
    if (status == 0) {
        curl_easy_setopt(t.curl, CURLOPT_CUSTOMREQUEST, method);
        if (strcmp(method, "GET") != 0)
            t.headers = curl_slist_append(t.headers, "Content-Type: application/json");
        if (body != NULL) {
            t.headers = curl_slist_append(t.headers, "Expect:");
            curl_easy_setopt(t.curl, CURLOPT_POSTFIELDS, text_cstr(body));
            curl_easy_setopt(t.curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body->len);
        }
        status = perform(&t, &out->status);
    }
    if (status == 0) {
        text_add_slice(&out->body, text_slice(&t.body));
        if (json_parse(text_slice(&out->body), LIMIT_VALUE_DEPTH, &out->memory, &out->json, NULL) != 0)
            out->json = value_none();
        status = status_of(out->status);
        if (status != 0) print_problem(out);
    }
    transfer_done(&t);
    return status;
}

int client_stream(const invocation *call, const char *path, int (*line)(void *arg, slice line), void *arg) {
    transfer t;
    long http = 0;
    int status = transfer_init(&t, call, path);
    if (status == 0) {
        t.line = line;
        t.arg = arg;
        curl_easy_setopt(t.curl, CURLOPT_WRITEFUNCTION, on_stream);
        status = perform(&t, &http);
    }
    if (status == 0 && http != 200) status = complain(status_of(http), "the service answered %ld", http);
    transfer_done(&t);
    return status;
}

void client_encode(text *path, slice s) {
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.data[i];
        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
            memchr("-_.~", c, 4) != NULL)
            text_add_char(path, (char)c);
        else
            text_addf(path, "%%%02X", c);
    }
}

void client_query(text *path, const char *key, const char *val) {
    if (val == NULL) return;
    text_add_char(path, memchr(text_cstr(path), '?', path->len) ? '&' : '?');
    client_encode(path, slice_of(key));
    text_add_char(path, '=');
    client_encode(path, slice_of(val));
}

slice get_str(const value *object, const char *key) {
    const value *v = value_get(object, slice_of(key));
    return v != NULL && v->type == VALUE_STR ? v->str : slice_make("", 0);
}

int64_t get_int(const value *object, const char *key) {
    const value *v = value_get(object, slice_of(key));
    return v != NULL && v->type == VALUE_INT ? v->i64 : 0;
}

bool get_bool(const value *object, const char *key) {
    const value *v = value_get(object, slice_of(key));
    return v != NULL && v->type == VALUE_BOOL && v->boolean;
}

const value *get_list(const value *object, const char *key) {
    static const value empty = {.type = VALUE_LIST};
    const value *v = value_get(object, slice_of(key));
    return v != NULL && v->type == VALUE_LIST ? v : &empty;
}
