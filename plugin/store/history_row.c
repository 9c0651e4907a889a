/* history_row.c - the statements of the reading side, rows from their columns, and the call sites
 * that a query can match. Reader's thread. */
#include <stdlib.h>

#include "store/history_reader.h"

#define COLUMNS                                                                                              \
    "SELECT r.id, r.created, r.site, r.message, r.exc, r.fields, t.process, t.process_name, t.thread,"       \
    " t.thread_name, s.level, s.level_name, s.template, s.pathname, s.lineno, s.func, l.name, r.lineno "
#define JOINS                                                                                                \
    " LEFT JOIN sites s ON s.id = r.site LEFT JOIN loggers l ON l.id = s.logger"                             \
    " LEFT JOIN threads t ON t.id = r.thread "
/* Strictly between (?1, ?2) and (?3, ?4). The plain comparisons are what the index is sought by. */
#define BETWEEN                                                                                              \
    "r.created <= ?1 AND r.created >= ?3 AND (r.created < ?1 OR r.id < ?2) AND (r.created > ?3 OR r.id > "   \
    "?4) "
#define NEWEST_FIRST " ORDER BY r.created DESC, r.id DESC "
#define OLDEST_FIRST " ORDER BY r.created, r.id "
#define SCAN COLUMNS "FROM records r INDEXED BY records_created" JOINS "WHERE " BETWEEN
#define SITE_NEXT                                                                                            \
    "SELECT r.created, r.id FROM records r INDEXED BY records_site WHERE r.site = ?5 AND " BETWEEN
/* CROSS JOIN: the words first. detail = none: the words are joined by AND, never to a phrase. */
#define WORDS                                                                                                \
    "SELECT r.created, r.id FROM records_text w CROSS JOIN records r ON r.id = w.rowid"                      \
    " WHERE w.records_text MATCH ?5 AND " BETWEEN

static const char *const sql[RS_COUNT] = {
    [RS_BEGIN] = "BEGIN",
    [RS_END] = "COMMIT",
    [RS_SITES] =
        "SELECT s.id, s.level, l.name FROM sites s LEFT JOIN loggers l ON l.id = s.logger ORDER BY s.id",
    [RS_GET] = COLUMNS "FROM records r" JOINS "WHERE r.id = ?1",
    [RS_NEWEST] = "SELECT r.created, r.id FROM records r INDEXED BY records_created" NEWEST_FIRST "LIMIT 1",
    [RS_COUNTS] =
        "SELECT c.minute, c.level, l.name, c.count FROM rollup c LEFT JOIN loggers l ON l.id = c.logger"
        " WHERE c.minute >= ?1 AND c.minute < ?2 AND c.level >= ?3 ORDER BY c.minute, c.level",
    [RS_SCAN] = SCAN NEWEST_FIRST,
    [RS_SCAN_OLDEST] = SCAN OLDEST_FIRST,
    [RS_SITE_NEXT] = SITE_NEXT NEWEST_FIRST "LIMIT 1",
    [RS_SITE_NEXT_OLDEST] = SITE_NEXT OLDEST_FIRST "LIMIT 1",
    [RS_WORDS] = WORDS NEWEST_FIRST,
    [RS_WORDS_OLDEST] = WORDS OLDEST_FIRST,
};

const char *reader_sql(reader_statement which) { return sql[which]; }

/* ---- rows ---- */

static slice text_column(sqlite3_stmt *stmt, int at) {
    const char *data = (const char *)sqlite3_column_text(stmt, at);
    return data == NULL ? SLICE_NONE : slice_make(data, (size_t)sqlite3_column_bytes(stmt, at));
}

static slice text_or(sqlite3_stmt *stmt, int at, slice otherwise) {
    slice s = text_column(stmt, at);
    return s.data == NULL ? otherwise : s;
}

void reader_row(sqlite3_stmt *stmt, row *out) {
    slice nothing = SLICE_LITERAL("");
    bool has_own_line = sqlite3_column_type(stmt, 17) != SQLITE_NULL;
    *out = (row){.id = (uint64_t)sqlite3_column_int64(stmt, 0),
                 .created_us = sqlite3_column_int64(stmt, 1),
                 .message = text_or(stmt, 3, nothing),
                 .exc_text = text_column(stmt, 4),
                 .fields = text_or(stmt, 5, SLICE_LITERAL("{}")),
                 .process = sqlite3_column_int64(stmt, 6),
                 .process_name = text_or(stmt, 7, nothing),
                 .thread = (uint64_t)sqlite3_column_int64(stmt, 8),
                 .thread_name = text_or(stmt, 9, nothing),
                 .level = sqlite3_column_int(stmt, 10),
                 .level_name = text_or(stmt, 11, nothing),
                 .pathname = text_or(stmt, 13, nothing),
                 .lineno = sqlite3_column_int64(stmt, has_own_line ? 17 : 14),
                 .func = text_or(stmt, 15, nothing),
                 .logger = text_or(stmt, 16, nothing)};
    out->template = text_or(stmt, 12, out->message);
}

/* ---- call sites ---- */

static int add_site(history_search *s, size_t *room, int64_t id) {
    if (s->site_count == *room) {
        size_t more = *room == 0 ? 64 : *room * 2;
        int64_t *grown = realloc(s->sites, more * sizeof *grown);
        if (grown == NULL) return error_set(s->err, WEIR_ERR_SYSTEM, "no memory");
        s->sites = grown;
        *room = more;
    }
    s->sites[s->site_count++] = id;
    return 0;
}

/* The same test as that of whole rows, of a row that has nothing but a logger and a level. */
int search_sites(history_search *s) {
    record_query wanted;
    sqlite3_stmt *stmt = s->h->statements[RS_SITES];
    size_t room = 0;
    int rc, failed = 0;
    query_init(&wanted);
    wanted.min_level = s->query->min_level;
    wanted.logger = s->query->logger;
    if (wanted.min_level <= 0 && wanted.logger.len == 0) return 0;
    if ((s->sites = malloc(sizeof *s->sites)) == NULL) return error_set(s->err, WEIR_ERR_SYSTEM, "no memory");
    room = 1;
    while (failed == 0 && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
        row r = {.level = sqlite3_column_int(stmt, 1), .logger = text_or(stmt, 2, SLICE_LITERAL(""))};
        if (query_matches(&wanted, &r)) failed = add_site(s, &room, sqlite3_column_int64(stmt, 0));
    }
    sqlite3_reset(stmt);
    return failed != 0 ? -1 : reader_result(s->h, rc, s->err);
}

bool search_has_site(const history_search *s, int64_t site) {
    size_t low = 0, high = s->site_count;
    if (s->sites == NULL) return true;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (s->sites[middle] == site) return true;
        if (s->sites[middle] < site)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}
