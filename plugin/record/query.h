/* query.h - which rows somebody wants, and the test of one row against it. The recent records
 * (in memory) and the history (SQL) answer the same query with the same rows.
 *
 * Order is by (created, id). Pages are keyset pages: `before` and `after` are ids with their time. */
#ifndef WEIR_RECORD_QUERY_H
#define WEIR_RECORD_QUERY_H

#include "record/row.h"

/* A query has at most this many words and field tests: more is no search, but an attack. */
#define QUERY_TERMS 16

typedef struct row_key {
    int64_t created_us;
    uint64_t id; /* 0: no key */
} row_key;

typedef struct record_query {
    int64_t since_us, until_us; /* INT64_MIN and INT64_MAX: no bound; until is exclusive */
    int min_level;              /* 0: all */
    slice logger;               /* glob over the whole name: '*' any run, '?' one byte; "" all. A name
                                   without wildcard means it and its children */
    slice words[QUERY_TERMS];   /* each occurs in the message, case-insensitively, as a word's beginning */
    size_t word_count;
    struct {
        slice key, val;
    } fields[QUERY_TERMS]; /* the field's text equals val */
    size_t field_count;
    row_key before, after; /* strictly older than, strictly newer than */
    size_t limit;          /* 1..LIMIT_PAGE_RECORDS */
    bool oldest_first;     /* default: newest first */
} record_query;

void query_init(record_query *q);
/* Splits "disk full" into words; -1 when there are too many, or one has nothing to search for ("--").
 * What a word is, and how this differs from the history's index beyond ASCII: record/words.h. */
int query_set_words(record_query *q, slice in, arena *a, weir_error *err);
/* "-1h", "-15m", "2026-11-20", "2026-11-20T10:06:00Z", "@1700000000.5", "now"; now_us given. */
int query_parse_time(slice in, int64_t now_us, int64_t *out_us, weir_error *err);
/* The query's logger alone: a glob, or a name with its children; "" is all. */
bool query_logger_matches(slice wanted, slice name);
/* All conditions but limit. */
bool query_matches(const record_query *q, const row *r);

/* Receives rows in the query's order; slices live for the call. Nonzero ends the query. */
typedef int (*row_visitor)(void *arg, const row *r);

/* So many records of one minute (since the epoch), level and logger. */
#define QUERY_MINUTE_US INT64_C(60000000)
typedef struct record_count {
    int64_t minute;
    int level;
    slice logger;
    int64_t count;
} record_count;
/* Slices live for the call. Nonzero ends the counting. */
typedef int (*count_visitor)(void *arg, const record_count *c);

#endif
