/* The writer with real files, FIFOs and full disks.
 * covers: fault 12, fault 13, fault 22 */
#include <pthread.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "support/sink_fixture.h"

/* ---- FIFOs ---- */

Test(writer, fault_22_a_fifo_is_written_when_a_reader_comes) {
    fixture f;
    fixture_begin(&f, 256 * 1024);
    slice path = fixture_fifo(&f, "fifo");
    sink_spec spec = file_spec(path);
    uint16_t row;
    target *t = fixture_active(&f, &spec, "fifo", &row);
    put(&f, t, row, "waits\n");
    publish(t);
    WAIT_FOR_NOTICE(&f, 1);
    cr_assert(strstr(f.last_notice, "nobody reads the FIFO") != NULL, "%s", f.last_notice);
    target_health health;
    target_get_health(t, &health);
    cr_assert(health.troubled);
    cr_assert(health.pending_bytes > 0);
    cr_assert_eq(delivered(&f, row), 0);
    int reader = open(path.data, O_RDONLY);
    char got[32] = "";
    cr_assert_eq(read(reader, got, sizeof got), 6);
    cr_assert_str_eq(got, "waits\n");
    WAIT_UNTIL(delivered(&f, row) == 1);
    WAIT_FOR_NOTICE(&f, 2);
    cr_assert(strstr(f.last_notice, "writes again") != NULL, "%s", f.last_notice);
    target_get_health(t, &health);
    cr_assert_not(health.troubled);
    close(reader);
    fixture_finish(&f, t);
}

static void *read_to_end(void *arg) {
    int fd = *(int *)arg;
    text *all = malloc(sizeof *all);
    text_init(all, 0);
    char buffer[1000]; /* small, and no divisor of anything: the pipe fills */
    for (ssize_t n; (n = read(fd, buffer, sizeof buffer)) > 0;) text_add(all, buffer, (size_t)n);
    return all;
}

Test(writer, a_slow_reader_gets_every_byte_once_and_in_order) {
    fixture f;
    fixture_begin(&f, 64 * 1024);
    slice path = fixture_fifo(&f, "fifo");
    int reader = open(path.data, O_RDONLY | O_NONBLOCK);
    cr_assert_eq(fcntl(reader, F_SETFL, 0), 0);
    sink_spec spec = file_spec(path);
    uint16_t row;
    target *t = fixture_active(&f, &spec, "fifo", &row);
    pthread_t thread;
    pthread_create(&thread, NULL, read_to_end, &reader);
    text want, *got;
    text_init(&want, 0);
    for (int i = 0; i < 20000; i++) {
        char line[64];
        snprintf(line, sizeof line, "line %d of some length\n", i);
        text_add_cstr(&want, line);
        put(&f, t, row, line);
        if (i % 100 == 0) publish(t);
    }
    publish(t);
    cr_assert(drain(t, FIXTURE_PATIENCE_MS));
    WAIT_UNTIL(delivered(&f, row) == 20000);
    fixture_finish(&f, t);
    pthread_join(thread, (void **)&got);
    cr_assert(slice_equal(text_slice(got), text_slice(&want)));
    text_done(&want);
    text_done(got);
    free(got);
}

/* ---- fault 12 ---- */

Test(writer, fault_12_dev_full_keeps_the_queue_and_says_so_once) {
    fixture f;
    fixture_begin(&f, 64 * 1024);
    sink_spec spec = file_spec(SLICE_LITERAL("/dev/full"));
    uint16_t row;
    target *t = fixture_active(&f, &spec, "full", &row);
    put(&f, t, row, "kept\n");
    publish(t);
    handler_stats *stats = &f.process->handlers[row];
    WAIT_UNTIL(__atomic_load_n(&stats->errors, __ATOMIC_ACQUIRE) >= 5);
    WAIT_FOR_NOTICE(&f, 1);
    cr_assert(strstr(f.last_notice, "No space left") != NULL, "%s", f.last_notice);
    cr_assert_eq(stats->delivered, 0);
    target_release(t);
    cr_assert_eq(fixture_end(&f, 400), 0);
}

