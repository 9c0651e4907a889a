/* curl_call.h - one transfer by libcurl, as a writer needs it: no signals, no proxies, no redirects, no
 * lookup of names inside, descriptors that no child inherits, an end within 100 ms of *stop. */
#ifndef WEIR_SINK_CURL_CALL_H
#define WEIR_SINK_CURL_CALL_H

#include <curl/curl.h>

#include "sink/peer.h"

/* What is read of an answer; the rest is not waited for. */
#define CURL_CALL_ANSWER (64 * 1024)
/* The longest that one transfer may take: a server that drips must not hold the queue for ever. */
#define CURL_CALL_MS 30000
/* A record whose connection breaks so often is what breaks it. */
#define CURL_CALL_TRIES 3

typedef struct curl_call {
    net_options at;
    const char *scheme; /* "http", "https", "smtp" */
    CURL *easy;
    CURLM *multi;
    struct curl_slist *addresses;
    lookup *asking;
    peer_backoff backoff;
    size_t answered; /* bytes of the present answer */
    unsigned tries;  /* of the present record, whose connections broke */
    char why[CURL_ERROR_SIZE];
} curl_call;

int curl_call_init(curl_call *c, const net_options *at, const char *scheme, weir_error *err);
void curl_call_done(curl_call *c);

/* Ready for the options of one transfer (c->easy), with all of the above set: url is the whole one.
 * PEER_DOWN: no name, or not before the backoff is over. */
peer_status curl_call_begin(curl_call *c, const char *url, const uint32_t *stop, weir_error *err);
/* Runs it. *code: libcurl's. PEER_READY: it came to an end; PEER_DOWN: no connection. */
peer_status curl_call_run(curl_call *c, const uint32_t *stop, CURLcode *code, weir_error *err);
/* After a run that came to an end: did the connection break before an answer came, and is the record to be
 * sent again, whole? Then err is taken back. Counts; false after CURL_CALL_TRIES, and then begins anew. */
bool curl_call_again(curl_call *c, CURLcode code, weir_error *err);

#endif
