/* connection.c - opening, closing and the meaning of result codes. Runs on the thread that builds a
 * configuration, on the writer of a history's target, and on readers' threads; never on a host's. */
#include "store/connection.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int connection_init(connection *c, const char *path, weir_error *err) {
    memset(c, 0, sizeof *c);
    c->path = strdup(path);
    return c->path == NULL ? error_set(err, WEIR_ERR_SYSTEM, "no memory") : 0;
}

void connection_done(connection *c) {
    connection_close(c);
    free(c->path);
    c->path = NULL;
}

/* ---- result codes ---- */

static store_status classify(int rc) {
    switch (rc & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL: return STORE_BUSY;
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH: return STORE_DENIED;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_FORMAT:
    /* Our statements are constant: an error in one means that the tables are not what they were. */
    case SQLITE_ERROR: return STORE_CORRUPT;
    case SQLITE_TOOBIG:
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH: return STORE_REFUSED;
    default: return STORE_TROUBLE;
    }
}

store_status connection_failed(const connection *c, int rc, weir_error *err) {
    store_status status = classify(rc);
    int system = c->db != NULL ? sqlite3_system_errno(c->db) : 0;
    const char *says = c->db != NULL ? sqlite3_errmsg(c->db) : sqlite3_errstr(rc);
    /* The errno of a failed call is kept for long; it belongs only to errors of the system. */
    bool of_system = status == STORE_TROUBLE || status == STORE_DENIED;
    if (system != 0 && of_system && (rc & 0xff) != SQLITE_FULL && (rc & 0xff) != SQLITE_NOMEM)
        error_system(err, system, "%s: %s", c->path, says);
    else
        error_set(err, WEIR_ERR_SYSTEM, "%s: %s", c->path, says);
    return status;
}

store_status connection_run(connection *c, const char *sql, weir_error *err) {
    int rc = sqlite3_exec(c->db, sql, NULL, NULL, NULL);
    return rc == SQLITE_OK ? STORE_OK : connection_failed(c, rc, err);
}

store_status connection_prepare(connection *c, const char *sql, sqlite3_stmt **out, weir_error *err) {
    int rc = sqlite3_prepare_v3(c->db, sql, -1, SQLITE_PREPARE_PERSISTENT, out, NULL);
    return rc == SQLITE_OK ? STORE_OK : connection_failed(c, rc, err);
}

store_status connection_int(connection *c, const char *sql, int64_t *out, weir_error *err) {
    sqlite3_stmt *stmt = NULL;
    store_status s = connection_prepare(c, sql, &stmt, err);
    if (s != STORE_OK) return s;
    int rc = sqlite3_step(stmt);
    if (rc == SQLITE_ROW || rc == SQLITE_DONE)
        *out = rc == SQLITE_ROW ? sqlite3_column_int64(stmt, 0) : 0;
    else
        s = connection_failed(c, rc, err);
    sqlite3_finalize(stmt);
    return s;
}

/* ---- opening ---- */

static int count_wal_pages(void *arg, sqlite3 *db, const char *name, int pages) {
    connection *c = arg;
    (void)db, (void)name;
    c->wal_pages = pages;
    return SQLITE_OK;
}

/* Text of a file of ours is no code: no triggers, no functions beyond those that are harmless. */
static void distrust(sqlite3 *db) {
    sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_limit(db, SQLITE_LIMIT_ATTACHED, 0);
    sqlite3_extended_result_codes(db, 1);
}

static store_status note_identity(connection *c, weir_error *err) {
    struct stat st;
    if (stat(c->path, &st) != 0) {
        error_system(err, errno, "%s", c->path);
        return STORE_DENIED;
    }
    c->dev = st.st_dev;
    c->ino = st.st_ino;
    c->wal_ino = 0;
    c->wal_pages = 0;
    return STORE_OK;
}

static store_status open_with(connection *c, const char *name, int flags, weir_error *err) {
    int rc = sqlite3_open_v2(name, &c->db, flags | SQLITE_OPEN_NOMUTEX, NULL);
    if (rc == SQLITE_OK) {
        distrust(c->db);
        sqlite3_busy_timeout(c->db, CONNECTION_BUSY_MS);
        return note_identity(c, err);
    }
    store_status s = connection_failed(c, rc, err);
    connection_close_raw(c);
    return s;
}

