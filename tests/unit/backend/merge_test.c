#include "backend/merge.h"

#include <criterion/criterion.h>
#include <string.h>

#define RINGS 5

typedef struct seen {
    uint64_t stamps[4096];
    size_t count, stop_after;
} seen;

static const run_dir no_dir = {.path = "", .fd = -1};

static ring_set *set_with(ring **rings, size_t count) {
    weir_error err;
    ring_limits limits = {.ring_size = 64 * 1024, .total_size = RING_TOTAL_DEFAULT};
    ring_set *s = ring_set_create(&no_dir, &limits, &err);
    cr_assert_not_null(s, "%s", err.message);
    for (size_t i = 0; i < count; i++) cr_assert_not_null(rings[i] = ring_acquire(s));
    return s;
}

static void add(ring_set *s, ring *r, uint64_t stamp, uint64_t id) {
    ring_entry *e = (ring_entry *)(void *)ring_reserve(s, r, sizeof(ring_entry));
    cr_assert_not_null(e);
    *e = (ring_entry){.size = sizeof *e, .kind = ENTRY_TEXT, .stamp = stamp, .id = id};
    e->check = entry_check(e);
    ring_publish(r, e->size);
}

static bool note(void *arg, ring *r, ring_entry *e) {
    seen *s = arg;
    (void)r;
    if (s->stop_after > 0 && s->count == s->stop_after) return false;
    s->stamps[s->count++] = e->stamp;
    return true;
}

Test(merge, all_rings_are_one_sequence_up_to_the_horizon) {
    ring *rings[RINGS];
    ring_set *s = set_with(rings, RINGS);
    merge m;
    seen got = {.count = 0};
    cr_assert_eq(merge_init(&m), 0);
    uint64_t random = 12345;
    for (uint64_t stamp = 1; stamp <= 1000; stamp++) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        add(s, rings[(random >> 33) % RINGS], stamp, 0);
    }
    cr_assert_eq(merge_run(&m, s, MERGE_BY_STAMP, 600, note, &got), 600);
    cr_assert_eq(merge_run(&m, s, MERGE_BY_STAMP, 2000, note, &got), 400);
    cr_assert_eq(merge_run(&m, s, MERGE_BY_STAMP, 2000, note, &got), 0);
    for (uint64_t i = 0; i < 1000; i++) cr_assert_eq(got.stamps[i], i + 1);
    merge_done(&m);
    ring_set_free(s);
}

Test(merge, what_a_visitor_refuses_stays_and_comes_first_again) {
    ring *rings[2];
    ring_set *s = set_with(rings, 2);
    merge m;
    seen got = {.stop_after = 3};
    cr_assert_eq(merge_init(&m), 0);
    for (uint64_t stamp = 1; stamp <= 10; stamp++) add(s, rings[stamp % 2], stamp, 0);
    cr_assert_eq(merge_run(&m, s, MERGE_BY_STAMP, UINT64_MAX, note, &got), 3);
    got.stop_after = 0;
    cr_assert_eq(merge_run(&m, s, MERGE_BY_STAMP, UINT64_MAX, note, &got), 7);
    for (uint64_t i = 0; i < 10; i++) cr_assert_eq(got.stamps[i], i + 1);
    merge_done(&m);
    ring_set_free(s);
}

/* A record that was routed late, before the kill, comes where it was routed. */
Test(merge, a_dead_process_goes_on_in_the_order_of_its_ids) {
    ring *rings[2];
    ring_set *s = set_with(rings, 2);
    merge m;
    seen got = {.count = 0};
    cr_assert_eq(merge_init(&m), 0);
    add(s, rings[0], 50, 7);
    add(s, rings[0], 60, 0);
    add(s, rings[1], 40, 8);
    add(s, rings[1], 45, 0);
    cr_assert_eq(merge_run(&m, s, MERGE_BY_ID, UINT64_MAX, note, &got), 4);
    const uint64_t expected[] = {50, 40, 45, 60};
    cr_assert_eq(memcmp(got.stamps, expected, sizeof expected), 0);
    merge_done(&m);
    ring_set_free(s);
}
