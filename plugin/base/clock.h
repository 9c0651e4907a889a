/* clock.h - stamps that cost 10 ns, and how they become time.
 *
 * A stamp is clock_stamp(): the TSC where it is invariant, else CLOCK_MONOTONIC nanoseconds.
 * The backend calls clock_calibrate about once a second and after long sleeps; each call that
 * finds a drift or a jump of CLOCK_REALTIME appends an entry to the clock_table, which lies in
 * the process mapping so that another process can read the stamps after a crash. A stamp is
 * read by the newest entry whose `stamp` is not above it, so a record made before the clock was
 * set keeps the time that was true then. Stamps order records; created never does.
 *
 * Writers of a table: the backend thread alone. Readers: any, lock-free (entries are written
 * before `count`). */
#ifndef WEIR_BASE_CLOCK_H
#define WEIR_BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

/* 4,096 changes, then the oldest is overwritten: at one a second an hour of a drifting clock. */
#define CLOCK_ENTRIES 4096

typedef struct clock_entry {
    uint64_t stamp;   /* from here on */
    int64_t realtime; /* CLOCK_REALTIME, ns, at stamp */
    double ns_per_tick;
} clock_entry;

typedef struct clock_table {
    uint32_t uses_tsc;
    uint32_t reserved;
    uint64_t count; /* entries ever written; entry i lies at i % CLOCK_ENTRIES; atomic */
    clock_entry entries[CLOCK_ENTRIES];
} clock_table;

extern bool clock_uses_tsc; /* set once by clock_setup, before any stamp is taken */

static inline uint64_t clock_stamp(void);

/* Decides TSC or CLOCK_MONOTONIC. Called by weir_start's first step; idempotent. */
void clock_setup(void);
/* First entry; measures the TSC for about 2 ms the first time in a process. */
void clock_table_init(clock_table *table);
/* Refines the rate, follows CLOCK_REALTIME. Backend thread. */
void clock_calibrate(clock_table *table);
/* CLOCK_REALTIME ns at that stamp. Any thread; safe on a damaged table. */
int64_t clock_realtime(const clock_table *table, uint64_t stamp);
/* Stamps per millisecond, for horizons and timeouts measured in stamps. */
uint64_t clock_ticks_per_ms(const clock_table *table);

/* CLOCK_MONOTONIC and CLOCK_REALTIME in ns. Deadlines use the first. */
int64_t clock_monotonic_ns(void);
int64_t clock_realtime_ns(void);

uint64_t clock_monotonic_stamp(void); /* the fallback, out of line */

static inline uint64_t clock_stamp(void) {
#if defined(__x86_64__)
    if (__builtin_expect(clock_uses_tsc, 1)) return __builtin_ia32_rdtsc();
#endif
    return clock_monotonic_stamp();
}

#endif
