#include "queue/chunk_queue.h"

#include <criterion/criterion.h>

#include "queue/process_map.h"

static const run_dir no_dir = {.path = "", .fd = -1};

static chunk_queue *queue_of_three(void) {
    weir_error err;
    chunk_queue *q = chunk_queue_create(&no_dir, 1, 64 * 1024, SLICE_LITERAL("{}"), &err);
    cr_assert_not_null(q, "%s", err.message);
    for (uint16_t row = 0; row < 3; row++)
        cr_assert(chunk_queue_add(q, row, row + 1u, SLICE_LITERAL("0123456789"), 1));
    chunk_queue_publish(q);
    return q;
}

typedef struct seen {
    chunk_queue *q;
    int count;
    uint64_t read_pos[4];
} seen;

static void note(void *arg, const chunk_head *head) {
    seen *s = arg;
    cr_assert_eq(head->stats_row, s->count);
    s->read_pos[s->count++] = chunk_queue_read_pos(s->q);
}

/* What recovery relies on: at no moment does the queue tell of less than a whole batch and more than
 * nothing of it, while the batch's intent is active. */
Test(chunk_consumer, a_batch_is_released_at_once) {
    chunk_queue *q = queue_of_three();
    chunk_view views[4];
    seen s = {.q = q};
    uint64_t before = chunk_queue_read_pos(q);
    cr_assert_eq(chunk_queue_peek(q, views, 4, SIZE_MAX), 3);
    uint64_t last = views[2].position;
    chunk_queue_consume(q, 25, note, &s);
    cr_assert_eq(s.count, 2);
    cr_assert_eq(s.read_pos[0], before);
    cr_assert_eq(s.read_pos[1], before);
    cr_assert_eq(chunk_queue_read_pos(q), last);
    cr_assert_eq(chunk_queue_mapping(q)->partial, 5);
    cr_assert_eq(chunk_queue_peek(q, views, 4, SIZE_MAX), 1);
    cr_assert(slice_is(views[0].bytes, "56789"));
    chunk_queue_consume(q, 5, note, &s);
    cr_assert_eq(chunk_queue_read_pos(q), chunk_queue_write_pos(q));
    cr_assert_eq(chunk_queue_mapping(q)->partial, 0);
    chunk_queue_free(q);
}

Test(chunk_consumer, more_than_there_is_consumes_what_there_is) {
    chunk_queue *q = queue_of_three();
    chunk_queue_consume(q, 1000, NULL, NULL);
    cr_assert_eq(chunk_queue_read_pos(q), chunk_queue_write_pos(q));
    chunk_queue_free(q);
}

Test(process_map, a_row_with_records_on_their_way_is_not_given_away) {
    weir_error err;
    process_map *m = process_map_create(&no_dir, "test", &err);
    cr_assert_not_null(m, "%s", err.message);
    handler_stats *old = process_map_take_row(m, SLICE_LITERAL("file"), 1);
    old->given = 10;
    old->delivered = 6;
    old->dropped[DROP_ERROR] = 1;
    process_map_free_row(old);
    cr_assert_neq(process_map_take_row(m, SLICE_LITERAL("file"), 2), old);
    old->delivered = 9;
    handler_stats *again = process_map_take_row(m, SLICE_LITERAL("file"), 3);
    cr_assert_eq(again, old);
    cr_assert_eq(again->given, 0);
    cr_assert_eq(again->delivered, 0);
    process_map_free(m);
}
