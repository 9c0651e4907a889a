/* The buffer of a handler that keeps records. */
#include "handler/hold.h"

#include "base/limits.h"
#include "support/record_fixture.h"

static hold *h;

static void begin(void) {
    fixture_init();
    h = hold_create();
    cr_assert_not_null(h);
}
static void end(void) {
    hold_free(h);
    fixture_done();
}

TestSuite(hold, .init = begin, .fini = end);

static void add(int n) { cr_assert(hold_add(h, fixture_call("m %d", n), SLICE_NONE, 0)); }

/* "m 0,m 1," of what is kept from `from` on. */
static const char *messages(slice all, size_t from) {
    static text out;
    record rec;
    text_clear(&out);
    for (const parcel_head *p; (p = parcel_next(all, &from)) != NULL;) {
        cr_assert_eq(parcel_open(fixture.reader, p, &rec), 0);
        record_message_add(&rec, ESCAPE_NONE, &out);
        text_add_char(&out, ',');
    }
    return text_cstr(&out);
}

Test(hold, keeps_them_in_order_and_gives_them_all) {
    text all;
    size_t count;
    for (int i = 0; i < 3; i++) add(i);
    cr_assert_eq(h->count, 3);
    hold_take(h, &all, &count);
    cr_assert_eq(count, 3);
    cr_assert_eq(h->count, 0);
    cr_assert_str_eq(messages(text_slice(&all), 0), "m 0,m 1,m 2,");
    text_done(&all);
}

Test(hold, what_comes_back_is_before_what_came_since) {
    text all;
    size_t count, at = 0;
    for (int i = 0; i < 3; i++) add(i);
    hold_take(h, &all, &count);
    parcel_next(text_slice(&all), &at);
    memmove(all.data, all.data + at, all.len - at);
    all.len -= at;
    add(3);
    hold_put_back(h, &all, 2);
    cr_assert_eq(h->count, 3);
    cr_assert_str_eq(messages(text_slice(&h->parcels), 0), "m 1,m 2,m 3,");
    record *rec = fixture_call("m %d", 3);
    rec->formatted = true;
    hold_renew_last(h, rec, SLICE_LITERAL("noon"));
    cr_assert_eq(h->count, 3);
    cr_assert_str_eq(messages(text_slice(&h->parcels), 0), "m 1,m 2,m 3,");
}

Test(hold, the_newest_is_renewed_if_it_is_the_same_record) {
    size_t at = 0;
    record opened, *rec = fixture_call("m %d", 1);
    add(0);
    rec = fixture_call("m %d", 1);
    rec->id = 78;
    cr_assert(hold_add(h, rec, SLICE_NONE, PARCEL_OWN));
    rec->formatted = true;
    hold_renew_last(h, rec, SLICE_LITERAL("noon"));
    parcel_next(text_slice(&h->parcels), &at);
    const parcel_head *p = parcel_next(text_slice(&h->parcels), &at);
    cr_assert_eq(parcel_open(fixture.reader, p, &opened), 0);
    fixture_expect(opened.asctime, "noon");
    cr_assert((p->flags & PARCEL_OWN) != 0);
    size_t len = h->parcels.len;
    rec->id = 79;
    hold_renew_last(h, rec, SLICE_LITERAL("a quarter past noon"));
    cr_assert_eq(h->parcels.len, len, "another record");
}

Test(hold, is_full_at_its_limits) {
    cr_assert_not(hold_is_full(h, LIMIT_HOLD_BYTES * 2), "one is always taken");
    add(0);
    cr_assert_not(hold_is_full(h, 100));
    cr_assert(hold_is_full(h, LIMIT_HOLD_BYTES));
    h->count = LIMIT_HOLD_RECORDS;
    cr_assert(hold_is_full(h, 1));
}