/* auto_vacuum counts only before the first table is made. WAL stays WAL for ever: a no-op later. */
static store_status set_up_writer(connection *c, bool fsync_each, weir_error *err) {
    char sql[512];
    snprintf(sql, sizeof sql,
             "PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL; PRAGMA synchronous = %s;"
             "PRAGMA secure_delete = OFF; PRAGMA cache_size = -%d; PRAGMA temp_store = MEMORY;"
             "PRAGMA journal_size_limit = %d; PRAGMA foreign_keys = OFF",
             fsync_each ? "FULL" : "NORMAL", CONNECTION_CACHE_KIB, CONNECTION_WAL_KEEP);
    store_status s = connection_run(c, sql, err);
    /* Checkpoints are ours (history_checkpoint.c); the hook replaces the automatic ones. */
    if (s == STORE_OK) sqlite3_wal_hook(c->db, count_wal_pages, c);
    return s;
}

store_status connection_open_writer(connection *c, bool fsync_each, bool no_links, weir_error *err) {
    int flags = SQLITE_OPEN_READWRITE | (no_links ? SQLITE_OPEN_NOFOLLOW : 0);
    store_status s = open_with(c, c->path, flags, err);
    if (s == STORE_OK) s = set_up_writer(c, fsync_each, err);
    return s;
}

/* A WAL database wants its -shm even for reading; where that cannot be made, the file itself is all
 * there is, unless a WAL with content lies beside it. */
static store_status open_immutable(connection *c, weir_error *err) {
    struct stat st;
    char *wal = NULL, *uri = NULL;
    store_status s = STORE_DENIED;
    char *escaped = sqlite3_mprintf("%s-wal", c->path);
    if (escaped == NULL) return s;
    wal = escaped;
    if (stat(wal, &st) == 0 && st.st_size > 0) goto cleanup;
    text t;
    text_init(&t, 0);
    text_add_cstr(&t, "file:");
    for (const char *p = c->path; *p != '\0'; p++) {
        if (strchr("?#%", *p) != NULL)
            text_addf(&t, "%%%02x", (unsigned)(unsigned char)*p);
        else
            text_add_char(&t, *p);
    }
    text_add_cstr(&t, "?immutable=1");
    uri = text_take(&t);
    if (uri != NULL) s = open_with(c, uri, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, err);
cleanup:
    sqlite3_free(wal);
    free(uri);
    return s;
}

store_status connection_open_reader(connection *c, weir_error *err) {
    int64_t version;
    store_status s = open_with(c, c->path, SQLITE_OPEN_READONLY, err);
    if (s == STORE_OK) s = connection_int(c, "PRAGMA schema_version", &version, err);
    if (s == STORE_DENIED) {
        connection_close_raw(c);
        s = open_immutable(c, err);
    }
    if (s == STORE_OK) {
        char sql[128];
        snprintf(sql, sizeof sql,
                 "PRAGMA query_only = ON; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -%d",
                 CONNECTION_READER_CACHE_KIB);
        s = connection_run(c, sql, err);
    }
    return s;
}

/* ---- closing ---- */

void connection_close(connection *c) {
    if (c->db == NULL) return;
    sqlite3_wal_hook(c->db, NULL, NULL);
    sqlite3_close_v2(c->db);
    c->db = NULL;
}

void connection_close_raw(connection *c) {
    if (c->db != NULL) sqlite3_db_config(c->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    connection_close(c);
}

bool connection_in_place(connection *c) {
    struct stat st;
    if (stat(c->path, &st) != 0 || st.st_dev != c->dev || st.st_ino != c->ino) return false;
    const char *name = sqlite3_db_filename(c->db, "main");
    const char *wal = name != NULL ? sqlite3_filename_wal(name) : NULL;
    if (wal == NULL) return true;
    bool there = stat(wal, &st) == 0;
    if (c->wal_ino != 0) return there && st.st_ino == c->wal_ino;
    /* Its first commit makes it; without one there is nothing to lose. */
    if (there) c->wal_ino = st.st_ino;
    return true;
}
