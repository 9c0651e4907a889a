/* number_int.c - integers to text. Any thread; writes into the caller's buffer, no NUL. */
#include "base/digits.h"
#include "base/number.h"

size_t number_u64(char out[NUMBER_SIZE], uint64_t v) { return digits_u64(out, v); }

size_t number_i64(char out[NUMBER_SIZE], int64_t v) {
    if (v >= 0) return digits_u64(out, (uint64_t)v);
    out[0] = '-';
    return 1 + digits_u64(out + 1, 0 - (uint64_t)v);
}

size_t number_hex(char out[NUMBER_SIZE], uint64_t v, bool upper) {
    const char *digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";
    size_t len = v == 0 ? 1 : (size_t)(67 - __builtin_clzll(v)) / 4;
    for (size_t i = len; i-- > 0; v >>= 4) out[i] = digits[v & 15];
    return len;
}

size_t number_octal(char out[NUMBER_SIZE], uint64_t v) {
    size_t len = v == 0 ? 1 : (size_t)(66 - __builtin_clzll(v)) / 3;
    for (size_t i = len; i-- > 0; v >>= 3) out[i] = (char)('0' + (v & 7));
    return len;
}
