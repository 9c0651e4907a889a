/* store.c - a chained hash table under one lock. */
#include "store.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "log.h"

typedef struct item {
    struct item *next;
    bytes key, value;
    int64_t expires_ms; /* 0: never */
} item;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static item **buckets;
static size_t bucket_count, item_count;

static int64_t now_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static uint64_t hash(bytes key) {
    uint64_t h = 1469598103934665603u;
    for (size_t i = 0; i < key.len; i++) h = (h ^ (unsigned char)key.data[i]) * 1099511628211u;
    return h;
}

static bool copy(bytes from, bytes *to) {
    char *data = malloc(from.len + 1);
    if (data == NULL) return false;
    memcpy(data, from.data, from.len);
    data[from.len] = '\0';
    *to = (bytes){data, from.len};
    return true;
}

static void discard(item **place) {
    item *gone = *place;
    *place = gone->next;
    free(gone->key.data);
    free(gone->value.data);
    free(gone);
    item_count--;
}

/* The place that points at the key's item, or the end of its chain. Removes the item if it expired. */
static item **find(bytes key) {
    item **place = &buckets[hash(key) % bucket_count];
    while (*place && ((*place)->key.len != key.len || memcmp((*place)->key.data, key.data, key.len) != 0))
        place = &(*place)->next;
    if (*place && (*place)->expires_ms > 0 && (*place)->expires_ms <= now_ms()) {
        WEIR_DEBUG(log_expiry, "key %.*s expired when it was read", (int)key.len, key.data);
        discard(place);
        return find(key);
    }
    return place;
}

static void grow(void) {
    size_t count = bucket_count * 2;
    item **wider = calloc(count, sizeof *wider);
    if (wider == NULL) {
        WEIR_WARNING(log_store, "no memory for %zu buckets, staying with %zu", count, bucket_count);
        return;
    }
    for (size_t i = 0; i < bucket_count; i++)
        for (item *it = buckets[i], *next; it; it = next) {
            next = it->next;
            item **place = &wider[hash(it->key) % count];
            it->next = *place;
            *place = it;
        }
    free(buckets);
    buckets = wider;
    WEIR_INFO(log_store, "grown from %zu to %zu buckets for %zu keys", bucket_count, count, item_count);
    bucket_count = count;
}

void store_open(void) {
    bucket_count = 64;
    buckets = calloc(bucket_count, sizeof *buckets);
    if (buckets == NULL) abort();
}

static bool insert(item **place, bytes key, bytes value) {
    item *made = calloc(1, sizeof *made);
    if (made == NULL || !copy(key, &made->key)) {
        free(made);
        return false;
    }
    made->value = value;
    made->next = NULL;
    *place = made;
    if (++item_count > bucket_count * 2) grow();
    return true;
}

static bool set_locked(bytes key, bytes value, int64_t ttl_ms) {
    bytes kept;
    if (!copy(value, &kept)) return false;
    item **place = find(key);
    if (*place) {
        free((*place)->value.data);
        (*place)->value = kept;
    } else if (!insert(place, key, kept)) {
        free(kept.data);
        return false;
    } else {
        place = find(key); /* the table may have grown */
    }
    (*place)->expires_ms = ttl_ms > 0 ? now_ms() + ttl_ms : 0;
    return true;
}

bool store_set(bytes key, bytes value, int64_t ttl_ms) {
    pthread_mutex_lock(&lock);
    bool done = set_locked(key, value, ttl_ms);
    pthread_mutex_unlock(&lock);
    if (done)
        WEIR_DEBUG(log_store, "set %.*s to %zu bytes, ttl %" PRId64 " ms", (int)key.len, key.data, value.len,
                   ttl_ms);
    else
        WEIR_ERROR(log_store, "no memory to set %.*s to %zu bytes", (int)key.len, key.data, value.len);
    return done;
}

bool store_get(bytes key, bytes *value) {
    pthread_mutex_lock(&lock);
    item **place = find(key);
    bool found = *place != NULL && copy((*place)->value, value);
    pthread_mutex_unlock(&lock);
    WEIR_DEBUG(log_store, "get %.*s: %s", (int)key.len, key.data, found ? "hit" : "miss");
    return found;
}

bool store_delete(bytes key) {
    pthread_mutex_lock(&lock);
    item **place = find(key);
    bool found = *place != NULL;
    if (found) discard(place);
    pthread_mutex_unlock(&lock);
    WEIR_DEBUG(log_store, "delete %.*s: %s", (int)key.len, key.data, found ? "done" : "not there");
    return found;
}

bool store_expire(bytes key, int64_t ttl_ms) {
    pthread_mutex_lock(&lock);
    item **place = find(key);
    bool found = *place != NULL;
    if (found) (*place)->expires_ms = now_ms() + ttl_ms;
    pthread_mutex_unlock(&lock);
    return found;
}

int64_t store_ttl(bytes key) {
    pthread_mutex_lock(&lock);
    item **place = find(key);
    int64_t left = *place == NULL ? -2 : (*place)->expires_ms == 0 ? -1 : (*place)->expires_ms - now_ms();
    pthread_mutex_unlock(&lock);
    return left;
}

bool store_add(bytes key, int64_t by, int64_t *result) {
    char digits[24];
    pthread_mutex_lock(&lock);
    item **place = find(key);
    int64_t value = 0;
    bool good = true;
    if (*place) {
        char *end;
        errno = 0;
        value = strtoll((*place)->value.data, &end, 10);
        good = errno == 0 && (*place)->value.len > 0 && *end == '\0';
    }
    good = good && !__builtin_add_overflow(value, by, &value);
    int len = snprintf(digits, sizeof digits, "%" PRId64, value);
    good = good && set_locked(key, (bytes){digits, (size_t)len}, 0);
    pthread_mutex_unlock(&lock);
    if (good) *result = value;
    return good;
}

size_t store_size(void) {
    pthread_mutex_lock(&lock);
    size_t count = item_count;
    pthread_mutex_unlock(&lock);
    return count;
}

size_t store_sweep(size_t most) {
    size_t swept = 0;
    pthread_mutex_lock(&lock);
    int64_t now = now_ms();
    for (size_t i = 0; i < bucket_count && swept < most; i++)
        for (item **place = &buckets[i]; *place;) {
            if ((*place)->expires_ms == 0 || (*place)->expires_ms > now) {
                place = &(*place)->next;
                continue;
            }
            WEIR_DEBUG(log_expiry, "key %.*s expired", (int)(*place)->key.len, (*place)->key.data);
            discard(place);
            swept++;
        }
    pthread_mutex_unlock(&lock);
    return swept;
}
