#include <criterion/criterion.h>

#include "sink/sink.h"

static void round_trip(const sink_spec *in) {
    text json;
    arena a;
    sink_spec out;
    weir_error err;
    text_init(&json, 0);
    arena_init(&a, 0);
    sink_spec_json(in, &json);
    cr_assert_eq(sink_spec_parse(text_slice(&json), &a, &out, &err), 0, "%s: %s", text_cstr(&json),
                 err.message);
    cr_assert(slice_equal(out.kind, in->kind));
    cr_assert(slice_equal(out.path, in->path));
    cr_assert_eq(out.fd, in->fd);
    cr_assert_eq(out.mode, in->mode);
    cr_assert_eq(out.fsync, in->fsync);
    cr_assert_eq(out.permissions, in->permissions);
    cr_assert_eq(out.beneath_fd, -1);
    cr_assert(slice_equal(out.beneath_path, in->beneath_path));
    cr_assert(slice_equal(out.options, in->options), "%s", out.options.data);
    arena_done(&a);
    text_done(&json);
}

Test(sink_spec, what_is_written_is_read) {
    const sink_spec specs[] = {
        {.kind = SLICE_LITERAL("file"),
         .path = SLICE_LITERAL("/var/log/app.log"),
         .fd = -1,
         .mode = 'w',
         .fsync = true,
         .permissions = 0640,
         .beneath_path = SLICE_LITERAL("app.log"),
         .options = SLICE_LITERAL("{}")},
        {.kind = SLICE_LITERAL("stream"),
         .path = SLICE_LITERAL(""),
         .fd = 2,
         .mode = 'a',
         .beneath_path = SLICE_LITERAL(""),
         .options = SLICE_LITERAL("{}")},
        {.kind = SLICE_LITERAL("file"), /* bytes that are no UTF-8, and some that are */
         .path = SLICE_LITERAL("/tmp/\xff\xfe \"quoted\" \xc3\xa4\n.log"),
         .fd = -1,
         .mode = 'a',
         .permissions = 0666,
         .beneath_path = SLICE_LITERAL("\xff"),
         .options = SLICE_LITERAL("{}")},
        {.kind = SLICE_LITERAL("sqlite"),
         .path = SLICE_LITERAL("/srv/history.db"),
         .fd = -1,
         .mode = 'a',
         .permissions = 0666,
         .beneath_path = SLICE_LITERAL(""),
         .options = SLICE_LITERAL("{\"max_age_ms\":2592000000,\"max_size\":2147483648}")}};
    for (size_t i = 0; i < sizeof specs / sizeof specs[0]; i++) round_trip(&specs[i]);
}

/* It lies in a mapping that may be damaged: each is refused, none crashes. */
Test(sink_spec, damage_is_refused) {
    const char *wrong[] = {
        "",
        "{",
        "[]",
        "{}",
        "null",
        "{\"kind\":1}",
        "{\"kind\":\"file\",\"path\":\"/a\",\"fd\":7,\"mode\":\"a\",\"fsync\":true,\"permissions\":0,"
        "\"below\":\"\",\"options\":{}}",
        "{\"kind\":\"file\",\"path\":\"/a\",\"fd\":-1,\"mode\":\"x\",\"fsync\":true,\"permissions\":0,"
        "\"below\":\"\",\"options\":{}}",
        "{\"kind\":\"file\",\"path\":\"/a\",\"fd\":-1,\"mode\":\"a\",\"fsync\":1,\"permissions\":0,"
        "\"below\":\"\",\"options\":{}}",
        "{\"kind\":\"file\",\"path\":\"/a\",\"fd\":-1,\"mode\":\"a\",\"fsync\":true,\"permissions\":4095,"
        "\"below\":\"\",\"options\":{}}",
        "{\"kind\":\"file\",\"path\":\"/"
        "a\\u0000b\",\"fd\":-1,\"mode\":\"a\",\"fsync\":true,\"permissions\":0,"
        "\"below\":\"\",\"options\":{}}",
        "{\"kind\":\"file\",\"path_hex\":\"2f6\",\"fd\":-1,\"mode\":\"a\",\"fsync\":true,\"permissions\":0,"
        "\"below\":\"\",\"options\":{}}",
        "{\"kind\":\"file\",\"path_hex\":\"2f00\",\"fd\":-1,\"mode\":\"a\",\"fsync\":true,\"permissions\":0,"
        "\"below\":\"\",\"options\":{}}",
        "{\"kind\":\"file\",\"path_hex\":\"zz\",\"fd\":-1,\"mode\":\"a\",\"fsync\":true,\"permissions\":0,"
        "\"below\":\"\",\"options\":{}}",
        "{\"kind\":\"file\",\"path\":\"/a\",\"fd\":-1,\"mode\":\"a\",\"fsync\":true,\"permissions\":0,"
        "\"below\":\"\",\"options\":[]}"};
    arena a;
    arena_init(&a, 0);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        sink_spec out;
        weir_error err;
        cr_assert_eq(sink_spec_parse(slice_of(wrong[i]), &a, &out, &err), -1, "taken: %s", wrong[i]);
        cr_assert(err.message[0] != '\0');
    }
    arena_done(&a);
}

Test(sink_spec, kinds_are_found_by_name) {
    cr_assert_not_null(sink_kind_find(SLICE_LITERAL("file")));
    cr_assert_not_null(sink_kind_find(SLICE_LITERAL("stream")));
    cr_assert_not_null(sink_kind_find(SLICE_LITERAL("sqlite")));
    cr_assert_null(sink_kind_find(SLICE_LITERAL("tape")));
    cr_assert_null(sink_kind_find(SLICE_LITERAL("")));
}
