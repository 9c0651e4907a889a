/* history_bench.c - rows per second into a history, against bare SQLite with the same tables, the same
 * two indexes and the same full-text index. Usage: history_bench [ROWS [DIRECTORY]]
 *
 * bare: one prepared INSERT into records and one into records_text, 10,000 rows a transaction, the ids
 * of sites and threads known beforehand, the writer's own PRAGMAs: the least that any program does for
 * these rows. weir: the sink, from chunks as the backend makes them (making them is not counted, since
 * it is the backend's work), checkpoints included on both sides. Both run in turns; the best of each
 * counts. Prints one line of JSON. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "store/history_writer.h"

#define TURNS 3
#define LOGGERS 20
#define BATCH_ROWS 10000

typedef struct bench {
    size_t rows;
    char path[4096];
    text wire; /* all rows, encoded */
    chunk_head *heads;
    chunk_view *chunks;
    size_t chunk_count;
} bench;

static void fail(const char *what, const char *why) {
    fprintf(stderr, "history_bench: %s: %s\n", what, why);
    exit(1);
}

static void make_row(size_t i, row *r, char *message, char *fields, char *logger) {
    unsigned x = (unsigned)i * 2654435761u;
    int len = snprintf(message, 256, "user %u from 10.0.%u.%u asked for key k%u: %u bytes in %u.%03u ms",
                       x % 1000, x >> 24, (x >> 16) & 255, x % 100003, x % 5000, x % 20, x % 1000);
    int fields_len = snprintf(fields, 128, "{\"request\":\"r%zu\",\"shard\":%u}", i, x % 7);
    int logger_len = snprintf(logger, 64, "service.part%u", x % LOGGERS);
    *r = (row){.id = (UINT64_C(1) << 60) + i,
               .created_us = INT64_C(1700000000000000) + (int64_t)i * 13,
               .level = x % 10 == 0 ? 30 : 20,
               .level_name = slice_of(x % 10 == 0 ? "WARNING" : "INFO"),
               .logger = slice_make(logger, (size_t)logger_len),
               .message = slice_make(message, (size_t)len),
               .template = slice_of("user %d from %s asked for key %s: %d bytes in %.3f ms"),
               .pathname = slice_of("/build/service/src/part.c"),
               .func = slice_of("part_answer"),
               .lineno = 100 + x % LOGGERS,
               .thread_name = slice_of(x % 2 != 0 ? "worker-1" : "worker-2"),
               .process_name = slice_of("MainProcess"),
               .thread = 140000000000000u + x % 2,
               .process = 4711,
               .fields = slice_make(fields, (size_t)fields_len)};
}

/* The rows as the backend hands them over: chunks of about 64 KiB. */
static void make_chunks(bench *b) {
    char message[256], fields[128], logger[64];
    size_t *ends = calloc(b->rows + 1, sizeof *ends), *counts = calloc(b->rows + 1, sizeof *counts);
    if (ends == NULL || counts == NULL) fail("memory", "none");
    size_t begin = 0, count = 0;
    text_init(&b->wire, 0);
    for (size_t i = 0; i < b->rows; i++) {
        row r;
        make_row(i, &r, message, fields, logger);
        row_encode(&r, &b->wire);
        count++;
        if (b->wire.len - begin < CHUNK_SIZE - 512 && i + 1 < b->rows) continue;
        ends[b->chunk_count] = begin = b->wire.len;
        counts[b->chunk_count++] = count;
        count = 0;
    }
    b->heads = calloc(b->chunk_count, sizeof *b->heads);
    b->chunks = calloc(b->chunk_count, sizeof *b->chunks);
    if (b->wire.failed || b->heads == NULL || b->chunks == NULL) fail("memory", "none");
    for (size_t i = 0, at = 0; i < b->chunk_count; at = ends[i++]) {
        size_t len = ends[i] - at;
        b->heads[i] = (chunk_head){.kind = CHUNK_BYTES,
                                   .bytes = (uint32_t)len,
                                   .records = (uint32_t)counts[i],
                                   .size = (uint32_t)(sizeof(chunk_head) + len)};
        b->chunks[i] = (chunk_view){&b->heads[i], slice_make(b->wire.data + at, len), at};
    }
    free(ends);
    free(counts);
}

static void remove_files(const bench *b) {
    static const char *const ends[] = {"", "-wal", "-shm"};
    char name[4200];
    for (size_t i = 0; i < 3; i++) {
        snprintf(name, sizeof name, "%s%s", b->path, ends[i]);
        unlink(name);
    }
}

static sink *open_sink(const bench *b) {
    sink_spec spec = {.kind = slice_of("sqlite"),
                      .path = slice_of(b->path),
                      .fd = -1,
                      .mode = 'a',
                      .permissions = 0600,
                      .beneath_fd = -1};
    weir_error err;
    char key[128];
    bool created;
    sink *s = NULL;
    if (history_sink_kind.open(&spec, false, &s, key, &created, &err) != 0) fail("open", err.message);
    return s;
}

