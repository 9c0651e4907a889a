/* What record_decode makes of entries, and that it believes nothing in a damaged one. */
#include "support/record_fixture.h"

TestSuite(decode, .init = fixture_init, .fini = fixture_done);

Test(decode, a_captured_call) {
    record *rec = fixture_call("listening on %d", 80);
    fixture_expect(rec->name, "app.net");
    fixture_expect(rec->level_name, "INFO");
    fixture_expect(rec->thread_name, "worker-1");
    fixture_expect(rec->process_name, "MainProcess");
    fixture_expect(rec->pathname, "/srv/app/net.io.c");
    fixture_expect(rec->filename, "net.io.c");
    fixture_expect(rec->module, "net.io");
    fixture_expect(rec->func, "accept_one");
    fixture_expect(rec->template, "listening on %d");
    cr_assert_eq(rec->lineno, 42);
    cr_assert_eq(rec->id, 77);
    cr_assert_eq(rec->thread, 815);
    cr_assert_eq(rec->process, 4711);
    cr_assert_eq(rec->field_count, 0);
    cr_assert_null(rec->exc_text.data);
}

Test(decode, time_is_exact) {
    record *rec = fixture_call("x");
    cr_assert_eq(rec->created_ns, FIXTURE_NS);
    cr_assert_eq(rec->second, 1700000000);
    cr_assert_float_eq(rec->created, 1700000000.123456789, 1e-6);
    cr_assert_eq(rec->msecs, 123.0);
    cr_assert_float_eq(rec->relative_created, 2.5, 1e-9);
}

Test(decode, later_fields_shadow_earlier_ones) {
    text fields;
    text_init(&fields, 0);
    static const char *const pairs[][2] = {{"user", "eve"}, {"ip", "::1"}, {"user", "bob"}};
    for (size_t i = 0; i < 3; i++) {
        value key = value_str(slice_of(pairs[i][0])), val = value_str(slice_of(pairs[i][1]));
        value_encode(&key, &fields);
        value_encode(&val, &fields);
    }
    fixture_extra extra = fixture_plain;
    extra.fields = text_slice(&fields);
    extra.exc_text = "at main\nat start";
    record *rec = fixture_call_with(&extra, "%s", "hello");
    cr_assert_eq(rec->field_count, 2);
    fixture_expect(rec->fields[0].key, "user");
    fixture_expect(rec->fields[0].val.str, "bob");
    fixture_expect(rec->fields[1].key, "ip");
    fixture_expect(rec->exc_text, "at main\nat start");
    fixture_expect(record_message(rec, ESCAPE_NONE), "hello");
    text_done(&fields);
}

Test(decode, unnamed_levels) {
    fixture_extra extra = fixture_plain;
    extra.level = 35;
    fixture_expect(fixture_call_with(&extra, "x")->level_name, "Level 35");
}

/* The last entry with one thing changed, its check made right again. */
static int decode_changed(size_t offset, uint32_t change) {
    char *copy = malloc(fixture.entry.len);
    memcpy(copy, fixture.entry.data, fixture.entry.len);
    uint32_t word;
    memcpy(&word, copy + offset, sizeof word);
    word ^= change;
    memcpy(copy + offset, &word, sizeof word);
    ring_entry *e = (ring_entry *)(void *)copy;
    e->check = entry_check(e);
    int result = entry_valid(e, fixture.entry.len) ? record_decode(fixture.reader, e, &fixture.rec) : -1;
    if (result == 0) record_message(&fixture.rec, ESCAPE_ARGUMENTS);
    free(copy);
    return result;
}

Test(decode, damage_is_refused) {
    fixture_call("%s and %s", "one", "two");
    cr_assert_eq(decode_changed(0, 0), 0);
    cr_assert_eq(decode_changed(offsetof(ring_entry, site), 1u << 10), -1);
    cr_assert_eq(decode_changed(offsetof(ring_entry, logger), 1u << 10), -1);
    cr_assert_eq(decode_changed(offsetof(ring_entry, thread_name), 1u << 10), -1);
    cr_assert_eq(decode_changed(sizeof(ring_entry), 1u << 20), -1); /* the first string's length */
    cr_assert_eq(decode_changed(sizeof(ring_entry) + 8, 1u << 6), -1);
    cr_assert_eq(decode_changed(offsetof(ring_entry, args_size), 8), -1);
    fixture_call("%d", 5);
    cr_assert_eq(decode_changed(offsetof(ring_entry, args_size), 8), -1);
}

Test(decode, every_flipped_bit_is_survived) {
    fixture_extra extra = fixture_plain;
    text fields;
    text_init(&fields, 0);
    value key = value_str(SLICE_LITERAL("k")), val = value_int(5);
    value_encode(&key, &fields);
    value_encode(&val, &fields);
    extra.fields = text_slice(&fields);
    extra.exc_text = "boom";
    fixture_call_with(&extra, "%s %d %.*s", "text", 5, 3, "abcdef");
    for (size_t at = 0; at + 4 <= fixture.entry.len; at += 4) {
        for (unsigned bit = 0; bit < 32; bit++) decode_changed(at, 1u << bit);
    }
    fixture_made("{\"msg\":\"%s %d\",\"args\":[\"x\",5],\"extra\":{\"a\":[1,{\"b\":null}]},\"created\":1.5}");
    for (size_t at = 0; at + 4 <= fixture.entry.len; at += 4) {
        for (unsigned bit = 0; bit < 32; bit++) decode_changed(at, 1u << bit);
    }
    text_done(&fields);
}
