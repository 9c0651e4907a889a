/* queue_fixture.h - a run directory on a tmpfs of the test's own, and what is left of it afterwards. */
#ifndef TESTS_QUEUE_FIXTURE_H
#define TESTS_QUEUE_FIXTURE_H

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "queue/run_dir.h"

static char fixture_root[64];

static inline void fixture_remove_root(void) {
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", fixture_root);
    cr_assert_eq(system(command), 0);
}

/* Criterion runs each test in a process of its own: the pid makes the name its own. */
static inline const char *fixture_make_root(void) {
    snprintf(fixture_root, sizeof fixture_root, "/dev/shm/weir-unit-%d", (int)getpid());
    fixture_remove_root();
    return fixture_root;
}

static inline run_dir fixture_run_dir(const char *service) {
    run_dir d;
    weir_error err;
    cr_assert_eq(run_dir_create(&d, fixture_root, service, NULL, &err), 0);
    cr_assert_geq(d.fd, 0);
    return d;
}

/* For tests of one run directory: TestSuite(…, .init = fixture_begin, .fini = fixture_end). */
static run_dir dir;

__attribute__((unused)) static void fixture_begin(void) {
    fixture_make_root();
    dir = fixture_run_dir("kvd");
}

__attribute__((unused)) static void fixture_end(void) {
    run_dir_remove(&dir);
    fixture_remove_root();
}

static inline bool fixture_exists(const char *path) { return access(path, F_OK) == 0; }

#endif
