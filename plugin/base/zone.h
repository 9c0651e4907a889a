/* zone.h - local time without localtime(): the zone is read once (TZ by secure_getenv, else
 * /etc/localtime) and kept, so nothing races with the host's environment. POSIX TZ strings and
 * TZif files (version 2 and later, with the footer rule). Any thread after zone_load. */
#ifndef WEIR_BASE_ZONE_H
#define WEIR_BASE_ZONE_H

#include <stdbool.h>
#include <stdint.h>

typedef struct zone zone;

typedef struct civil_time {
    int year;  /* 1970 */
    int month; /* 1..12 */
    int day;   /* 1..31 */
    int hour, minute, second;
    int weekday; /* 0 Sunday .. 6 */
    int yearday; /* 0..365 */
    int offset;  /* seconds east of UTC */
    bool dst;
    const char *abbreviation; /* lives as long as the zone */
} civil_time;

/* The process's zone; loaded at first use and kept. Never NULL (UTC when nothing can be read). */
const zone *zone_local(void);
const zone *zone_utc(void);
/* From a POSIX TZ value ("CET-1CEST,M3.5.0,M10.5.0/3", ":Europe/Berlin", "Europe/Berlin"). */
zone *zone_create(const char *tz);
void zone_free(zone *z);

/* seconds since the epoch -> civil time; any int64 whose year fits an int. */
void zone_civil(const zone *z, int64_t seconds, civil_time *out);
/* The inverse, as mktime: dst -1 lets the zone decide. */
int64_t zone_seconds(const zone *z, const civil_time *in, int dst);
/* From when on zone_civil's offset of `seconds` no longer holds (for caches); INT64_MAX: never. */
int64_t zone_next_change(const zone *z, int64_t seconds);

#endif
