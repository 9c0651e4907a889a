/* history_fixture.h - for tests of the history: a sink on a file of its own, and chunks made by hand as a
 * chunk queue would hand them to it. Include it in one test program; everything is static. */
#ifndef WEIR_TESTS_HISTORY_FIXTURE_H
#define WEIR_TESTS_HISTORY_FIXTURE_H

#include <criterion/criterion.h>
#include <dirent.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/history.h"
#include "store/history_writer.h"

#define FIXTURE_CHUNKS 64

typedef struct history_fixture {
    char dir[64], path[96];
    char key[128];
    sink_spec spec;
    sink *sink;
    bool created;
    chunk_queue_map *map;
    uint64_t position; /* of the next chunk */
    /* made chunks */
    chunk_head heads[FIXTURE_CHUNKS];
    text bytes[FIXTURE_CHUNKS];
    chunk_view views[FIXTURE_CHUNKS];
    size_t count;
    uint32_t stop;
    weir_error err;
} history_fixture;

static inline void fixture_dir(history_fixture *f) {
    memset(f, 0, sizeof *f);
    snprintf(f->dir, sizeof f->dir, "/tmp/weir-history-XXXXXX");
    cr_assert(mkdtemp(f->dir) != NULL);
    snprintf(f->path, sizeof f->path, "%s/history.db", f->dir);
    f->map = calloc(1, sizeof *f->map);
    f->map->identity = 0xFEDCBA9876543210u; /* beyond int64: stored as a negative number */
    f->spec = (sink_spec){.kind = slice_of("sqlite"),
                          .path = slice_of(f->path),
                          .fd = -1,
                          .mode = 'a',
                          .permissions = 0640,
                          .beneath_fd = -1};
}

static inline int fixture_try_open(history_fixture *f) {
    return history_sink_kind.open(&f->spec, false, &f->sink, f->key, &f->created, &f->err);
}

static inline void fixture_open(history_fixture *f, const char *options) {
    if (options != NULL) f->spec.options = slice_of(options);
    cr_assert_eq(fixture_try_open(f), 0, "%s", f->err.message);
}

static inline history_writer *fixture_writer(history_fixture *f) { return (history_writer *)f->sink; }

static inline row fixture_row(uint64_t id) {
    return (row){.id = id,
                 .created_us = INT64_C(1700000000000000) + (int64_t)id * 1000,
                 .level = 20,
                 .level_name = slice_of("INFO"),
                 .logger = slice_of("app.net"),
                 .message = slice_of("connection opened"),
                 .template = slice_of("connection %s"),
                 .pathname = slice_of("src/net.c"),
                 .func = slice_of("accept_one"),
                 .lineno = 42,
                 .thread_name = slice_of("MainThread"),
                 .process_name = slice_of("MainProcess"),
                 .thread = 0xF000000000000001u,
                 .process = 4711,
                 .exc_text = SLICE_NONE,
                 .fields = slice_of("{}")};
}

/* One chunk of these rows, after those made before. */
static inline void fixture_chunk(history_fixture *f, const row *rows, size_t count) {
    cr_assert_lt(f->count, (size_t)FIXTURE_CHUNKS);
    size_t i = f->count++;
    text_init(&f->bytes[i], 0);
    for (size_t k = 0; k < count; k++) row_encode(&rows[k], &f->bytes[i]);
    f->heads[i] = (chunk_head){.kind = CHUNK_BYTES,
                               .bytes = (uint32_t)f->bytes[i].len,
                               .records = (uint32_t)count,
                               .size = (uint32_t)((sizeof(chunk_head) + f->bytes[i].len + 7) / 8 * 8)};
    f->views[i] = (chunk_view){&f->heads[i], text_slice(&f->bytes[i]), f->position};
    f->position += f->heads[i].size;
}

static inline void fixture_drop_chunks(history_fixture *f) {
    for (size_t i = 0; i < f->count; i++) text_done(&f->bytes[i]);
    f->count = 0;
}

/* Writes what was made; returns what the sink said. The chunks stay. */
static inline sink_status fixture_write(history_fixture *f, size_t *bytes) {
    sink_batch batch = {.chunks = f->views, .count = f->count, .map = f->map, .stop = &f->stop};
    f->err.code = 0;
    f->err.message[0] = '\0';
    return f->sink->write(f->sink, &batch, bytes, &f->err);
}

/* All of it is to be written at once. */
static inline void fixture_feed(history_fixture *f, const row *rows, size_t count) {
    size_t bytes, all = 0;
    fixture_chunk(f, rows, count);
    for (size_t i = 0; i < f->count; i++) all += f->bytes[i].len;
    cr_assert_eq(fixture_write(f, &bytes), SINK_OK, "%s", f->err.message);
    cr_assert_eq(bytes, all);
    fixture_drop_chunks(f);
}

/* Rows with ids first … first + count - 1. */
static inline void fixture_feed_plain(history_fixture *f, uint64_t first, size_t count) {
    while (count > 0) {
        row rows[100];
        size_t n = count < 100 ? count : 100;
        for (size_t i = 0; i < n; i++) rows[i] = fixture_row(first + i);
        fixture_feed(f, rows, n);
        first += n;
        count -= n;
    }
}

static inline void fixture_close_sink(history_fixture *f) {
    if (f->sink != NULL) f->sink->close(f->sink);
    f->sink = NULL;
}

static inline void fixture_done(history_fixture *f) {
    fixture_close_sink(f);
    fixture_drop_chunks(f);
    free(f->map);
    DIR *d = opendir(f->dir);
    for (struct dirent *e; d != NULL && (e = readdir(d)) != NULL;) {
        char name[sizeof f->dir + sizeof e->d_name + 1];
        snprintf(name, sizeof name, "%s/%s", f->dir, e->d_name);
        unlink(name);
    }
    if (d != NULL) closedir(d);
    rmdir(f->dir);
}

/* A second connection, as the sqlite3 shell would have. */
static inline sqlite3 *fixture_shell(const history_fixture *f) {
    sqlite3 *db = NULL;
    cr_assert_eq(sqlite3_open_v2(f->path, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
    return db;
}

static inline int64_t fixture_number(const history_fixture *f, const char *sql) {
    sqlite3 *db = fixture_shell(f);
    sqlite3_stmt *stmt = NULL;
    cr_assert_eq(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK, "%s: %s", sql, sqlite3_errmsg(db));
    int64_t n = sqlite3_step(stmt) == SQLITE_ROW ? sqlite3_column_int64(stmt, 0) : -1;
    sqlite3_finalize(stmt);
    sqlite3_close(db);
    return n;
}

static inline void fixture_sql(const history_fixture *f, const char *sql) {
    sqlite3 *db = fixture_shell(f);
    char *message = NULL;
    cr_assert_eq(sqlite3_exec(db, sql, NULL, NULL, &message), SQLITE_OK, "%s: %s", sql, message);
    sqlite3_close(db);
}

/* Files of the fixture's directory whose names contain part. */
static inline size_t fixture_files(const history_fixture *f, const char *part) {
    size_t n = 0;
    DIR *d = opendir(f->dir);
    for (struct dirent *e; (e = readdir(d)) != NULL;) n += strstr(e->d_name, part) != NULL;
    closedir(d);
    return n;
}

#endif
