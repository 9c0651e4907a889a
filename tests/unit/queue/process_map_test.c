#include "queue/process_map.h"

#include <criterion/criterion.h>

static const run_dir no_dir = {.path = "", .fd = -1};

/* A handler that goes on in the next generation keeps its counters when the old one is freed. */
Test(process_map, a_shared_row_is_free_when_the_last_user_has_gone) {
    weir_error err;
    process_map *m = process_map_create(&no_dir, "test", &err);
    cr_assert_not_null(m, "%s", err.message);
    handler_stats *row = process_map_take_row(m, SLICE_LITERAL("file"), 1);
    process_map_share_row(row);
    process_map_free_row(row);
    cr_assert_neq(process_map_take_row(m, SLICE_LITERAL("other"), 2), row);
    process_map_free_row(row);
    cr_assert_eq(process_map_take_row(m, SLICE_LITERAL("third"), 3), row);
    process_map_free(m);
}
