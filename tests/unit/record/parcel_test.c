/* Records kept as bytes: what comes out is what went in, whatever has changed since. */
#include "record/parcel.h"

#include "base/level.h"
#include "record/attribute.h"
#include "support/record_fixture.h"

static text kept;

static void begin(void) {
    fixture_init();
    text_init(&kept, 0);
}
static void end(void) {
    text_done(&kept);
    fixture_done();
}

TestSuite(parcel, .init = begin, .fini = end);

static const char *shown(record *rec) {
    static text out;
    value all;
    text_clear(&out);
    cr_assert(record_dict(rec, &all));
    value_repr(&all, &out);
    return text_cstr(&out);
}

static void expect_same(record *rec) {
    record opened;
    size_t at = 0;
    char *before = strdup(shown(rec));
    text_clear(&kept);
    parcel_put(rec, SLICE_NONE, 0, &kept);
    /* The clock is set meanwhile, and the ring has the entry's room again. */
    fixture.clock.entries[0].realtime += INT64_C(3600000000000);
    memset(fixture.entry.data, 0x55, fixture.entry.len);
    const parcel_head *p = parcel_next(text_slice(&kept), &at);
    cr_assert_not_null(p);
    cr_assert_eq(at, kept.len);
    cr_assert_eq(parcel_open(fixture.reader, p, &opened), 0);
    cr_assert_str_eq(shown(&opened), before);
    cr_assert_eq(opened.id, 77);
    fixture.clock.entries[0].realtime -= INT64_C(3600000000000);
    free(before);
}

Test(parcel, a_record_of_each_kind_comes_back) {
    expect_same(fixture_call("%s has %d of %lu and %.2f", "bob", 3, 7ul, 1.5));
    expect_same(fixture_text("%ls", "wide"));
    expect_same(fixture_made("{\"msg\":\"%s\",\"args\":[\"x\"],\"extra\":{\"ip\":1},\"lineno\":\"odd\"}"));
    const fixture_extra with = {.logger = "a.b", .thread = "t", .level = 40, .exc_text = "Traceback\n  boom"};
    expect_same(fixture_call_with(&with, "x %d", 1));
}

Test(parcel, keeps_the_levels_name_and_the_asctime_of_then) {
    record opened;
    size_t at = 0;
    record *rec = fixture_call("x");
    rec->formatted = true;
    parcel_put(rec, SLICE_LITERAL("12:30"), PARCEL_OWN, &kept);
    level_add_name(20, SLICE_LITERAL("NEWNAME"));
    const parcel_head *p = parcel_next(text_slice(&kept), &at);
    cr_assert_eq(parcel_open(fixture.reader, p, &opened), 0);
    fixture_expect(opened.level_name, "INFO");
    fixture_expect(opened.asctime, "12:30");
    cr_assert(opened.formatted);
    cr_assert((p->flags & PARCEL_OWN) != 0);
}

Test(parcel, damage_is_told) {
    record opened;
    size_t at = 0;
    parcel_put(fixture_call("%s", "text"), SLICE_NONE, 0, &kept);
    size_t whole = kept.len;
    for (size_t cut = 0; cut < whole; cut += 8) {
        at = 0;
        cr_assert_null(parcel_next(slice_make(kept.data, cut), &at));
    }
    parcel_head *p = (parcel_head *)(void *)kept.data;
    p->asctime_len = UINT32_MAX;
    at = 0;
    cr_assert_eq(parcel_open(fixture.reader, parcel_next(text_slice(&kept), &at), &opened), -1);
    p->asctime_len = 0;
    p->size = 12;
    at = 0;
    cr_assert_null(parcel_next(text_slice(&kept), &at));
}
