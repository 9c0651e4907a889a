/* history_sink.c - the sink kind "sqlite": a target's writer gives it chunks of rows, it keeps them in
 * a history. Opened on the thread that builds a configuration, then used by the writer alone; every
 * use of SQLite is inside the fork gate. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "store/history_writer.h"

/* idle works for about so long: what arrives meanwhile is to be visible within 50 ms. */
#define IDLE_NS INT64_C(20000000)

static history_writer *writer_of(sink *s) { return (history_writer *)s; }

static int not_in_this_child(const history_writer *w, weir_error *err) {
    return error_set(err, WEIR_ERR_STATE,
                     "%s: this process was forked while its parent was writing to the history; it keeps away"
                     " from SQLite",
                     w->place.path);
}

/* ---- writing ---- */

static sink_status to_sink_status(store_status s) {
    return s == STORE_OK ? SINK_OK : s == STORE_REFUSED ? SINK_LOST : SINK_AGAIN;
}

/* After trouble that may be the connection's own (an I/O error leaves it in doubt) it is opened anew. */
static store_status after_failure(history_writer *w, store_status s, weir_error *err) {
    if (s == STORE_CORRUPT) {
        weir_error why = *err;
        return history_set_aside(w, &why, err) == STORE_OK ? STORE_CORRUPT : STORE_TROUBLE;
    }
    if (s == STORE_TROUBLE || s == STORE_DENIED) history_disconnect(w, true);
    return s;
}

static store_status write_once(history_writer *w, const sink_batch *batch, size_t *chunks, weir_error *err) {
    store_status s = history_ready(w, err);
    if (s == STORE_OK) s = history_wal_room(w, err);
    if (s == STORE_OK) s = history_insert(w, batch, chunks, err);
    return s == STORE_OK ? s : after_failure(w, s, err);
}

/* Prunes. Damage found then is dealt with as in a write; any other trouble comes again with the next
 * write, where it is told. */
static bool tidy(history_writer *w, int rows, weir_error *err) {
    weir_error why = {.code = 0};
    store_status s = history_prune(w, rows, &why);
    if (s == STORE_CORRUPT) history_set_aside(w, &why, err);
    return s == STORE_OK;
}

static store_status write_inside(history_writer *w, const sink_batch *batch, size_t *chunks,
                                 weir_error *err) {
    store_status s = write_once(w, batch, chunks, err);
    if (s == STORE_CORRUPT) { /* set aside: the same batch into the new file; the remark stays */
        weir_error again = {.code = 0};
        s = write_once(w, batch, chunks, &again);
        if (s != STORE_OK) *err = again;
        if (s == STORE_CORRUPT) s = STORE_TROUBLE;
    }
    if (s != STORE_OK) return s;
    size_t rows = 0;
    for (size_t i = 0; i < *chunks; i++) rows += batch->chunks[i].head->records;
    /* While over a limit, as many rows go as come, and some more. */
    size_t most = rows * 2 + HISTORY_PRUNE_ROWS / 10;
    tidy(w, most > HISTORY_BATCH_ROWS ? HISTORY_BATCH_ROWS : (int)most, err);
    history_checkpoint(w, false);
    return STORE_OK;
}

static sink_status history_write(sink *s, const sink_batch *batch, size_t *bytes, weir_error *err) {
    history_writer *w = writer_of(s);
    weir_error local = w->remark;
    size_t chunks = 0;
    *bytes = 0;
    w->remark.code = 0;
    if (!fork_gate_enter()) {
        not_in_this_child(w, err);
        return SINK_ELSEWHERE;
    }
    store_status status = write_inside(w, batch, &chunks, &local);
    fork_gate_leave();
    for (size_t i = 0; i < chunks; i++) *bytes += batch->chunks[i].bytes.len;
    if (err != NULL && local.code != 0) *err = local;
    return to_sink_status(status);
}

