/* routes.h - everything that can be asked for, one row each in routes.c. A handler runs on its
 * connection's own thread and may block. */
#ifndef WEIR_ADMIN_ROUTES_H
#define WEIR_ADMIN_ROUTES_H

#include "base/slice.h"

typedef struct http_request http_request;

enum route_flags {
    ROUTE_OPEN = 1,    /* no token is needed: it tells nothing */
    ROUTE_CHANGES = 2, /* changes something: application/json, and from our own page only */
    ROUTE_BODY = 4,    /* wants a body */
    ROUTE_LARGE = 8,   /* the body holds a configuration */
    ROUTE_LOCAL = 16,  /* only on the UNIX socket */
};
/* A configuration of LIMIT_CONFIG_TEXT as a JSON string: every second byte may need a backslash. */
#define ROUTE_LARGE_BODY (2 * 1024 * 1024 + 64 * 1024)

#define ROUTE_PARAMS 2
typedef struct endpoint {
    const char *method;
    const char *pattern; /* "/api/loggers/{}/level": {} is one segment, percent-decoded */
    void (*handle)(http_request *r);
    unsigned flags;
} endpoint;

/* The row, or NULL; then *allow lists the methods that the path does have, or is NULL: no such path.
 * HEAD finds the row of GET. path is still percent-encoded. */
const endpoint *routes_find(slice method, slice path, const char **allow);
/* The segments that {} stands for, still encoded. Returns how many. */
size_t routes_params(const endpoint *r, slice path, slice params[ROUTE_PARAMS]);
const endpoint *routes_at(size_t index); /* NULL at the end */

#endif
