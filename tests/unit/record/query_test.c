/* Which rows a query wants. */
#include "record/query.h"

#include <criterion/criterion.h>

static record_query q;
static arena memory;
static weir_error err;

static void setup(void) {
    arena_init(&memory, 0);
    query_init(&q);
}
static void teardown(void) { arena_done(&memory); }
TestSuite(query, .init = setup, .fini = teardown);

static row sample(void) {
    return (row){.id = 10,
                 .created_us = 1000,
                 .level = 30,
                 .logger = SLICE_LITERAL("db.pool"),
                 .message = SLICE_LITERAL("Disk-full on /var/log, 3 retries"),
                 .fields = SLICE_LITERAL("{\"ip\":\"::1\",\"n\":5,\"ok\":true,\"f\":1.5,\"l\":[1,2]}")};
}

static bool wants(void) {
    row r = sample();
    return query_matches(&q, &r);
}

Test(query, everything_by_default) { cr_assert(wants()); }

Test(query, time_and_level) {
    q.since_us = 1000;
    cr_assert(wants());
    q.since_us = 1001;
    cr_assert_not(wants());
    query_init(&q);
    q.until_us = 1000;
    cr_assert_not(wants());
    q.until_us = 1001;
    cr_assert(wants());
    q.min_level = 40;
    cr_assert_not(wants());
}

Test(query, pages) {
    q.before = (row_key){1000, 11};
    cr_assert(wants());
    q.before = (row_key){1000, 10};
    cr_assert_not(wants());
    query_init(&q);
    q.after = (row_key){1000, 9};
    cr_assert(wants());
    q.after = (row_key){1001, 1};
    cr_assert_not(wants());
}

static bool logger(const char *wanted) {
    q.logger = slice_of(wanted);
    return wants();
}

Test(query, loggers) {
    cr_assert(logger("db"));
    cr_assert(logger("db.pool"));
    cr_assert(logger("db.*"));
    cr_assert(logger("*pool"));
    cr_assert(logger("d?.po*l"));
    cr_assert(logger("*"));
    cr_assert_not(logger("d"));
    cr_assert_not(logger("db.po"));
    cr_assert_not(logger("db.*x"));
    cr_assert_not(logger("DB"));
}

static bool grep(const char *words) {
    cr_assert_eq(query_set_words(&q, slice_of(words), &memory, &err), 0, "%s", err.message);
    return wants();
}

Test(query, words) {
    cr_assert(grep("disk"));
    cr_assert(grep("DIS"));
    cr_assert(grep("retr full"));
    cr_assert(grep("disk-full"));
    cr_assert(grep("disk-fu"));
    cr_assert(grep("/var/log,"));
    cr_assert(grep(""));
    cr_assert_not(grep("isk"));
    cr_assert_not(grep("dis-full"));
    cr_assert_not(grep("full-disk"));
    cr_assert_not(grep("disk missing"));
}

Test(query, words_that_are_none) {
    cr_assert_eq(query_set_words(&q, slice_of("disk --"), &memory, &err), -1);
    cr_assert_str_eq(err.message, "'--' has no letter and no digit to search for");
    cr_assert_eq(query_set_words(&q, slice_of("a b c d e f g h i j k l m n o p q"), &memory, &err), -1);
    cr_assert_str_eq(err.message, "more than 16 words to search for");
}

static bool field(const char *key, const char *val) {
    q.field_count = 1;
    q.fields[0].key = slice_of(key);
    q.fields[0].val = slice_of(val);
    return wants();
}

Test(query, fields) {
    cr_assert(field("ip", "::1"));
    cr_assert(field("n", "5"));
    cr_assert(field("ok", "true"));
    cr_assert(field("f", "1.5"));
    cr_assert(field("l", "[1,2]"));
    cr_assert_not(field("ip", "::2"));
    cr_assert_not(field("missing", ""));
    row r = sample();
    r.fields = SLICE_LITERAL("{damaged");
    cr_assert_not(query_matches(&q, &r));
}
