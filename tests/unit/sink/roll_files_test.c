/* The files of a rolling log: which are renamed and removed, and that a rollover goes on from wherever it was
 * broken off. */
#include <sys/time.h>

#include "sink/roll.h"
#include "support/sink_fixture.h"

static char dir[64];
static weir_error err;

static void begin(void) {
    snprintf(dir, sizeof dir, "/dev/shm/weir-roll-test-XXXXXX");
    cr_assert_not_null(mkdtemp(dir));
}
static void end(void) {
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", dir);
    cr_assert_eq(system(command), 0);
}
TestSuite(roll_files, .init = begin, .fini = end);

static const char *in_dir(const char *name) {
    static char path[4][256];
    static int next;
    char *p = path[next++ % 4];
    snprintf(p, sizeof path[0], "%s/%s", dir, name);
    return p;
}

static void make(const char *name, const char *content) {
    FILE *f = fopen(in_dir(name), "w");
    cr_assert_not_null(f);
    fputs(content, f);
    fclose(f);
}

/* content NULL: there is no such file. */
static void expect(const char *name, const char *content) {
    if (content == NULL)
        cr_expect_neq(access(in_dir(name), F_OK), 0, "%s is there", name);
    else
        expect_file(slice_of(in_dir(name)), content);
}

static file_place place(const char *name) {
    static char path[256];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    return (file_place){.path = path, .below = NULL, .beneath_fd = -1, .permissions = 0666};
}

static chunk_roll fresh(int64_t backups) { return (chunk_roll){.step = (uint64_t)(backups - 1)}; }

Test(roll_files, by_number_each_takes_the_next_ones_place) {
    file_place at = place("o.log");
    chunk_roll note = fresh(3);
    make("o.log", "now"), make("o.log.1", "one"), make("o.log.2", "two"), make("o.log.3", "three"),
        make("o.log.7", "seven");
    cr_assert_eq(roll_shift(&at, 3, &note, &err), 0, "%s", err.message);
    expect("o.log", NULL), expect("o.log.1", "now"), expect("o.log.2", "one"), expect("o.log.3", "two");
    expect("o.log.4", NULL), expect("o.log.7", "seven");
}

Test(roll_files, a_number_that_is_missing_is_passed_over) {
    file_place at = place("o.log");
    chunk_roll note = fresh(3);
    make("o.log", "now"), make("o.log.2", "two");
    cr_assert_eq(roll_shift(&at, 3, &note, &err), 0, "%s", err.message);
    expect("o.log.1", "now"), expect("o.log.2", NULL), expect("o.log.3", "two");
}

Test(roll_files, without_backups_nothing_is_renamed) {
    file_place at = place("o.log");
    chunk_roll note = {0};
    make("o.log", "now");
    cr_assert_eq(roll_shift(&at, 0, &note, &err), 0);
    expect("o.log", "now"), expect("o.log.1", NULL);
}

/* Broken off between any two renames, and before or behind the note that tells of it. */
Test(roll_files, a_rollover_goes_on_from_where_it_was) {
    for (uint64_t step = 0; step < 3; step++) {
        for (int renamed = 0; renamed < 2; renamed++) {
            file_place at = place("o.log");
            chunk_roll note = fresh(3);
            char from[32], to[32];
            make("o.log", "now"), make("o.log.1", "one"), make("o.log.2", "two"), unlink(in_dir("o.log.3"));
            /* What was done before: all above `step`, and, if it is renamed, that one. */
            for (uint64_t n = 2;; n--) {
                struct stat st;
                snprintf(from, sizeof from, n > 0 ? "o.log.%d" : "o.log", (int)n);
                snprintf(to, sizeof to, "o.log.%d", (int)n + 1);
                cr_assert_eq(stat(in_dir(from), &st), 0);
                if (n == step) note = (chunk_roll){.step = n, .ino = (uint64_t)st.st_ino};
                if (n > step || renamed == 1) cr_assert_eq(rename(in_dir(from), in_dir(to)), 0);
                if (n == step) break;
            }
            cr_assert_eq(roll_shift(&at, 3, &note, &err), 0, "%s", err.message);
            expect("o.log", NULL), expect("o.log.1", "now"), expect("o.log.2", "one"),
                expect("o.log.3", "two");
        }
    }
}

Test(roll_files, one_that_is_done_is_not_done_again) {
    file_place at = place("o.log");
    chunk_roll note = {.step = CHUNK_ROLL_DONE};
    make("o.log", "next"), make("o.log.1", "now");
    cr_assert_eq(roll_shift(&at, 3, &note, &err), 0);
    expect("o.log", "next"), expect("o.log.1", "now");
}

Test(roll_files, a_directory_that_is_gone_is_told) {
    file_place at = place("none/o.log");
    chunk_roll note = fresh(2);
    cr_assert_eq(roll_shift(&at, 2, &note, &err), -1);
    cr_assert_not_null(strstr(err.message, "is not rolled over: cannot open its directory"), "%s",
                       err.message);
}

/* ---- by time ---- */

static const roll_rules daily = {.when = ROLL_DAY, .interval = 86400, .backups = 2, .at = -1, .utc = true};
/* 2023-11-15 00:00 UTC, so that the old file's date is the 14th. */
#define ROLLOVER INT64_C(1700006400)

static int rename_to(const char *suffix) {
    file_place at = place("o.log");
    return roll_rename(&at, &daily, ROLLOVER, slice_of(suffix), &err);
}

static void make_old(const char *name, int64_t changed) {
    make(name, name);
    const struct timeval times[2] = {{(time_t)changed, 0}, {(time_t)changed, 0}};
    cr_assert_eq(utimes(in_dir(name), times), 0);
}

Test(roll_files, by_time_the_oldest_go_and_nothing_else) {
    make("o.log", "now");
    make_old("o.log.2023-11-11", 0), make_old("o.log.2023-11-12", 0), make_old("o.log.2023-11-13", 0);
    make_old("o.log.bak", 0), make_old("p.log.2023-11-01", 0), make_old("o.log.2023-11", 0);
    cr_assert_eq(rename_to("2023-11-14"), 0, "%s", err.message);
    expect("o.log", NULL), expect("o.log.2023-11-14", "now"), expect("o.log.2023-11-13", "o.log.2023-11-13");
    expect("o.log.2023-11-12", NULL), expect("o.log.2023-11-11", NULL);
    expect("o.log.bak", "o.log.bak"), expect("p.log.2023-11-01", "p.log.2023-11-01"),
        expect("o.log.2023-11", "o.log.2023-11");
}

Test(roll_files, an_older_file_of_that_name_is_replaced_the_log_of_that_very_time_is_not) {
    make("o.log", "now");
    make_old("o.log.2023-11-14", ROLLOVER - 10 * 86400);
    cr_assert_eq(rename_to("2023-11-14"), 0);
    expect("o.log", NULL), expect("o.log.2023-11-14", "now");
    make("o.log", "more");
    make_old("o.log.2023-11-14", ROLLOVER - 3600);
    cr_assert_eq(rename_to("2023-11-14"), 0);
    expect("o.log", "more"), expect("o.log.2023-11-14", "o.log.2023-11-14");
}

Test(roll_files, one_that_is_itself_the_oldest_goes) {
    make("o.log", "the clock went back");
    make_old("o.log.2023-11-20", 0), make_old("o.log.2023-11-21", 0);
    cr_assert_eq(rename_to("2023-11-14"), 0);
    expect("o.log", NULL), expect("o.log.2023-11-14", NULL);
    expect("o.log.2023-11-20", "o.log.2023-11-20"), expect("o.log.2023-11-21", "o.log.2023-11-21");
}
