/* roll.h - when a rolling file begins anew, and what becomes of the old ones: by size as Python's
 * RotatingFileHandler, by time as its TimedRotatingFileHandler. Used by sink/roll_sink.c, on the writer. */
#ifndef WEIR_SINK_ROLL_H
#define WEIR_SINK_ROLL_H

#include "base/zone.h"
#include "sink/file_open.h"

typedef enum roll_when {
    ROLL_SIZE,
    ROLL_SECOND,
    ROLL_MINUTE,
    ROLL_HOUR,
    ROLL_DAY,
    ROLL_MIDNIGHT,
    ROLL_WEEK
} roll_when;

/* A form of strftime; what it makes must fit a file's name. */
#define ROLL_SUFFIX_MAX 63

typedef struct roll_rules {
    roll_when when;
    int64_t max_bytes;
    int64_t backups;
    int64_t interval; /* seconds */
    int weekday;      /* ROLL_WEEK: 0 Monday */
    int64_t at;       /* ROLL_MIDNIGHT, ROLL_WEEK: second of the day; -1: its end */
    bool utc;
    bool named; /* suffix is the form of an old file's name, not the usual one */
    char suffix[ROLL_SUFFIX_MAX + 1];
} roll_rules;

/* sink_spec.options. */
int roll_rules_parse(slice options, roll_rules *out, weir_error *err);
/* Reads Python's `when` and `interval` (in units) into the rules; Python's words for what is wrong. */
int roll_rules_when(slice when, int64_t interval, roll_rules *out, weir_error *err);
int roll_rules_suffix(slice suffix, roll_rules *out, weir_error *err);
void roll_rules_json(slice when, const roll_rules *rules, int64_t interval, text *out);

/* roll_time.c: computeRollover; the rollover after one at `now`; the old file's suffix ("2026-11-20"). */
int64_t roll_time_next(const roll_rules *rules, int64_t from);
int64_t roll_time_after(const roll_rules *rules, int64_t now);
void roll_time_suffix(const roll_rules *rules, int64_t rollover_at, int64_t now, text *out);
/* Is that what a suffix of these rules looks like? */
bool roll_time_is_suffix(const roll_rules *rules, slice part);

/* roll_files.c. Each step of them leaves what the next start, or recovery, can go on from, and never more
 * than `backups` old files. -1: err; what could be done is done. */
int roll_shift(const file_place *place, int64_t backups, chunk_roll *note, weir_error *err);
int roll_rename(const file_place *place, const roll_rules *rules, int64_t rollover_at, slice suffix,
                weir_error *err);

#endif