static void history_idle(sink *s) {
    history_writer *w = writer_of(s);
    int64_t end = clock_monotonic_ns() + IDLE_NS;
    if (!fork_gate_enter()) return;
    if (w->conn.db != NULL && connection_in_place(&w->conn)) {
        while (tidy(w, HISTORY_PRUNE_ROWS / 4, &w->remark)) {
            if (!w->over_limit || clock_monotonic_ns() >= end || fork_gate_closing()) break;
        }
        history_checkpoint(w, true);
    }
    fork_gate_leave();
}

/* Only mode 'w' orders this, and history_open refuses that mode. */
static sink_status history_truncate(sink *s, weir_error *err) {
    error_set(err, WEIR_ERR_INVALID, "%s: a history is not truncated", writer_of(s)->place.path);
    return SINK_OK;
}

static void history_update(sink *s, const sink_spec *spec) {
    history_writer *w = writer_of(s);
    history_options o;
    /* It was checked when the handler was built. */
    if (history_options_parse(spec, &o, NULL) != 0) return;
    bool reopen = o.fsync != w->options.fsync;
    w->options = o;
    w->look_at_ns = 0;
    if (!fork_gate_enter()) return;
    if (reopen) history_disconnect(w, true);
    fork_gate_leave();
}

static void make_key(dev_t dev, ino_t ino, char key[128]) {
    snprintf(key, 128, "sqlite:%lx:%lx", (unsigned long)dev, (unsigned long)ino);
}

static bool history_moved(sink *s, char key_out[128]) {
    history_writer *w = writer_of(s);
    if (w->conn.ino == 0 || (w->conn.ino == w->told_ino && w->conn.dev == w->told_dev)) return false;
    w->told_dev = w->conn.dev;
    w->told_ino = w->conn.ino;
    make_key(w->told_dev, w->told_ino, key_out);
    return true;
}

/* ---- recovery ---- */

static size_t bytes_before(const chunk_view *chunks, size_t count, uint64_t position) {
    size_t bytes = 0;
    for (size_t i = 0; i < count && chunks[i].position < position; i++) bytes += chunks[i].head->bytes;
    return bytes;
}

/* Never doubtful: what cannot be told (the file was replaced) the records' own ids tell. */
static size_t history_already(sink *s, const chunk_queue_map *map, const chunk_view *chunks, size_t count,
                              bool *doubtful) {
    history_writer *w = writer_of(s);
    int64_t position = 0;
    bool found = false;
    (void)doubtful;
    if (!fork_gate_enter()) return 0;
    if (history_ready(w, NULL) == STORE_OK) {
        sqlite3_bind_int64(w->statements[HS_POSITION_GET], 1, (int64_t)map->identity);
        if (history_step_int(w, HS_POSITION_GET, &position, &found, NULL) != STORE_OK) found = false;
    }
    fork_gate_leave();
    return found ? bytes_before(chunks, count, (uint64_t)position) : 0;
}

/* ---- opening and closing ---- */

static void fork_disconnect(void *arg) { history_disconnect(arg, true); }

static void history_close_sink(sink *s) {
    history_writer *w = writer_of(s);
    /* In a child that may not use SQLite its memory is left as it is. */
    if (!fork_gate_enter()) return;
    history_disconnect(w, false);
    fork_gate_remove(&w->member);
    connection_done(&w->conn);
    history_names_done(w);
    place_done(&w->place);
    fork_gate_leave();
    free(w);
}

/* "WEIR" at 68 in the header: a damaged file that was a history is set aside at the first write;
 * any other file is left alone. Read through SQLite's own descriptor (see connection.h). */
static bool was_history(history_writer *w, weir_error *err) {
    static const unsigned char mark[4] = {'W', 'E', 'I', 'R'};
    unsigned char head[4] = {0};
    connection *c = &w->conn;
    sqlite3_file *file = NULL;
    if (sqlite3_open_v2(c->path, &c->db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL) == SQLITE_OK &&
        sqlite3_file_control(c->db, "main", SQLITE_FCNTL_FILE_POINTER, &file) == SQLITE_OK && file != NULL &&
        file->pMethods != NULL)
        file->pMethods->xRead(file, head, sizeof head, 68);
    connection_close_raw(c);
    if (memcmp(head, mark, sizeof mark) == 0) return true;
    error_set(err, WEIR_ERR_INVALID, "%s is no history of Weir (nor a SQLite database); it is left alone",
              c->path);
    return false;
}

