/* The host's standard streams, replaced by pipes, sockets, terminals and files. Descriptor 1 is put back
 * before Criterion reports.
 * covers: fault 22, fault 32 */
#include <pthread.h>
#include <pty.h>
#include <sys/socket.h>

#include "support/sink_fixture.h"

static const sink_spec stdout_spec = {.kind = {"stream", 6},
                                      .fd = 1,
                                      .mode = 'a',
                                      .beneath_fd = -1,
                                      .path = {"", 0},
                                      .beneath_path = {"", 0},
                                      .options = {"{}", 2}};

typedef struct stage {
    fixture f;
    target *t;
    uint16_t row;
    int saved;
} stage;

/* The stream is fd from now on; fd is closed elsewhere. -1: closed. */
static void begin(stage *s, int fd) {
    fixture_begin(&s->f, 256 * 1024);
    s->saved = fcntl(1, F_DUPFD_CLOEXEC, 10);
    if (fd >= 0)
        cr_assert_eq(dup2(fd, 1), 1);
    else
        close(1);
    if (fd >= 0) close(fd);
    s->t = fixture_target(&s->f, &stdout_spec);
    cr_assert_str_eq(target_name(s->t), "stdout");
    s->row = fixture_row(&s->f, "console");
    target_activate(s->t);
}

static void end(stage *s) {
    target_release(s->t);
    cr_assert_eq(fixture_end(&s->f, 500), 0);
    dup2(s->saved, 1);
}

static uint64_t errors(const stage *s) {
    return __atomic_load_n(&s->f.process->handlers[s->row].errors, __ATOMIC_ACQUIRE);
}

static uint64_t dropped(const stage *s) {
    return __atomic_load_n(&s->f.process->handlers[s->row].dropped[DROP_ERROR], __ATOMIC_ACQUIRE);
}

Test(stream_sink, a_pipe_gets_the_bytes_and_keeps_its_flags) {
    stage s;
    int ends[2];
    cr_assert_eq(pipe(ends), 0);
    begin(&s, ends[1]);
    put(&s.f, s.t, s.row, "hello\n");
    publish(s.t);
    char got[16] = "";
    cr_assert_eq(read(ends[0], got, sizeof got), 6);
    cr_assert_str_eq(got, "hello\n");
    cr_assert_eq(fcntl(1, F_GETFL) & O_NONBLOCK, 0);
    WAIT_UNTIL(delivered(&s.f, s.row) == 1);
    end(&s);
    close(ends[0]);
}

/* Promise 3: the writer of a full pipe can be joined, and the host's own flags stay. */
Test(stream_sink, a_reader_that_does_not_read_holds_up_nobody) {
    stage s;
    int ends[2];
    cr_assert_eq(pipe(ends), 0);
    begin(&s, ends[1]);
    char block[2000];
    memset(block, 'x', sizeof block - 2);
    block[sizeof block - 2] = '\n';
    block[sizeof block - 1] = '\0';
    for (int i = 0; i < 100; i++) put(&s.f, s.t, s.row, block);
    publish(s.t);
    WAIT_FOR_NOTICE(&s.f, 1);
    cr_assert(strstr(s.f.last_notice, "does not read") != NULL, "%s", s.f.last_notice);
    cr_assert_eq(fcntl(1, F_GETFL) & O_NONBLOCK, 0);
    int64_t from = clock_monotonic_ns();
    cr_assert_eq(target_registry_stop(s.f.registry, from + 300 * 1000000, NULL), 0);
    cr_assert((clock_monotonic_ns() - from) / 1000000 < 1200);
    end(&s);
    close(ends[0]);
}

Test(stream_sink, a_pipe_whose_reader_is_gone_loses_records_and_counts_them) {
    stage s;
    int ends[2];
    cr_assert_eq(pipe(ends), 0);
    begin(&s, ends[1]);
    close(ends[0]);
    put(&s.f, s.t, s.row, "one\n");
    put(&s.f, s.t, s.row, "two\n");
    publish(s.t);
    WAIT_UNTIL(dropped(&s) == 2);
    cr_assert_eq(delivered(&s.f, s.row), 0);
    WAIT_FOR_NOTICE(&s.f, 1);
    cr_assert(strstr(s.f.last_notice, "2 records lost") != NULL, "%s", s.f.last_notice);
    end(&s);
}

