/* decimal.c - shortest digits of a double, by Raffaello Giulietti's Schubfach ("The Schubfach way
 * to render doubles", 2020), and the layout of Python's repr. Any thread. It does not round to a
 * given number of digits: that is base/number_double.c. */
#define _GNU_SOURCE
#include "base/decimal.h"

#include "base/decimal_powers.h"
#include "base/digits.h"

#define SIGNIFICAND_BITS 52
#define HIDDEN_BIT (UINT64_C(1) << SIGNIFICAND_BITS)
#define EXPONENT_MASK 0x7FF
/* d = significand * 2^(biased exponent - BIAS), the significand taken as an integer. */
#define EXPONENT_BIAS 1075

/* floor(g * cp / 2^128) with its lowest bit set if anything was lost: enough to compare with. */
static uint64_t round_to_odd(decimal_power g, uint64_t cp) {
    decimal_u128 low = (decimal_u128)g.low * cp;
    decimal_u128 high = (decimal_u128)g.high * cp + (uint64_t)(low >> 64);
    return (uint64_t)(high >> 64) | ((uint64_t)high > 1);
}

/* c * 2^q with the interval of what rounds to it; `uneven`: the lower neighbour is nearer. */
static decimal schubfach(uint64_t c, int q, bool uneven) {
    bool outside = (c & 1) != 0; /* an odd significand loses the ties at both ends */
    int k = (q * 1262611 - (uneven ? 524031 : 0)) >> 22;
    int h = q + decimal_log2_pow10(-k) + 1;
    decimal_power g = decimal_powers[-k - DECIMAL_POWER_MIN];
    uint64_t lower = round_to_odd(g, (4 * c - 2 + uneven) << h) + outside;
    uint64_t middle = round_to_odd(g, (4 * c) << h);
    uint64_t upper = round_to_odd(g, (4 * c + 2) << h) - outside;
    uint64_t s = middle / 4;
    if (s >= 10) {
        uint64_t tens = s / 10;
        bool down_inside = lower <= 40 * tens;
        bool up_inside = 40 * tens + 40 <= upper;
        if (down_inside != up_inside) return (decimal){tens + up_inside, k + 1};
    }
    bool down_inside = lower <= 4 * s;
    bool up_inside = 4 * s + 4 <= upper;
    if (down_inside != up_inside) return (decimal){s + up_inside, k};
    uint64_t half = 4 * s + 2;
    bool round_up = middle > half || (middle == half && (s & 1) != 0);
    return (decimal){s + round_up, k};
}

static decimal strip_zeros(decimal d) {
    while (d.digits != 0 && d.digits % 100 == 0) {
        d.digits /= 100;
        d.exponent += 2;
    }
    if (d.digits != 0 && d.digits % 10 == 0) {
        d.digits /= 10;
        d.exponent++;
    }
    return d;
}

decimal decimal_shortest(double d) {
    uint64_t bits;
    memcpy(&bits, &d, sizeof(bits));
    uint64_t fraction = bits & (HIDDEN_BIT - 1);
    int biased = (int)(bits >> SIGNIFICAND_BITS) & EXPONENT_MASK;
    if (biased == 0) {
        if (fraction == 0) return (decimal){0, 0};
        return strip_zeros(schubfach(fraction, 1 - EXPONENT_BIAS, false));
    }
    uint64_t c = HIDDEN_BIT | fraction;
    int q = biased - EXPONENT_BIAS;
    if (q <= 0 && q > -SIGNIFICAND_BITS - 1 && (c & ((UINT64_C(1) << -q) - 1)) == 0) {
        return strip_zeros((decimal){c >> -q, 0}); /* a whole number below 2^53 is its own digits */
    }
    return strip_zeros(schubfach(c, q, fraction == 0 && biased > 1));
}

static size_t add_exponent(char *at, int exponent) {
    size_t len = 0;
    at[len++] = 'e';
    at[len++] = exponent < 0 ? '-' : '+';
    unsigned size = (unsigned)(exponent < 0 ? -exponent : exponent);
    unsigned count = size >= 100 ? 3 : 2;
    digits_write(at + len, size, count);
    return len + count;
}

static size_t add_run(char *at, const char *digits, int count) {
    memcpy(at, digits, (size_t)count);
    return (size_t)count;
}

static size_t add_zeros(char *at, int count) {
    memset(at, '0', (size_t)count);
    return (size_t)count;
}

/* The layout of repr: `point` digits stand before the decimal point (it may be 0 or negative). */
static size_t layout_repr(char *at, const char *digits, int count, int point) {
    size_t len = 0;
    if (point > 16 || point < -3) {
        at[len++] = digits[0];
        if (count > 1) {
            at[len++] = '.';
            len += add_run(at + len, digits + 1, count - 1);
        }
        return len + add_exponent(at + len, point - 1);
    }
    if (point <= 0) {
        at[len++] = '0';
        at[len++] = '.';
        len += add_zeros(at + len, -point);
        return len + add_run(at + len, digits, count);
    }
    if (point < count) {
        len += add_run(at, digits, point);
        at[len++] = '.';
        return len + add_run(at + len, digits + point, count - point);
    }
    len += add_run(at, digits, count);
    len += add_zeros(at + len, point - count);
    at[len++] = '.';
    at[len++] = '0';
    return len;
}

void decimal_repr(text *out, double d) {
    char buffer[DECIMAL_REPR_SIZE];
    if (__builtin_isnan(d)) {
        text_add(out, "nan", 3);
        return;
    }
    size_t len = 0;
    if (__builtin_signbit(d)) buffer[len++] = '-';
    if (__builtin_isinf(d)) {
        memcpy(buffer + len, "inf", 3);
        len += 3;
    } else {
        decimal shortest = decimal_shortest(d);
        char digits[DIGITS_MAX];
        int count = (int)digits_u64(digits, shortest.digits);
        len += layout_repr(buffer + len, digits, count, shortest.exponent + count);
    }
    text_add(out, buffer, len);
}

locale_t decimal_c_locale(void) {
    static locale_t known; /* glibc hands out one constant object for "C": two threads store the same */
    locale_t c = __atomic_load_n(&known, __ATOMIC_ACQUIRE);
    if (c == (locale_t)0) {
        c = newlocale(LC_ALL_MASK, "C", (locale_t)0);
        __atomic_store_n(&known, c, __ATOMIC_RELEASE);
    }
    return c;
}