static double run_weir(const bench *b) {
    chunk_queue_map *map = calloc(1, sizeof *map);
    uint32_t stop = 0;
    remove_files(b);
    sink *s = open_sink(b);
    int64_t begin = clock_monotonic_ns();
    for (size_t i = 0; i < b->chunk_count;) {
        size_t left = b->chunk_count - i, bytes = 0;
        sink_batch batch = {.chunks = b->chunks + i, .map = map, .stop = &stop};
        batch.count = left < SINK_BATCH_CHUNKS ? left : SINK_BATCH_CHUNKS;
        weir_error err = {.code = 0};
        if (s->write(s, &batch, &bytes, &err) != SINK_OK) fail("write", err.message);
        while (bytes > 0) bytes -= b->chunks[i++].bytes.len;
    }
    double seconds = (double)(clock_monotonic_ns() - begin) / 1e9;
    s->close(s);
    free(map);
    return (double)b->rows / seconds;
}

static void must(sqlite3 *db, int rc, int wanted) {
    if (rc != wanted) fail("SQLite", sqlite3_errmsg(db));
}

static void run(sqlite3 *db, const char *sql) {
    must(db, sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
}

static void insert_bare(sqlite3 *db, sqlite3_stmt *insert, sqlite3_stmt *words, const row *r) {
    sqlite3_bind_int64(insert, 1, (int64_t)r->id);
    sqlite3_bind_int64(insert, 2, r->created_us);
    sqlite3_bind_int64(insert, 3, r->lineno - 99 + (r->level == 30 ? LOGGERS : 0));
    sqlite3_bind_int64(insert, 4, (int64_t)r->thread & 1);
    sqlite3_bind_text(insert, 5, r->message.data, (int)r->message.len, SQLITE_STATIC);
    sqlite3_bind_text(insert, 6, r->fields.data, (int)r->fields.len, SQLITE_STATIC);
    must(db, sqlite3_step(insert), SQLITE_DONE);
    sqlite3_reset(insert);
    sqlite3_bind_int64(words, 1, (int64_t)r->id);
    sqlite3_bind_text(words, 2, r->message.data, (int)r->message.len, SQLITE_STATIC);
    must(db, sqlite3_step(words), SQLITE_DONE);
    sqlite3_reset(words);
}

static double run_bare(const bench *b) {
    sqlite3 *db = NULL;
    sqlite3_stmt *insert = NULL, *words = NULL;
    size_t at = 0, rows = 0;
    row r;
    remove_files(b);
    sink *s = open_sink(b); /* makes the tables */
    s->close(s);
    must(db, sqlite3_open(b->path, &db), SQLITE_OK);
    run(db, "PRAGMA synchronous = NORMAL; PRAGMA secure_delete = OFF; PRAGMA cache_size = -8192;"
            "PRAGMA wal_autocheckpoint = 4096; PRAGMA journal_size_limit = 16777216");
    must(db,
         sqlite3_prepare_v2(db,
                            "INSERT INTO records (id, created, site, thread, message, fields)"
                            " VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                            -1, &insert, NULL),
         SQLITE_OK);
    must(
        db,
        sqlite3_prepare_v2(db, "INSERT INTO records_text (rowid, message) VALUES (?1, ?2)", -1, &words, NULL),
        SQLITE_OK);
    int64_t begin = clock_monotonic_ns();
    while (at < b->wire.len && row_decode(b->wire.data, b->wire.len, &at, &r) == 0) {
        if (rows % BATCH_ROWS == 0) run(db, "BEGIN IMMEDIATE");
        insert_bare(db, insert, words, &r);
        if (++rows % BATCH_ROWS == 0 || rows == b->rows) run(db, "COMMIT");
    }
    double seconds = (double)(clock_monotonic_ns() - begin) / 1e9;
    sqlite3_finalize(insert);
    sqlite3_finalize(words);
    sqlite3_close(db);
    return (double)rows / seconds;
}

int main(int argc, char **argv) {
    bench b = {.rows = argc > 1 ? (size_t)strtoul(argv[1], NULL, 10) : 300000};
    double weir = 0, bare = 0;
    snprintf(b.path, sizeof b.path, "%s/history-bench-%d.db", argc > 2 ? argv[2] : "/tmp", (int)getpid());
    if (b.rows == 0) fail("rows", "none");
    make_chunks(&b);
    for (int i = 0; i < TURNS; i++) {
        double one = run_bare(&b), other = run_weir(&b);
        if (one > bare) bare = one;
        if (other > weir) weir = other;
    }
    remove_files(&b);
    printf("{\"bench\":\"history\",\"rows\":%zu,\"weir_rows_per_s\":%.0f,\"bare_sqlite_rows_per_s\":%.0f,"
           "\"ratio\":%.3f}\n",
           b.rows, weir, bare, weir / bare);
    text_done(&b.wire);
    free(b.heads);
    free(b.chunks);
    return 0;
}
