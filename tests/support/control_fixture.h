/* control_fixture.h - a whole Weir without doors, for tests of admin/control: it runs by an INI text, in a
 * directory of its own on tmpfs. One a test process. */
#ifndef WEIR_TESTS_CONTROL_FIXTURE_H
#define WEIR_TESTS_CONTROL_FIXTURE_H

#include <criterion/criterion.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "admin/control/control_internal.h"

/* A configuration; %s is the fixture's directory, three times. */
#define CONTROL_INI                                                                                          \
    "[weir]\nservice=control-test\nrun_dir=%s/run\nqueue=64KiB\nqueue_total=256KiB\nlog_root=%s/logs\n"      \
    "[loggers]\nkeys=root,net\n[handlers]\nkeys=n,f\n[formatters]\nkeys=\n"                                  \
    "[logger_root]\nlevel=INFO\nhandlers=n\n[logger_net]\nqualname=app.net\nhandlers=f\nlevel=WARNING\n"     \
    "[handler_n]\nclass=NullHandler\n[handler_f]\nclass=FileHandler\nlevel=ERROR\nargs=('%s/f.log',)\n"

typedef struct control_fixture {
    char dir[64];
    weir_core core;
    control *control;
    bool started;
} control_fixture;

static control_fixture fix;
static const requester tester = {"api", "a test"};

/* A text with the directory put in. */
__attribute__((unused, format(printf, 1, 2))) static char *ini_text(const char *format, ...) {
    char *made = NULL;
    va_list args;
    va_start(args, format);
    cr_assert_geq(vasprintf(&made, format, args), 0);
    va_end(args);
    return made;
}

__attribute__((unused)) static void control_begin(void) {
    problems p;
    weir_error err;
    const core_options options = {.no_recovery = true, .no_admin = true};
    const config_rules rules = {.origin = CONFIG_START};
    snprintf(fix.dir, sizeof fix.dir, "/dev/shm/weir-control-XXXXXX");
    cr_assert_not_null(mkdtemp(fix.dir));
    char *run = ini_text("%s/run", fix.dir), *in = ini_text(CONTROL_INI, fix.dir, fix.dir, fix.dir);
    problems_init(&p, "start.ini");
    cr_assert_eq(mkdir(run, 0700), 0);
    config_plan *plan = config_check(slice_of(in), "start.ini", &rules, &p, &err);
    cr_assert_not_null(plan, "%s", p.count > 0 ? p.list[0].message : err.message);
    cr_assert_eq(core_start(&fix.core, plan, NULL, &options, &p, &err), 0, "%s", err.message);
    fix.control = control_create(&fix.core, &err);
    cr_assert_not_null(fix.control, "%s", err.message);
    problems_done(&p);
    free(run);
    free(in);
}

/* Timers run from here on. */
__attribute__((unused)) static void control_run(void) {
    weir_error err;
    cr_assert_eq(control_start(fix.control, &err), 0, "%s", err.message);
    fix.started = true;
}

__attribute__((unused)) static void control_end(void) {
    char command[128];
    if (fix.started) control_stop(fix.control);
    control_free(fix.control);
    core_stop(&fix.core, 5000);
    snprintf(command, sizeof command, "rm -rf %s", fix.dir);
    cr_assert_eq(system(command), 0);
}

/* Pushes as if it came by that origin; the newest result, which the next push ends. */
static push_result pushed;
static weir_error push_error;
__attribute__((unused)) static int push_as(config_origin origin, const char *in) {
    static bool before;
    if (before) push_result_done(&pushed);
    before = true;
    return control_push(fix.control, slice_of(in), "pushed.ini", origin, &tester, false, &pushed,
                        &push_error);
}

/* The first problem of the newest push, or its error. */
__attribute__((unused)) static const char *push_trouble(void) {
    return pushed.problems.count > 0 ? pushed.problems.list[0].message : push_error.message;
}

/* The newest entry of the audit. */
static void copy_entry(void *arg, const audit_entry *e) { *(audit_entry *)arg = *e; }
__attribute__((unused)) static const char *last_audit(void) {
    static audit_entry newest;
    newest = (audit_entry){0};
    control_audit(fix.control, 1, copy_entry, &newest);
    return newest.what;
}

#endif
