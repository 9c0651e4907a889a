/* resp.h - the part of the Redis protocol (RESP2) that kvd speaks: requests as arrays of bulk strings or
 * as one line of words, answers as text. */
#ifndef KVD_RESP_H
#define KVD_RESP_H

#include "store.h"

enum { RESP_ARGS = 64, RESP_ARG_MAX = 512 * 1024 };

typedef struct request {
    bytes args[RESP_ARGS]; /* point into the input */
    int count;
} request;

typedef enum resp_status { RESP_DONE, RESP_MORE, RESP_BAD } resp_status;

/* Takes one request from data[0..len); *used says how much it took. RESP_BAD: why is in *error. */
resp_status resp_parse(char *data, size_t len, request *out, size_t *used, const char **error);

typedef struct reply {
    char *data;
    size_t len, cap;
} reply;
void reply_add(reply *r, const char *data, size_t len);
void reply_text(reply *r, const char *line); /* a whole line without CRLF: "+OK", "-ERR …", ":1", "$-1" */
void reply_int(reply *r, int64_t value);
void reply_bulk(reply *r, bytes value);

#endif
