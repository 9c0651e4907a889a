/* zone_parts.h - what a zone is made of: the changes of a TZif file, and the rule of a POSIX TZ
 * string for all time after. Between zone.c, zone_posix.c and zone_tzif.c only. */
#ifndef WEIR_BASE_ZONE_PARTS_H
#define WEIR_BASE_ZONE_PARTS_H

#include <stddef.h>

#include "base/slice.h"
#include "base/zone.h"

/* The last second of the year INT_MAX: beyond, a civil_time has no year. */
#define ZONE_SECONDS_MAX (INT64_C(67767976233532799))

/* An abbreviation; POSIX asks for 3 at least, real ones have up to 6. Longer ones are refused. */
#define ZONE_NAME_SIZE 32

/* One way of telling the time: "CEST, 2 hours east, in summer". */
typedef struct zone_kind {
    int offset; /* seconds east of UTC */
    bool dst;
    char name[ZONE_NAME_SIZE];
} zone_kind;

/* When, each year: Mm.w.d, Jn or n, and the time of day (-167 to 167 hours) */
typedef struct zone_date {
    char form; /* 'M', 'J', or 'n' */
    int month, week, day;
    int seconds;
} zone_date;

typedef struct zone_rule {
    zone_kind standard, summer;
    zone_date to_summer, to_standard;
    bool has_summer;
} zone_rule;

typedef struct zone_change {
    int64_t at;
    size_t kind; /* index into kinds */
} zone_change;

struct zone {
    zone_kind *kinds; /* kinds[0] holds before the first change */
    size_t kind_count;
    zone_change *changes; /* ascending */
    size_t change_count;
    zone_rule rule; /* after the last change, if has_rule */
    bool has_rule;
};

/* All of a POSIX TZ string; false if it is none. */
bool zone_posix_parse(slice in, zone_rule *out);
/* What glibc makes of a string that is none: its name and offset as far as they can be read ("XYZ" is UTC by
 * that name; hours beyond 24 are 24). */
void zone_posix_guess(slice in, zone_rule *out);
/* The kind at that second, and (if next is given) when it ends; INT64_MAX: never. */
const zone_kind *zone_posix_find(const zone_rule *rule, int64_t seconds, int64_t *next);

/* Fills kinds, changes and rule from a TZif file's bytes. False: damaged, or no memory; what was
 * allocated is then in z, for zone_free. */
bool zone_tzif_parse(slice in, zone *z);

#endif
