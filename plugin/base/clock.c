/* clock.c - calibrates stamps against CLOCK_REALTIME and reads them. clock_calibrate runs on
 * the backend thread, clock_table_init before that thread runs; the rest on any thread, also in
 * a process that reads the table of a dead one. It never sets a clock, and never sleeps but for
 * the 2 ms of the first measurement. */
#include "base/clock.h"

#include <math.h>
#include <time.h>
#if defined(__x86_64__)
#include <cpuid.h>
#endif

/* How long the first measurement of the TSC takes: its error is then some 3 in a million. */
#define MEASURE_NS 2000000
/* The rate is measured anew over at least this long: 30 ns of reading noise are then below 0.1 ppm. */
#define BASELINE_NS 250000000
/* What the readings of an entry may be wrong before a new one is written. */
#define TOLERANCE_NS 1000
/* A rate this far from the last one is no drift (adjtime slews by 500 ppm) but a suspended machine. */
#define RATE_STEP_MAX 2e-3
/* How often a reading is repeated to find one that was not interrupted. */
#define READ_TRIES 8
/* A stamp further than this from its entry is damage: 100 years. */
#define REACH_NS 3.2e18

bool clock_uses_tsc;

/* What this process knows of its TSC. Written by clock_table_init and clock_calibrate only; the
 * rate is atomic, so that a fork between the writes leaves a child with a sound one. */
static double known_rate;   /* ns per tick; 0: not measured; atomic */
static double doubted_rate; /* measured last, but too far from known_rate */
static uint64_t anchor_stamp;
static int64_t anchor_monotonic;

typedef struct reading {
    uint64_t realtime_stamp, monotonic_stamp;
    int64_t realtime, monotonic;
    uint64_t width; /* ticks between first and last look */
} reading;