/* Fills a tmpfs of 1 MiB to the last byte, frees it, and so on; the log on it has every line once. */
Test(writer, fault_12_a_full_tmpfs_resumes_within_a_second_without_a_torn_line) {
    fixture f;
    fixture_begin(&f, 8 * 1024 * 1024);
    slice mountpoint = fixture_path(&f, "small");
    cr_assert_eq(mkdir(mountpoint.data, 0700), 0);
    if (mount("tmpfs", mountpoint.data, "tmpfs", 0, "size=1m") != 0) {
        fixture_end(&f, 0);
        cr_skip_test("mounting needs root");
    }
    slice path = fixture_path(&f, "small/app.log"), ballast = fixture_path(&f, "small/ballast");
    sink_spec spec = file_spec(path);
    uint16_t row;
    target *t = fixture_active(&f, &spec, "small", &row);
    int fd = open(ballast.data, O_WRONLY | O_CREAT, 0600);
    text want;
    text_init(&want, 0);
    char block[4096] = {0}, line[64];
    uint64_t lines = 0;
    for (int cycle = 0; cycle < 5; cycle++) {
        while (write(fd, block, sizeof block) > 0) {
        }
        uint64_t errors = __atomic_load_n(&f.process->handlers[row].errors, __ATOMIC_ACQUIRE);
        for (int i = 0; i < 500; i++, lines++) {
            snprintf(line, sizeof line, "cycle %d line %d\n", cycle, i);
            text_add_cstr(&want, line);
            put(&f, t, row, line);
        }
        publish(t);
        WAIT_UNTIL(__atomic_load_n(&f.process->handlers[row].errors, __ATOMIC_ACQUIRE) > errors);
        cr_assert_eq(ftruncate(fd, 0), 0);
        cr_assert_eq(lseek(fd, 0, SEEK_SET), 0);
        int64_t begin = clock_monotonic_ns();
        cr_assert(drain(t, FIXTURE_PATIENCE_MS));
        cr_assert((clock_monotonic_ns() - begin) / 1000000 <= 1000);
    }
    WAIT_UNTIL(delivered(&f, row) == lines);
    char *have = read_file(path, NULL);
    cr_assert_str_eq(have, text_cstr(&want));
    free(have);
    text_done(&want);
    close(fd);
    target_release(t);
    target_registry_stop(f.registry, clock_monotonic_ns() + 1000000000, NULL);
    cr_assert_eq(umount2(mountpoint.data, MNT_DETACH), 0);
    cr_assert_eq(fixture_end(&f, 100), 0);
}

/* ---- fault 13 ---- */

Test(writer, fault_13_a_file_size_limit_does_not_end_the_host) {
    fixture f;
    fixture_begin(&f, 64 * 1024);
    slice path = fixture_path(&f, "app.log");
    sink_spec spec = file_spec(path);
    uint16_t row;
    target *t = fixture_active(&f, &spec, "limited", &row);
    struct rlimit before, limit;
    cr_assert_eq(getrlimit(RLIMIT_FSIZE, &before), 0);
    limit = before;
    limit.rlim_cur = 10;
    cr_assert_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
    put(&f, t, row, "0123456789abcdef\n");
    publish(t);
    WAIT_UNTIL(__atomic_load_n(&f.process->handlers[row].errors, __ATOMIC_ACQUIRE) > 0);
    expect_file(path, "0123456789");
    cr_assert_eq(delivered(&f, row), 0);
    cr_assert_eq(setrlimit(RLIMIT_FSIZE, &before), 0);
    cr_assert(drain(t, FIXTURE_PATIENCE_MS));
    expect_file(path, "0123456789abcdef\n");
    fixture_finish(&f, t);
}

/* ---- mode 'w', notices, definitions ---- */

Test(writer, truncation_keeps_its_place_in_the_stream) {
    fixture f;
    fixture_begin(&f, 64 * 1024);
    slice path = fixture_path(&f, "app.log");
    sink_spec spec = file_spec(path);
    target *t = fixture_target(&f, &spec);
    uint16_t row = fixture_row(&f, "file");
    put(&f, t, row, "old generation\n");
    cr_assert(chunk_queue_add_truncate(target_queue(t)));
    put(&f, t, row, "new generation\n");
    publish(t);
    target_activate(t);
    cr_assert(drain(t, FIXTURE_PATIENCE_MS));
    expect_file(path, "new generation\n");
    WAIT_UNTIL(delivered(&f, row) == 2);
    fixture_finish(&f, t);
}

Test(writer, weirs_own_notices_are_written_and_not_counted) {
    fixture f;
    fixture_begin(&f, 64 * 1024);
    slice path = fixture_path(&f, "app.log");
    sink_spec spec = file_spec(path);
    uint16_t row;
    target *t = fixture_active(&f, &spec, "file", &row);
    cr_assert(chunk_queue_add(target_queue(t), row, 1, SLICE_LITERAL("5 records dropped\n"), 0));
    publish(t);
    cr_assert(drain(t, FIXTURE_PATIENCE_MS));
    expect_file(path, "5 records dropped\n");
    cr_assert_eq(delivered(&f, row), 0);
    fixture_finish(&f, t);
}

/* ---- what the host may have done to signals ---- */

Test(writer, a_reader_that_goes_away_sends_no_signal) {
    fixture f;
    fixture_begin(&f, 64 * 1024);
    slice path = fixture_fifo(&f, "fifo");
    signal(SIGPIPE, SIG_DFL);
    int reader = open(path.data, O_RDONLY | O_NONBLOCK);
    sink_spec spec = file_spec(path);
    uint16_t row;
    target *t = fixture_active(&f, &spec, "fifo", &row);
    put(&f, t, row, "one\n");
    publish(t);
    cr_assert(drain(t, FIXTURE_PATIENCE_MS));
    close(reader);
    put(&f, t, row, "two\n");
    publish(t);
    WAIT_UNTIL(__atomic_load_n(&f.process->handlers[row].errors, __ATOMIC_ACQUIRE) > 0);
    reader = open(path.data, O_RDONLY);
    char got[16] = "";
    cr_assert_eq(read(reader, got, sizeof got), 4);
    cr_assert_str_eq(got, "two\n");
    close(reader);
    fixture_finish(&f, t);
}
