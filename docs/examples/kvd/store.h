/* store.h - kvd's data: strings by key, each with an optional time to live. One lock; any thread. */
#ifndef KVD_STORE_H
#define KVD_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct bytes {
    char *data;
    size_t len;
} bytes;

void store_open(void);
/* Copies both. ttl_ms 0: for ever. false: no memory. */
bool store_set(bytes key, bytes value, int64_t ttl_ms);
/* A malloc'd copy; false: no such key. */
bool store_get(bytes key, bytes *value);
bool store_delete(bytes key);
bool store_expire(bytes key, int64_t ttl_ms);
/* Milliseconds left; -1 without a time to live, -2 without the key: Redis' answers. */
int64_t store_ttl(bytes key);
/* Adds; false when the value is no integer. */
bool store_add(bytes key, int64_t by, int64_t *result);
size_t store_size(void);
/* Removes what has expired, at most `most` keys; how many. */
size_t store_sweep(size_t most);

#endif
