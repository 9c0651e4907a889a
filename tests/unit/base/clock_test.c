/* clock_test.c - stamps become the time that was true then. */
#include <criterion/criterion.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/clock.h"

static clock_table *table;

static void open_table(void) {
    table = calloc(1, sizeof(*table));
    clock_setup();
    clock_table_init(table);
}
static void close_table(void) { free(table); }
TestSuite(clock, .init = open_table, .fini = close_table);

/* How far the reading of a stamp taken now is from the clock, at the best of some looks: the machine
 * that runs the tests may interrupt any of them. */
static int64_t error_now(void) {
    int64_t best = INT64_MAX;
    for (int i = 0; i < 200; i++) {
        int64_t before = clock_realtime_ns();
        uint64_t stamp = clock_stamp();
        int64_t after = clock_realtime_ns();
        int64_t read = clock_realtime(table, stamp);
        int64_t error = read < before ? before - read : read > after ? read - after : 0;
        if (error < best) best = error;
    }
    return best;
}

static void busy_until(int64_t monotonic) {
    while (clock_monotonic_ns() < monotonic) continue;
}

Test(clock, keeps_the_time) {
    cr_assert_eq(table->count, 1);
    cr_assert_lt(error_now(), 20000);
    int64_t begin = clock_monotonic_ns();
    for (int i = 1; i <= 4; i++) {
        busy_until(begin + i * 100000000LL);
        clock_calibrate(table);
    }
    cr_assert_lt(error_now(), 20000);
    cr_assert_leq(table->count, 5);
}

Test(clock, stamps_ascend) {
    uint64_t last = 0;
    for (int i = 0; i < 10000; i++) {
        uint64_t stamp = clock_stamp();
        cr_assert_geq(stamp, last);
        last = stamp;
    }
    uint64_t ticks = clock_ticks_per_ms(table);
    cr_assert(ticks >= 1000 && ticks <= 100000000, "%llu", (unsigned long long)ticks);
}

Test(clock, the_fallback_counts_nanoseconds) {
    clock_uses_tsc = false;
    clock_table_init(table);
    uint64_t stamp = clock_stamp();
    int64_t now = clock_monotonic_ns();
    cr_assert(now >= (int64_t)stamp && now - (int64_t)stamp < 1000000000);
}

static void put_entry(uint64_t index, uint64_t stamp, int64_t realtime, double rate) {
    table->entries[index % CLOCK_ENTRIES] = (clock_entry){stamp, realtime, rate};
}

Test(clock, a_record_keeps_the_time_of_its_moment) {
    put_entry(0, 1000, 5000000, 0.5);
    put_entry(1, 2000, 9000000, 0.5); /* the clock was set forward */
    put_entry(2, 3000, 1000000, 2.0); /* and back */
    table->count = 3;
    cr_assert_eq(clock_realtime(table, 1000), 5000000);
    cr_assert_eq(clock_realtime(table, 1999), 5000499);
    cr_assert_eq(clock_realtime(table, 2000), 9000000);
    cr_assert_eq(clock_realtime(table, 2999), 9000499);
    cr_assert_eq(clock_realtime(table, 3001), 1000002);
    cr_assert_eq(clock_realtime(table, 900), 4999950, "before the first entry");
    cr_assert_eq(clock_ticks_per_ms(table), 500000);
}

Test(clock, follows_a_clock_that_is_set) {
    /* As if the clock had stood an hour ahead when the last entry was written. */
    table->entries[0].realtime += 3600000000000;
    uint64_t before = clock_stamp();
    int64_t told_before = clock_realtime(table, before);
    clock_calibrate(table);
    cr_assert_eq(table->count, 2);
    cr_assert_lt(error_now(), 20000);
    cr_assert_eq(clock_realtime(table, before), told_before);
}

Test(clock, the_oldest_is_overwritten) {
    for (uint64_t i = 0; i < CLOCK_ENTRIES + 100; i++) put_entry(i, i * 10, (int64_t)i * 1000, 1.0);
    table->count = CLOCK_ENTRIES + 100;
    cr_assert_eq(clock_realtime(table, (CLOCK_ENTRIES + 99) * 10 + 3), (CLOCK_ENTRIES + 99) * 1000 + 3);
    cr_assert_eq(clock_realtime(table, 2000 * 10 + 3), 2000 * 1000 + 3);
    cr_assert_eq(clock_realtime(table, 1010), 101000, "the oldest that is surely whole");
}

Test(clock, damage_does_no_harm) {
    static const double rates[] = {NAN, INFINITY, -INFINITY, -1, 0, 1e300, 1e-300, 0.4};
    srand(3);
    for (int round = 0; round < 2000; round++) {
        unsigned char *bytes = (unsigned char *)table;
        for (int i = 0; i < 50; i++) bytes[(size_t)rand() % sizeof(*table)] = (unsigned char)rand();
        table->count = round % 3 == 0 ? (uint64_t)rand() << 33 | (uint64_t)rand() : (uint64_t)rand() % 10000;
        put_entry(table->count - 1, (uint64_t)rand() << 40, INT64_MAX - rand(), rates[round % 8]);
        clock_realtime(table, clock_stamp());
        clock_realtime(table, 0);
        clock_realtime(table, UINT64_MAX);
        cr_assert_geq(clock_ticks_per_ms(table), 1);
    }
    table->count = 0;
    cr_assert_eq(clock_realtime(table, 5), 0);
}

static bool done;

static void *read_always(void *arg) {
    while (!__atomic_load_n(&done, __ATOMIC_ACQUIRE)) {
        uint64_t stamp = clock_stamp();
        int64_t read = clock_realtime(table, stamp);
        int64_t now = clock_realtime_ns();
        if (llabs(now - read) > 3600000000000) *(bool *)arg = true; /* a torn entry would be years off */
    }
    return NULL;
}

Test(clock, readers_never_see_half_an_entry) {
    bool torn = false;
    pthread_t reader;
    cr_assert_eq(pthread_create(&reader, NULL, read_always, &torn), 0);
    for (int i = 0; i < 20000; i++) {
        /* A slow clock makes each calibration write an entry. */
        __atomic_store_n(&table->entries[(table->count - 1) % CLOCK_ENTRIES].realtime,
                         clock_realtime_ns() - 1000000000, __ATOMIC_RELAXED);
        if (i % 10 == 0) clock_calibrate(table);
    }
    __atomic_store_n(&done, true, __ATOMIC_RELEASE);
    pthread_join(reader, NULL);
    cr_assert(!torn);
    cr_assert_gt(table->count, 1000);
}
