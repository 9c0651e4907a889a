/* guard.h - looks at a request's header block before libmicrohttpd sees it, and refuses what is malformed,
 * foreign or not allowed (rows R, C and H of tests/coverage.txt). Pure functions; no memory, no sockets. */
#ifndef WEIR_ADMIN_GUARD_H
#define WEIR_ADMIN_GUARD_H

#include <stdint.h>

#include "admin/http/routes.h"
#include "base/error.h"

/* Bytes of the request's target, and header lines: browsers send a tenth of either. */
#define GUARD_TARGET 8192
#define GUARD_HEADERS 100

/* What the checks need of a header block; slices point into it. data NULL: the header is not there. */
typedef struct guard_request {
    slice method, target, path, query; /* path and query still percent-encoded */
    slice host, origin, fetch_site, authorization, content_type, content_length, transfer_encoding;
    uint64_t length; /* of the body */
    size_t size;     /* of the header block, its empty line included */
} guard_request;

typedef struct guard_verdict {
    int status;         /* 0: go on */
    const char *detail; /* static; what is wrong */
    const char *allow;  /* 405: what Allow says */
} guard_verdict;

typedef enum guard_result { GUARD_MORE, GUARD_OK, GUARD_REFUSED } guard_result;

/* Takes apart what has come so far. MORE: no empty line yet and nothing wrong. */
guard_result guard_parse(const char *data, size_t len, guard_request *out, guard_verdict *why);

typedef enum guard_token { TOKEN_ABSENT, TOKEN_WRONG, TOKEN_RIGHT } guard_token;
typedef struct guard_rules {
    bool local;        /* the UNIX socket: the kernel has said who asks, and no browser can */
    int port;          /* of the TCP address */
    const char *own;   /* that address, or NULL; it need not be one of the usual names' */
    const char *hosts; /* further Hosts, separated by commas or blanks */
} guard_rules;

/* Host, route, method, origin, token, type, length: in this order. *out is the route when it may go on. */
guard_result guard_check(const guard_request *r, const guard_rules *rules, guard_token token,
                         const endpoint **out, guard_verdict *why);
/* Is "HOST:PORT" one by which we may be called? */
bool guard_host_known(slice host, const guard_rules *rules);
/* The token of "Bearer TOKEN"; SLICE_NONE when it is none. */
slice guard_bearer(slice authorization);

/* Percent-decodes a path segment or a query's key or value ('+' is a blank there); -1: malformed, or a
 * control character. */
int guard_decode(slice in, bool plus_is_blank, text *out);
const char *guard_reason(int status);

#endif
