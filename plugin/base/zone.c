/* zone.c - finds a zone by its name, and turns seconds into civil time and back. Loading reads the
 * environment and one file, once; everything after is constant data, for any thread. */
#define _GNU_SOURCE
#include "base/zone.h"
#include "base/descriptor.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/calendar.h"
#include "base/zone_parts.h"

#define ZONE_DIRECTORY "/usr/share/zoneinfo"
#define ZONE_DEFAULT_FILE "/etc/localtime"
/* The largest of tzdata has 4 KiB, with every leap second and change of a long history. */
#define ZONE_FILE_MAX (256 * 1024)
/* The first second of the year INT_MIN. */
#define SECONDS_MIN (INT64_C(-67768100567971200))

static zone_kind utc_kind = {.name = "UTC"};
static zone utc = {.kinds = &utc_kind, .kind_count = 1};

const zone *zone_utc(void) { return &utc; }

void zone_free(zone *z) {
    if (z == NULL || z == &utc) return;
    free(z->kinds);
    free(z->changes);
    free(z);
}

/* ---- loading ---- */

/* The bytes of a regular file, malloc'd; NULL for anything else (a FIFO would hang, a device may act). */
static char *read_regular(const char *path, size_t *len) {
    int fd = descriptor_above(open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    if (fd < 0) return NULL;
    struct stat st;
    bool fits = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0 && st.st_size <= ZONE_FILE_MAX;
    char *data = fits ? malloc((size_t)st.st_size) : NULL;
    *len = 0;
    while (data != NULL && *len < (size_t)st.st_size) {
        ssize_t got = read(fd, data + *len, (size_t)st.st_size - *len);
        if (got <= 0) break;
        *len += (size_t)got;
    }
    close(fd);
    return data;
}

static zone *zone_from_file(const char *path) {
    size_t len;
    char *data = read_regular(path, &len);
    zone *z = data != NULL ? calloc(1, sizeof(*z)) : NULL;
    if (z != NULL && !zone_tzif_parse(slice_make(data, len), z)) {
        zone_free(z);
        z = NULL;
    }
    free(data);
    return z;
}

/* As glibc: an absolute path is taken as it is, a name is looked for below the directory of zones
 * and may not climb out of it. */
static zone *zone_from_name(const char *name) {
    if (name[0] == '/') return zone_from_file(name);
    if (name[0] == '\0' || strstr(name, "..") != NULL) return NULL;
    const char *directory = secure_getenv("TZDIR");
    if (directory == NULL || directory[0] == '\0') directory = ZONE_DIRECTORY;
    char path[PATH_MAX];
    int len = snprintf(path, sizeof(path), "%s/%s", directory, name);
    return len > 0 && (size_t)len < sizeof(path) ? zone_from_file(path) : NULL;
}

static zone *zone_from_rule(const char *tz) {
    zone_rule rule;
    if (!zone_posix_parse(slice_of(tz), &rule)) zone_posix_guess(slice_of(tz), &rule);
    zone *z = calloc(1, sizeof(*z));
    if (z == NULL) return NULL;
    z->rule = rule;
    z->has_rule = true;
    return z;
}

zone *zone_create(const char *tz) {
    if (tz[0] == ':') tz++;
    zone *z = zone_from_name(tz);
    bool none = tz[0] == '\0' || strcmp(tz, ZONE_DEFAULT_FILE) == 0;
    if (z == NULL && !none) z = zone_from_rule(tz);
    return z != NULL ? z : &utc; /* zone_free knows it */
}

const zone *zone_local(void) {
    static zone *local; /* kept for ever: records and caches point into it */
    zone *known = __atomic_load_n(&local, __ATOMIC_ACQUIRE);
    if (known != NULL) return known;
    const char *tz = secure_getenv("TZ");
    zone *loaded = zone_create(tz == NULL ? ZONE_DEFAULT_FILE : tz);
    if (__atomic_compare_exchange_n(&local, &known, loaded, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
        return loaded;
    }
    zone_free(loaded); /* another thread was first */
    return known;
}

/* ---- seconds to civil time ---- */

/* How many changes lie at or before `seconds`. */
static size_t changes_until(const zone *z, int64_t seconds) {
    size_t low = 0, high = z->change_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (z->changes[middle].at <= seconds) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static const zone_kind *find_kind(const zone *z, int64_t seconds, int64_t *next) {
    size_t passed = changes_until(z, seconds);
    if (passed == z->change_count && z->has_rule) return zone_posix_find(&z->rule, seconds, next);
    if (next != NULL) *next = passed < z->change_count ? z->changes[passed].at : INT64_MAX;
    return passed == 0 ? &z->kinds[0] : &z->kinds[z->changes[passed - 1].kind];
}

int64_t zone_next_change(const zone *z, int64_t seconds) {
    int64_t next;
    find_kind(z, seconds, &next);
    return next;
}

static void set_date(civil_time *out, int64_t local) {
    int64_t days = calendar_floor_div(local, CALENDAR_DAY);
    int64_t year;
    calendar_date(days, &year, &out->month, &out->day);
    int rest = (int)(local - days * CALENDAR_DAY);
    out->year = (int)year;
    out->hour = rest / 3600;
    out->minute = rest / 60 % 60;
    out->second = rest % 60;
    out->weekday = calendar_weekday(days);
    out->yearday = (int)(days - calendar_days(year, 1, 1));
}

void zone_civil(const zone *z, int64_t seconds, civil_time *out) {
    const zone_kind *kind = find_kind(z, seconds, NULL);
    /* Beyond the years of an int the ends stand for all; damaged stamps come here. */
    int64_t local = seconds > ZONE_SECONDS_MAX - kind->offset ? ZONE_SECONDS_MAX
                    : seconds < SECONDS_MIN - kind->offset    ? SECONDS_MIN
                                                              : seconds + kind->offset;
    set_date(out, local);
    out->offset = kind->offset;
    out->dst = kind->dst;
    out->abbreviation = kind->name;
}

/* ---- civil time to seconds ---- */

/* The fields as if they were UTC, out-of-range ones carried over. */
static int64_t local_seconds(const civil_time *in) {
    int64_t months = (int64_t)in->year * 12 + in->month - 1;
    int64_t year = calendar_floor_div(months, 12);
    int64_t days = calendar_days(year, (int)(months - year * 12) + 1, in->day);
    return days * CALENDAR_DAY + (int64_t)in->hour * 3600 + (int64_t)in->minute * 60 + in->second;
}

/* The nearest kind with that dst, looked for over a year in steps of a week; NULL: none. */
static const zone_kind *nearest_with(const zone *z, int64_t seconds, bool dst) {
    for (int64_t week = 0; week <= 53; week++) {
        int64_t distance = week * 7 * CALENDAR_DAY;
        const zone_kind *before = find_kind(z, seconds - distance, NULL);
        if (before->dst == dst) return before;
        const zone_kind *after = find_kind(z, seconds + distance, NULL);
        if (after->dst == dst) return after;
    }
    return NULL;
}

int64_t zone_seconds(const zone *z, const civil_time *in, int dst) {
    int64_t local = local_seconds(in);
    const zone_kind *before = find_kind(z, local - CALENDAR_DAY, NULL);
    const zone_kind *after = find_kind(z, local + CALENDAR_DAY, NULL);
    int64_t first = local - before->offset, second = local - after->offset;
    bool first_holds = find_kind(z, first, NULL)->offset == before->offset;
    bool second_holds = find_kind(z, second, NULL)->offset == after->offset;
    /* Told twice (both hold): the first time. Skipped (none holds): as if the clock had not been set. */
    int64_t chosen = first_holds || !second_holds ? first : second;
    if (dst < 0) return chosen;
    bool wanted = dst > 0;
    if (first_holds && find_kind(z, first, NULL)->dst == wanted) return first;
    if (second_holds && find_kind(z, second, NULL)->dst == wanted) return second;
    const zone_kind *other = nearest_with(z, chosen, wanted);
    if (other != NULL) return local - other->offset;
    return wanted ? chosen - 3600 : chosen + 3600; /* what mktime takes where there is no summer time */
}
