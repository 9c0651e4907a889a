/* row_list.h - rows kept while an answer is put together: the best `limit` of what was added, in the
 * order of the query. One thread. */
#ifndef WEIR_ADMIN_ROW_LIST_H
#define WEIR_ADMIN_ROW_LIST_H

#include "record/query.h"

typedef struct row_list {
    struct row_at {
        row_key key;
        size_t at; /* in bytes */
    } * rows;
    size_t count, cap, limit;
    bool oldest_first;
    text bytes; /* wire form of the rows */
} row_list;

void row_list_init(row_list *l, size_t limit, bool oldest_first);
void row_list_done(row_list *l);
int row_list_add(row_list *l, const row *r);
/* Sorts and cuts to the limit. Called before rows are read. */
int row_list_finish(row_list *l);
int row_list_read(const row_list *l, size_t index, row *out);
/* Does a come before b in the order of the list? */
bool row_list_before(const row_list *l, const row_key *a, const row_key *b);
/* Visits both as one sequence of at most `limit` rows; a record that is in both comes once. Both finished. */
int row_list_merge(const row_list *a, const row_list *b, row_visitor visit, void *arg);

#endif
