/* futex_test.c - waiting and waking. */
#include <criterion/criterion.h>
#include <errno.h>
#include <pthread.h>

#include "base/clock.h"
#include "base/futex.h"

Test(futex, returns_at_once_when_the_word_has_changed) {
    uint32_t word = 5;
    futex_wait(&word, 4, -1);
}

Test(futex, waits_no_longer_than_told) {
    uint32_t word = 0;
    errno = 77;
    int64_t begin = clock_monotonic_ns();
    futex_wait(&word, 0, 20);
    int64_t waited = clock_monotonic_ns() - begin;
    cr_assert_geq(waited, 15000000);
    cr_assert_lt(waited, 10000000000);
    futex_wait(&word, 0, 0);
    cr_assert_eq(errno, 77);
}

static uint32_t word;

static void *wait_for_two(void *arg) {
    for (;;) {
        uint32_t seen = __atomic_load_n(&word, __ATOMIC_ACQUIRE);
        if (seen == 2) return arg;
        futex_wait(&word, seen, -1);
    }
}

Test(futex, signal_wakes_everybody) {
    pthread_t threads[4];
    for (int i = 0; i < 4; i++) cr_assert_eq(pthread_create(&threads[i], NULL, wait_for_two, NULL), 0);
    futex_signal(&word);
    futex_signal(&word);
    for (int i = 0; i < 4; i++) pthread_join(threads[i], NULL);
}
