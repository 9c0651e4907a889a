/* recent_rows.c - reads the recent records in batches of entries and decodes them with a reader of its
 * own. Any thread that may block for a moment; the backend is held up only while a batch is copied. */
#include "admin/control/recent_rows.h"

#include <stdlib.h>
#include <unistd.h>

/* A batch: large enough to be rare, small enough not to keep the backend from its recents. An entry is at
 * most a quarter of `queue`, so the buffer grows to that when one does not fit. */
#define BATCH_SIZE (64 * 1024)
#define BATCH_MAX (RING_MAX_SIZE / 4 + 4096)
/* Entries between two looks at the clock. */
#define DEADLINE_EVERY 256

int recent_cursor_open(recent_cursor *r, const weir_core *core, uint64_t first, weir_error *err) {
    record_source source = {.dictionary = core->dictionary,
                            .clock = &core->process->clock,
                            .start_ns = core->start_ns,
                            .process = (int)getpid(),
                            .process_name = SLICE_LITERAL("MainProcess")};
    *r = (recent_cursor){.recents = core->recents, .next = first, .size = BATCH_SIZE};
    r->reader = record_reader_create(&source, err);
    if (r->reader == NULL) return -1;
    r->buffer = malloc(r->size);
    if (r->buffer != NULL) return 0;
    recent_cursor_close(r);
    return error_set(err, WEIR_ERR_SYSTEM, "no memory");
}

void recent_cursor_close(recent_cursor *r) {
    if (r->reader != NULL) record_reader_free(r->reader);
    free(r->buffer);
    *r = (recent_cursor){0};
}

static bool grow(recent_cursor *r) {
    if (r->size >= BATCH_MAX) return false;
    char *larger = malloc(r->size * 4);
    if (larger == NULL) return false;
    free(r->buffer);
    r->buffer = larger;
    r->size *= 4;
    return true;
}

static bool fill(recent_cursor *r) {
    uint64_t first = 0;
    size_t count = 0;
    r->at = r->len = 0;
    while (recent_last(r->recents) >= r->next) {
        r->len = recent_copy(r->recents, r->next, r->buffer, r->size, &first, &count);
        if (r->len > 0) {
            if (first > r->next) r->skipped += first - r->next;
            r->next = first + count;
            r->sequence = first - 1;
            return true;
        }
        if (!grow(r)) { /* no memory for this one: it is skipped, and counted */
            r->skipped++;
            r->next++;
        }
    }
    return false;
}

const ring_entry *recent_cursor_next(recent_cursor *r) {
    while (r->at < r->len || fill(r)) {
        const ring_entry *e = (const ring_entry *)(const void *)(r->buffer + r->at);
        if (!entry_valid(e, r->len - r->at)) { /* cannot be: the backend checked it */
            r->at = r->len;
            continue;
        }
        r->at += e->size;
        r->sequence++;
        return e;
    }
    return NULL;
}

int recent_cursor_decode(recent_cursor *r, const ring_entry *e, row *out) {
    record rec;
    if (record_decode(r->reader, e, &rec) != 0) return -1;
    row_from_record(&rec, out);
    return 0;
}

int recent_rows(const weir_core *core, const record_query *q, int64_t deadline_ns, row_list *out,
                weir_error *err) {
    recent_cursor cursor;
    if (recent_cursor_open(&cursor, core, recent_first(core->recents), err) != 0) return -1;
    uint64_t last = recent_last(core->recents); /* what comes while we search is not searched for ever */
    int rc = 0;
    const ring_entry *e;
    for (size_t n = 1; rc == 0 && (e = recent_cursor_next(&cursor)) != NULL; n++) {
        row r;
        if (n % DEADLINE_EVERY == 0 && clock_monotonic_ns() > deadline_ns)
            rc = error_set(err, WEIR_ERR_TIMEOUT, "the search of the recent records took too long");
        else if (e->level >= q->min_level && recent_cursor_decode(&cursor, e, &r) == 0 &&
                 query_matches(q, &r) && row_list_add(out, &r) != 0)
            rc = error_set(err, WEIR_ERR_SYSTEM, "no memory");
        if (cursor.next > last && cursor.at >= cursor.len) break;
    }
    recent_cursor_close(&cursor);
    return rc;
}
