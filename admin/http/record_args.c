/* record_args.c - see record_args.h. Connection threads. */
#include "admin/http/record_args.h"

static bool take_time(http_request *r, const char *key, int64_t *out) {
    slice given = request_arg(r, key);
    weir_error err;
    if (given.data == NULL || query_parse_time(given, clock_realtime_ns() / 1000, out, &err) == 0)
        return true;
    answer_problem(r, 400, "%s: %s", key, err.message);
    return false;
}

static bool take_level(http_request *r, record_query *q) {
    slice given = request_arg(r, "level");
    if (given.data == NULL || level_parse(given, &q->min_level)) return true;
    text known;
    text_init(&known, 0);
    level_list(&known);
    answer_problem(r, 400, "unknown level '%.*s' (%s)", (int)(given.len > 100 ? 100 : given.len), given.data,
                   text_cstr(&known));
    text_done(&known);
    return false;
}

static bool take_fields(http_request *r, record_query *q) {
    for (size_t i = 0; i < r->arg_count; i++) {
        slice key = r->args[i].key;
        if (key.len < 6 || memcmp(key.data, "field.", 6) != 0) continue;
        if (key.len == 6) {
            answer_problem(r, 400, "field.: the field's name is missing (field.user=bob)");
            return false;
        }
        if (q->field_count == QUERY_TERMS) {
            answer_problem(r, 400, "more than %d fields", QUERY_TERMS);
            return false;
        }
        q->fields[q->field_count].key = slice_make(key.data + 6, key.len - 6);
        q->fields[q->field_count++].val = r->args[i].val;
    }
    return true;
}

bool record_args(http_request *r, record_query *q) {
    weir_error err;
    query_init(q);
    slice words = request_arg(r, "q");
    q->logger = request_arg(r, "logger");
    if (!take_time(r, "since", &q->since_us) || !take_time(r, "until", &q->until_us) || !take_level(r, q) ||
        !take_fields(r, q))
        return false;
    if (words.data == NULL || query_set_words(q, words, &r->memory, &err) == 0) return true;
    answer_problem(r, 400, "q: %s", err.message);
    return false;
}

/* "1763633160123456-42", as `next` of a page says it. */
static bool take_cursor(http_request *r, const char *name, row_key *out) {
    slice given = request_arg(r, name);
    if (given.data == NULL) return true;
    const char *dash = given.len == 0 ? NULL : memchr(given.data + 1, '-', given.len - 1);
    bool negative = given.len > 0 && given.data[0] == '-';
    uint64_t created = 0;
    if (dash != NULL) {
        slice first = slice_make(given.data + negative, (size_t)(dash - given.data) - negative);
        slice second = slice_make(dash + 1, given.len - (size_t)(dash - given.data) - 1);
        if (request_parse_u64(first, &created) && created <= INT64_MAX &&
            request_parse_u64(second, &out->id) && out->id != 0) {
            out->created_us = negative ? -(int64_t)created : (int64_t)created;
            return true;
        }
    }
    answer_problem(r, 400, "%s: no cursor (it is what `next` of a page says)", name);
    return false;
}

bool record_args_page(http_request *r, record_query *q) {
    uint64_t limit;
    slice order = request_arg(r, "order");
    if (!request_number(r, "limit", 1, LIMIT_PAGE_RECORDS, 100, &limit) ||
        !take_cursor(r, "before", &q->before) || !take_cursor(r, "after", &q->after))
        return false;
    q->limit = (size_t)limit;
    q->oldest_first = slice_is(order, "oldest");
    if (order.data == NULL || q->oldest_first || slice_is(order, "newest")) return true;
    answer_problem(r, 400, "order: newest or oldest");
    return false;
}
