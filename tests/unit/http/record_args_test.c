/* A search of records as it stands in a URL. */
#include "admin/http/record_args.h"

#include "support/request_fixture.h"

TestSuite(record_args, .init = request_begin, .fini = request_end);

static record_query q;

static bool search(const char *query) {
    return ask("GET", "/api/records", query, "") && record_args(&asked, &q) && record_args_page(&asked, &q);
}

Test(record_args, nothing_asked_is_the_newest_hundred) {
    cr_assert(search(""));
    cr_assert(q.limit == 100 && !q.oldest_first && q.field_count == 0 && q.min_level == 0);
}

Test(record_args, all_of_it) {
    cr_assert(search("level=ERROR&logger=app.*&since=2026-11-20T10:06:00Z&until=%402000000000&q=two+words&"
                     "field.user=bob&field.a.b=%26"
                     "&limit=7&order=oldest&after=1795169160000000-42"),
              "%s", text_cstr(&asked.out));
    cr_assert(q.min_level == 40 && slice_is(q.logger, "app.*"));
    cr_assert_eq(q.since_us, INT64_C(1795169160000000));
    cr_assert_eq(q.until_us, INT64_C(2000000000000000));
    cr_assert(q.field_count == 2 && slice_is(q.fields[0].key, "user") && slice_is(q.fields[0].val, "bob"));
    cr_assert(slice_is(q.fields[1].key, "a.b") && slice_is(q.fields[1].val, "&"));
    cr_assert(q.limit == 7 && q.oldest_first);
    cr_assert(q.after.created_us == INT64_C(1795169160000000) && q.after.id == 42);
}

Test(record_args, a_cursor_before_1970) {
    cr_assert(search("before=-5-1"));
    cr_assert(q.before.created_us == -5 && q.before.id == 1);
}

Test(record_args, what_is_wrong_is_named) {
    static const char *const wrong[][2] = {{"level=LOUD", "unknown level 'LOUD'"},
                                           {"since=yesterday", "since: "},
                                           {"until=x", "until: "},
                                           {"limit=0", "'limit' must be"},
                                           {"limit=100000", "'limit' must be"},
                                           {"order=up", "order: newest or oldest"},
                                           {"field.=x", "field.: the field's name is missing"},
                                           {"before=1", "before: no cursor"},
                                           {"before=", "before: no cursor"},
                                           {"after=1-0", "after: no cursor"},
                                           {"after=--1-1", "after: no cursor"},
                                           {"after=1-x", "after: no cursor"},
                                           {"after=99999999999999999999-1", "after: no cursor"}};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        cr_expect_not(search(wrong[i][0]), "%s", wrong[i][0]);
        expect_answer(400, wrong[i][1]);
    }
}

Test(record_args, fields_have_a_bound) {
    text query;
    text_init(&query, 0);
    for (int i = 0; i < QUERY_TERMS; i++) text_addf(&query, "field.f%d=1&", i);
    cr_assert(search(text_cstr(&query)));
    text_add_cstr(&query, "field.more=1");
    cr_assert_not(search(text_cstr(&query)));
    expect_answer(400, "more than ");
    text_done(&query);
}
