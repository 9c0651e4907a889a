/* history_names.c - the three dictionaries: call sites, loggers, threads. A record refers to its
 * site and thread by id; ids are found in a cache, so SQL runs once for each new one. Writer's
 * thread, inside a transaction of history_insert.c or history_prune.c. */
#include <string.h>

#include "store/history_writer.h"

void history_names_init(history_writer *w) {
    name_cache_init(&w->loggers);
    name_cache_init(&w->sites);
    name_cache_init(&w->threads);
    text_init(&w->key, 0);
    w->sweeps = -1;
}

void history_names_done(history_writer *w) {
    name_cache_done(&w->loggers);
    name_cache_done(&w->sites);
    name_cache_done(&w->threads);
    text_done(&w->key);
}

void history_names_forget(history_writer *w) {
    name_cache_clear(&w->loggers);
    name_cache_clear(&w->sites);
    name_cache_clear(&w->threads);
    w->sweeps = -1;
}

/* ---- keys: numbers and texts, each text with its length, so that no two rows have the same ---- */

static void add_number(text *key, int64_t n) { text_add(key, (const char *)&n, sizeof n); }

static void add_text(text *key, slice s) {
    add_number(key, (int64_t)s.len);
    text_add_slice(key, s);
}

/* Where the message is the template itself, each message would make a site of its own. */
static bool has_template(const row *r) { return !slice_equal(r->template, r->message); }

static slice site_key(history_writer *w, const row *r) {
    text *key = &w->key;
    text_clear(key);
    add_number(key, r->level);
    add_number(key, has_template(r));
    if (has_template(r)) add_text(key, r->template);
    add_text(key, r->logger);
    add_text(key, r->level_name);
    add_text(key, r->pathname);
    add_text(key, r->func);
    return text_slice(key);
}

static slice thread_key(history_writer *w, const row *r) {
    text *key = &w->key;
    text_clear(key);
    add_number(key, r->process);
    add_number(key, (int64_t)r->thread);
    add_text(key, r->process_name);
    add_text(key, r->thread_name);
    return text_slice(key);
}

static store_status no_memory(weir_error *err) {
    error_set(err, WEIR_ERR_SYSTEM, "no memory");
    return STORE_TROUBLE;
}

/* The end of the hour after `created`, so that marking happens once an hour and site. */
static int64_t next_until(int64_t created) {
    return created > INT64_MAX - HISTORY_USED_STEP_US ? INT64_MAX : created + HISTORY_USED_STEP_US;
}

static store_status mark_used(history_writer *w, history_statement update, name_entry *e, int64_t until,
                              weir_error *err) {
    sqlite3_bind_int64(w->statements[update], 1, e->id);
    sqlite3_bind_int64(w->statements[update], 2, until);
    store_status s = history_step(w, update, err);
    if (s == STORE_OK) e->used_until = until;
    return s;
}

/* ---- loggers: unique by name, since the rollup counts by their ids ---- */

static store_status find_logger(history_writer *w, slice name, int64_t until, name_entry **out,
                                weir_error *err) {
    sqlite3_stmt *add = w->statements[HS_LOGGER_ADD], *get = w->statements[HS_LOGGER_GET];
    history_bind(add, 1, name);
    sqlite3_bind_int64(add, 2, until);
    store_status s = history_step(w, HS_LOGGER_ADD, err);
    if (s != STORE_OK) return s;
    history_bind(get, 1, name);
    int rc = sqlite3_step(get);
    int64_t id = sqlite3_column_int64(get, 0), used = sqlite3_column_int64(get, 1);
    sqlite3_reset(get);
    if (rc != SQLITE_ROW) return connection_failed(&w->conn, rc, err);
    *out = name_cache_add(&w->loggers, name, id);
    (*out)->used_until = used;
    return STORE_OK;
}

static store_status logger_id(history_writer *w, slice name, int64_t until, int64_t *out, weir_error *err) {
    name_entry *e = name_cache_find(&w->loggers, name);
    store_status s = STORE_OK;
    if (e == NULL) s = find_logger(w, name, until, &e, err);
    /* Twice as far: it must not end before one of its sites does. */
    if (s == STORE_OK && e->used_until < until) s = mark_used(w, HS_LOGGER_USED, e, next_until(until), err);
    if (s == STORE_OK) *out = e->id;
    return s;
}

/* ---- sites and threads ---- */

static store_status add_site(history_writer *w, const row *r, int64_t logger, int64_t until,
                             weir_error *err) {
    sqlite3_stmt *add = w->statements[HS_SITE_ADD];
    sqlite3_bind_int64(add, 1, logger);
    sqlite3_bind_int(add, 2, r->level);
    history_bind(add, 3, r->level_name);
    if (has_template(r))
        history_bind(add, 4, r->template);
    else
        sqlite3_bind_null(add, 4);
    history_bind(add, 5, r->pathname);
    sqlite3_bind_int64(add, 6, r->lineno);
    history_bind(add, 7, r->func);
    sqlite3_bind_int64(add, 8, until);
    return history_step(w, HS_SITE_ADD, err);
}

/* New, or to be marked for another hour; then its logger is, too. */
static store_status renew_site(history_writer *w, const row *r, name_entry **e, weir_error *err) {
    int64_t logger = 0, until = next_until(r->created_us);
    store_status s = logger_id(w, r->logger, until, &logger, err);
    if (s != STORE_OK) return s;
    if (*e != NULL) return mark_used(w, HS_SITE_USED, *e, until, err);
    s = add_site(w, r, logger, until, err);
    if (s != STORE_OK) return s;
    *e = name_cache_add(&w->sites, text_slice(&w->key), sqlite3_last_insert_rowid(w->conn.db));
    (*e)->lineno = r->lineno;
    (*e)->parent = logger;
    (*e)->used_until = until;
    return STORE_OK;
}

