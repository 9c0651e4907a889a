/* history.h - the queryable history: a SQLite file, written by its target's writer in one
 * transaction a batch, read through separate read-only connections.
 *
 * The schema is the numbered files of schema/, embedded at build, applied by user_version. Each
 * transaction also stores (queue identity, queue position), so that after a kill the rest of the
 * queue is inserted exactly once. The sink kind "sqlite" (store/history_sink.c) is the writer. */
#ifndef WEIR_STORE_HISTORY_H
#define WEIR_STORE_HISTORY_H

#include "record/query.h"

/* The smallest max_size: the empty schema has 64 KiB, and less than this holds no useful history. */
#define HISTORY_MIN_SIZE (1024 * 1024)

typedef struct history history;

/* For reading only: SQLITE_OPEN_READONLY, authorizer, limits. Works when no service runs. */
int history_open(const char *path, history **out, weir_error *err);
void history_close(history *h);
/* Visits rows in the query's order. Ends after deadline_ms with WEIR_ERR_TIMEOUT. One thread a
 * connection. */
int history_query(history *h, const record_query *q, int deadline_ms, row_visitor visit, void *arg,
                  weir_error *err);
int history_get(history *h, uint64_t id, row_visitor visit, void *arg, weir_error *err);
/* How many records there are by minute, level and logger, in the order of minutes: of the query its times (in
 * whole minutes: since rounded down, until up), level and logger. From the counts that are kept with the
 * rows, so quick over millions of them. Deadline as above. */
int history_counts(history *h, const record_query *q, int deadline_ms, count_visitor visit, void *arg,
                   weir_error *err);
/* The newest row's id and time; zero when empty. */
int history_newest(history *h, row_key *out, weir_error *err);

#endif
