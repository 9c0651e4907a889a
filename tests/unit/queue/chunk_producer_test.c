/* chunk_producer_test.c - room that was found for all parts of a record is there for each of them, in a chunk
 * of its own, wherever the queue stands and however little is left (what backend/deliver.c relies on).
 * covers: fault 1 */
#include <string.h>

#include "queue/chunk_internal.h"
#include "queue_fixture.h"

#define QUEUE_SIZE ((size_t)64 * 1024)
#define PART 3001

TestSuite(chunk_producer, .init = fixture_begin, .fini = fixture_end);

static bool add(chunk_queue *q, uint16_t row, size_t bytes) {
    char *to = chunk_queue_reserve(q, row, bytes);
    if (to == NULL) return false;
    memset(to, 'x', bytes);
    chunk_queue_commit(q, 1, bytes, 1);
    return true;
}

/* Fills the queue by records of `step` bytes of the other row until the parts find no room any more. Each
 * time that they do, they must fit, one after the other, with nothing read meanwhile. Returns how often they
 * did. */
static unsigned fill(chunk_queue *q, size_t step) {
    unsigned found = 0;
    size_t all = chunk_queue_room(0) + 2 * chunk_queue_room(PART);
    while (chunk_queue_reserve(q, 2, all) != NULL) {
        chunk_queue_commit(q, 1, 0, 0);
        cr_assert(add(q, 1, PART), "the first part, step %zu, time %u", step, found);
        cr_assert(add(q, 2, PART), "the second part, step %zu, time %u", step, found);
        found++;
        if (!add(q, 2, step)) break;
    }
    return found;
}

static void release_all(chunk_queue *q) {
    chunk_view view;
    chunk_queue_publish(q);
    while (chunk_queue_peek(q, &view, 1, SIZE_MAX) == 1) chunk_queue_consume(q, view.bytes.len, NULL, NULL);
}

Test(chunk_producer, room_for_all_parts_is_room_for_each) {
    weir_error err;
    chunk_queue *q = chunk_queue_create(&dir, 1, QUEUE_SIZE, SLICE_LITERAL("{}"), &err);
    cr_assert_not_null(q);
    for (size_t step = 1; step < 3000; step += 7) {
        cr_assert_gt(fill(q, step), 0u);
        release_all(q);
    }
    chunk_queue_free(q);
}
