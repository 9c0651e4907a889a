/* history_prune.c - keeps the history below its age and its size: the oldest records go, a few at a
 * time, each step in a transaction of its own, so that a writer never waits long. The words, the
 * counts and the dictionaries follow. Writer's thread, after a write and when idle. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "store/history_writer.h"

/* Limits are looked at once a second: they are about days and megabytes. */
#define LOOK_NS INT64_C(1000000000)
/* Dictionaries are swept once a minute: that reads all of them. */
#define SWEEP_NS INT64_C(60000000000)
/* Free pages are given back to the file system when they are a quarter of the file, 512 KiB a step:
 * less would only be taken again by the next records. */
#define SHRINK_SHARE 4
#define SHRINK_MIN_PAGES 256
#define SHRINK_SQL "PRAGMA incremental_vacuum(128)"
/* After a step, so many pages of the words' index are merged: only a merge frees what deletions left. */
#define MERGE_SQL "INSERT INTO records_text (records_text, rank) VALUES ('merge', 64)"

typedef struct old_row {
    int64_t id, created, logger;
    int level;
    size_t at, len; /* the message, in old_rows.messages */
} old_row;

typedef struct old_rows {
    old_row *rows;
    int count;
    text messages;
} old_rows;

typedef struct finding {
    bool over_size, over_age, sparse;
    int64_t cutoff; /* created below this goes */
} finding;

/* ---- what is there to do? ---- */

static store_status look(history_writer *w, finding *f, weir_error *err) {
    int64_t pages = 0, free_pages = 0, oldest = 0;
    bool found = false;
    *f = (finding){.cutoff = INT64_MIN};
    store_status s = history_step_int(w, HS_PAGES, &pages, &found, err);
    if (s == STORE_OK) s = history_step_int(w, HS_FREE_PAGES, &free_pages, &found, err);
    if (s == STORE_OK) s = history_step_int(w, HS_OLDEST, &oldest, &found, err);
    if (s != STORE_OK) return s;
    f->sparse = free_pages > SHRINK_MIN_PAGES && free_pages > pages / SHRINK_SHARE;
    w->pruned_before_us = found ? oldest : INT64_MIN;
    if (!found) return STORE_OK;
    if (w->options.max_age_us > 0) {
        f->cutoff = clock_realtime_ns() / 1000 - w->options.max_age_us;
        f->over_age = oldest < f->cutoff;
    }
    f->over_size = w->options.max_size > 0 && (pages - free_pages) * w->page_size > w->options.max_size;
    if (f->over_size) f->cutoff = INT64_MAX;
    return STORE_OK;
}

/* ---- one step ---- */

