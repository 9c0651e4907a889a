#include "backend/recent.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <string.h>

#include "base/clock.h"

static recent *create(size_t records, size_t bytes) {
    weir_error err;
    recent *r = recent_create(records, bytes, &err);
    cr_assert_not_null(r, "%s", err.message);
    return r;
}

static void add(recent *r, uint64_t id, uint32_t size) {
    char room[4096] __attribute__((aligned(8))) = {0};
    ring_entry *e = (ring_entry *)(void *)room;
    e->size = size;
    e->id = id;
    recent_add(r, e);
}

/* All that is kept, as ids; each sequence must be its id. */
static void expect(recent *r, uint64_t from, uint64_t to) {
    static char room[65536] __attribute__((aligned(8)));
    uint64_t first;
    size_t count;
    size_t bytes = recent_copy(r, 0, room, sizeof room, &first, &count);
    cr_assert_eq(recent_first(r), from);
    cr_assert_eq(recent_last(r), to);
    cr_assert_eq(first, from);
    cr_assert_eq(count, to + 1 - from);
    size_t at = 0;
    for (uint64_t n = from; n <= to; n++) {
        const ring_entry *e = (const ring_entry *)(const void *)(room + at);
        cr_assert_eq(e->id, n);
        at += e->size;
    }
    cr_assert_eq(at, bytes);
}

Test(recent, keeps_the_newest_within_the_bound_of_records) {
    recent *r = create(10, 100000);
    expect(r, 1, 0);
    for (uint64_t i = 1; i <= 25; i++) add(r, i, 64);
    expect(r, 16, 25);
    recent_free(r);
}

Test(recent, keeps_the_newest_within_the_bound_of_bytes) {
    recent *r = create(1000, 1000);
    uint64_t id = 0;
    for (uint32_t i = 0; i < 5000; i++) {
        add(r, ++id, 64 + 8 * (i * 7 % 50));
        cr_assert(recent_first(r) <= recent_last(r));
    }
    expect(r, recent_first(r), id);
    cr_assert(recent_last(r) - recent_first(r) >= 1);
    recent_free(r);
}

Test(recent, an_entry_larger_than_the_bound_leaves_nothing_but_counts) {
    recent *r = create(10, 256);
    add(r, 1, 64);
    add(r, 2, 1024);
    cr_assert_eq(recent_first(r), 3);
    cr_assert_eq(recent_last(r), 2);
    add(r, 3, 64);
    expect(r, 3, 3);
    recent_free(r);
}

Test(recent, nothing_kept_counts_too) {
    recent *r = create(0, 0);
    add(r, 1, 64);
    cr_assert_eq(recent_last(r), 1);
    cr_assert_eq(recent_first(r), 2);
    recent_free(r);
}

Test(recent, a_reader_that_is_late_sees_the_gap) {
    recent *r = create(4, 100000);
    char room[256] __attribute__((aligned(8)));
    uint64_t first;
    size_t count;
    for (uint64_t i = 1; i <= 10; i++) add(r, i, 64);
    cr_assert_eq(recent_copy(r, 3, room, sizeof room, &first, &count), 256);
    cr_assert_eq(first, 7);
    cr_assert_eq(count, 4);
    cr_assert_eq(recent_copy(r, 10, room, 80, &first, &count), 64);
    cr_assert_eq(recent_copy(r, 11, room, sizeof room, &first, &count), 0);
    cr_assert_eq(first, 11);
    cr_assert_eq(recent_copy(r, 9, room, 32, &first, &count), 0, "larger than the buffer");
    cr_assert_eq(first, 9);
    recent_free(r);
}

Test(recent, new_bounds_keep_the_newest_that_fit) {
    weir_error err;
    recent *r = create(100, 100000);
    for (uint64_t i = 1; i <= 50; i++) add(r, i, 64);
    cr_assert_eq(recent_resize(r, 5, 100000, &err), 0);
    expect(r, 46, 50);
    cr_assert_eq(recent_resize(r, 100, 64 * 3, &err), 0);
    expect(r, 48, 50);
    cr_assert_eq(recent_resize(r, 100, 100000, &err), 0);
    add(r, 51, 128);
    expect(r, 48, 51);
    recent_free(r);
}

static void *add_later(void *arg) {
    add(arg, 1, 64);
    recent_publish(arg);
    return NULL;
}

Test(recent, waiting_ends_with_a_record_an_interrupt_or_the_time) {
    recent *r = create(10, 10000);
    pthread_t t;
    recent_wait(r, 0, 1);
    cr_assert_eq(recent_last(r), 0);
    cr_assert_eq(pthread_create(&t, NULL, add_later, r), 0);
    while (recent_last(r) == 0) recent_wait(r, 0, 20000);
    pthread_join(t, NULL);
    recent_wait(r, 0, 20000); /* there is one already */
    recent_free(r);
}
