/* lookup.h - a host's addresses, without ever hanging on a name server: the question is asked on a thread of
 * its own, and whoever wants the answer waits as long as it likes. One writer uses a lookup; what is
 * given up ends by itself and is put away at the next question. */
#ifndef WEIR_SINK_LOOKUP_H
#define WEIR_SINK_LOOKUP_H

#include <netinet/in.h>
#include <sys/socket.h>

#include "base/error.h"

/* Addresses of one name that are tried: more are mirrors of the same. */
#define LOOKUP_ADDRESSES 16

typedef struct lookup_address {
    struct sockaddr_storage addr;
    socklen_t len;
} lookup_address;
typedef struct lookup_answer {
    lookup_address list[LOOKUP_ADDRESSES];
    size_t count;
} lookup_answer;

typedef struct lookup lookup;

typedef enum lookup_status { LOOKUP_FOUND, LOOKUP_WAITING, LOOKUP_FAILED } lookup_status;

/* Asks, or goes on waiting for what *l asked before, for at most wait_ms or until *stop. An address in
 * figures is found at once. *l is NULL before the first question and after an answer. */
lookup_status lookup_ask(lookup **l, const char *host, uint16_t port, int family, int wait_ms,
                         const uint32_t *stop, lookup_answer *out, weir_error *err);
void lookup_give_up(lookup **l);
/* An address in figures, without asking anybody. */
bool lookup_figures(const char *host, lookup_answer *out);
/* Is it an address that no configuration from outside may have things sent to: link-local, where clouds
 * keep their metadata services? */
bool lookup_is_guarded(const struct sockaddr_storage *addr);

#endif
