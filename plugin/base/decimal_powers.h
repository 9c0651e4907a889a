/* decimal_powers.h - 10^k as 128 bits, the way between binary and decimal for all of Weir's
 * printing of doubles. Constant data and arithmetic; any thread. */
#ifndef WEIR_BASE_DECIMAL_POWERS_H
#define WEIR_BASE_DECIMAL_POWERS_H

#include <stdint.h>

#define DECIMAL_POWER_MIN (-292)
#define DECIMAL_POWER_MAX 324
/* Up to here 5^k fits into 128 bits, so that the entry is 10^k itself and not a little more. */
#define DECIMAL_POWER_EXACT_MAX 55

__extension__ typedef unsigned __int128 decimal_u128;

/* 10^k = (high * 2^64 + low - less than 1) * 2^(decimal_log2_pow10(k) - 127); high's top bit is set. */
typedef struct decimal_power {
    uint64_t high, low;
} decimal_power;

extern const decimal_power decimal_powers[DECIMAL_POWER_MAX - DECIMAL_POWER_MIN + 1];

/* floor(log2(10^k)) for |k| <= 1233 */
static inline int decimal_log2_pow10(int k) { return (k * 1741647) >> 19; }
/* floor(log10(2^e)) for |e| <= 1500 */
static inline int decimal_log10_pow2(int e) { return (e * 1262611) >> 22; }

#endif
