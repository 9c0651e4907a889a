/* history_ways.c - the three ways to find rows in order: by time, by words, by call sites. Reader's
 * thread, inside one read transaction. Each way ends early when the search has what it wants. */
#include <stdlib.h>

#include "store/history_reader.h"

/* FTS5 answers a query of many terms by reading all their lists; the rest is left to query_matches. */
#define WORDS_MOST 8

/* ---- what all ways share ---- */

static sqlite3_stmt *statement(const history_search *s, reader_statement newest_first) {
    return s->h->statements[newest_first + (s->query->oldest_first ? 1 : 0)];
}

static void bind_bounds(const history_search *s, sqlite3_stmt *stmt) {
    sqlite3_bind_int64(stmt, 1, s->upper.created_us);
    sqlite3_bind_int64(stmt, 2, (int64_t)s->upper.id);
    sqlite3_bind_int64(stmt, 3, s->lower.created_us);
    sqlite3_bind_int64(stmt, 4, (int64_t)s->lower.id);
}

/* All that is left lies beyond this row. */
static void move_past(history_search *s, int64_t created, int64_t id) {
    row_key *bound = s->query->oldest_first ? &s->lower : &s->upper;
    *bound = (row_key){created, (uint64_t)id};
}

static void offer(history_search *s, const row *r) {
    if (!query_matches(s->query, r)) return;
    s->found++;
    if (s->visit(s->arg, r) != 0 || s->found >= s->query->limit) s->ended = true;
}

static int offer_id(history_search *s, int64_t id) {
    sqlite3_stmt *get = s->h->statements[RS_GET];
    sqlite3_bind_int64(get, 1, id);
    int rc = sqlite3_step(get);
    if (rc == SQLITE_ROW) {
        row r;
        reader_row(get, &r);
        offer(s, &r);
    }
    sqlite3_reset(get);
    return reader_result(s->h, rc, s->err);
}

/* ---- by time ---- */

int search_scan(history_search *s, size_t max_rows, bool *finished) {
    sqlite3_stmt *scan = statement(s, RS_SCAN);
    size_t rows = 0;
    int rc = SQLITE_ROW;
    *finished = false;
    bind_bounds(s, scan);
    while (!s->ended && (max_rows == 0 || rows < max_rows) && (rc = sqlite3_step(scan)) == SQLITE_ROW) {
        rows++;
        if (search_has_site(s, sqlite3_column_int64(scan, 2))) {
            row r;
            reader_row(scan, &r);
            offer(s, &r);
        }
        move_past(s, sqlite3_column_int64(scan, 1), sqlite3_column_int64(scan, 0));
    }
    sqlite3_reset(scan);
    *finished = rc == SQLITE_DONE;
    return reader_result(s->h, rc, s->err);
}

/* ---- by words ---- */

/* The letters of tokenize = 'ascii', and of record/words.c: ASCII letters and digits, and every byte of
 * other scripts. */
static bool is_token_byte(char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           (unsigned char)c >= 0x80;
}

static slice next_token(slice word, size_t *at) {
    while (*at < word.len && !is_token_byte(word.data[*at])) (*at)++;
    size_t begin = *at;
    while (*at < word.len && is_token_byte(word.data[*at])) (*at)++;
    return slice_make(word.data + begin, *at - begin);
}

/* 10.0.0.1 -> "10" AND "0" AND "0" AND "1" *: only its last token may go on in the message. A token
 * holds no quote, so quoting it is enough. That they follow each other query_matches sees to. */
static size_t add_word(slice word, size_t count, text *out) {
    size_t at = 0;
    for (slice token = next_token(word, &at); token.len > 0 && count < WORDS_MOST; count++) {
        slice next = next_token(word, &at);
        if (count > 0) text_add_cstr(out, " AND ");
        text_add_char(out, '"');
        text_add_slice(out, token);
        text_add_cstr(out, next.len > 0 ? "\"" : "\" *");
        token = next;
    }
    return count;
}

static void match_expression(const record_query *q, text *out) {
    size_t count = 0;
    for (size_t i = 0; i < q->word_count; i++) count = add_word(q->words[i], count, out);
}

int search_words(history_search *s) {
    sqlite3_stmt *words = statement(s, RS_WORDS);
    text expression;
    int rc = SQLITE_ROW, failed = 0;
    text_init(&expression, 0);
    match_expression(s->query, &expression);
    bind_bounds(s, words);
    sqlite3_bind_text64(words, 5, text_cstr(&expression), expression.len, SQLITE_STATIC, SQLITE_UTF8);
    while (!s->ended && failed == 0 && (rc = sqlite3_step(words)) == SQLITE_ROW) {
        if (reader_overdue(s->h)) rc = SQLITE_INTERRUPT;
        failed = rc == SQLITE_ROW ? offer_id(s, sqlite3_column_int64(words, 1)) : -1;
    }
    sqlite3_reset(words);
    sqlite3_clear_bindings(words);
    text_done(&expression);
    return reader_result(s->h, rc, s->err) != 0 || failed != 0 ? -1 : 0;
}

/* ---- by call sites: a heap of the next row of each ---- */

typedef struct head {
    int64_t created, id, site;
} head;

static bool comes_first(const history_search *s, const head *a, const head *b) {
    bool older = a->created != b->created ? a->created < b->created : a->id < b->id;
    return s->query->oldest_first ? older : !older;
}

static void sift_down(const history_search *s, head *heap, size_t count, size_t at) {
    for (;;) {
        size_t best = at, left = 2 * at + 1, right = left + 1;
        if (left < count && comes_first(s, &heap[left], &heap[best])) best = left;
        if (right < count && comes_first(s, &heap[right], &heap[best])) best = right;
        if (best == at) return;
        head moved = heap[at];
        heap[at] = heap[best];
        heap[best] = moved;
        at = best;
    }
}

/* The next row of one site; *found false when it has no more. */
static int next_of(history_search *s, int64_t site, head *out, bool *found) {
    sqlite3_stmt *next = statement(s, RS_SITE_NEXT);
    bind_bounds(s, next);
    sqlite3_bind_int64(next, 5, site);
    int rc = reader_overdue(s->h) ? SQLITE_INTERRUPT : sqlite3_step(next);
    *found = rc == SQLITE_ROW;
    if (*found) *out = (head){sqlite3_column_int64(next, 0), sqlite3_column_int64(next, 1), site};
    sqlite3_reset(next);
    return reader_result(s->h, rc, s->err);
}

static int merge(history_search *s, head *heap, size_t max_rows, bool *finished) {
    size_t count = 0, rows = 0;
    bool found;
    for (size_t i = 0; i < s->site_count; i++) {
        if (next_of(s, s->sites[i], &heap[count], &found) != 0) return -1;
        if (found) count++;
    }
    for (size_t i = count / 2; i-- > 0;) sift_down(s, heap, count, i);
    while (count > 0 && !s->ended && (max_rows == 0 || rows++ < max_rows)) {
        head first = heap[0];
        if (offer_id(s, first.id) != 0) return -1;
        move_past(s, first.created, first.id);
        if (next_of(s, first.site, &heap[0], &found) != 0) return -1;
        if (!found) heap[0] = heap[--count];
        sift_down(s, heap, count, 0);
    }
    *finished = count == 0;
    return 0;
}

int search_merge(history_search *s, size_t max_rows, bool *finished) {
    head *heap = malloc((s->site_count + 1) * sizeof *heap);
    if (heap == NULL) return error_set(s->err, WEIR_ERR_SYSTEM, "no memory");
    *finished = false;
    int rc = merge(s, heap, max_rows, finished);
    free(heap);
    return rc;
}
