/* row_list.c - keeps the best rows of many: they are added in any order and cut to the limit whenever
 * four times as many have come together, so memory is bounded by the answer, not by the search. */
#include "admin/control/row_list.h"

#include <stdlib.h>

void row_list_init(row_list *l, size_t limit, bool oldest_first) {
    *l = (row_list){.limit = limit, .oldest_first = oldest_first};
    text_init(&l->bytes, 0);
}

void row_list_done(row_list *l) {
    free(l->rows);
    text_done(&l->bytes);
    l->rows = NULL;
    l->count = l->cap = 0;
}

static int key_order(const row_key *a, const row_key *b) {
    if (a->created_us != b->created_us) return a->created_us < b->created_us ? -1 : 1;
    return a->id < b->id ? -1 : a->id > b->id;
}

bool row_list_before(const row_list *l, const row_key *a, const row_key *b) {
    int order = key_order(a, b);
    return l->oldest_first ? order < 0 : order > 0;
}

static int ascending(const void *a, const void *b) {
    return key_order(&((const struct row_at *)a)->key, &((const struct row_at *)b)->key);
}
static int descending(const void *a, const void *b) { return ascending(b, a); }

/* Sorts, cuts, and throws away the bytes of what was cut. */
static int cut(row_list *l) {
    qsort(l->rows, l->count, sizeof *l->rows, l->oldest_first ? ascending : descending);
    if (l->count <= l->limit) return 0;
    text kept;
    text_init(&kept, 0);
    for (size_t i = 0; i < l->limit; i++) {
        uint32_t len;
        memcpy(&len, l->bytes.data + l->rows[i].at, sizeof len);
        size_t at = kept.len;
        text_add(&kept, l->bytes.data + l->rows[i].at, len + sizeof len);
        l->rows[i].at = at;
    }
    text_done(&l->bytes);
    l->bytes = kept;
    l->count = l->limit;
    return kept.failed ? -1 : 0;
}

int row_list_add(row_list *l, const row *r) {
    if (l->count >= 4 * l->limit + 64 && cut(l) != 0) return -1;
    if (l->count == l->cap) {
        size_t cap = l->cap == 0 ? 128 : l->cap * 2;
        struct row_at *grown = realloc(l->rows, cap * sizeof *grown);
        if (grown == NULL) return -1;
        l->rows = grown;
        l->cap = cap;
    }
    size_t at = l->bytes.len;
    row_encode(r, &l->bytes);
    if (l->bytes.failed) return -1;
    l->rows[l->count++] = (struct row_at){{r->created_us, r->id}, at};
    return 0;
}

int row_list_finish(row_list *l) { return l->count == 0 ? 0 : cut(l); }

int row_list_read(const row_list *l, size_t index, row *out) {
    size_t at = l->rows[index].at;
    return row_decode(l->bytes.data, l->bytes.len, &at, out);
}

static int visit_one(const row_list *l, size_t index, row_visitor visit, void *arg) {
    row r;
    return row_list_read(l, index, &r) == 0 ? visit(arg, &r) : 0;
}

int row_list_merge(const row_list *a, const row_list *b, row_visitor visit, void *arg) {
    size_t i = 0, j = 0;
    for (size_t n = 0; n < a->limit && (i < a->count || j < b->count); n++) {
        bool from_a =
            j == b->count || (i < a->count && !row_list_before(a, &b->rows[j].key, &a->rows[i].key));
        if (from_a && j < b->count && key_order(&a->rows[i].key, &b->rows[j].key) == 0) j++;
        int rc = from_a ? visit_one(a, i++, visit, arg) : visit_one(b, j++, visit, arg);
        if (rc != 0) return rc;
    }
    return 0;
}
