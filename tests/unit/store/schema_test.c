/* From nothing to the present schema, step by step, also when two do it at once or one is killed. */
#include <signal.h>
#include <sys/wait.h>

#include "support/history_fixture.h"

#include "store/schema.h"

static history_fixture f;
static connection c;

static void set_up(void) {
    fixture_dir(&f);
    fclose(fopen(f.path, "w"));
    connection_init(&c, f.path, NULL);
}
static void tear_down(void) {
    connection_done(&c);
    fixture_done(&f);
}
TestSuite(schema, .init = set_up, .fini = tear_down, .timeout = 60);

static store_status migrate(void) {
    store_status s = connection_open_writer(&c, false, false, &f.err);
    return s == STORE_OK ? schema_migrate(&c, &f.err) : s;
}

Test(schema, an_empty_file_becomes_a_history) {
    cr_assert_eq(migrate(), STORE_OK, "%s", f.err.message);
    cr_expect_eq(fixture_number(&f, "PRAGMA user_version"), schema_latest());
    cr_expect_eq(fixture_number(&f, "PRAGMA application_id"), SCHEMA_APPLICATION_ID);
    cr_expect_eq(fixture_number(&f, "PRAGMA auto_vacuum"), 2);
    cr_expect_eq(schema_migrate(&c, &f.err), STORE_OK, "again changes nothing");
    cr_expect_eq(schema_check(&c, &f.err), STORE_OK);
}

Test(schema, a_newer_one_is_refused_and_not_changed) {
    cr_assert_eq(migrate(), STORE_OK);
    fixture_sql(&f, "PRAGMA user_version = 12");
    cr_expect_eq(schema_migrate(&c, &f.err), STORE_REFUSED);
    cr_expect(strstr(f.err.message, "12") != NULL && strstr(f.err.message, f.path) != NULL, "%s",
              f.err.message);
    cr_expect_eq(fixture_number(&f, "PRAGMA user_version"), 12);
}

Test(schema, an_older_one_is_refused_by_readers_only) {
    cr_assert_eq(migrate(), STORE_OK);
    fixture_sql(&f, "PRAGMA user_version = 0");
    cr_expect_eq(schema_check(&c, &f.err), STORE_REFUSED);
    cr_expect(strstr(f.err.message, "older") != NULL, "%s", f.err.message);
}

Test(schema, a_database_of_somebody_else_is_refused) {
    fixture_sql(&f, "CREATE TABLE theirs (x)");
    cr_expect_eq(migrate(), STORE_REFUSED);
    cr_expect_eq(fixture_number(&f, "SELECT count(*) FROM sqlite_master"), 1);
}

Test(schema, two_at_once) {
    pid_t children[4];
    for (size_t i = 0; i < 4; i++) {
        if ((children[i] = fork()) != 0) continue;
        store_status s;
        do { /* as a writer tries again when the other holds the lock */
            connection_close(&c);
            s = migrate();
        } while (s == STORE_BUSY);
        _exit(s == STORE_OK ? 0 : 1);
    }
    for (size_t i = 0; i < 4; i++) {
        int status;
        cr_assert_eq(waitpid(children[i], &status, 0), children[i]);
        cr_expect_eq(status, 0);
    }
    cr_expect_eq(fixture_number(&f, "PRAGMA user_version"), schema_latest());
}

Test(schema, a_step_that_fails_leaves_what_was_before) {
    cr_assert_eq(connection_open_writer(&c, false, false, &f.err), STORE_OK);
    cr_assert_eq(connection_run(&c, "PRAGMA max_page_count = 5", &f.err), STORE_OK); /* a full disk */
    cr_expect_eq(schema_migrate(&c, &f.err), STORE_TROUBLE);
    cr_expect_eq(fixture_number(&f, "SELECT count(*) FROM sqlite_master"), 0);
    cr_assert_eq(connection_run(&c, "PRAGMA max_page_count = 5000", &f.err), STORE_OK);
    cr_expect_eq(schema_migrate(&c, &f.err), STORE_OK);
}
