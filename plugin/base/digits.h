/* digits.h - unsigned integers to decimal digits, two at a time; the loop that every number,
 * date and stamp of Weir goes through. Stateless; any thread. */
#ifndef WEIR_BASE_DIGITS_H
#define WEIR_BASE_DIGITS_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Digits of UINT64_MAX. */
#define DIGITS_MAX 20

/* "00" "01" … "99" */
extern const char digits_pairs[200];

/* How many digits v has; 1 for 0. */
static inline unsigned digits_count(uint64_t v) {
    unsigned count = 1;
    for (;;) {
        if (v < 10) return count;
        if (v < 100) return count + 1;
        if (v < 1000) return count + 2;
        if (v < 10000) return count + 3;
        v /= 10000;
        count += 4;
    }
}

/* Writes the lowest `count` digits of v, with leading zeros. */
static inline void digits_write(char *out, uint64_t v, unsigned count) {
    while (count >= 2) {
        count -= 2;
        memcpy(out + count, digits_pairs + v % 100 * 2, 2);
        v /= 100;
    }
    if (count == 1) out[0] = (char)('0' + v % 10);
}

/* Writes v without leading zeros (at most DIGITS_MAX bytes, no NUL); returns the length. */
static inline size_t digits_u64(char *out, uint64_t v) {
    unsigned count = digits_count(v);
    digits_write(out, v, count);
    return count;
}

#endif
