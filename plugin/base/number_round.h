/* number_round.h - a double rounded to so many digits, half to even, exactly as it is in binary.
 * Between number_double.c, which lays digits out, and number_round.c. */
#ifndef WEIR_BASE_NUMBER_ROUND_H
#define WEIR_BASE_NUMBER_ROUND_H

#include <stdbool.h>
#include <stdint.h>

/* Digits beyond which the C library is asked: 17 tell every double apart; %f has up to 19 decimals. */
#define NUMBER_ROUND_DIGITS 17
#define NUMBER_ROUND_DECIMALS 19

/* significand * 2^exponent, of a finite double without its sign. */
typedef struct number_binary {
    uint64_t significand;
    int exponent;
} number_binary;

number_binary number_split(double d);

/* whole + fraction / 10^decimals (decimals <= NUMBER_ROUND_DECIMALS); false: too large. */
bool number_round_fixed(number_binary b, unsigned decimals, uint64_t *whole, uint64_t *fraction);
/* digits * 10^(exponent - count + 1), digits having `count` digits (1 to NUMBER_ROUND_DIGITS);
 * b is not 0. False: this way cannot tell, ask the C library. */
bool number_round_significant(number_binary b, unsigned count, uint64_t *digits, int *exponent);

#endif
