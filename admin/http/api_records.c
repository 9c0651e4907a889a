/* api_records.c - records: pages of a search, one record, its neighbours. Connection threads; each search
 * has its deadline, each answer its bound. */
#include "admin/http/record_args.h"

#include "admin/control/row_list.h"
#include "admin/http/endpoints.h"

/* A page ends early when its records take more than this: 1,000 of 256 KiB would be too much. */
#define PAGE_BYTES ((size_t)8 * 1024 * 1024)
#define CONTEXT_MAX 500

typedef struct page {
    http_request *r;
    size_t count;
    row_key last;
    bool cut;
} page;

static int put_row(void *arg, const row *found) {
    page *p = arg;
    if (p->r->out.len > PAGE_BYTES) {
        p->cut = true;
        return 1;
    }
    row_json(found, &p->r->writer);
    p->last = (row_key){found->created_us, found->id};
    p->count++;
    return 0;
}

void endpoint_records(http_request *r) {
    static const char *const args[] = {"since", "until",  "level", "logger", "q", "field.",
                                       "limit", "before", "after", "order",  NULL};
    record_query q;
    weir_error err, trouble;
    page p = {.r = r};
    char cursor[64];
    if (!request_only(r, args) || !record_args(r, &q) || !record_args_page(r, &q)) return;
    answer_json(r);
    json_begin_object(&r->writer);
    json_key(&r->writer, "records");
    json_begin_array(&r->writer);
    if (control_query(r->control, &q, RECORDS_DEADLINE_MS, put_row, &p, &trouble, &err) != 0) {
        answer_error(r, &err);
        return;
    }
    json_end(&r->writer);
    snprintf(cursor, sizeof cursor, "%lld-%llu", (long long)p.last.created_us, (unsigned long long)p.last.id);
    json_key(&r->writer, "next");
    json_cstr(&r->writer, p.cut || p.count == q.limit ? cursor : NULL);
    json_key(&r->writer, "trouble");
    json_cstr(&r->writer, trouble.message[0] != '\0' ? trouble.message : NULL);
    json_end(&r->writer);
}

/* ---- one ---- */

static int keep_row(void *arg, const row *found) { return row_list_add(arg, found); }

/* The record that the path names, alone in the list; false: answered. */
static bool find_record(http_request *r, row_list *one) {
    uint64_t id;
    weir_error err;
    row_list_init(one, 1, false);
    if (!request_parse_u64(r->params[0], &id)) {
        answer_problem(r, 404, "'%.*s' is no record's id", (int)r->params[0].len, r->params[0].data);
        return false;
    }
    int found = control_get_record(r->control, id, keep_row, one, &err);
    if (found < 0)
        answer_error(r, &err);
    else if (one->count == 0)
        answer_problem(r, 404, "there is no record %llu (it may be older than what is kept)",
                       (unsigned long long)id);
    return found >= 0 && one->count > 0;
}

static void put_rows(http_request *r, const row_list *list) {
    row found;
    for (size_t i = 0; i < list->count; i++)
        if (row_list_read(list, i, &found) == 0) row_json(&found, &r->writer);
}

void endpoint_record(http_request *r) {
    static const char *const args[] = {NULL};
    row_list one;
    if (!request_only(r, args)) return;
    if (find_record(r, &one)) {
        answer_json(r);
        put_rows(r, &one);
    }
    row_list_done(&one);
}

/* n neighbours on one side, into a list that is oldest first. */
static int find_neighbours(http_request *r, row_key key, bool older, size_t n, row_list *out,
                           weir_error *err) {
    record_query q;
    query_init(&q);
    q.limit = n;
    q.oldest_first = !older;
    if (older)
        q.before = key;
    else
        q.after = key;
    row_list_init(out, n, true);
    if (control_query(r->control, &q, RECORDS_DEADLINE_MS, keep_row, out, NULL, err) != 0) return -1;
    return row_list_finish(out) == 0 ? 0 : error_set(err, WEIR_ERR_SYSTEM, "no memory");
}

static void put_context(http_request *r, const row_list *before, const row_list *one, const row_list *after) {
    answer_json(r);
    json_begin_object(&r->writer);
    json_key(&r->writer, "before");
    json_begin_array(&r->writer);
    put_rows(r, before);
    json_end(&r->writer);
    json_key(&r->writer, "record");
    put_rows(r, one);
    json_key(&r->writer, "after");
    json_begin_array(&r->writer);
    put_rows(r, after);
    json_end(&r->writer);
    json_end(&r->writer);
}

void endpoint_context(http_request *r) {
    static const char *const args[] = {"n", NULL};
    row_list one, before, after;
    weir_error err;
    uint64_t n;
    if (!request_only(r, args) || !request_number(r, "n", 1, CONTEXT_MAX, 20, &n)) return;
    row_list_init(&before, 1, true);
    row_list_init(&after, 1, true);
    if (find_record(r, &one)) {
        row_key key = one.rows[0].key;
        if (find_neighbours(r, key, true, (size_t)n, &before, &err) != 0 ||
            find_neighbours(r, key, false, (size_t)n, &after, &err) != 0)
            answer_error(r, &err);
        else
            put_context(r, &before, &one, &after);
    }
    row_list_done(&one);
    row_list_done(&before);
    row_list_done(&after);
}
