/* captured.h - reads the arguments of a call as queue/entry.h lays them out, one after the other; *at
 * moves behind each. No lengths are checked: record_decode did. */
#ifndef WEIR_RECORD_CAPTURED_H
#define WEIR_RECORD_CAPTURED_H

#include "base/slice.h"
#include "queue/entry.h"

static inline uint64_t captured_u64(const char **at) {
    uint64_t v;
    memcpy(&v, *at, sizeof v);
    *at += sizeof v;
    return v;
}

static inline double captured_double(const char **at) {
    double d;
    memcpy(&d, *at, sizeof d);
    *at += sizeof d;
    return d;
}

static inline long double captured_long_double(const char **at) {
    long double d;
    memcpy(&d, *at, sizeof d);
    *at += 16;
    return d;
}

/* data NULL: the pointer was NULL. */
static inline slice captured_string(const char **at) {
    uint32_t len;
    memcpy(&len, *at, sizeof len);
    if (len == ENTRY_NULL_STRING) {
        *at += 8;
        return SLICE_NONE;
    }
    slice s = {*at + sizeof len, len};
    *at += (sizeof len + len + 7u) & ~(size_t)7;
    return s;
}

#endif
