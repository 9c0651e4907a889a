/* The sink and its file: what it refuses, and what it survives. covers: fault 20 */
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>

#include "support/history_fixture.h"

#include "base/clock.h"

static history_fixture f;

static void set_up(void) { fixture_dir(&f); }
static void tear_down(void) { fixture_done(&f); }
TestSuite(history_sink, .init = set_up, .fini = tear_down, .timeout = 120);

static int64_t rows(void) { return fixture_number(&f, "SELECT count(*) FROM records"); }

static void refused(const char *why) {
    cr_assert_eq(fixture_try_open(&f), -1);
    cr_expect(strstr(f.err.message, why) != NULL, "%s", f.err.message);
    cr_expect_not(f.created);
    f.sink = NULL;
}

static void put_file(const char *name, const char *content, size_t len) {
    char path[200];
    snprintf(path, sizeof path, "%s/%s", f.dir, name);
    FILE *out = fopen(path, "w");
    fwrite(content, 1, len, out);
    fclose(out);
}

/* ---- opening ---- */

Test(history_sink, a_new_file_has_its_mode_and_its_key) {
    struct stat st;
    char key[128];
    f.spec.permissions = 0600;
    fixture_open(&f, NULL);
    cr_expect(f.created);
    cr_assert_eq(stat(f.path, &st), 0);
    cr_expect_eq(st.st_mode & 0777, 0600);
    snprintf(key, sizeof key, "sqlite:%lx:%lx", (unsigned long)st.st_dev, (unsigned long)st.st_ino);
    cr_expect_str_eq(f.key, key);
    fixture_feed_plain(&f, 1, 1);
    char wal[128];
    snprintf(wal, sizeof wal, "%s-wal", f.path);
    cr_assert_eq(stat(wal, &st), 0);
    cr_expect_eq(st.st_mode & 0777, 0600, "the WAL too");
    fixture_close_sink(&f);
    f.created = true;
    fixture_open(&f, NULL);
    cr_expect_not(f.created);
    cr_expect_str_eq(f.key, key);
}

/* As two generations do: the second opening learns the key and is closed again. */
Test(history_sink, a_second_opening_does_not_disturb_the_first) {
    fixture_open(&f, NULL);
    fixture_feed_plain(&f, 1, 5);
    for (int i = 0; i < 3; i++) {
        sink *other = NULL;
        char key[128];
        bool created = true;
        cr_assert_eq(history_sink_kind.open(&f.spec, false, &other, key, &created, &f.err), 0);
        cr_expect_not(created);
        cr_expect_str_eq(key, f.key);
        other->close(other);
        fixture_feed_plain(&f, 10 + 10 * (uint64_t)i, 5);
    }
    cr_expect_eq(rows(), 20);
}

Test(history_sink, a_file_of_somebody_else_is_left_alone) {
    char text_file[] =
        "these are my only notes, 100 bytes long and more, which nobody is to overwrite, rename or touch....";
    struct stat before, after;
    put_file("history.db", text_file, sizeof text_file);
    stat(f.path, &before);
    refused("left alone");
    stat(f.path, &after);
    cr_expect_eq(before.st_ino, after.st_ino);
    cr_expect_eq(before.st_mtim.tv_nsec, after.st_mtim.tv_nsec);
    cr_expect_eq(fixture_files(&f, ""), 3, "nothing beside it");
    unlink(f.path);
}

Test(history_sink, a_database_of_somebody_else_is_left_alone) {
    put_file("history.db", "", 0);
    fixture_sql(&f, "CREATE TABLE bookmarks (url)");
    refused("no history of Weir");
    cr_expect_eq(fixture_number(&f, "SELECT count(*) FROM sqlite_master"), 1);
}

Test(history_sink, a_newer_schema_is_refused_with_its_number) {
    history *h = NULL;
    fixture_open(&f, NULL);
    fixture_close_sink(&f);
    fixture_sql(&f, "PRAGMA user_version = 99");
    f.created = false;
    refused("newer Weir (its schema is 99");
    cr_expect_eq(history_open(f.path, &h, &f.err), -1);
    cr_expect(strstr(f.err.message, "newer Weir") != NULL, "%s", f.err.message);
}

