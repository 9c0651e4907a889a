/* problems_test.c - the list of problems, its order and its text. */
#include <criterion/criterion.h>

#include "base/error.h"
#include "base/limits.h"

static void expect_line(const problems *p, size_t index, const char *expected) {
    text out;
    text_init(&out, 0);
    problem_print(p, &p->list[index], &out);
    cr_assert_str_eq(text_cstr(&out), expected);
    text_done(&out);
}

Test(problems, told_in_the_order_of_the_lines) {
    problems p;
    cr_assert_eq(problems_init(&p, "app.ini"), 0);
    problems_add(&p, 12, "handler_file", "level", "no level \"%s\"", "loud");
    problems_add(&p, 3, "loggers", NULL, "no keys");
    problems_warn(&p, 3, "weir", "queu", "unknown key");
    problems_add(&p, 0, NULL, NULL, "is empty");
    problems_add(&p, 3, NULL, "x", "later");
    problems_sort(&p);
    cr_assert_eq(p.count, 5);
    cr_assert_eq(p.errors, 4);
    expect_line(&p, 0, "app.ini: is empty");
    expect_line(&p, 1, "app.ini:3: [loggers] no keys");
    expect_line(&p, 2, "app.ini:3: [weir] queu: warning: unknown key");
    expect_line(&p, 3, "app.ini:3: x: later");
    expect_line(&p, 4, "app.ini:12: [handler_file] level: no level \"loud\"");
    weir_error err;
    problems_to_error(&p, &err);
    cr_assert_eq(err.code, WEIR_ERR_INVALID);
    cr_assert_str_eq(err.message, "app.ini: is empty\napp.ini:3: [loggers] no keys\napp.ini:3: x: later\n"
                                  "app.ini:12: [handler_file] level: no level \"loud\"");
    problems_to_error(&p, NULL);
    problems_done(&p);
}

Test(problems, many_are_counted) {
    problems p;
    cr_assert_eq(problems_init(&p, "app.ini"), 0);
    for (int i = 1; i <= LIMIT_PROBLEMS + 50; i++) problems_add(&p, i, "s", "k", "wrong");
    cr_assert_eq(p.count, LIMIT_PROBLEMS);
    cr_assert_eq(p.errors, LIMIT_PROBLEMS + 50);
    cr_assert_eq(p.dropped, 50);
    weir_error err;
    problems_to_error(&p, &err);
    int told = 1;
    for (const char *c = err.message; *c != '\0'; c++) told += *c == '\n';
    told--; /* the last line is the count */
    char expected[64];
    snprintf(expected, sizeof(expected), "\nand %d more problems: weir check app.ini",
             LIMIT_PROBLEMS + 50 - told);
    cr_assert_not_null(strstr(err.message, expected), "%s", err.message);
    problems_done(&p);
}

Test(problems, one_that_does_not_fit_is_cut_visibly) {
    problems p;
    cr_assert_eq(problems_init(&p, "<port>"), 0);
    text key;
    text_init(&key, 0);
    text_add_repeat(&key, 'k', 60000);
    problems_add(&p, 1, "s", text_cstr(&key), "wrong");
    problems_add(&p, 2, "s", "k", "wrong");
    weir_error err;
    problems_to_error(&p, &err);
    cr_assert_eq(strncmp(err.message, "<port>:1: [s] kkkk", 18), 0);
    cr_assert_not_null(strstr(err.message, " bytes cut]\n"));
    cr_assert(strstr(err.message, "<port>:2: [s] k: wrong") != NULL ||
              strstr(err.message, "and 1 more problem") != NULL);
    text_done(&key);
    problems_done(&p);
}
