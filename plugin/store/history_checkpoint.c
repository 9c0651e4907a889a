/* history_checkpoint.c - brings the WAL into the file, and keeps it bounded. Writer's thread. A reader
 * that holds an old snapshot keeps the WAL from starting anew: it may grow to HISTORY_WAL_MAX. */
#include "store/history_writer.h"

static int64_t wal_bytes(const history_writer *w) { return (int64_t)w->conn.wal_pages * w->page_size; }

void history_checkpoint(history_writer *w, bool idle) {
    int pages = 0, done = 0;
    if (w->conn.db == NULL ||
        w->conn.wal_pages < (idle ? HISTORY_CHECKPOINT_PAGES / 4 : HISTORY_CHECKPOINT_PAGES))
        return;
    /* PASSIVE waits for nobody. When all is copied and nobody reads from the WAL, the next commit
     * starts it anew, and journal_size_limit cuts it. */
    int rc = sqlite3_wal_checkpoint_v2(w->conn.db, NULL, SQLITE_CHECKPOINT_PASSIVE, &pages, &done);
    /* Everything is in the file: until the next commit there is nothing to copy. */
    if (rc == SQLITE_OK && done == pages) w->conn.wal_pages = 0;
}

/* Called before a write, so the hook's number is of the last commit. Where all was copied the next
 * commit starts a new WAL, unless a reader still reads the old: RESTART finds that out. */
store_status history_wal_room(history_writer *w, weir_error *err) {
    int pages = 0, done = 0;
    if (wal_bytes(w) < w->wal_max) return STORE_OK;
    int rc = sqlite3_wal_checkpoint_v2(w->conn.db, NULL, SQLITE_CHECKPOINT_TRUNCATE, &pages, &done);
    if (rc == SQLITE_OK) {
        w->conn.wal_pages = 0;
        return STORE_OK;
    }
    if ((rc & 0xff) != SQLITE_BUSY) return connection_failed(&w->conn, rc, err);
    error_set(err, WEIR_ERR_SYSTEM,
              "%s: somebody has had it open for reading for so long that its WAL has grown to %lld MiB;"
              " nothing is written until that ends",
              w->place.path, (long long)(wal_bytes(w) >> 20));
    return STORE_BUSY;
}
