/* curl_call.c - see curl_call.h. Runs on writers; init on the thread that builds a configuration. libcurl is
 * told the addresses, which sink/lookup.h finds, so that it starts no thread of its own. */
#include "sink/curl_call.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdio.h>
#include <unistd.h>

#include "base/descriptor.h"
#include "base/worker.h"
#include "sink/batch_io.h"

static pthread_once_t once = PTHREAD_ONCE_INIT;
static CURLcode global_code;

/* Counted by libcurl: a host that uses it too is not disturbed. Never undone, as the library stays loaded. */
static void init_once(void) {
    sigset_t before;
    worker_mask_signals(&before);
    global_code = curl_global_init(CURL_GLOBAL_DEFAULT);
    worker_unmask_signals(&before);
}

int curl_call_init(curl_call *c, const net_options *at, const char *scheme, weir_error *err) {
    *c = (curl_call){.at = *at, .scheme = scheme};
    pthread_once(&once, init_once);
    if (global_code != CURLE_OK)
        return error_set(err, WEIR_ERR_SYSTEM, "libcurl cannot be used: %s", curl_easy_strerror(global_code));
    c->easy = curl_easy_init();
    c->multi = curl_multi_init();
    if (c->easy != NULL && c->multi != NULL) return 0;
    curl_call_done(c);
    return error_set(err, WEIR_ERR_SYSTEM, "no memory for a connection");
}

void curl_call_done(curl_call *c) {
    if (c->easy != NULL) curl_easy_cleanup(c->easy);
    if (c->multi != NULL) curl_multi_cleanup(c->multi);
    curl_slist_free_all(c->addresses);
    lookup_give_up(&c->asking);
    *c = (curl_call){0};
}

static curl_socket_t open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *addr) {
    (void)purpose;
    const curl_call *c = arg;
    struct sockaddr_storage to = {0};
    memcpy(&to, &addr->addr, addr->addrlen < sizeof to ? addr->addrlen : sizeof to);
    if (c->at.guarded && lookup_is_guarded(&to)) return CURL_SOCKET_BAD;
    int fd = descriptor_above(socket(addr->family, addr->socktype | SOCK_CLOEXEC, addr->protocol));
    return fd < 0 ? CURL_SOCKET_BAD : fd;
}

static size_t take_answer(char *bytes, size_t size, size_t count, void *arg) {
    (void)bytes;
    curl_call *c = arg;
    c->answered += size * count;
    return c->answered <= CURL_CALL_ANSWER ? size * count : 0;
}

/* "host:port:address,address" */
static bool tell_addresses(curl_call *c, const lookup_answer *found) {
    if (strchr(c->at.host, ':') != NULL) return true; /* IPv6 in figures: nobody need be asked */
    char line[256 + 16 + LOOKUP_ADDRESSES * (INET6_ADDRSTRLEN + 3)];
    size_t at = (size_t)snprintf(line, sizeof line, "%s:%d:", c->at.host, c->at.port);
    for (size_t i = 0; i < found->count; i++) {
        char figures[INET6_ADDRSTRLEN + 24];
        const struct sockaddr_storage *addr = &found->list[i].addr;
        if (getnameinfo((const struct sockaddr *)addr, found->list[i].len, figures, sizeof figures, NULL, 0,
                        NI_NUMERICHOST) != 0)
            continue;
        bool six = addr->ss_family == AF_INET6;
        at += (size_t)snprintf(line + at, sizeof line - at, "%s%s%s%s", line[at - 1] == ':' ? "" : ",",
                               six ? "[" : "", figures, six ? "]" : "");
        if (at >= sizeof line) return false;
    }
    curl_slist_free_all(c->addresses);
    c->addresses = curl_slist_append(NULL, line);
    return c->addresses != NULL;
}

