/* futex.h - sleeping on a 32-bit word, in this process or over a shared mapping. No cancellation
 * point. The word is a counter: take its value, look at the condition, wait for the value. */
#ifndef WEIR_BASE_FUTEX_H
#define WEIR_BASE_FUTEX_H

#include <stdint.h>

/* Sleeps while *word == seen, for at most timeout_ms (negative: no limit). May return early. */
void futex_wait(const uint32_t *word, uint32_t seen, int timeout_ms);
void futex_wake_all(uint32_t *word);
/* Adds one to *word (release) and wakes everybody. */
void futex_signal(uint32_t *word);

#endif