static store_status read_oldest(history_writer *w, int64_t cutoff, int limit, old_rows *out,
                                weir_error *err) {
    sqlite3_stmt *stmt = w->statements[HS_OLDEST_ROWS];
    int rc = SQLITE_DONE;
    sqlite3_bind_int64(stmt, 1, cutoff);
    sqlite3_bind_int(stmt, 2, limit);
    while (out->count < limit && out->messages.len < HISTORY_PRUNE_BYTES &&
           (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
        old_row *o = &out->rows[out->count++];
        *o = (old_row){.id = sqlite3_column_int64(stmt, 0),
                       .created = sqlite3_column_int64(stmt, 1),
                       .level = sqlite3_column_int(stmt, 3),
                       .logger = sqlite3_column_int64(stmt, 4),
                       .at = out->messages.len};
        const char *message = (const char *)sqlite3_column_text(stmt, 2);
        o->len = (size_t)sqlite3_column_bytes(stmt, 2);
        if (message != NULL) text_add(&out->messages, message, o->len);
    }
    sqlite3_reset(stmt);
    if (out->messages.failed) rc = SQLITE_NOMEM;
    return rc == SQLITE_ROW || rc == SQLITE_DONE ? STORE_OK : connection_failed(&w->conn, rc, err);
}

/* The words first: their deletion wants the very text that was inserted. */
static store_status delete_row(history_writer *w, const old_row *o, const text *messages, weir_error *err) {
    sqlite3_stmt *words = w->statements[HS_TEXT_DELETE];
    sqlite3_bind_int64(words, 1, o->id);
    history_bind(words, 2, slice_make(text_cstr(messages) + o->at, o->len));
    store_status s = history_step(w, HS_TEXT_DELETE, err);
    if (s != STORE_OK) return s;
    sqlite3_bind_int64(w->statements[HS_RECORD_DELETE], 1, o->id);
    return history_step(w, HS_RECORD_DELETE, err);
}

static store_status subtract_cell(history_writer *w, const rollup_cell *cell, weir_error *err) {
    static const history_statement both[] = {HS_ROLLUP_SUBTRACT, HS_ROLLUP_EMPTY};
    store_status s = STORE_OK;
    for (size_t i = 0; i < 2 && s == STORE_OK; i++) {
        sqlite3_stmt *stmt = w->statements[both[i]];
        sqlite3_bind_int64(stmt, 1, cell->minute);
        sqlite3_bind_int(stmt, 2, cell->level);
        sqlite3_bind_int64(stmt, 3, cell->logger);
        if (both[i] == HS_ROLLUP_SUBTRACT) sqlite3_bind_int64(stmt, 4, cell->count);
        s = history_step(w, both[i], err);
    }
    return s;
}

static store_status subtract_counts(history_writer *w, weir_error *err) {
    store_status s = STORE_OK;
    for (size_t i = 0; i < ROLLUP_SLOTS && s == STORE_OK; i++)
        if (w->rollup.cells[i].count != 0) s = subtract_cell(w, &w->rollup.cells[i], err);
    rollup_clear(&w->rollup);
    return s;
}

static store_status delete_rows(history_writer *w, const old_rows *old, weir_error *err) {
    store_status s = STORE_OK;
    rollup_clear(&w->rollup);
    for (int i = 0; i < old->count && s == STORE_OK; i++) {
        const old_row *o = &old->rows[i];
        s = delete_row(w, o, &old->messages, err);
        if (s == STORE_OK && rollup_full(&w->rollup)) s = subtract_counts(w, err);
        if (s == STORE_OK) rollup_count(&w->rollup, o->created, o->level, o->logger);
    }
    if (s == STORE_OK) s = subtract_counts(w, err);
    if (s == STORE_OK) s = connection_run(&w->conn, MERGE_SQL, err);
    return s;
}

static store_status prune_transaction(history_writer *w, int64_t cutoff, int limit, old_rows *old,
                                      weir_error *err) {
    store_status s = history_step(w, HS_BEGIN, err);
    if (s != STORE_OK) return s;
    s = read_oldest(w, cutoff, limit, old, err);
    if (s == STORE_OK) s = delete_rows(w, old, err);
    if (s == STORE_OK) s = history_step(w, HS_COMMIT, err);
    if (s != STORE_OK)
        history_rollback(w);
    else
        w->pruned += (uint64_t)old->count;
    return s;
}

static store_status prune_step(history_writer *w, int64_t cutoff, int limit, weir_error *err) {
    old_rows old = {.rows = malloc((size_t)limit * sizeof(old_row))};
    store_status s = STORE_TROUBLE;
    text_init(&old.messages, 0);
    if (old.rows == NULL)
        error_set(err, WEIR_ERR_SYSTEM, "no memory");
    else
        s = prune_transaction(w, cutoff, limit, &old, err);
    text_done(&old.messages);
    free(old.rows);
    return s;
}

/* ---- dictionaries, and positions of queues long gone ---- */

static store_status sweep(history_writer *w, weir_error *err) {
    char sql[256];
    snprintf(sql, sizeof sql,
             "DELETE FROM queues WHERE identity IN"
             " (SELECT identity FROM queues ORDER BY updated DESC LIMIT -1 OFFSET %d)",
             HISTORY_QUEUES_KEPT);
    store_status s = history_step(w, HS_BEGIN, err);
    if (s != STORE_OK) return s;
    s = connection_run(&w->conn, sql, err);
    if (s == STORE_OK && w->pruned_before_us != INT64_MIN)
        s = history_names_sweep(w, w->pruned_before_us, err);
    if (s == STORE_OK) s = history_step(w, HS_COMMIT, err);
    if (s != STORE_OK) history_rollback(w);
    return s;
}

store_status history_prune(history_writer *w, int rows, weir_error *err) {
    int64_t now = clock_monotonic_ns();
    finding f;
    if (!w->over_limit && now < w->look_at_ns) return STORE_OK;
    store_status s = look(w, &f, err);
    if (s != STORE_OK) return s;
    w->over_limit = f.over_size || f.over_age;
    if (w->over_limit) return prune_step(w, f.cutoff, rows, err);
    w->look_at_ns = f.sparse ? now : now + LOOK_NS;
    if (f.sparse) s = connection_run(&w->conn, SHRINK_SQL, err);
    if (s == STORE_OK && now >= w->sweep_at_ns) {
        w->sweep_at_ns = now + SWEEP_NS;
        s = sweep(w, err);
    }
    return s;
}
