/* What bounds a configuration: sizes, time, what is no configuration at all. */
/* covers: config: 10 MB file, config: 80-byte section names */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/limits.h"
#include "config/config.h"

static config_plan *check(slice in, problems *p, config_origin origin) {
    weir_error err;
    config_rules rules = {.origin = origin};
    problems_init(p, "t.ini");
    return config_check(in, "t.ini", &rules, p, &err);
}

static void expect_only(slice in, int line, const char *words) {
    problems p;
    cr_assert_null(check(in, &p, CONFIG_START));
    cr_assert_eq(p.errors, 1);
    cr_assert_eq(p.list[0].line, line);
    cr_assert_not_null(strstr(p.list[0].message, words), "%s", p.list[0].message);
    problems_done(&p);
}

Test(check_bounds, what_is_no_configuration_at_all) {
    expect_only(SLICE_LITERAL(""), 0, "empty");
    expect_only(SLICE_LITERAL(" \n\n"), 0, "empty");
    expect_only(SLICE_LITERAL("{\"version\": 2}"), 1, "Unsupported version");
    expect_only(SLICE_LITERAL("{\"version\": 1,}"), 1, "no valid JSON");
    char *large = calloc(1, 10 * 1024 * 1024);
    expect_only(slice_make(large, 10 * 1024 * 1024), 0, "at most 1048576");
    free(large);
}

Test(check_bounds, long_lines_and_names_are_kept_whole) {
    text in;
    problems p;
    text_init(&in, 0);
    char name[248];
    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    text_addf(&in,
              "[loggers]\nkeys=root\n[handlers]\nkeys=%s\n[formatters]\nkeys=f\n[logger_root]\nhandlers=%s\n",
              name, name);
    text_addf(&in, "[handler_%s]\nclass=NullHandler\n[formatter_f]\nformat=%%(message)s ", name);
    text_add_repeat(&in, 'x', 60000);
    config_plan *plan = check(text_slice(&in), &p, CONFIG_START);
    cr_assert_not_null(plan, "%s", p.count ? p.list[0].message : "");
    cr_assert_eq(plan->handlers[0].name.len, 247);
    cr_assert_eq(plan->formatters[0].options.format.len, 60012);
    config_plan_free(plan);
    problems_done(&p);
    text_done(&in);
}

Test(check_bounds, a_text_of_the_largest_size_is_checked_in_linear_time, .timeout = 20) {
    text in;
    problems p;
    text_init(&in, 0);
    int count = 16000;
    text_add_cstr(
        &in,
        "[handlers]\nkeys=h\n[formatters]\nkeys=\n[handler_h]\nclass=NullHandler\n[logger_root]\nhandlers=h\n"
        "[loggers]\nkeys=root");
    for (int i = 0; i < count; i++) text_addf(&in, ",%d%s", i, i % 1000 == 0 ? "\n " : "");
    for (int i = 0; i < count; i++) text_addf(&in, "\n[logger_%d]\nqualname=a.%d\nhandlers=h", i, i);
    cr_assert_leq(in.len, LIMIT_CONFIG_TEXT);
    config_plan *plan = check(text_slice(&in), &p, CONFIG_START);
    cr_assert(plan != NULL && plan->logger_count == (size_t)count + 1, "%s",
              p.count ? p.list[0].message : "");
    config_plan_free(plan);
    problems_done(&p);
    text_clear(&in);
    text_add_cstr(&in,
                  "[loggers]\nkeys=root\n[handlers]\nkeys=\n[formatters]\nkeys=\n[logger_root]\nhandlers=");
    while (in.len < LIMIT_CONFIG_TEXT - 64000) {
        for (int i = 0; i < 6000; i++) text_addf(&in, "levle%d,", i);
        text_add_cstr(&in, "\n ");
    }
    cr_assert_null(check(text_slice(&in), &p, CONFIG_START));
    cr_assert_gt(p.errors, 100000);
    problems_done(&p);
    text_done(&in);
}

Test(check_bounds, too_many_handlers_are_a_named_limit) {
    text in;
    problems p;
    text_init(&in, 0);
    text_add_cstr(&in,
                  "[loggers]\nkeys=root\n[formatters]\nkeys=\n[logger_root]\nhandlers=\n[handlers]\nkeys=a");
    for (int i = 0; i < 2000; i++) text_addf(&in, ",%d", i);
    cr_assert_null(check(text_slice(&in), &p, CONFIG_START));
    cr_assert_eq(p.list[0].line, 8);
    cr_assert_not_null(strstr(p.list[0].message, "at most 1024"));
    problems_done(&p);
    text_done(&in);
}

Test(check_bounds, expansions_of_the_whole_are_bounded, .timeout = 20) {
    text in;
    problems p;
    text_init(&in, 0);
    text_add_cstr(&in, "[DEFAULT]\nx=");
    text_add_repeat(&in, 'x', 30000);
    text_add_cstr(&in, "\ny=%(x)s%(x)s\n[handlers]\nkeys=\n[formatters]\nkeys=\n[logger_root]\nhandlers=\n["
                       "loggers]\nkeys=root");
    for (int i = 0; i < 5000; i++) text_addf(&in, ",%d", i);
    for (int i = 0; i < 5000; i++) text_addf(&in, "\n[logger_%d]\nqualname=%d\nhandlers=%%(y)s", i, i);
    cr_assert_null(check(text_slice(&in), &p, CONFIG_START));
    problems_done(&p);
    text_done(&in);
}

Test(check_bounds, files_are_read_whole_or_refused) {
    problems p;
    weir_error err;
    config_rules rules = {.origin = CONFIG_START};
    char path[] = "/tmp/weir-check-XXXXXX";
    int fd = mkstemp(path);
    problems_init(&p, path);
    cr_assert_null(config_check_file(path, &rules, &p, &err));
    cr_assert_not_null(strstr(p.list[0].message, "empty"));
    problems_done(&p);
    problems_init(&p, path);
    cr_assert_eq(ftruncate(fd, 10 * 1024 * 1024), 0);
    cr_assert_null(config_check_file(path, &rules, &p, &err));
    cr_assert_not_null(strstr(p.list[0].message, "10485760 bytes (at most 1048576)"));
    problems_done(&p);
    problems_init(&p, path);
    unlink(path);
    cr_assert_null(config_check_file(path, &rules, &p, &err));
    cr_assert_not_null(strstr(p.list[0].message, "No such file"));
    problems_done(&p);
    problems_init(&p, path);
    cr_assert_null(config_check_file("/tmp", &rules, &p, &err));
    cr_assert_not_null(strstr(p.list[0].message, "directory"));
    problems_done(&p);
    close(fd);
}
