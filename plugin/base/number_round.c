/* number_round.c - rounding a double to a number of decimals or of significant digits. Any thread;
 * integer arithmetic only, so that nothing depends on rounding modes. Where its 192 bits cannot
 * prove a digit it says so, and never guesses. */
#include "base/number_round.h"

#include <string.h>

#include "base/decimal_powers.h"
#include "base/digits.h"

#define SIGNIFICAND_BITS 52
#define HIDDEN_BIT (UINT64_C(1) << SIGNIFICAND_BITS)
#define EXPONENT_MASK 0x7FF
#define EXPONENT_BIAS 1075

static const uint64_t powers[20] = {
    1,
    10,
    100,
    1000,
    10000,
    100000,
    1000000,
    10000000,
    100000000,
    1000000000,
    10000000000,
    100000000000,
    1000000000000,
    10000000000000,
    100000000000000,
    1000000000000000,
    10000000000000000,
    100000000000000000,
    1000000000000000000,
    UINT64_C(10000000000000000000),
};

number_binary number_split(double d) {
    uint64_t bits;
    memcpy(&bits, &d, sizeof(bits));
    uint64_t fraction = bits & (HIDDEN_BIT - 1);
    int biased = (int)(bits >> SIGNIFICAND_BITS) & EXPONENT_MASK;
    if (biased == 0) return (number_binary){fraction, 1 - EXPONENT_BIAS};
    return (number_binary){fraction | HIDDEN_BIT, biased - EXPONENT_BIAS};
}

/* The whole part of b, where it is below 2^63, and whether anything is lost. */
static bool whole_part(number_binary b, uint64_t *whole, bool *more) {
    *more = false;
    if (b.exponent >= 0) {
        *whole = b.exponent <= 63 - SIGNIFICAND_BITS - 1 ? b.significand << b.exponent : 0;
        return b.exponent <= 63 - SIGNIFICAND_BITS - 1;
    }
    int shift = -b.exponent;
    *whole = shift < 64 ? b.significand >> shift : 0;
    *more = shift < 64 ? (*whole << shift) != b.significand : b.significand != 0;
    return true;
}

bool number_round_fixed(number_binary b, unsigned decimals, uint64_t *whole, uint64_t *fraction) {
    bool more;
    *fraction = 0;
    if (!whole_part(b, whole, &more)) return false;
    if (!more) return true;
    int shift = -b.exponent;
    uint64_t part = shift < 64 ? b.significand - (*whole << shift) : b.significand;
    if (shift > 127) return true; /* part * 10^19 is below 2^117: less than half a digit */
    decimal_u128 product = (decimal_u128)part * powers[decimals];
    uint64_t scaled = (uint64_t)(product >> shift);
    decimal_u128 rest = product - ((decimal_u128)scaled << shift);
    decimal_u128 half = (decimal_u128)1 << (shift - 1);
    uint64_t last = decimals == 0 ? *whole : scaled;
    if (rest > half || (rest == half && (last & 1) != 0)) scaled++;
    if (scaled == powers[decimals]) { /* also without decimals, where scaled is 0 or 1 */
        scaled = 0;
        ++*whole;
    }
    *fraction = scaled;
    return true;
}

/* Of a whole number (and `more`, a fraction behind it) with more digits than are wanted. */
static uint64_t round_whole(uint64_t whole, bool more, unsigned drop) {
    uint64_t power = powers[drop];
    uint64_t digits = whole / power, rest = whole % power, half = power / 2;
    bool up = rest > half || (rest == half && (more || (digits & 1) != 0));
    return digits + up;
}

/* b * 10^q, as 64 whole and fraction bits in high (the lowest `shift` are fraction) and more in low. */
typedef struct scaled {
    uint64_t high, middle, low;
    int shift;
    bool exact; /* else: too large by less than one of middle */
} scaled;

static scaled scale(number_binary normal, int q) {
    decimal_power g = decimal_powers[q - DECIMAL_POWER_MIN];
    decimal_u128 low = (decimal_u128)g.low * normal.significand;
    decimal_u128 high = (decimal_u128)g.high * normal.significand + (uint64_t)(low >> 64);
    return (scaled){.high = (uint64_t)(high >> 64),
                    .middle = (uint64_t)high,
                    .low = (uint64_t)low,
                    .shift = -(normal.exponent + decimal_log2_pow10(q) + 1),
                    .exact = q >= 0 && q <= DECIMAL_POWER_EXACT_MAX};
}

typedef enum part { BELOW_HALF, HALF, ABOVE_HALF, UNKNOWN } part;

/* Where the value lies against `high_bits` of fraction and nothing behind it. */
static part compare(const scaled *s, uint64_t fraction, uint64_t high_bits) {
    if (fraction != high_bits) return fraction < high_bits ? BELOW_HALF : ABOVE_HALF;
    if (!s->exact) return s->middle > 1 ? ABOVE_HALF : UNKNOWN;
    return (s->middle | s->low) == 0 ? HALF : ABOVE_HALF;
}

/* Rounds to `count` digits where s holds those or one more; *one_more says which. */
static bool round_scaled(const scaled *s, unsigned count, uint64_t *digits, bool *one_more) {
    uint64_t whole = s->high >> s->shift;
    uint64_t fraction = s->high & ((UINT64_C(1) << s->shift) - 1);
    *one_more = whole >= powers[count];
    part where;
    if (*one_more) {
        uint64_t last = whole % 10;
        whole /= 10;
        where = last == 5 ? compare(s, fraction, 0) : last < 5 ? BELOW_HALF : ABOVE_HALF;
    } else {
        where = compare(s, fraction, UINT64_C(1) << (s->shift - 1));
    }
    if (where == UNKNOWN) return false;
    *digits = whole + (where == ABOVE_HALF || (where == HALF && (whole & 1) != 0));
    return true;
}

bool number_round_significant(number_binary b, unsigned count, uint64_t *digits, int *exponent) {
    uint64_t whole;
    bool more, one_more = false;
    int size;
    unsigned whole_digits = whole_part(b, &whole, &more) ? digits_count(whole) : 0;
    if (whole_digits > count) {
        *digits = round_whole(whole, more, whole_digits - count);
        size = (int)whole_digits - 1;
    } else {
        int zeros = __builtin_clzll(b.significand);
        number_binary normal = {b.significand << zeros, b.exponent - zeros};
        size = decimal_log10_pow2(normal.exponent + 63); /* right, or one too small */
        int q = (int)count - 1 - size;
        if (q < DECIMAL_POWER_MIN || q > DECIMAL_POWER_MAX) return false;
        scaled s = scale(normal, q);
        if (!round_scaled(&s, count, digits, &one_more)) return false;
    }
    if (one_more) size++;
    if (*digits == powers[count]) { /* 9.99 became 10.0 */
        *digits /= 10;
        size++;
    }
    *exponent = size;
    return true;
}