store_status history_site(history_writer *w, const row *r, const name_entry **site, weir_error *err) {
    name_entry *e = name_cache_find(&w->sites, site_key(w, r));
    store_status s = STORE_OK;
    if (w->key.failed) return no_memory(err);
    if (e == NULL || e->used_until < r->created_us) s = renew_site(w, r, &e, err);
    if (s == STORE_OK) *site = e;
    return s;
}

static store_status add_thread(history_writer *w, const row *r, name_entry **e, weir_error *err) {
    sqlite3_stmt *add = w->statements[HS_THREAD_ADD];
    int64_t until = next_until(r->created_us);
    sqlite3_bind_int64(add, 1, r->process);
    history_bind(add, 2, r->process_name);
    sqlite3_bind_int64(add, 3, (int64_t)r->thread);
    history_bind(add, 4, r->thread_name);
    sqlite3_bind_int64(add, 5, until);
    store_status s = history_step(w, HS_THREAD_ADD, err);
    if (s != STORE_OK) return s;
    *e = name_cache_add(&w->threads, text_slice(&w->key), sqlite3_last_insert_rowid(w->conn.db));
    (*e)->used_until = until;
    return STORE_OK;
}

store_status history_thread(history_writer *w, const row *r, int64_t *thread, weir_error *err) {
    name_entry *e = name_cache_find(&w->threads, thread_key(w, r));
    store_status s = STORE_OK;
    if (w->key.failed) return no_memory(err);
    if (e == NULL)
        s = add_thread(w, r, &e, err);
    else if (e->used_until < r->created_us)
        s = mark_used(w, HS_THREAD_USED, e, next_until(r->created_us), err);
    if (s == STORE_OK) *thread = e->id;
    return s;
}

/* ---- what the file knows already ---- */

static slice column(sqlite3_stmt *stmt, int at) {
    const char *data = (const char *)sqlite3_column_text(stmt, at);
    return data == NULL ? SLICE_NONE : slice_make(data, (size_t)sqlite3_column_bytes(stmt, at));
}

static void keep_site(history_writer *w, sqlite3_stmt *stmt) {
    row r = {.level = sqlite3_column_int(stmt, 3),
             .level_name = column(stmt, 4),
             .template = column(stmt, 5),
             .pathname = column(stmt, 6),
             .func = column(stmt, 8),
             .logger = column(stmt, 9)};
    /* The key only asks whether the template is the message; any other message will do. */
    r.message = r.template.data == NULL ? r.template : SLICE_LITERAL("\1");
    if (slice_equal(r.message, r.template) && r.template.data != NULL) r.message = SLICE_LITERAL("\2");
    slice key = site_key(w, &r);
    if (w->key.failed || name_cache_find(&w->sites, key) != NULL) return;
    name_entry *e = name_cache_add(&w->sites, key, sqlite3_column_int64(stmt, 0));
    e->lineno = sqlite3_column_int64(stmt, 7);
    e->parent = sqlite3_column_int64(stmt, 1);
    e->used_until = sqlite3_column_int64(stmt, 2);
}

/* So that a restart does not make every site anew. The newest are the likeliest; threads are not
 * read, since those of another process differ. */
static store_status load_sites(history_writer *w, weir_error *err) {
    static const char sql[] =
        "SELECT s.id, s.logger, s.used_until, s.level, s.level_name, s.template, s.pathname,"
        " s.lineno, s.func, l.name FROM sites s JOIN loggers l ON l.id = s.logger"
        " ORDER BY s.id DESC LIMIT ?1";
    sqlite3_stmt *stmt = NULL;
    store_status s = connection_prepare(&w->conn, sql, &stmt, err);
    if (s != STORE_OK) return s;
    sqlite3_bind_int(stmt, 1, NAME_CACHE_ENTRIES / 2);
    int rc;
    while ((rc = sqlite3_step(stmt)) == SQLITE_ROW) keep_site(w, stmt);
    if (rc != SQLITE_DONE) s = connection_failed(&w->conn, rc, err);
    sqlite3_finalize(stmt);
    return s;
}

store_status history_names_check(history_writer *w, weir_error *err) {
    int64_t sweeps = 0;
    bool found;
    store_status s = history_step_int(w, HS_SWEEPS, &sweeps, &found, err);
    if (s != STORE_OK || sweeps == w->sweeps) return s;
    history_names_forget(w);
    s = load_sites(w, err);
    if (s == STORE_OK) w->sweeps = sweeps;
    return s;
}

/* The caches know rows that may go now; so they start anew, here and in other writers of the file. */
store_status history_names_sweep(history_writer *w, int64_t oldest_us, weir_error *err) {
    char sql[512];
    snprintf(sql, sizeof sql,
             "DELETE FROM sites WHERE used_until < %lld; DELETE FROM threads WHERE used_until < %lld;"
             "DELETE FROM loggers WHERE used_until < %lld",
             (long long)oldest_us, (long long)oldest_us, (long long)oldest_us);
    int64_t before = sqlite3_total_changes64(w->conn.db);
    store_status s = connection_run(&w->conn, sql, err);
    if (s != STORE_OK || sqlite3_total_changes64(w->conn.db) == before) return s;
    history_names_forget(w);
    return connection_run(&w->conn, "UPDATE state SET value = value + 1 WHERE name = 'sweeps'", err);
}
