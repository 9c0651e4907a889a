/* What a pushed configuration may do, and what of a reread file waits for a restart. */
#include "support/control_fixture.h"

TestSuite(rules, .init = control_begin, .fini = control_end);

#define TO_FILE                                                                                              \
    "[loggers]\nkeys=root\n[handlers]\nkeys=f\n[formatters]\nkeys=\n[logger_root]\nhandlers=f\n[handler_f]"  \
    "\nclass=FileHandler\nargs=('%s',)\n"

static int push_to(config_origin origin, const char *format, const char *more) {
    char *path = ini_text(format[0] == '/' ? "%s%s" : "%s/%s", format[0] == '/' ? "" : fix.dir,
                          format[0] == '/' ? format : more);
    char *in = ini_text(TO_FILE, path);
    int rc = push_as(origin, in);
    free(in);
    free(path);
    return rc;
}

Test(rules, a_pushed_file_lies_below_log_root_or_is_the_start_configurations) {
    char logs[80];
    snprintf(logs, sizeof logs, "%s/logs", fix.dir);
    cr_assert_eq(mkdir(logs, 0700), 0);
    cr_assert_eq(push_to(CONFIG_PORT, "", "logs/any.log"), 0, "%s", push_trouble());
    cr_assert_eq(push_to(CONFIG_PORT, "", "f.log"), 0, "%s", push_trouble());
    cr_assert_eq(push_to(CONFIG_PORT, "", "other.log"), -1);
    cr_assert_not_null(strstr(push_trouble(), "a pushed configuration may not write"), "%s", push_trouble());
    cr_assert_eq(push_to(CONFIG_HTTP, "/etc/cron.d/x", ""), -1);
    cr_assert_eq(push_to(CONFIG_FILE, "", "other.log"), 0, "the file may: %s", push_trouble());
}

#define WEIR_SECTION(more)                                                                                   \
    "[weir]\n" more                                                                                          \
    "\n[loggers]\nkeys=root\n[handlers]\nkeys=\n[formatters]\nkeys=\n[logger_root]\nhandlers=\n"

Test(rules, settings_may_be_repeated_not_changed) {
    cr_assert_eq(push_as(CONFIG_PORT, WEIR_SECTION("queue=64KiB")), 0, "%s", push_trouble());
    cr_assert_eq(push_as(CONFIG_PORT, WEIR_SECTION("queue=1MiB")), -1);
    cr_assert_eq(push_as(CONFIG_PORT, WEIR_SECTION("log_root=/")), -1);
}

Test(rules, what_waits_for_a_restart_is_named) {
    name_list lines = {0};
    settings now = fix.core.plan->settings;
    rules_restart(fix.control, &now, &lines);
    cr_assert_eq(lines.count, 0);
    now.queue = 1024 * 1024;
    rules_restart(fix.control, &now, &lines);
    cr_assert_eq(lines.count, 1);
    cr_assert_str_eq(lines.names[0], "[weir] queue: 64KiB -> 1MiB");
    name_list_done(&lines);
}