static int64_t read_clock(clockid_t id) {
    struct timespec now;
    clock_gettime(id, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t clock_monotonic_ns(void) { return read_clock(CLOCK_MONOTONIC); }
int64_t clock_realtime_ns(void) { return read_clock(CLOCK_REALTIME); }
uint64_t clock_monotonic_stamp(void) { return (uint64_t)read_clock(CLOCK_MONOTONIC); }

/* The TSC counts at one rate in all power states: CPUID 8000_0007, EDX bit 8. */
static bool tsc_is_invariant(void) {
#if defined(__x86_64__)
    unsigned a = 0, b = 0, c = 0, d = 0;
    return __get_cpuid(0x80000007, &a, &b, &c, &d) != 0 && (d & (1u << 8)) != 0;
#else
    return false;
#endif
}

void clock_setup(void) {
    /* Stored only if it changes: a second start may run beside threads that take stamps. */
    if (!clock_uses_tsc && tsc_is_invariant()) clock_uses_tsc = true;
}

/* Both clocks with the stamps at which they were read, from the try with the least between. */
static reading read_all(void) {
    reading best = {.width = UINT64_MAX};
    for (int i = 0; i < READ_TRIES; i++) {
        uint64_t a = clock_stamp();
        int64_t realtime = clock_realtime_ns();
        uint64_t b = clock_stamp();
        int64_t monotonic = clock_monotonic_ns();
        uint64_t c = clock_stamp();
        if (c - a >= best.width) continue;
        best = (reading){a + (b - a) / 2, b + (c - b) / 2, realtime, monotonic, c - a};
    }
    if (!clock_uses_tsc) best.monotonic_stamp = (uint64_t)best.monotonic;
    return best;
}

static double load_rate(void) {
    double rate;
    __atomic_load(&known_rate, &rate, __ATOMIC_RELAXED);
    return rate;
}

static void store_rate(double rate) { __atomic_store(&known_rate, &rate, __ATOMIC_RELAXED); }

static void set_anchor(const reading *at) {
    anchor_stamp = at->monotonic_stamp;
    anchor_monotonic = at->monotonic;
}

static double rate_between(uint64_t stamp0, int64_t ns0, uint64_t stamp1, int64_t ns1) {
    return stamp1 > stamp0 ? (double)(ns1 - ns0) / (double)(stamp1 - stamp0) : 0;
}

/* The first measurement: looks at the clock for MEASURE_NS. */
static void measure_rate(void) {
    if (!clock_uses_tsc) {
        store_rate(1.0);
        return;
    }
    reading first = read_all();
    while (clock_monotonic_ns() - first.monotonic < MEASURE_NS) continue;
    reading last = read_all();
    double rate = rate_between(first.monotonic_stamp, first.monotonic, last.monotonic_stamp, last.monotonic);
    store_rate(rate > 0 ? rate : 1.0);
}

static void table_append(clock_table *table, uint64_t stamp, int64_t realtime, double rate) {
    uint64_t count = __atomic_load_n(&table->count, __ATOMIC_RELAXED);
    clock_entry *e = &table->entries[count % CLOCK_ENTRIES];
    /* Release, so that who reads one of these also sees the count that came before. */
    __atomic_store_n(&e->stamp, stamp, __ATOMIC_RELEASE);
    __atomic_store_n(&e->realtime, realtime, __ATOMIC_RELEASE);
    __atomic_store(&e->ns_per_tick, &rate, __ATOMIC_RELEASE);
    __atomic_store_n(&table->count, count + 1, __ATOMIC_RELEASE);
}

void clock_table_init(clock_table *table) {
    if (!(load_rate() > 0)) measure_rate();
    reading now = read_all();
    set_anchor(&now);
    table->uses_tsc = clock_uses_tsc;
    table->reserved = 0;
    __atomic_store_n(&table->count, 0, __ATOMIC_RELAXED);
    table_append(table, now.realtime_stamp, now.realtime, load_rate());
}

static bool near_rate(double rate, double known) { return fabs(rate - known) <= known * RATE_STEP_MAX; }

/* The rate since the anchor, which moves on; the known one where too little time went by. A rate
 * far from the known one is believed when it is measured twice (a machine that was moved to
 * another host); once, it is a clock that stood still (a suspended machine). */
static double refine_rate(const reading *now) {
    double known = load_rate();
    if (now->monotonic - anchor_monotonic < BASELINE_NS) return known;
    double rate = rate_between(anchor_stamp, anchor_monotonic, now->monotonic_stamp, now->monotonic);
    bool sound = rate > 0 && (near_rate(rate, known) || near_rate(rate, doubted_rate));
    doubted_rate = sound ? 0 : rate;
    set_anchor(now);
    if (!sound) return known;
    store_rate(rate);
    return rate;
}

void clock_calibrate(clock_table *table) {
    reading now = read_all();
    double rate = clock_uses_tsc ? refine_rate(&now) : 1.0;
    int64_t error = now.realtime - clock_realtime(table, now.realtime_stamp);
    /* An interrupted reading knows the time no better than its own width. */
    int64_t tolerance = TOLERANCE_NS + (int64_t)((double)now.width * rate);
    if (error < -tolerance || error > tolerance) table_append(table, now.realtime_stamp, now.realtime, rate);
}

static bool load_entry(const clock_table *table, uint64_t index, clock_entry *out) {
    const clock_entry *e = &table->entries[index % CLOCK_ENTRIES];
    out->stamp = __atomic_load_n(&e->stamp, __ATOMIC_ACQUIRE);
    out->realtime = __atomic_load_n(&e->realtime, __ATOMIC_ACQUIRE);
    __atomic_load(&e->ns_per_tick, &out->ns_per_tick, __ATOMIC_ACQUIRE);
    /* The writer may be at the place of entry `count`, which is that of count - CLOCK_ENTRIES. */
    return __atomic_load_n(&table->count, __ATOMIC_RELAXED) - index < CLOCK_ENTRIES;
}

/* The newest entry that begins at or before stamp; else the oldest that can still be read. */
static clock_entry find_entry(const clock_table *table, uint64_t stamp) {
    uint64_t count = __atomic_load_n(&table->count, __ATOMIC_ACQUIRE);
    uint64_t readable = count < CLOCK_ENTRIES ? count : CLOCK_ENTRIES - 1;
    clock_entry found = {.stamp = stamp, .realtime = 0, .ns_per_tick = 0};
    for (uint64_t i = 1; i <= readable; i++) {
        clock_entry e;
        if (!load_entry(table, count - i, &e)) break;
        found = e;
        if (e.stamp <= stamp) break;
    }
    return found;
}

int64_t clock_realtime(const clock_table *table, uint64_t stamp) {
    clock_entry e = find_entry(table, stamp);
    bool after = stamp >= e.stamp;
    double ns = (double)(after ? stamp - e.stamp : e.stamp - stamp) * e.ns_per_tick;
    if (!(ns >= 0 && ns < REACH_NS)) return e.realtime; /* also when the rate is no number */
    int64_t realtime;
    int64_t delta = after ? (int64_t)ns : -(int64_t)ns;
    return __builtin_add_overflow(e.realtime, delta, &realtime) ? e.realtime : realtime;
}

uint64_t clock_ticks_per_ms(const clock_table *table) {
    clock_entry e = find_entry(table, UINT64_MAX);
    double ticks = 1e6 / e.ns_per_tick;
    return ticks >= 1 && ticks < 1e12 ? (uint64_t)ticks : 1000000;
}
