/* history_connect.c - the writer's connection: its statements, its options, how it is opened, found
 * gone, set aside and begun anew. Configuration's thread and the target's writer. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "store/history_writer.h"
#include "store/schema.h"

static const char *const statement_sql[HS_COUNT] = {
    [HS_BEGIN] = "BEGIN IMMEDIATE",
    [HS_COMMIT] = "COMMIT",
    [HS_ROLLBACK] = "ROLLBACK",
    [HS_RECORD] = "INSERT INTO records (id, created, site, thread, message, exc, fields, lineno)"
                  " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (id) DO NOTHING",
    [HS_TEXT] = "INSERT INTO records_text (rowid, message) VALUES (?1, ?2)",
    [HS_TEXT_DELETE] = "INSERT INTO records_text (records_text, rowid, message) VALUES ('delete', ?1, ?2)",
    [HS_ROLLUP_ADD] = "INSERT INTO rollup (minute, level, logger, count) VALUES (?1, ?2, ?3, ?4)"
                      " ON CONFLICT DO UPDATE SET count = count + excluded.count",
    [HS_ROLLUP_SUBTRACT] =
        "UPDATE rollup SET count = count - ?4 WHERE minute = ?1 AND level = ?2 AND logger = ?3",
    [HS_ROLLUP_EMPTY] = "DELETE FROM rollup WHERE minute = ?1 AND level = ?2 AND logger = ?3 AND count <= 0",
    [HS_POSITION] = "INSERT INTO queues (identity, position, updated) VALUES (?1, ?2, ?3)"
                    " ON CONFLICT DO UPDATE SET position = excluded.position, updated = excluded.updated",
    [HS_POSITION_GET] = "SELECT position FROM queues WHERE identity = ?1",
    [HS_SWEEPS] = "SELECT value FROM state WHERE name = 'sweeps'",
    [HS_LOGGER_ADD] = "INSERT INTO loggers (name, used_until) VALUES (?1, ?2) ON CONFLICT (name) DO NOTHING",
    [HS_LOGGER_GET] = "SELECT id, used_until FROM loggers WHERE name = ?1",
    [HS_LOGGER_USED] = "UPDATE loggers SET used_until = ?2 WHERE id = ?1 AND used_until < ?2",
    [HS_SITE_ADD] =
        "INSERT INTO sites (logger, level, level_name, template, pathname, lineno, func, used_until)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    [HS_SITE_USED] = "UPDATE sites SET used_until = ?2 WHERE id = ?1 AND used_until < ?2",
    [HS_THREAD_ADD] = "INSERT INTO threads (process, process_name, thread, thread_name, used_until)"
                      " VALUES (?1, ?2, ?3, ?4, ?5)",
    [HS_THREAD_USED] = "UPDATE threads SET used_until = ?2 WHERE id = ?1 AND used_until < ?2",
    [HS_PAGES] = "PRAGMA page_count",
    [HS_FREE_PAGES] = "PRAGMA freelist_count",
    [HS_OLDEST] = "SELECT created FROM records INDEXED BY records_created ORDER BY created LIMIT 1",
    [HS_OLDEST_ROWS] = "SELECT r.id, r.created, r.message, s.level, s.logger"
                       " FROM records r INDEXED BY records_created LEFT JOIN sites s ON s.id = r.site"
                       " WHERE r.created < ?1 ORDER BY r.created LIMIT ?2",
    [HS_RECORD_DELETE] = "DELETE FROM records WHERE id = ?1",
};

/* ---- options ---- */

static int read_bound(const value *options, const char *key, int64_t min, int64_t max, int64_t *out,
                      weir_error *err) {
    const value *v = value_get(options, slice_of(key));
    if (v == NULL || v->type == VALUE_NONE) return 0;
    if (v->type != VALUE_INT || v->i64 < min || v->i64 > max)
        return error_set(err, WEIR_ERR_INVALID, "%s is to be a number from %lld to %lld", key, (long long)min,
                         (long long)max);
    *out = v->i64;
    return 0;
}

int history_options_parse(const sink_spec *spec, history_options *out, weir_error *err) {
    history_options o = {.fsync = spec->fsync};
    int64_t age_ms = 0;
    int rc = 0;
    arena a;
    value v;
    arena_init(&a, 0);
    if (spec->options.len > 0) {
        rc = json_parse(spec->options, LIMIT_VALUE_DEPTH, &a, &v, err);
        if (rc == 0) rc = read_bound(&v, "max_age_ms", 1, INT64_MAX / 1000, &age_ms, err);
        if (rc == 0) rc = read_bound(&v, "max_size", HISTORY_MIN_SIZE, INT64_MAX, &o.max_size, err);
    }
    arena_done(&a);
    o.max_age_us = age_ms * 1000;
    if (rc == 0) *out = o;
    return rc;
}

/* ---- statements ---- */

void history_bind(sqlite3_stmt *stmt, int at, slice s) {
    sqlite3_bind_text64(stmt, at, s.len > 0 ? s.data : "", s.len, SQLITE_STATIC, SQLITE_UTF8);
}

