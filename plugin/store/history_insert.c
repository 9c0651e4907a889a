/* history_insert.c - a batch of chunks into the tables, in one transaction that also stores how far
 * the queue is read. Writer's thread, and recovery. A record that is there already (a kill after the
 * commit) is counted and passed over. */
#include "base/clock.h"
#include "store/history_writer.h"

static store_status write_cell(history_writer *w, const rollup_cell *cell, weir_error *err) {
    sqlite3_stmt *add = w->statements[HS_ROLLUP_ADD];
    sqlite3_bind_int64(add, 1, cell->minute);
    sqlite3_bind_int(add, 2, cell->level);
    sqlite3_bind_int64(add, 3, cell->logger);
    sqlite3_bind_int64(add, 4, cell->count);
    return history_step(w, HS_ROLLUP_ADD, err);
}

store_status history_rollup_flush(history_writer *w, weir_error *err) {
    store_status s = STORE_OK;
    for (size_t i = 0; i < ROLLUP_SLOTS && w->rollup.used > 0 && s == STORE_OK; i++)
        if (w->rollup.cells[i].count != 0) s = write_cell(w, &w->rollup.cells[i], err);
    if (s == STORE_OK && w->rollup.used > 0) rollup_clear(&w->rollup);
    return s;
}

static void bind_optional(sqlite3_stmt *stmt, int at, slice s, bool absent) {
    if (absent)
        sqlite3_bind_null(stmt, at);
    else
        history_bind(stmt, at, s);
}

static store_status insert_record(history_writer *w, const row *r, const name_entry *site, int64_t thread,
                                  bool *is_new, weir_error *err) {
    sqlite3_stmt *stmt = w->statements[HS_RECORD];
    sqlite3_bind_int64(stmt, 1, (int64_t)r->id);
    sqlite3_bind_int64(stmt, 2, r->created_us);
    sqlite3_bind_int64(stmt, 3, site->id);
    sqlite3_bind_int64(stmt, 4, thread);
    history_bind(stmt, 5, r->message);
    bind_optional(stmt, 6, r->exc_text, r->exc_text.data == NULL);
    bind_optional(stmt, 7, r->fields, r->fields.len == 0 || slice_is(r->fields, "{}"));
    if (r->lineno == site->lineno)
        sqlite3_bind_null(stmt, 8);
    else
        sqlite3_bind_int64(stmt, 8, r->lineno);
    store_status s = history_step(w, HS_RECORD, err);
    *is_new = s == STORE_OK && sqlite3_changes(w->conn.db) == 1;
    return s;
}

static store_status insert_row(history_writer *w, const row *r, weir_error *err) {
    const name_entry *site = NULL;
    int64_t thread = 0;
    bool is_new = false;
    store_status s = history_site(w, r, &site, err);
    if (s == STORE_OK) s = history_thread(w, r, &thread, err);
    if (s == STORE_OK) s = insert_record(w, r, site, thread, &is_new, err);
    if (s != STORE_OK) return s;
    if (!is_new) {
        w->duplicates++;
        return STORE_OK;
    }
    sqlite3_stmt *words = w->statements[HS_TEXT];
    sqlite3_bind_int64(words, 1, (int64_t)r->id);
    history_bind(words, 2, r->message);
    s = history_step(w, HS_TEXT, err);
    if (s == STORE_OK && rollup_full(&w->rollup)) s = history_rollup_flush(w, err);
    if (s != STORE_OK) return s;
    rollup_count(&w->rollup, r->created_us, r->level, site->parent);
    w->inserted++;
    return STORE_OK;
}

static store_status insert_chunk(history_writer *w, const chunk_view *chunk, weir_error *err) {
    size_t at = 0;
    while (at < chunk->bytes.len) {
        row r;
        if (row_decode(chunk->bytes.data, chunk->bytes.len, &at, &r) != 0) {
            error_set(err, WEIR_ERR_INVALID, "%s: the queue's chunk at %llu is damaged at byte %zu of %zu",
                      w->place.path, (unsigned long long)chunk->position, at, chunk->bytes.len);
            return STORE_REFUSED;
        }
        store_status s = insert_row(w, &r, err);
        if (s != STORE_OK) return s;
    }
    return STORE_OK;
}

static store_status store_position(history_writer *w, const sink_batch *batch, const chunk_view *last,
                                   weir_error *err) {
    sqlite3_stmt *stmt = w->statements[HS_POSITION];
    sqlite3_bind_int64(stmt, 1, (int64_t)batch->map->identity);
    sqlite3_bind_int64(stmt, 2, (int64_t)(last->position + last->head->size));
    sqlite3_bind_int64(stmt, 3, clock_realtime_ns() / 1000);
    return history_step(w, HS_POSITION, err);
}

static store_status transaction(history_writer *w, const sink_batch *batch, size_t count, size_t *done,
                                weir_error *err) {
    size_t i = 0;
    store_status s = history_names_check(w, err);
    while (i < count && s == STORE_OK) {
        s = insert_chunk(w, &batch->chunks[i], err);
        if (s == STORE_OK) i++;
        if (fork_gate_closing() || __atomic_load_n(batch->stop, __ATOMIC_RELAXED) != 0) break;
    }
    if (s == STORE_OK) s = history_rollup_flush(w, err);
    if (s == STORE_OK) s = store_position(w, batch, &batch->chunks[i - 1], err);
    if (s == STORE_OK) s = history_step(w, HS_COMMIT, err);
    *done = i;
    return s;
}

static store_status begin_to_commit(history_writer *w, const sink_batch *batch, size_t count, size_t *done,
                                    weir_error *err) {
    uint64_t inserted = w->inserted, duplicates = w->duplicates;
    store_status s = history_step(w, HS_BEGIN, err);
    if (s != STORE_OK) return s;
    s = transaction(w, batch, count, done, err);
    if (s != STORE_OK) {
        history_rollback(w);
        w->inserted = inserted;
        w->duplicates = duplicates;
    }
    return s;
}

/* At least one chunk; then as many as stay below the bound of rows. */
static size_t chunks_of_batch(const sink_batch *batch) {
    size_t count = 0, rows = 0;
    while (count < batch->count) {
        rows += batch->chunks[count].head->records;
        if (count > 0 && rows > HISTORY_BATCH_ROWS) break;
        count++;
    }
    return count;
}

store_status history_insert(history_writer *w, const sink_batch *batch, size_t *chunks, weir_error *err) {
    size_t done = 0;
    store_status s = begin_to_commit(w, batch, chunks_of_batch(batch), &done, err);
    /* A chunk that cannot be kept: first those before it, then it is the first one. */
    if (s == STORE_REFUSED && done > 0) s = begin_to_commit(w, batch, done, &done, err);
    if (s == STORE_OK) *chunks = done;
    return s;
}