Test(stream_sink, a_socket_is_written_without_waiting_for_ever) {
    stage s;
    int ends[2];
    cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    begin(&s, ends[1]);
    put(&s.f, s.t, s.row, "hello\n");
    publish(s.t);
    char got[16] = "";
    cr_assert_eq(read(ends[0], got, sizeof got), 6);
    cr_assert_str_eq(got, "hello\n");
    close(ends[0]);
    put(&s.f, s.t, s.row, "lost\n");
    publish(s.t);
    WAIT_UNTIL(dropped(&s) == 1);
    end(&s);
}

Test(stream_sink, a_stopped_terminal_can_be_left) {
    stage s;
    int master, slave;
    if (openpty(&master, &slave, NULL, NULL, NULL) != 0) cr_skip_test("no terminals here");
    begin(&s, slave);
    put(&s.f, s.t, s.row, "hello\n");
    publish(s.t);
    char got[16] = "";
    cr_assert(read(master, got, sizeof got) >= 6);
    cr_assert_eq(strncmp(got, "hello", 5), 0);
    cr_assert_eq(fcntl(1, F_GETFL) & O_NONBLOCK, 0);
    char block[4000];
    memset(block, 'x', sizeof block - 1);
    block[sizeof block - 1] = '\0';
    for (int i = 0; i < 40; i++) put(&s.f, s.t, s.row, block);
    publish(s.t);
    WAIT_FOR_NOTICE(&s.f, 1);
    int64_t from = clock_monotonic_ns();
    cr_assert_eq(target_registry_stop(s.f.registry, from + 300 * 1000000, NULL), 0);
    cr_assert((clock_monotonic_ns() - from) / 1000000 < 1200);
    end(&s);
    close(master);
}

Test(stream_sink, a_file_behind_it_is_written_as_a_file) {
    stage s;
    char name[] = "/dev/shm/weir-stream-test-XXXXXX";
    int fd = mkstemp(name);
    begin(&s, fd);
    put(&s.f, s.t, s.row, "hello\n");
    publish(s.t);
    cr_assert(drain(s.t, FIXTURE_PATIENCE_MS));
    expect_file(slice_of(name), "hello\n");
    end(&s);
    unlink(name);
}

/* Fault 32: what is descriptor 1 later is none of our business. */
Test(stream_sink, fault_32_a_closed_stream_is_reported_and_never_written) {
    stage s;
    begin(&s, -1);
    char name[] = "/dev/shm/weir-stream-test-XXXXXX";
    cr_assert_eq(mkstemp(name), 1);
    put(&s.f, s.t, s.row, "hello\n");
    publish(s.t);
    WAIT_UNTIL(dropped(&s) == 1);
    cr_assert(errors(&s) > 0);
    WAIT_FOR_NOTICE(&s.f, 1);
    cr_assert(strstr(s.f.last_notice, "standard output") != NULL, "%s", s.f.last_notice);
    expect_file(slice_of(name), "");
    end(&s);
    unlink(name);
}

static void *consume_pipe(void *arg) {
    size_t *total = calloc(1, sizeof *total);
    char buffer[3000];
    for (ssize_t n; (n = read(*(int *)arg, buffer, sizeof buffer)) > 0;) *total += (size_t)n;
    return total;
}

Test(stream_sink, much_goes_through_a_pipe_whole) {
    stage s;
    int ends[2];
    cr_assert_eq(pipe(ends), 0);
    begin(&s, ends[1]);
    pthread_t thread;
    size_t *total, want = 0;
    pthread_create(&thread, NULL, consume_pipe, &ends[0]);
    for (int i = 0; i < 20000; i++) {
        char line[64];
        want += (size_t)snprintf(line, sizeof line, "line %d\n", i);
        put(&s.f, s.t, s.row, line);
        if (i % 64 == 0) publish(s.t);
    }
    publish(s.t);
    cr_assert(drain(s.t, FIXTURE_PATIENCE_MS));
    WAIT_UNTIL(delivered(&s.f, s.row) == 20000);
    end(&s);
    pthread_join(thread, (void **)&total);
    cr_assert_eq(*total, want);
    free(total);
    close(ends[0]);
}
