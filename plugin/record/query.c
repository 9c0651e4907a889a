/* query.c - does a row answer a query? Runs on the threads of those who read the recent records
 * (page, tail, API). The history answers the same queries by SQL. Times are query_time.c's. */
#include "record/query.h"

#include "base/glob.h"
#include "record/words.h"

/* Fields are a flat object of at most a record's size; their values may nest as deep as any value. */
#define FIELDS_DEPTH (LIMIT_VALUE_DEPTH + 1)

void query_init(record_query *q) {
    *q = (record_query){.since_us = INT64_MIN, .until_us = INT64_MAX, .limit = LIMIT_PAGE_RECORDS};
}

static bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

static int add_word(record_query *q, slice word, arena *a, weir_error *err) {
    if (!words_has_token(word))
        return error_set(err, WEIR_ERR_INVALID, "'%.*s' has no letter and no digit to search for",
                         (int)word.len, word.data);
    if (q->word_count == QUERY_TERMS)
        return error_set(err, WEIR_ERR_INVALID, "more than %d words to search for", QUERY_TERMS);
    slice kept = arena_copy(a, word);
    if (kept.data == NULL) return error_set(err, WEIR_ERR_SYSTEM, "no memory for a query");
    q->words[q->word_count++] = kept;
    return 0;
}

int query_set_words(record_query *q, slice in, arena *a, weir_error *err) {
    q->word_count = 0;
    for (size_t at = 0; at < in.len;) {
        while (at < in.len && is_blank(in.data[at])) at++;
        size_t start = at;
        while (at < in.len && !is_blank(in.data[at])) at++;
        if (at > start && add_word(q, slice_make(in.data + start, at - start), a, err) != 0) return -1;
    }
    return 0;
}

bool query_logger_matches(slice wanted, slice name) {
    if (wanted.len == 0) return true;
    bool wild = memchr(wanted.data, '*', wanted.len) != NULL || memchr(wanted.data, '?', wanted.len) != NULL;
    if (wild) return glob_matches(wanted, name);
    if (name.len < wanted.len || memcmp(name.data, wanted.data, wanted.len) != 0) return false;
    return name.len == wanted.len || name.data[wanted.len] == '.';
}

/* -1, 0, 1: the row is older than the key, the same, newer. */
static int compare_key(const row *r, const row_key *key) {
    if (r->created_us != key->created_us) return r->created_us < key->created_us ? -1 : 1;
    return r->id == key->id ? 0 : r->id < key->id ? -1 : 1;
}

static bool field_equals(const value *fields, slice key, slice wanted) {
    const value *v = value_get(fields, key);
    if (v == NULL) return false;
    if (v->type == VALUE_STR) return slice_equal(v->str, wanted);
    text shown;
    text_init(&shown, 0);
    value_json(v, &shown);
    bool equal = !shown.failed && slice_equal(text_slice(&shown), wanted);
    text_done(&shown);
    return equal;
}

static bool fields_match(const record_query *q, const row *r) {
    if (q->field_count == 0) return true;
    if (r->fields.len <= 2) return false; /* "{}" */
    arena memory;
    value fields;
    arena_init(&memory, 0);
    bool match = json_parse(r->fields, FIELDS_DEPTH, &memory, &fields, NULL) == 0;
    for (size_t i = 0; match && i < q->field_count; i++)
        match = field_equals(&fields, q->fields[i].key, q->fields[i].val);
    arena_done(&memory);
    return match;
}

bool query_matches(const record_query *q, const row *r) {
    if (r->created_us < q->since_us || r->created_us >= q->until_us || r->level < q->min_level) return false;
    if (q->before.id != 0 && compare_key(r, &q->before) >= 0) return false;
    if (q->after.id != 0 && compare_key(r, &q->after) <= 0) return false;
    if (!query_logger_matches(q->logger, r->logger)) return false;
    for (size_t i = 0; i < q->word_count; i++) {
        if (!words_match(r->message, q->words[i])) return false;
    }
    return fields_match(q, r);
}
