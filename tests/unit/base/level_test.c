/* level_test.c - Python's level names. */
#include <criterion/criterion.h>
#include <pthread.h>
#include <stdio.h>

#include "base/level.h"
#include "base/limits.h"

static void expect_name(int level, const char *name) {
    char buffer[32];
    slice s = level_name(level, buffer);
    cr_assert(slice_is(s, name), "%d: %.*s", level, (int)s.len, s.data);
}

static int from(const char *name) {
    int level = -99;
    return level_from_name(slice_of(name), &level) ? level : -99;
}

static int parse(const char *in) {
    int level = -99;
    return level_parse(slice_of(in), &level) ? level : -99;
}

Test(level, pythons_names) {
    expect_name(50, "CRITICAL");
    expect_name(40, "ERROR");
    expect_name(30, "WARNING");
    expect_name(20, "INFO");
    expect_name(10, "DEBUG");
    expect_name(0, "NOTSET");
    expect_name(35, "Level 35");
    expect_name(-5, "Level -5");
    expect_name(INT32_MIN, "Level -2147483648");
    cr_assert_eq(from("WARN"), 30);
    cr_assert_eq(from("FATAL"), 50);
    cr_assert_eq(from("CRITICAL"), 50);
    cr_assert_eq(from("info"), -99);
    cr_assert_eq(from(""), -99);
    cr_assert_eq(from("20"), -99);
}

Test(level, what_people_type) {
    cr_assert_eq(parse("debug"), 10);
    cr_assert_eq(parse("Warn"), 30);
    cr_assert_eq(parse("0"), 0);
    cr_assert_eq(parse("35"), 35);
    cr_assert_eq(parse("2147483647"), INT32_MAX);
    cr_assert_eq(parse("2147483648"), -99);
    cr_assert_eq(parse("99999999999999999999999"), -99);
    cr_assert_eq(parse("-1"), -99);
    cr_assert_eq(parse(""), -99);
    cr_assert_eq(parse(" 5"), -99);
    cr_assert_eq(parse("loud"), -99);
}

Test(level, adding_as_python_does) {
    cr_assert_eq(level_add_name(35, SLICE_LITERAL("NOTICE")), 0);
    expect_name(35, "NOTICE");
    cr_assert_eq(from("NOTICE"), 35);
    cr_assert_eq(parse("notice"), 35);
    /* A second name for a number replaces the first, whose name still leads to the number. */
    cr_assert_eq(level_add_name(35, SLICE_LITERAL("NOTE")), 0);
    expect_name(35, "NOTE");
    cr_assert_eq(from("NOTICE"), 35);
    /* A name given to another number is that number's too; the old number keeps it. */
    cr_assert_eq(level_add_name(36, SLICE_LITERAL("NOTE")), 0);
    expect_name(35, "NOTE");
    expect_name(36, "NOTE");
    cr_assert_eq(from("NOTE"), 36);
    cr_assert_eq(level_add_name(20, SLICE_LITERAL("Information")), 0);
    expect_name(20, "Information");
    cr_assert_eq(from("INFO"), 20);
}

Test(level, in_ascending_order) {
    level_add_name(5, SLICE_LITERAL("TRACE"));
    static const int expected[] = {0, 5, 10, 20, 30, 40, 50};
    int level;
    slice name;
    size_t count = 0;
    for (; level_at(count, &level, &name); count++) cr_assert_eq(level, expected[count]);
    cr_assert_eq(count, 7);
    text out;
    text_init(&out, 0);
    level_list(&out);
    cr_assert_str_eq(text_cstr(&out), "TRACE, DEBUG, INFO, WARNING, ERROR, CRITICAL, NOTSET, or a number");
    text_clear(&out);
    level_lower(SLICE_LITERAL("Level 35 ÄB"), &out);
    cr_assert_str_eq(text_cstr(&out), "level 35 Äb");
    text_done(&out);
}

Test(level, what_is_refused_changes_nothing) {
    char name[LIMIT_LEVEL_NAME + 2];
    memset(name, 'x', sizeof(name));
    cr_assert_eq(level_add_name(7, slice_make(name, LIMIT_LEVEL_NAME + 1)), -1);
    expect_name(7, "Level 7");
    cr_assert_eq(level_add_name(7, slice_make(name, LIMIT_LEVEL_NAME)), 0);
    int added = 0;
    for (int i = 0; i < LIMIT_LEVEL_NAMES; i++) {
        char numbered[16];
        int len = snprintf(numbered, sizeof(numbered), "L%d", i);
        if (level_add_name(1000 + i, slice_make(numbered, (size_t)len)) != 0) break;
        added++;
    }
    cr_assert_eq(added, LIMIT_LEVEL_NAMES - 9);
    cr_assert_eq(level_add_name(5000, SLICE_LITERAL("ONE_MORE")), -1);
    expect_name(5000, "Level 5000");
    cr_assert_eq(from("ONE_MORE"), -99);
    cr_assert_eq(level_add_name(30, SLICE_LITERAL("L5")), 0, "known names still move");
    expect_name(30, "L5");
}

static void *add_many(void *arg) {
    for (int i = 0; i < 60; i++) {
        char name[32];
        int len = snprintf(name, sizeof(name), "T%d_%d", *(int *)arg, i);
        level_add_name(100 + i, slice_make(name, (size_t)len));
    }
    return NULL;
}

Test(level, readers_need_no_lock) {
    pthread_t threads[3];
    int ids[3] = {0, 1, 2};
    for (int i = 0; i < 3; i++) cr_assert_eq(pthread_create(&threads[i], NULL, add_many, &ids[i]), 0);
    for (int round = 0; round < 2000; round++) {
        char buffer[32];
        slice s = level_name(100 + round % 60, buffer);
        cr_assert(s.data[0] == 'T' || slice_equal(slice_make(s.data, 6), SLICE_LITERAL("Level ")));
        int level;
        if (level_from_name(SLICE_LITERAL("T1_59"), &level)) cr_assert_eq(level, 159);
    }
    for (int i = 0; i < 3; i++) pthread_join(threads[i], NULL);
    cr_assert_eq(from("T2_30"), 130);
}

Test(level, every_name_with_its_number) {
    slice name;
    int level, count = 0, warn = 0;
    cr_assert_eq(level_add_name(35, SLICE_LITERAL("NOTICE")), 0);
    for (size_t i = 0; level_name_at(i, &name, &level); i++) {
        int found = -1;
        cr_assert(level_from_name(name, &found) && found == level);
        cr_assert_eq(name.data[name.len], '\0');
        if (slice_is(name, "WARN")) warn = level;
        count++;
    }
    cr_assert_eq(count, 9);
    cr_assert_eq(warn, 30);
}
