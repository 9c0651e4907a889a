/* bigint.c - changes the base of long integers. Pure; needs memory of the size of the number. The
 * time is quadratic in it, and its size is bounded (LIMIT_INTEGER_DIGITS). */
#include "record/bigint.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#define DIGITS_PER_STEP 9
#define STEP_FACTOR 1000000000u

/* limbs * factor + add, in place; limbs are base 2^32, lowest first. */
static size_t multiply_add(uint32_t *limbs, size_t count, uint32_t factor, uint32_t add) {
    uint64_t carry = add;
    for (size_t i = 0; i < count; i++) {
        carry += (uint64_t)limbs[i] * factor;
        limbs[i] = (uint32_t)carry;
        carry >>= 32;
    }
    if (carry != 0) limbs[count++] = (uint32_t)carry;
    return count;
}

static size_t read_limbs(slice decimal, uint32_t *limbs) {
    size_t count = 0;
    for (size_t at = 0; at < decimal.len;) {
        uint32_t part = 0, factor = 1;
        for (size_t i = 0; i < DIGITS_PER_STEP && at < decimal.len; i++, at++) {
            part = part * 10 + (uint32_t)(decimal.data[at] - '0');
            factor *= 10;
        }
        count = multiply_add(limbs, count, factor, part);
    }
    return count;
}

static unsigned bits_at(const uint32_t *limbs, size_t count, size_t bit, unsigned width) {
    size_t limb = bit / 32;
    uint64_t window = limbs[limb];
    if (limb + 1 < count) window |= (uint64_t)limbs[limb + 1] << 32;
    return (unsigned)(window >> bit % 32) & ((1u << width) - 1);
}

void bigint_radix(slice decimal, unsigned base, text *out) {
    unsigned width = base == 8 ? 3 : 4;
    uint32_t *limbs = calloc(decimal.len / DIGITS_PER_STEP + 2, sizeof *limbs);
    if (limbs == NULL) {
        out->failed = true;
        return;
    }
    size_t count = read_limbs(decimal, limbs);
    bool begun = false;
    for (size_t place = (count * 32 + width - 1) / width; place-- > 0;) {
        if (place * width >= count * 32) continue;
        unsigned digit = bits_at(limbs, count, place * width, width);
        begun = begun || digit != 0;
        if (begun) text_add_char(out, "0123456789abcdef"[digit]);
    }
    if (!begun) text_add_char(out, '0');
    free(limbs);
}

double bigint_double(slice decimal) {
    text digits;
    text_init(&digits, 0);
    text_add_slice(&digits, decimal);
    /* Without a point or an exponent strtod reads the same in every locale, and rounds exactly. */
    double d = digits.failed ? NAN : strtod(text_cstr(&digits), NULL);
    text_done(&digits);
    return d;
}
