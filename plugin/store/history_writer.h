/* history_writer.h - the writing side of a history: a sink (kind "sqlite") and the state that its
 * files share: history_sink.c (the sink), history_connect.c (open, begin anew), history_insert.c
 * (a batch), history_names.c (dictionaries), history_prune.c and history_checkpoint.c (bounds).
 *
 * Threads: made on the thread that builds a configuration, used by its target's writer, always
 * inside the fork gate. Nothing here is locked. */
#ifndef WEIR_STORE_HISTORY_WRITER_H
#define WEIR_STORE_HISTORY_WRITER_H

#include "record/row.h"
#include "sink/sink.h"
#include "store/connection.h"
#include "store/fork_gate.h"
#include "store/history.h"
#include "store/name_cache.h"
#include "store/place.h"
#include "store/rollup.h"

/* Rows of one transaction: more gain nothing (docs/decisions/0003-history-schema.md), and take over 0.1 s, in
 * which nothing is seen. */
#define HISTORY_BATCH_ROWS 10000
/* Rows that one pruning step deletes between two writes or when idle: about 10 ms. */
#define HISTORY_PRUNE_ROWS 1000
/* Text of the rows of one step, which are copied: rows can be large. */
#define HISTORY_PRUNE_BYTES (4 * 1024 * 1024)
/* A checkpoint is made when the WAL has this many pages (16 MiB): often enough that reading stays
 * fast, rarely enough that hot index pages are written once for many commits. */
#define HISTORY_CHECKPOINT_PAGES 4096
/* Where somebody keeps a read transaction open, the WAL cannot start anew. Beyond this many bytes
 * nothing is written until it ends: the queue holds the records, then backpressure and its counters. */
#define HISTORY_WAL_MAX (INT64_C(256) * 1024 * 1024)
/* Dictionary rows are marked as used for this long ahead, so that marking costs one UPDATE an hour. */
#define HISTORY_USED_STEP_US INT64_C(3600000000)
/* Positions of queues that are kept: those of dead processes are looked up by recovery only. */
#define HISTORY_QUEUES_KEPT 1000

typedef enum history_statement {
    HS_BEGIN,
    HS_COMMIT,
    HS_ROLLBACK,
    HS_RECORD,
    HS_TEXT,
    HS_TEXT_DELETE,
    HS_ROLLUP_ADD,
    HS_ROLLUP_SUBTRACT,
    HS_ROLLUP_EMPTY,
    HS_POSITION,
    HS_POSITION_GET,
    HS_SWEEPS,
    HS_LOGGER_ADD,
    HS_LOGGER_GET,
    HS_LOGGER_USED,
    HS_SITE_ADD,
    HS_SITE_USED,
    HS_THREAD_ADD,
    HS_THREAD_USED,
    HS_PAGES,
    HS_FREE_PAGES,
    HS_OLDEST,
    HS_OLDEST_ROWS,
    HS_RECORD_DELETE,
    HS_COUNT
} history_statement;

typedef struct history_options {
    int64_t max_age_us; /* 0: no bound */
    int64_t max_size;   /* bytes of the database file; 0: no bound */
    bool fsync;
} history_options;

typedef struct history_writer {
    sink base;
    place place;
    history_options options;
    connection conn;
    fork_member member;
    sqlite3_stmt *statements[HS_COUNT];
    /* history_names.c */
    name_cache loggers, sites, threads;
    text key;       /* scratch */
    int64_t sweeps; /* as the caches know it; -1: the caches are empty */
    rollup rollup;
    /* counted for status and tests */
    uint64_t inserted, duplicates, pruned;
    /* history_prune.c, history_checkpoint.c */
    int64_t page_size;
    bool over_limit;    /* the last look found something to prune */
    int64_t look_at_ns; /* CLOCK_MONOTONIC: when to look again */
    int64_t sweep_at_ns;
    int64_t pruned_before_us; /* all that is older has gone */
    int64_t wal_max;          /* HISTORY_WAL_MAX; tests take less */
    dev_t told_dev;           /* of the key that the target knows */
    ino_t told_ino;
    weir_error remark; /* of idle, told by the next write; code 0: none */
    bool anew;         /* opened before: a missing file is to be begun anew */
} history_writer;

extern const sink_kind history_sink_kind; /* a row of sink/sink_kinds.c */

/* ---- history_connect.c ---- */
/* {"max_age_ms": …, "max_size": …}, both optional. */
int history_options_parse(const sink_spec *spec, history_options *out, weir_error *err);
/* A connection with current schema and prepared statements. Makes the file where there is none. */
store_status history_connect(history_writer *w, bool *created, weir_error *err);
/* Finalises and closes; raw: leaves the WAL as it is. */
void history_disconnect(history_writer *w, bool raw);
/* Before a write: connected, and to the file that lies at the path. Says in err (code not 0) what it
 * had to do, also when the result is STORE_OK. */
store_status history_ready(history_writer *w, weir_error *err);
/* Sets the damaged file aside; the next history_ready begins a new one. The remark goes into err. */
store_status history_set_aside(history_writer *w, const weir_error *why, weir_error *err);

/* ---- statements: history_connect.c ---- */
store_status history_step(history_writer *w, history_statement which, weir_error *err);
/* One row, its first column; *found false without one. */
store_status history_step_int(history_writer *w, history_statement which, int64_t *out, bool *found,
                              weir_error *err);
void history_rollback(history_writer *w);
void history_bind(sqlite3_stmt *stmt, int at, slice s); /* "" for an absent slice */

/* ---- history_names.c ---- */
void history_names_init(history_writer *w);
void history_names_done(history_writer *w);
void history_names_forget(history_writer *w);
/* At the start of a transaction: empties the caches if another writer has swept. */
store_status history_names_check(history_writer *w, weir_error *err);
/* Valid until the next call for a site. */
store_status history_site(history_writer *w, const row *r, const name_entry **site, weir_error *err);
store_status history_thread(history_writer *w, const row *r, int64_t *thread, weir_error *err);
/* Deletes dictionary rows that nothing younger than oldest_us refers to. In a transaction. */
store_status history_names_sweep(history_writer *w, int64_t oldest_us, weir_error *err);

/* ---- history_insert.c ---- */
/* Inserts the batch's first chunks in one transaction; *chunks says how many. STORE_REFUSED: the
 * first chunk cannot be kept. */
store_status history_insert(history_writer *w, const sink_batch *batch, size_t *chunks, weir_error *err);
store_status history_rollup_flush(history_writer *w, weir_error *err);

/* ---- history_prune.c ---- */
/* One step if there is something to prune; rows is the most it deletes. */
store_status history_prune(history_writer *w, int rows, weir_error *err);

/* ---- history_checkpoint.c ---- */
/* After a commit, or when idle. Never waits longer than CONNECTION_BUSY_MS. */
void history_checkpoint(history_writer *w, bool idle);
/* STORE_BUSY with a reason while the WAL must not grow. */
store_status history_wal_room(history_writer *w, weir_error *err);

#endif
