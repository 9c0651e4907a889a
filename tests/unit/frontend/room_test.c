/* room_test.c - a full ring, under each overflow policy: who waits, how long, what is counted. */
#include <pthread.h>

#include "front_fixture.h"

static front_fixture f;
static record rec;

static uint64_t stalled(void) { return __atomic_load_n(&f.process->early[EARLY_STALLED], __ATOMIC_RELAXED); }

static void open_small(overflow_policy policy, int stall_ms) {
    fixture_open_with(&f, RING_MIN_SIZE, RING_TOTAL_DEFAULT, policy, stall_ms);
}

/* Until one is dropped; how many were accepted. */
static uint64_t fill(weir_logger *lg, int level) {
    uint64_t before = stalled(), count = 0;
    while (stalled() == before) {
        WEIR_LOG(lg, level, "%s", "twenty bytes of text");
        count++;
    }
    return count - 1;
}

static uint64_t take_all(void) {
    uint64_t count = 0;
    while (fixture_next(&f, &rec)) count++;
    return count;
}

Test(room, adaptive_waits_for_the_stall_timeout_once_and_then_drops) {
    open_small(OVERFLOW_ADAPTIVE, 60);
    weir_logger *lg = weir_get_logger("a");
    uint64_t count = fill(lg, WEIR_LEVEL_ERROR);
    int64_t begin = clock_monotonic_ns();
    for (int i = 0; i < 100; i++) WEIR_ERROR(lg, "%s", "twenty bytes of text");
    cr_assert_lt(clock_monotonic_ns() - begin, 60 * 1000000, "the others did not wait");
    cr_assert_eq(stalled(), 101);
    cr_assert_eq(take_all(), count);
    WEIR_ERROR(lg, "there is room again");
    expect_message(&f, &rec, "there is room again");
    fill(lg, WEIR_LEVEL_ERROR);
    fixture_close(&f);
}

Test(room, a_wait_takes_no_longer_than_the_timeout) {
    open_small(OVERFLOW_ADAPTIVE, 100);
    weir_logger *lg = weir_get_logger("a");
    int64_t begin = clock_monotonic_ns();
    fill(lg, WEIR_LEVEL_ERROR);
    int64_t took = clock_monotonic_ns() - begin;
    cr_assert_geq(took, 100 * 1000000);
    cr_assert_lt(took, 2000 * 1000000L);
    fixture_close(&f);
}

Test(room, drop_does_not_wait) {
    open_small(OVERFLOW_DROP, 60000);
    weir_logger *lg = weir_get_logger("a");
    uint64_t count = fill(lg, WEIR_LEVEL_CRITICAL);
    cr_assert_eq(take_all(), count);
    fixture_close(&f);
}

Test(room, drop_low_waits_from_warning_up) {
    open_small(OVERFLOW_DROP_LOW, 50);
    weir_logger *lg = weir_get_logger("a");
    weir_set_level(lg, WEIR_LEVEL_DEBUG);
    int64_t begin = clock_monotonic_ns();
    fill(lg, WEIR_LEVEL_INFO);
    cr_assert_lt(clock_monotonic_ns() - begin, 50 * 1000000);
    fill(lg, WEIR_LEVEL_WARNING);
    cr_assert_geq(clock_monotonic_ns() - begin, 50 * 1000000);
    fixture_close(&f);
}

static void *log_many(void *arg) {
    weir_logger *lg = weir_get_logger("block");
    for (int i = 0; i < 5000; i++) WEIR_ERROR(lg, "%d %s", i, "and text");
    __atomic_store_n((bool *)arg, true, __ATOMIC_RELEASE);
    return NULL;
}

Test(room, block_loses_nothing) {
    open_small(OVERFLOW_BLOCK, 1);
    bool done = false;
    pthread_t t;
    pthread_create(&t, NULL, log_many, &done);
    uint64_t taken = 0;
    while (!__atomic_load_n(&done, __ATOMIC_ACQUIRE)) taken += take_all();
    pthread_join(t, NULL);
    cr_assert_eq(taken + take_all(), 5000);
    cr_assert_eq(stalled(), 0);
    fixture_close(&f);
}

Test(room, who_blocks_gives_up_when_the_front_end_closes) {
    open_small(OVERFLOW_BLOCK, 1);
    bool done = false;
    pthread_t t;
    pthread_create(&t, NULL, log_many, &done);
    while (ring_count(f.rings) < 2 || __atomic_load_n(&ring_at(f.rings, 1)->waiting, __ATOMIC_SEQ_CST) == 0)
        sched_yield();
    cr_assert(front_close(FRONT_STOPPED));
    pthread_join(t, NULL);
    cr_assert_eq(f.process->early[EARLY_STALLED], 0);
    fixture_free(&f);
}

Test(room, the_policy_can_be_changed) {
    open_small(OVERFLOW_DROP, 60000);
    weir_logger *lg = weir_get_logger("a");
    fill(lg, WEIR_LEVEL_ERROR);
    front_set_overflow(OVERFLOW_ADAPTIVE, 30);
    int64_t begin = clock_monotonic_ns();
    WEIR_ERROR(lg, "%s", "twenty bytes of text");
    cr_assert_geq(clock_monotonic_ns() - begin, 30 * 1000000);
    fixture_close(&f);
}

Test(room, a_sleeping_backend_is_woken_once_at_half) {
    open_small(OVERFLOW_DROP, 1);
    weir_logger *lg = weir_get_logger("a");
    f.asleep = 1;
    int before_half = 0;
    while (__atomic_load_n(&f.asleep, __ATOMIC_SEQ_CST) == 1) {
        WEIR_ERROR(lg, "%d", 1);
        before_half++;
    }
    cr_assert_eq(f.wake, 1);
    cr_assert(before_half * 64 >= RING_MIN_SIZE / 2 && before_half * 64 <= RING_MIN_SIZE / 2 + 128);
    WEIR_ERROR(lg, "%d", 1);
    cr_assert_eq(f.wake, 1);
    fixture_close(&f);
}

Test(room, without_a_ring_of_its_own_a_thread_uses_the_spare_one) {
    fixture_open_with(&f, RING_MIN_SIZE, RING_MIN_SIZE, OVERFLOW_DROP, 1); /* the spare takes it all */
    weir_logger *lg = weir_get_logger("a");
    WEIR_ERROR(lg, "%d", 1);
    WEIR_ERROR(lg, "%s", "two");
    cr_assert_eq(ring_spare(f.rings)->head->accepted, 2);
    expect_message(&f, &rec, "1");
    expect_message(&f, &rec, "two");
    fixture_close(&f);
}

Test(room, a_record_too_large_for_a_ring_that_cannot_grow_takes_the_spare_one) {
    /* 256 KiB for the spare ring, and one first segment for a thread. */
    fixture_open_with(&f, 256 * 1024, 256 * 1024 + RING_FIRST_SIZE, OVERFLOW_ADAPTIVE, 20);
    static char large[40000];
    memset(large, 'x', sizeof large - 1);
    weir_logger *lg = weir_get_logger("a");
    WEIR_ERROR(lg, "%d", 1);
    WEIR_ERROR(lg, "%s", large);
    cr_assert_eq(stalled(), 0);
    cr_assert_eq(take_all(), 2);
    fixture_close(&f);
}
