/* history_open.c - the connection that reads: read-only, by statements of its own only, within bounds
 * and a deadline. Any thread that asks (the admin server, the command), one at a time. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "store/history_reader.h"
#include "store/schema.h"

/* ---- guards ---- */

static int allow_only(const char *name, const char *allowed) {
    return name != NULL && strcmp(name, allowed) == 0 ? SQLITE_OK : SQLITE_DENY;
}

/* What our statements, and the full-text index inside SQLite, need: reading. Nothing else. */
static int allow(void *arg, int action, const char *a, const char *b, const char *database,
                 const char *trigger) {
    (void)arg, (void)database, (void)trigger;
    switch (action) {
    case SQLITE_SELECT:
    case SQLITE_READ:
    case SQLITE_TRANSACTION: return SQLITE_OK;
    case SQLITE_FUNCTION: return allow_only(b, "match");
    /* FTS5 looks whether the file has changed. */
    case SQLITE_PRAGMA: return allow_only(a, "data_version");
    /* So SQLite asks when FTS5 declares its table; the connection cannot write anyway. */
    case SQLITE_UPDATE: return allow_only(a, "sqlite_master");
    default: return SQLITE_DENY;
    }
}

bool reader_overdue(history *h) {
    if (clock_monotonic_ns() >= h->deadline_ns || fork_gate_closing()) h->timed_out = true;
    return h->timed_out;
}

static int on_progress(void *arg) { return reader_overdue(arg); }

static void guard(history *h) {
    static const struct {
        int what, most;
    } limits[] = {
        {SQLITE_LIMIT_LENGTH, HISTORY_LIMIT_VALUE},
        {SQLITE_LIMIT_SQL_LENGTH, HISTORY_LIMIT_SQL},
        {SQLITE_LIMIT_COLUMN, HISTORY_LIMIT_COLUMNS},
        {SQLITE_LIMIT_EXPR_DEPTH, HISTORY_LIMIT_DEPTH},
        {SQLITE_LIMIT_COMPOUND_SELECT, 2},
        {SQLITE_LIMIT_FUNCTION_ARG, 8},
        {SQLITE_LIMIT_VARIABLE_NUMBER, 16},
        {SQLITE_LIMIT_TRIGGER_DEPTH, 1},
        {SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 256},
        {SQLITE_LIMIT_WORKER_THREADS, 0},
    };
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++)
        sqlite3_limit(h->conn.db, limits[i].what, limits[i].most);
    sqlite3_set_authorizer(h->conn.db, allow, NULL);
    sqlite3_progress_handler(h->conn.db, HISTORY_PROGRESS_STEPS, on_progress, h);
}

/* ---- opening ---- */

void reader_disconnect(history *h) {
    for (int i = 0; i < RS_COUNT; i++) {
        sqlite3_finalize(h->statements[i]);
        h->statements[i] = NULL;
    }
    connection_close_raw(&h->conn);
}

static void fork_disconnect(void *arg) { reader_disconnect(arg); }

static int connect_reader(history *h, weir_error *err) {
    struct stat st;
    /* Anything but a file would block, or worse. */
    if (stat(h->conn.path, &st) != 0) return error_system(err, errno, "%s", h->conn.path);
    if (!S_ISREG(st.st_mode)) return error_set(err, WEIR_ERR_INVALID, "%s is no regular file", h->conn.path);
    store_status s = connection_open_reader(&h->conn, err);
    if (s == STORE_OK) s = schema_check(&h->conn, err);
    if (s == STORE_OK) guard(h);
    for (int i = 0; i < RS_COUNT && s == STORE_OK; i++)
        s = connection_prepare(&h->conn, reader_sql((reader_statement)i), &h->statements[i], err);
    if (s != STORE_OK) reader_disconnect(h);
    return s == STORE_OK ? 0 : -1;
}

/* The file may have been set aside, or the connection closed by a fork. */
int reader_ready(history *h, weir_error *err) {
    if (h->conn.db != NULL && !connection_in_place(&h->conn)) reader_disconnect(h);
    return h->conn.db != NULL ? 0 : connect_reader(h, err);
}

int reader_result(history *h, int rc, weir_error *err) {
    if (rc == SQLITE_ROW || rc == SQLITE_DONE) return 0;
    if (h->timed_out || (rc & 0xff) == SQLITE_INTERRUPT)
        return error_set(err, WEIR_ERR_TIMEOUT,
                         "%s: the search took too long (narrow the time or the loggers)", h->conn.path);
    connection_failed(&h->conn, rc, err);
    return -1;
}

static int barred(weir_error *err) {
    return error_set(err, WEIR_ERR_STATE, "the history cannot be read in this forked process");
}

int history_open(const char *path, history **out, weir_error *err) {
    history *h = calloc(1, sizeof *h);
    if (h == NULL) return error_set(err, WEIR_ERR_SYSTEM, "no memory");
    if (connection_init(&h->conn, path, err) != 0) {
        free(h);
        return -1;
    }
    h->member = (fork_member){.disconnect = fork_disconnect, .arg = h};
    h->deadline_ns = INT64_MAX;
    int rc = -1;
    if (fork_gate_enter()) {
        rc = connect_reader(h, err);
        if (rc == 0) fork_gate_add(&h->member);
        fork_gate_leave();
    } else {
        barred(err);
    }
    if (rc != 0) {
        connection_done(&h->conn);
        free(h);
        return -1;
    }
    *out = h;
    return 0;
}

void history_close(history *h) {
    if (h == NULL || !fork_gate_enter()) return;
    reader_disconnect(h);
    fork_gate_remove(&h->member);
    connection_done(&h->conn);
    fork_gate_leave();
    free(h);
}
