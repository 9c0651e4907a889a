/* history_reader.h - the reading side of a history: history_open.c (the connection and its guards),
 * history_query.c (which way a query goes), history_ways.c (the three ways), history_row.c (rows and
 * sites). One thread a reader, always inside the fork gate.
 *
 * A query is answered from one snapshot. Whatever SQL finds is tested by query_matches before it is
 * given out, so the history and the recent records agree on what matches; SQL only has to find at
 * least that much, quickly, in order. */
#ifndef WEIR_STORE_HISTORY_READER_H
#define WEIR_STORE_HISTORY_READER_H

#include "store/connection.h"
#include "store/fork_gate.h"
#include "store/history.h"

/* Most queries are answered by the newest records. So many are looked at before an index that knows
 * words or call sites is asked: 10,000 take about 30 ms, and what is frequent is found by then. */
#define HISTORY_SCAN_ROWS 10000
/* Call sites that are merged: each costs a look into the index at the start. */
#define HISTORY_MERGE_SITES 1024
/* Instructions of SQLite's machine between two looks at the clock, about 50 us. */
#define HISTORY_PROGRESS_STEPS 2000
/* Bounds of sqlite3_limit for a reader: its statements are short and constant. */
#define HISTORY_LIMIT_SQL 4096
#define HISTORY_LIMIT_DEPTH 64
#define HISTORY_LIMIT_COLUMNS 64
/* One record is at most a quarter of the largest ring; escaped in a row's JSON it may grow sixfold. */
#define HISTORY_LIMIT_VALUE (6 * (64 / 4) * 1024 * 1024)

typedef enum reader_statement {
    RS_BEGIN,
    RS_END,
    RS_SITES,
    RS_GET,
    RS_NEWEST,
    RS_COUNTS,
    /* Each of these twice: newest first, oldest first. */
    RS_SCAN,
    RS_SCAN_OLDEST,
    RS_SITE_NEXT,
    RS_SITE_NEXT_OLDEST,
    RS_WORDS,
    RS_WORDS_OLDEST,
    RS_COUNT
} reader_statement;

/* Tests look at the plans of these. */
const char *reader_sql(reader_statement which);

struct history {
    connection conn;
    fork_member member;
    sqlite3_stmt *statements[RS_COUNT];
    int64_t deadline_ns; /* CLOCK_MONOTONIC */
    bool timed_out;
};

/* A query under way. */
typedef struct history_search {
    history *h;
    const record_query *query;
    row_visitor visit;
    void *arg;
    weir_error *err;
    row_key upper, lower; /* rows strictly between; ids of the bounds compared as int64 */
    int64_t *sites;       /* those that match level and logger, ascending; NULL: all do */
    size_t site_count;
    size_t found;
    bool ended; /* limit reached, or the visitor wants no more */
} history_search;

/* ---- history_open.c ---- */
int reader_ready(history *h, weir_error *err);
void reader_disconnect(history *h);
/* What a statement that gave rc means for the caller: 0 for ROW and DONE, else -1 and err. */
int reader_result(history *h, int rc, weir_error *err);
bool reader_overdue(history *h);

/* ---- history_row.c ---- */
/* The columns of RS_SCAN and RS_GET; slices live until the statement moves. */
void reader_row(sqlite3_stmt *stmt, row *out);
/* Which call sites can have matching rows: fills sites. -1 with err. */
int search_sites(history_search *s);
bool search_has_site(const history_search *s, int64_t site);

/* ---- history_ways.c: each goes from s->upper or s->lower on, until s->ended or the end ---- */
/* In order of time; at most max_rows looked at (0: no bound). *finished: there are no more. */
int search_scan(history_search *s, size_t max_rows, bool *finished);
/* By the words' index. Only for a query with words. */
int search_words(history_search *s);
/* A merge of the index entries of the sites; max_rows and *finished as above. */
int search_merge(history_search *s, size_t max_rows, bool *finished);

#endif