Test(history_sink, what_is_no_file_is_refused) {
    f.spec.path = slice_of("/dev/null");
    refused("no regular file");
    f.spec.path = slice_of(f.dir);
    refused("no regular file");
    char fifo[128];
    snprintf(fifo, sizeof fifo, "%s/fifo", f.dir);
    cr_assert_eq(mkfifo(fifo, 0600), 0);
    f.spec.path = slice_of(fifo);
    refused("no regular file");
    f.spec.path = slice_of("/nonexistent/history.db");
    refused("No such file");
    f.spec.path = slice_of(f.path);
    f.spec.mode = 'w';
    refused("appended");
    f.spec.mode = 'a';
    f.spec.options = slice_of("{\"max_size\": 10}");
    refused("max_size");
    f.spec.options = slice_of("{\"max_age_ms\": \"x\"}");
    refused("max_age_ms");
    cr_expect_eq(fixture_files(&f, "history"), 0, "a refused one leaves nothing behind");
}

Test(history_sink, a_pushed_one_stays_below_its_directory) {
    char link[128];
    f.spec.beneath_fd = open(f.dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
    f.spec.permissions = 0640;
    f.spec.beneath_path = slice_of("../outside.db");
    refused("cross-device"); /* what openat2 says to a path that leaves */
    snprintf(link, sizeof link, "%s/link.db", f.dir);
    cr_assert_eq(symlink("/etc/passwd", link), 0);
    f.spec.beneath_path = slice_of("link.db");
    refused("link");
    f.spec.beneath_path = slice_of("history.db");
    fixture_open(&f, NULL);
    fixture_feed_plain(&f, 1, 3);
    cr_expect_eq(rows(), 3);
    close(f.spec.beneath_fd);
}

/* ---- locked ---- */

Test(history_sink, locked_by_another_it_waits_briefly_and_goes_on) {
    size_t bytes;
    fixture_open(&f, NULL);
    fixture_feed_plain(&f, 1, 1);
    row r = fixture_row(2);
    fixture_chunk(&f, &r, 1);
    sqlite3 *other = fixture_shell(&f);
    cr_assert_eq(sqlite3_exec(other, "BEGIN EXCLUSIVE", NULL, NULL, NULL), SQLITE_OK);
    int64_t shortest = INT64_MAX; /* the machine may be busy with other things in between */
    for (int64_t end = clock_monotonic_ns() + 2000000000; clock_monotonic_ns() < end;) {
        int64_t begin = clock_monotonic_ns();
        cr_assert_eq(fixture_write(&f, &bytes), SINK_AGAIN);
        if (clock_monotonic_ns() - begin < shortest) shortest = clock_monotonic_ns() - begin;
        cr_expect(strstr(f.err.message, "locked") != NULL, "%s", f.err.message);
        f.sink->idle(f.sink);
    }
    cr_expect_lt(shortest, INT64_C(110000000), "a wait ends within about 100 ms");
    sqlite3_exec(other, "COMMIT", NULL, NULL, NULL);
    sqlite3_close(other);
    cr_expect_eq(fixture_write(&f, &bytes), SINK_OK, "%s", f.err.message);
    cr_expect_eq(rows(), 2);
}

/* ---- damaged, gone ---- */

static void overwrite(off_t from, size_t len) {
    int fd = open(f.path, O_WRONLY | O_CLOEXEC);
    struct stat st;
    fstat(fd, &st);
    for (off_t at = from; at < st.st_size && len > 0; at++, len--) cr_assert_eq(pwrite(fd, "\xA5", 1, at), 1);
    close(fd);
}

/* Flipped while no service runs, found by the next one's first write. */
Test(history_sink, a_corrupt_file_is_set_aside_and_a_new_one_begun) {
    size_t bytes;
    fixture_open(&f, NULL);
    fixture_feed_plain(&f, 1, 500);
    fixture_close_sink(&f);
    overwrite(100, 1000000);
    fixture_open(&f, NULL);
    cr_expect_not(f.created);
    row r = fixture_row(1000);
    fixture_chunk(&f, &r, 1);
    cr_assert_eq(fixture_write(&f, &bytes), SINK_OK, "%s", f.err.message);
    cr_expect_neq(f.err.code, 0, "it is said");
    cr_expect(strstr(f.err.message, ".corrupt-") != NULL, "%s", f.err.message);
    cr_expect_eq(rows(), 1);
    cr_expect(fixture_files(&f, "history.db.corrupt-") >= 1);
    cr_assert_eq(fixture_write(&f, &bytes), SINK_OK);
    cr_expect_eq(f.err.code, 0, "once: %s", f.err.message);
}

Test(history_sink, a_damaged_header_of_a_history_is_set_aside_too) {
    size_t bytes;
    fixture_open(&f, NULL);
    fixture_feed_plain(&f, 1, 10);
    fixture_close_sink(&f);
    overwrite(0, 16);
    fixture_open(&f, NULL);
    row r = fixture_row(1000);
    fixture_chunk(&f, &r, 1);
    cr_assert_eq(fixture_write(&f, &bytes), SINK_OK, "%s", f.err.message);
    cr_expect(strstr(f.err.message, ".corrupt-") != NULL, "%s", f.err.message);
    cr_expect_eq(rows(), 1);
}

Test(history_sink, damage_while_it_runs) {
    size_t bytes;
    fixture_open(&f, NULL);
    fixture_feed_plain(&f, 1, 5000);
    sqlite3_wal_checkpoint_v2(fixture_writer(&f)->conn.db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    history_disconnect(fixture_writer(&f), true); /* forgets its page cache, as a fork makes it do */
    overwrite(4096, 10000000);
    row r = fixture_row(9000);
    fixture_chunk(&f, &r, 1);
    cr_assert_eq(fixture_write(&f, &bytes), SINK_OK, "%s", f.err.message);
    cr_expect(strstr(f.err.message, ".corrupt-") != NULL, "%s", f.err.message);
    cr_expect_eq(rows(), 1);
}

Test(history_sink, a_removed_file_is_begun_anew) {
    size_t bytes;
    fixture_open(&f, NULL);
    fixture_feed_plain(&f, 1, 10);
    static const char *const ends[] = {"", "-wal", "-shm"};
    for (size_t i = 0; i < 3; i++) {
        char name[128];
        snprintf(name, sizeof name, "%s%s", f.path, ends[i]);
        cr_assert_eq(unlink(name), 0);
    }
    row r = fixture_row(20);
    fixture_chunk(&f, &r, 1);
    cr_assert_eq(fixture_write(&f, &bytes), SINK_OK, "%s", f.err.message);
    cr_expect(strstr(f.err.message, "removed") != NULL, "%s", f.err.message);
    cr_expect_eq(rows(), 1);
    fixture_drop_chunks(&f);
    fixture_feed_plain(&f, 21, 1);
    cr_expect_eq(f.err.code, 0);
}

Test(history_sink, a_renamed_file_has_all_and_a_new_one_is_begun) {
    char old[128];
    fixture_open(&f, NULL);
    fixture_feed_plain(&f, 1, 10);
    snprintf(old, sizeof old, "%s/old.db", f.dir);
    cr_assert_eq(rename(f.path, old), 0);
    fixture_feed_plain(&f, 11, 5);
    cr_expect_eq(rows(), 5);
    char key[128] = "";
    cr_expect(f.sink->moved(f.sink, key));
    cr_expect_neq(strcmp(key, f.key), 0, "it is another target now");
    cr_expect_not(f.sink->moved(f.sink, key), "said once");
    memcpy(f.path, old, strlen(old) + 1);
    cr_expect_eq(rows(), 10);
}

Test(history_sink, a_wal_that_has_gone_costs_nothing) {
    char wal[128];
    fixture_open(&f, NULL);
    fixture_feed_plain(&f, 1, 10);
    snprintf(wal, sizeof wal, "%s-wal", f.path);
    f.sink->idle(f.sink);
    cr_assert_eq(unlink(wal), 0);
    fixture_feed_plain(&f, 11, 10);
    cr_expect_eq(rows(), 20);
    fixture_close_sink(&f);
    cr_expect_eq(rows(), 20);
}

/* ---- no room ---- */

Test(history_sink, a_full_disk_keeps_the_queue_and_resumes) {
    struct rlimit all, some;
    size_t bytes;
    static row many[2000];
    signal(SIGXFSZ, SIG_IGN);
    fixture_open(&f, NULL);
    fixture_feed_plain(&f, 1, 100);
    for (uint64_t i = 0; i < 2000; i++) many[i] = fixture_row(101 + i);
    fixture_chunk(&f, many, 2000);
    cr_assert_eq(getrlimit(RLIMIT_FSIZE, &all), 0);
    some = all;
    some.rlim_cur = 200000;
    cr_assert_eq(setrlimit(RLIMIT_FSIZE, &some), 0);
    for (int i = 0; i < 3; i++) {
        cr_expect_eq(fixture_write(&f, &bytes), SINK_AGAIN);
        cr_expect_eq(bytes, 0);
        f.sink->idle(f.sink);
    }
    cr_assert_eq(setrlimit(RLIMIT_FSIZE, &all), 0);
    cr_expect_eq(fixture_write(&f, &bytes), SINK_OK, "%s", f.err.message);
    cr_expect_eq(rows(), 2100);
    cr_expect_eq(fixture_writer(&f)->duplicates, 0);
}

Test(history_sink, a_long_reader_does_not_make_the_wal_unbounded) {
    char wal[128];
    struct stat st;
    size_t bytes;
    bool told = false;
    fixture_open(&f, NULL);
    fixture_writer(&f)->wal_max = 2 * 1024 * 1024;
    fixture_feed_plain(&f, 1, 1);
    sqlite3 *reader = fixture_shell(&f);
    sqlite3_exec(reader, "BEGIN; SELECT count(*) FROM records", NULL, NULL, NULL);
    uint64_t id = 2;
    for (; id < 200000 && !told; id += 500) {
        static row some[500];
        for (uint64_t i = 0; i < 500; i++) some[i] = fixture_row(id + i);
        fixture_chunk(&f, some, 500);
        told = fixture_write(&f, &bytes) == SINK_AGAIN;
        if (!told) fixture_drop_chunks(&f);
    }
    cr_assert(told);
    cr_expect(strstr(f.err.message, "open for reading") != NULL, "%s", f.err.message);
    snprintf(wal, sizeof wal, "%s-wal", f.path);
    cr_assert_eq(stat(wal, &st), 0);
    cr_expect_lt(st.st_size, 4 * 1024 * 1024);
    sqlite3_exec(reader, "COMMIT", NULL, NULL, NULL);
    cr_expect_eq(fixture_write(&f, &bytes), SINK_OK, "and then it goes on: %s", f.err.message);
    cr_expect_eq(rows(), (int64_t)(id - 1));
    sqlite3_close(reader);
}

Test(history_sink, the_wal_of_a_steady_writer_stays_small) {
    char wal[128];
    struct stat st;
    fixture_open(&f, NULL);
    for (uint64_t id = 1; id < 60000; id += 2000) {
        for (uint64_t i = 0; i < 20; i++) {
            static row some[100];
            for (uint64_t k = 0; k < 100; k++) some[k] = fixture_row(id + i * 100 + k);
            fixture_chunk(&f, some, 100);
        }
        size_t bytes;
        cr_assert_eq(fixture_write(&f, &bytes), SINK_OK);
        fixture_drop_chunks(&f);
    }
    snprintf(wal, sizeof wal, "%s-wal", f.path);
    cr_assert_eq(stat(wal, &st), 0);
    cr_expect_lt(st.st_size, 32 * 1024 * 1024, "%lld", (long long)st.st_size);
}

Test(history_sink, an_update_changes_bounds_while_open) {
    sink_spec other = f.spec;
    fixture_open(&f, "{\"max_age_ms\": 1000}");
    other.options = slice_of("{\"max_age_ms\": 5000, \"max_size\": 2000000}");
    other.fsync = true;
    f.sink->update(f.sink, &other);
    cr_expect_eq(fixture_writer(&f)->options.max_age_us, 5000000);
    cr_expect_eq(fixture_writer(&f)->options.max_size, 2000000);
    row r = fixture_row(1);
    r.created_us = clock_realtime_ns() / 1000;
    fixture_feed(&f, &r, 1);
    cr_expect_eq(rows(), 1);
}

Test(history_sink, two_services_may_write_to_one_file) {
    history_fixture g = f;
    fixture_open(&f, NULL);
    g.map = calloc(1, sizeof *g.map);
    g.map->identity = 77;
    fixture_open(&g, NULL);
    for (uint64_t i = 0; i < 20; i++) {
        fixture_feed_plain(&f, 1 + i * 20, 10);
        fixture_feed_plain(&g, 11 + i * 20, 10);
    }
    cr_expect_eq(rows(), 400);
    cr_expect_eq(fixture_number(&f, "SELECT count(*) FROM loggers"), 1);
    cr_expect_eq(fixture_number(&f, "SELECT sum(count) FROM rollup"), 400);
    fixture_close_sink(&g);
    free(g.map);
}
