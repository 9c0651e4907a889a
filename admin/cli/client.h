/* client.h - one request to a service's HTTP API, over its local socket or to a URL, by libcurl. */
#ifndef WEIR_ADMIN_CLI_CLIENT_H
#define WEIR_ADMIN_CLI_CLIENT_H

#include "admin/cli/cli.h"

typedef struct answer {
    long status;
    text body;
    arena memory;
    value json; /* the body, parsed; VALUE_NONE when it is none */
} answer;
void answer_done(answer *a);

/* Sends; 0 with *out filled when the status is 2xx. Else the problem is printed to stderr, *out is
 * filled as far as there was an answer, and the exit status is returned. body NULL: none. */
int client_request(const invocation *call, const char *method, const char *path, const text *body,
                   answer *out);
/* A GET whose lines are handed over as they come, until it ends or line returns nonzero. */
int client_stream(const invocation *call, const char *path, int (*line)(void *arg, slice line), void *arg);

/* Appends "?key=value" or "&key=value", encoded; nothing when value is NULL. */
void client_query(text *path, const char *key, const char *value);
/* Appends s percent-encoded. */
void client_encode(text *path, slice s);

/* Reads of an answer, with something harmless where a key is missing. */
slice get_str(const value *object, const char *key);
int64_t get_int(const value *object, const char *key);
bool get_bool(const value *object, const char *key);
const value *get_list(const value *object, const char *key); /* an empty one when missing */

#endif