store_status history_step(history_writer *w, history_statement which, weir_error *err) {
    int rc = sqlite3_step(w->statements[which]);
    sqlite3_reset(w->statements[which]);
    return rc == SQLITE_DONE || rc == SQLITE_ROW ? STORE_OK : connection_failed(&w->conn, rc, err);
}

store_status history_step_int(history_writer *w, history_statement which, int64_t *out, bool *found,
                              weir_error *err) {
    sqlite3_stmt *stmt = w->statements[which];
    int rc = sqlite3_step(stmt);
    *found = rc == SQLITE_ROW;
    if (*found) *out = sqlite3_column_int64(stmt, 0);
    sqlite3_reset(stmt);
    return rc == SQLITE_ROW || rc == SQLITE_DONE ? STORE_OK : connection_failed(&w->conn, rc, err);
}

/* Some errors have rolled back already. What the caches learnt in the transaction is not there. */
void history_rollback(history_writer *w) {
    if (w->conn.db == NULL) return;
    if (!sqlite3_get_autocommit(w->conn.db)) history_step(w, HS_ROLLBACK, NULL);
    history_names_forget(w);
    rollup_clear(&w->rollup);
}

static store_status prepare_all(history_writer *w, weir_error *err) {
    store_status s = STORE_OK;
    for (int i = 0; i < HS_COUNT && s == STORE_OK; i++)
        s = connection_prepare(&w->conn, statement_sql[i], &w->statements[i], err);
    return s;
}

/* ---- connecting ---- */

void history_disconnect(history_writer *w, bool raw) {
    for (int i = 0; i < HS_COUNT; i++) {
        sqlite3_finalize(w->statements[i]);
        w->statements[i] = NULL;
    }
    history_names_forget(w);
    rollup_clear(&w->rollup);
    if (raw)
        connection_close_raw(&w->conn);
    else
        connection_close(&w->conn);
}

static store_status connect_existing(history_writer *w, weir_error *err) {
    store_status s = connection_open_writer(&w->conn, w->options.fsync, w->place.relative != NULL, err);
    if (s == STORE_OK) s = schema_migrate(&w->conn, err);
    if (s == STORE_OK) s = connection_int(&w->conn, "PRAGMA page_size", &w->page_size, err);
    if (s == STORE_OK) s = prepare_all(w, err);
    return s;
}

/* What we checked is what SQLite has opened: nobody has put another file there in between. */
static store_status check_same(const history_writer *w, const struct stat *checked, weir_error *err) {
    if (w->conn.dev == checked->st_dev && w->conn.ino == checked->st_ino) return STORE_OK;
    error_set(err, WEIR_ERR_SYSTEM, "%s was replaced while it was opened", w->place.path);
    return STORE_TROUBLE;
}

store_status history_connect(history_writer *w, bool *created, weir_error *err) {
    struct stat st;
    int there = place_look(&w->place, &st, err);
    if (there < 0) return STORE_DENIED;
    if (there == 1 && place_create(&w->place, created, err) != 0) return STORE_DENIED;
    if (there == 1 && place_look(&w->place, &st, err) != 0) return STORE_DENIED;
    store_status s = connect_existing(w, err);
    if (w->conn.db != NULL && s == STORE_OK) s = check_same(w, &st, err);
    if (s == STORE_OK) {
        w->anew = true;
        w->look_at_ns = w->sweep_at_ns = 0;
    } else {
        history_disconnect(w, true);
    }
    return s;
}

/* ---- the file has gone, or is damaged ---- */

store_status history_ready(history_writer *w, weir_error *err) {
    bool created = false, moved = false;
    if (w->conn.db != NULL && !connection_in_place(&w->conn)) {
        /* Closing brings what only the WAL has into the file that we hold, wherever that is now. */
        sqlite3_wal_checkpoint_v2(w->conn.db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
        history_disconnect(w, false);
        moved = true;
    }
    if (w->conn.db != NULL) return STORE_OK;
    bool had = w->anew;
    store_status s = history_connect(w, &created, err);
    if (s == STORE_OK && created && had)
        error_set(err, WEIR_ERR_SYSTEM, "%s was removed: a new history is begun", w->place.path);
    else if (s == STORE_OK && moved)
        error_set(err, WEIR_ERR_SYSTEM, "%s or its WAL was replaced: opened again", w->place.path);
    return s;
}

store_status history_set_aside(history_writer *w, const weir_error *why, weir_error *err) {
    char name[PATH_MAX + 64] = "";
    char reason[256];
    snprintf(reason, sizeof reason, "%.255s", why->message);
    history_disconnect(w, true);
    if (place_set_aside(&w->place, name, sizeof name, err) != 0) return STORE_TROUBLE;
    error_set(err, WEIR_ERR_SYSTEM, "%s: it is kept as %s, and a new history is begun", reason, name);
    w->anew = false; /* what follows is not "removed" */
    return STORE_OK;
}