static bool set_common(curl_call *c, const char *url) {
    CURL *e = c->easy;
    c->answered = 0;
    c->why[0] = '\0';
    curl_easy_reset(e);
    CURLcode bad = curl_easy_setopt(e, CURLOPT_URL, url);
    bad |= curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, c->scheme);
    bad |= curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
    bad |= curl_easy_setopt(e, CURLOPT_PROXY, "");
    bad |= curl_easy_setopt(e, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    bad |= curl_easy_setopt(e, CURLOPT_FOLLOWLOCATION, 0L);
    bad |= curl_easy_setopt(e, CURLOPT_FRESH_CONNECT, 1L);
    bad |= curl_easy_setopt(e, CURLOPT_FORBID_REUSE, 1L);
    bad |= curl_easy_setopt(e, CURLOPT_ERRORBUFFER, c->why);
    bad |= curl_easy_setopt(e, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    bad |= curl_easy_setopt(e, CURLOPT_OPENSOCKETDATA, c);
    bad |= curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, take_answer);
    bad |= curl_easy_setopt(e, CURLOPT_WRITEDATA, c);
    bad |= curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS, 5000L);
    bad |= curl_easy_setopt(e, CURLOPT_TIMEOUT_MS, (long)CURL_CALL_MS);
    bad |= curl_easy_setopt(e, CURLOPT_RESOLVE, c->addresses);
    return bad == CURLE_OK;
}

peer_status curl_call_begin(curl_call *c, const char *url, const uint32_t *stop, weir_error *err) {
    lookup_answer found;
    if (!peer_backoff_over(&c->backoff)) {
        error_set(err, WEIR_ERR_SYSTEM, "%s is down and not tried before a while", c->at.host);
        return PEER_DOWN;
    }
    lookup_status got = lookup_ask(&c->asking, c->at.host, (uint16_t)c->at.port, AF_UNSPEC, PEER_CONNECT_MS,
                                   stop, &found, err);
    if (got == LOOKUP_FOUND && tell_addresses(c, &found) && set_common(c, url)) return PEER_READY;
    if (__atomic_load_n(stop, __ATOMIC_ACQUIRE) != 0) return PEER_STOPPED;
    if (got == LOOKUP_FOUND) error_set(err, WEIR_ERR_SYSTEM, "no memory for a connection");
    peer_backoff_failed(&c->backoff, &c->at.retry);
    return PEER_DOWN;
}

static bool result_of(curl_call *c, CURLcode *code) {
    int left;
    for (CURLMsg *m; (m = curl_multi_info_read(c->multi, &left)) != NULL;)
        if (m->msg == CURLMSG_DONE && m->easy_handle == c->easy) {
            *code = m->data.result;
            return true;
        }
    return false;
}

peer_status curl_call_run(curl_call *c, const uint32_t *stop, CURLcode *code, weir_error *err) {
    int running = 1;
    bool ended = false;
    *code = CURLE_FAILED_INIT;
    if (curl_multi_add_handle(c->multi, c->easy) != CURLM_OK) {
        error_set(err, WEIR_ERR_SYSTEM, "no memory for a connection");
        return PEER_DOWN;
    }
    while (!ended && __atomic_load_n(stop, __ATOMIC_ACQUIRE) == 0) {
        if (curl_multi_perform(c->multi, &running) != CURLM_OK) break;
        ended = result_of(c, code);
        if (!ended) curl_multi_poll(c->multi, NULL, 0, BATCH_SLICE_MS, NULL);
    }
    curl_multi_remove_handle(c->multi, c->easy);
    if (!ended) return PEER_STOPPED;
    if (*code == CURLE_OK) {
        peer_backoff_done(&c->backoff);
        return PEER_READY;
    }
    error_set(err, WEIR_ERR_SYSTEM, "cannot send to %s:%d: %s", c->at.host, c->at.port,
              c->why[0] != '\0' ? c->why : curl_easy_strerror(*code));
    /* A server that is there and does not answer in time has had this record; one that is not has had none.
     */
    curl_off_t connected_after = 0;
    curl_easy_getinfo(c->easy, CURLINFO_CONNECT_TIME_T, &connected_after);
    bool connected = connected_after > 0;
    if (connected)
        peer_backoff_done(&c->backoff);
    else
        peer_backoff_failed(&c->backoff, &c->at.retry);
    return connected ? PEER_READY : PEER_DOWN;
}

bool curl_call_again(curl_call *c, CURLcode code, weir_error *err) {
    long answer = 0; /* a refusal is an answer: libcurl calls that of a mail a send error */
    curl_easy_getinfo(c->easy, CURLINFO_RESPONSE_CODE, &answer);
    bool broke = code == CURLE_SEND_ERROR || code == CURLE_RECV_ERROR || code == CURLE_GOT_NOTHING;
    if (broke && answer < 400 && ++c->tries < CURL_CALL_TRIES) {
        if (err != NULL) err->code = 0;
        return true;
    }
    c->tries = 0;
    return false;
}
