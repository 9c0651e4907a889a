/* frontend_probe.c - what one enabled call costs the caller, by itself: a front end in plain memory and
 * no backend (the probe empties the ring between bursts, outside the measured time). Prints the median
 * and the 99.9th percentile of single calls, less the cost of taking the time, and the mean of bursts.
 *
 *   cc … tests/bench/frontend_probe.c build/libweir-internal.a; prints "shape mean p50 p99.9" in ns
 *
 * Not the benchmark (tests/bench/run.py), which compares with peers and has a backend; this is for whoever
 * changes plugin/frontend/ or plugin/queue/ring.h. */
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "frontend/capture.h"

#define BURST 100
#define ROUNDS 20000

static ring_set *rings;
static process_map *process;
static double tick_ns;

static void open_front(void) {
    static const run_dir memory = {.path = "", .fd = -1};
    ring_limits limits = {RING_DEFAULT_SIZE, RING_TOTAL_DEFAULT};
    clock_setup();
    rings = ring_set_create(&memory, &limits, NULL);
    process = process_map_create(&memory, "probe", NULL);
    clock_table_init(&process->clock);
    tick_ns = 1e6 / (double)clock_ticks_per_ms(&process->clock);
    front_settings settings = {.rings = rings,
                               .dictionary = dictionary_create(&memory, NULL),
                               .process = process,
                               .stall_timeout_ms = 1000};
    front_open(&settings);
}

static void drain(void) {
    for (uint32_t i = 0; i < ring_count(rings); i++) {
        ring *r = ring_at(rings, i);
        for (ring_entry *e = ring_peek(r); e != NULL; e = ring_peek(r)) ring_advance(r, e);
        ring_release(rings, r);
    }
}

static int by_value(const void *a, const void *b) {
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

static uint64_t samples[BURST * ROUNDS];

static void report(const char *shape, uint64_t burst_ticks) {
    static uint64_t empty[10000];
    for (size_t i = 0; i < 10000; i++) {
        uint64_t begin = clock_stamp();
        __asm__ volatile("" ::: "memory");
        empty[i] = clock_stamp() - begin;
    }
    qsort(empty, 10000, sizeof empty[0], by_value);
    qsort(samples, BURST * ROUNDS, sizeof samples[0], by_value);
    double none = (double)empty[5000];
    printf("%-28s %6.1f %6.1f %8.1f\n", shape, (double)burst_ticks * tick_ns / (BURST * ROUNDS),
           ((double)samples[BURST * ROUNDS / 2] - none) * tick_ns,
           ((double)samples[(size_t)(BURST * ROUNDS * 0.999)] - none) * tick_ns);
}

/* One shape: each call timed alone, then in bursts. */
#define PROBE(shape, ...)                                                                                    \
    do {                                                                                                     \
        uint64_t in_bursts = 0;                                                                              \
        for (int round = 0; round < ROUNDS; round++) {                                                       \
            uint64_t begin = clock_stamp();                                                                  \
            for (int i = 0; i < BURST; i++) WEIR_INFO(lg, __VA_ARGS__);                                      \
            in_bursts += clock_stamp() - begin;                                                              \
            drain();                                                                                         \
            for (int i = 0; i < BURST; i++) {                                                                \
                uint64_t one = clock_stamp();                                                                \
                WEIR_INFO(lg, __VA_ARGS__);                                                                  \
                samples[round * BURST + i] = clock_stamp() - one;                                            \
            }                                                                                                \
            drain();                                                                                         \
        }                                                                                                    \
        report(shape, in_bursts);                                                                            \
    } while (0)

int main(void) {
    open_front();
    weir_logger *lg = weir_get_logger("probe");
    weir_set_level(lg, WEIR_LEVEL_INFO);
    printf("%-28s %6s %6s %8s  (ns)\n", "shape", "mean", "p50", "p99.9");
    PROBE("no argument", "nothing");
    PROBE("2 ints and a double", "%d %d %g", i, round, 0.5);
    PROBE("a string of 32 bytes", "%s", "thirty-two bytes of text, surely");
    weir_context_push("request", "4711");
    PROBE("the same, with context", "%d %d %g", i, round, 0.5);
    weir_logger *plain = lg;
    lg = weir_bind(plain, "shard", "7");
    PROBE("and a bound logger", "%d %d %g", i, round, 0.5);
    return 0;
}
