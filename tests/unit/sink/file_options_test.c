/* What a file's description says beyond its path: through the JSON of a mapping and back. */
#include "sink/file_options.h"

#include <criterion/criterion.h>

static file_options back;

static void expect_through(const char *object, const file_options *o, const char *json) {
    text t;
    text_init(&t, 0);
    text_add_cstr(&t, object);
    file_options_add(o, &t);
    cr_assert_str_eq(text_cstr(&t), json);
    file_options_parse(text_slice(&t), &back);
    text_done(&t);
    cr_assert(back.watch == o->watch && back.delay == o->delay && back.mark_len == o->mark_len);
    cr_assert_eq(memcmp(back.mark, o->mark, o->mark_len), 0);
}

Test(file_options, through_a_mapping_and_back) {
    expect_through("{}", &(file_options){0}, "{}");
    expect_through("{}", &(file_options){.watch = true}, "{\"watch\":true}");
    expect_through("{\"backups\":3}", &(file_options){.delay = true, .mark = "\xff\xfe", .mark_len = 2},
                   "{\"backups\":3,\"delay\":true,\"mark\":\"fffe\"}");
}

Test(file_options, what_is_damaged_says_nothing) {
    static const char *const damaged[] = {
        "",
        "{",
        "[]",
        "{\"watch\":1,\"delay\":\"yes\"}",
        "{\"mark\":\"xy\"}",
        "{\"mark\":7}",
        "{\"mark\":\"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20\"}"};
    for (size_t i = 0; i < sizeof damaged / sizeof damaged[0]; i++) {
        file_options_parse(slice_of(damaged[i]), &back);
        cr_expect(!back.watch && !back.delay && back.mark_len == 0, "%s", damaged[i]);
    }
}
