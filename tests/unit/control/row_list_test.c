/* Rows of an answer: the best of many, in order, and two lists as one sequence without a record twice. */
#include "admin/control/row_list.h"

#include <criterion/criterion.h>

static row make(uint64_t id, int64_t created) {
    return (row){.id = id,
                 .created_us = created,
                 .level = 20,
                 .level_name = slice_of("INFO"),
                 .logger = slice_of("a"),
                 .message = slice_of("m"),
                 .template = slice_of("m"),
                 .fields = slice_of("{}")};
}

static void add(row_list *l, uint64_t id, int64_t created) {
    row r = make(id, created);
    cr_assert_eq(row_list_add(l, &r), 0);
}

typedef struct seen {
    uint64_t ids[64];
    size_t count;
} seen;
static int see(void *arg, const row *r) {
    seen *s = arg;
    s->ids[s->count++] = r->id;
    return 0;
}

Test(row_list, keeps_the_newest_of_many) {
    row_list l;
    row r;
    row_list_init(&l, 3, false);
    for (uint64_t id = 1; id <= 5000; id++) add(&l, id, (int64_t)(id * 7919 % 5000));
    cr_assert_eq(row_list_finish(&l), 0);
    cr_assert_eq(l.count, 3);
    cr_assert_lt(l.bytes.len, 4096, "what was cut is not kept");
    for (size_t i = 0; i < 3; i++) {
        cr_assert_eq(row_list_read(&l, i, &r), 0);
        cr_assert_eq(r.created_us, (int64_t)(4999 - i));
    }
    row_list_done(&l);
}

Test(row_list, equal_times_go_by_id) {
    row_list l;
    row r;
    row_list_init(&l, 2, true);
    add(&l, 9, 5), add(&l, 3, 5), add(&l, 4, 5);
    cr_assert_eq(row_list_finish(&l), 0);
    cr_assert_eq(row_list_read(&l, 0, &r), 0);
    cr_assert_eq(r.id, 3);
    cr_assert_eq(row_list_read(&l, 1, &r), 0);
    cr_assert_eq(r.id, 4);
    row_list_done(&l);
}

Test(row_list, merges_without_doubles) {
    row_list recents, kept;
    seen s = {0};
    row_list_init(&recents, 10, false);
    row_list_init(&kept, 10, false);
    for (uint64_t id = 5; id <= 9; id++) add(&recents, id, (int64_t)id);
    for (uint64_t id = 1; id <= 7; id += 2) add(&kept, id, (int64_t)id);
    cr_assert_eq(row_list_finish(&recents), 0);
    cr_assert_eq(row_list_finish(&kept), 0);
    cr_assert_eq(row_list_merge(&recents, &kept, see, &s), 0);
    uint64_t expected[] = {9, 8, 7, 6, 5, 3, 1};
    cr_assert_eq(s.count, 7);
    cr_assert_arr_eq(s.ids, expected, sizeof expected);
    row_list_done(&recents);
    row_list_done(&kept);
}

Test(row_list, merges_up_to_the_limit_and_empty_lists) {
    row_list a, b;
    seen s = {0};
    row_list_init(&a, 3, true);
    row_list_init(&b, 3, true);
    cr_assert_eq(row_list_finish(&a), 0);
    cr_assert_eq(row_list_merge(&a, &b, see, &s), 0);
    cr_assert_eq(s.count, 0);
    for (uint64_t id = 1; id <= 5; id++) add(&b, id, (int64_t)id);
    cr_assert_eq(row_list_finish(&b), 0);
    cr_assert_eq(row_list_merge(&a, &b, see, &s), 0);
    cr_assert_eq(s.count, 3);
    cr_assert_eq(s.ids[0], 1);
    row_list_done(&a);
    row_list_done(&b);
}
