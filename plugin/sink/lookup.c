/* lookup.c - see lookup.h. getaddrinfo runs on a worker "weir-lookup" and cannot be interrupted; a lookup
 * that was given up stays in a list until its thread has ended. */
#include "sink/lookup.h"

#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/worker.h"

#define LOOKUP_SLICE_MS 100

struct lookup {
    worker thread;
    char host[256];
    uint16_t port;
    int family;
    int code; /* of getaddrinfo */
    lookup_answer answer;
    lookup *next; /* of those given up */
};

static pthread_mutex_t given_up_lock = PTHREAD_MUTEX_INITIALIZER;
static lookup *given_up;

static int resolve(const char *host, uint16_t port, int family, int flags, lookup_answer *out) {
    char service[8];
    struct addrinfo hints = {
        .ai_family = family, .ai_socktype = SOCK_STREAM, .ai_flags = flags | AI_NUMERICSERV};
    struct addrinfo *list = NULL;
    snprintf(service, sizeof service, "%u", (unsigned)port);
    int code = getaddrinfo(host, service, &hints, &list);
    if (code != 0) return code;
    out->count = 0;
    for (struct addrinfo *a = list; a != NULL && out->count < LOOKUP_ADDRESSES; a = a->ai_next) {
        if (a->ai_addrlen > sizeof out->list[0].addr) continue;
        lookup_address *to = &out->list[out->count++];
        memset(to, 0, sizeof *to);
        memcpy(&to->addr, a->ai_addr, a->ai_addrlen);
        to->len = a->ai_addrlen;
    }
    freeaddrinfo(list);
    return out->count > 0 ? 0 : EAI_NONAME;
}

bool lookup_figures(const char *host, lookup_answer *out) {
    return resolve(host, 0, AF_UNSPEC, AI_NUMERICHOST, out) == 0;
}

static void run(void *arg) {
    lookup *l = arg;
    l->code = resolve(l->host, l->port, l->family, 0, &l->answer);
}

static void put_away_ended(void) {
    pthread_mutex_lock(&given_up_lock);
    for (lookup **at = &given_up; *at != NULL;) {
        lookup *l = *at;
        if (worker_join(&l->thread, 0)) {
            *at = l->next;
            free(l);
        } else {
            at = &l->next;
        }
    }
    pthread_mutex_unlock(&given_up_lock);
}

void lookup_give_up(lookup **l) {
    if (*l != NULL) {
        pthread_mutex_lock(&given_up_lock);
        (*l)->next = given_up;
        given_up = *l;
        pthread_mutex_unlock(&given_up_lock);
        *l = NULL;
    }
    put_away_ended();
}

static lookup *begin(const char *host, uint16_t port, int family, weir_error *err) {
    lookup *l = calloc(1, sizeof *l);
    if (l == NULL) {
        error_set(err, WEIR_ERR_SYSTEM, "no memory");
        return NULL;
    }
    snprintf(l->host, sizeof l->host, "%s", host);
    l->port = port;
    l->family = family;
    if (worker_start(&l->thread, "weir-lookup", run, l, err) == 0) return l;
    free(l);
    return NULL;
}

lookup_status lookup_ask(lookup **l, const char *host, uint16_t port, int family, int wait_ms,
                         const uint32_t *stop, lookup_answer *out, weir_error *err) {
    if (*l == NULL && resolve(host, port, family, AI_NUMERICHOST, out) == 0) return LOOKUP_FOUND;
    put_away_ended();
    if (*l == NULL && (*l = begin(host, port, family, err)) == NULL) return LOOKUP_FAILED;
    for (int waited = 0;; waited += LOOKUP_SLICE_MS) {
        if (worker_join(&(*l)->thread, waited < wait_ms ? LOOKUP_SLICE_MS : 0)) break;
        if (waited < wait_ms && __atomic_load_n(stop, __ATOMIC_ACQUIRE) == 0) continue;
        error_set(err, WEIR_ERR_SYSTEM, "the name %s is not found yet: no answer from the name server", host);
        return LOOKUP_WAITING;
    }
    int code = (*l)->code;
    *out = (*l)->answer;
    free(*l);
    *l = NULL;
    if (code == 0) return LOOKUP_FOUND;
    error_set(err, WEIR_ERR_SYSTEM, "the name %s is not found: %s", host, gai_strerror(code));
    return LOOKUP_FAILED;
}

bool lookup_is_guarded(const struct sockaddr_storage *addr) {
    if (addr->ss_family == AF_INET) {
        struct sockaddr_in in;
        memcpy(&in, addr, sizeof in);
        return (ntohl(in.sin_addr.s_addr) >> 16) == 0xA9FE; /* 169.254.0.0/16 */
    }
    if (addr->ss_family != AF_INET6) return false;
    struct sockaddr_in6 in6;
    memcpy(&in6, addr, sizeof in6);
    const unsigned char *b = in6.sin6_addr.s6_addr;
    static const unsigned char ec2[8] = {0xfd, 0x00, 0x0e, 0xc2, 0, 0, 0, 0};
    if (IN6_IS_ADDR_LINKLOCAL(&in6.sin6_addr) || memcmp(b, ec2, sizeof ec2) == 0) return true;
    return IN6_IS_ADDR_V4MAPPED(&in6.sin6_addr) && b[12] == 169 && b[13] == 254;
}
