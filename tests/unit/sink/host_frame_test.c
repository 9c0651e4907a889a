/* Records on the way to a handler of the host's, or into a queue. */
#include "sink/host_frame.h"

#include "record/attribute.h"
#include "support/record_fixture.h"

static text out, aligned;

static void begin(void) {
    fixture_init();
    text_init(&out, 0);
    text_init(&aligned, 0);
}
static void end(void) {
    text_done(&out);
    text_done(&aligned);
    fixture_done();
}

TestSuite(host_frame, .init = begin, .fini = end);

static const char *shown_dict(record *rec) {
    static text shown;
    value all;
    text_clear(&shown);
    cr_assert(record_dict(rec, &all));
    value_repr(&all, &shown);
    return text_cstr(&shown);
}

/* Opened by a reader that knows no dictionary and no clock. */
static void expect_whole(record *rec) {
    slice shown, raw;
    record opened;
    const parcel_head *parcel;
    char *before = strdup(shown_dict(rec));
    text_clear(&out);
    cr_assert_eq(host_frame_add(rec, SLICE_LITERAL("12:00"), SLICE_LITERAL("shown"), SLICE_LITERAL("raw\n"),
                                &out, NULL),
                 0);
    record_reader *reader = host_frame_reader(NULL);
    cr_assert(host_frame_read(text_slice(&out), &aligned, &shown, &raw, &parcel));
    cr_assert_eq(parcel_open(reader, parcel, &opened), 0);
    fixture_expect(shown, "shown");
    fixture_expect(raw, "raw\n");
    fixture_expect(opened.asctime, "12:00");
    cr_assert_str_eq(shown_dict(&opened), before);
    record_reader_free(reader);
    free(before);
}

Test(host_frame, a_record_comes_out_whole) {
    expect_whole(fixture_call("%s has %d of %lu and %.3f", "bob", 3, 18446744073709551615ul, 0.1));
    expect_whole(fixture_text("%ls", "wide"));
    expect_whole(fixture_made(
        "{\"msg\":\"%s\",\"args\":[{\"a\":[1,null,2.5]}],\"extra\":{\"level\":\"mine\",\"logger\":7,"
        "\"extra\":1},\"lineno\":\"odd\",\"created\":12.25}"));
    const fixture_extra with = {
        .logger = "ü.名", .thread = "t", .level = -3, .exc_text = "Traceback\n  boom"};
    expect_whole(fixture_call_with(&with, "x"));
}

Test(host_frame, damage_is_told) {
    slice shown, raw;
    const parcel_head *parcel;
    host_frame_add(fixture_call("x %d", 1), SLICE_NONE, SLICE_LITERAL("s"), SLICE_LITERAL("r"), &out, NULL);
    for (size_t cut = 0; cut < out.len; cut++)
        cr_assert_not(host_frame_read(slice_make(out.data, cut), &aligned, &shown, &raw, &parcel), "%zu",
                      cut);
}