/* What passes by itself, or is mended at the first write, does not make a configuration wrong. */
static bool may_begin(history_writer *w, store_status s, weir_error *err) {
    switch (s) {
    case STORE_OK:
    case STORE_BUSY:
    case STORE_TROUBLE: return true;
    case STORE_CORRUPT: return was_history(w, err);
    case STORE_DENIED:
    case STORE_REFUSED:
    default: return false;
    }
}

static int open_inside(history_writer *w, char key_out[128], bool *created, weir_error *err) {
    struct stat st;
    store_status s = history_connect(w, created, err);
    if (!may_begin(w, s, err)) return -1;
    if (place_look(&w->place, &st, err) != 0) return -1;
    w->told_dev = st.st_dev;
    w->told_ino = st.st_ino;
    make_key(st.st_dev, st.st_ino, key_out);
    fork_gate_add(&w->member);
    return 0;
}

/* In a child that may not use SQLite: what comes stays in the queue, for a recovery; a configuration with
 * other handlers is not refused for it. */
static int open_barred(history_writer *w, char key_out[128], weir_error *err) {
    struct stat st;
    int there = place_look(&w->place, &st, err);
    if (there == 1) not_in_this_child(w, err);
    if (there != 0) return -1;
    w->told_dev = st.st_dev;
    w->told_ino = st.st_ino;
    make_key(st.st_dev, st.st_ino, key_out);
    return 0;
}

static history_writer *writer_create(const sink_spec *spec, weir_error *err) {
    history_writer *w = calloc(1, sizeof *w);
    if (w == NULL) {
        error_set(err, WEIR_ERR_SYSTEM, "no memory");
        return NULL;
    }
    history_names_init(w);
    w->wal_max = HISTORY_WAL_MAX;
    w->place.beneath_fd = -1; /* place_done may come before place_init */
    if (history_options_parse(spec, &w->options, err) != 0 || place_init(&w->place, spec, err) != 0 ||
        connection_init(&w->conn, w->place.path, err) != 0) {
        place_done(&w->place);
        free(w);
        return NULL;
    }
    w->member = (fork_member){.disconnect = fork_disconnect, .arg = w};
    w->base = (sink){.kind = &history_sink_kind,
                     .write = history_write,
                     .truncate = history_truncate,
                     .idle = history_idle,
                     .update = history_update,
                     .moved = history_moved,
                     .already = history_already,
                     .close = history_close_sink};
    return w;
}

/* A build that fails leaves no file of its own behind. */
static void remove_made(const char *path) {
    static const char *const ends[] = {"", "-wal", "-shm"};
    char name[PATH_MAX + 8];
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        snprintf(name, sizeof name, "%s%s", path, ends[i]);
        unlink(name);
    }
}

static int history_open_sink(const sink_spec *spec, bool recovery, sink **out, char key_out[128],
                             bool *created, weir_error *err) {
    (void)recovery; /* a history is never truncated, and a missing one is begun: the same for both */
    if (spec->mode == 'w') return error_set(err, WEIR_ERR_INVALID, "a history is always appended to");
    history_writer *w = writer_create(spec, err);
    if (w == NULL) return -1;
    int rc = -1;
    bool made = false;
    if (fork_gate_enter()) {
        rc = open_inside(w, key_out, &made, err);
        fork_gate_leave();
    } else {
        rc = open_barred(w, key_out, err);
    }
    if (rc != 0) {
        if (made) remove_made(w->place.path);
        history_close_sink(&w->base);
        return -1;
    }
    *created = made;
    *out = &w->base;
    return 0;
}

const sink_kind history_sink_kind = {.name = "sqlite", .open = history_open_sink};
