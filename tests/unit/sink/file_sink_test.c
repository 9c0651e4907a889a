/* The faults of a file, one by one, at the sink itself: the system calls that it makes are replaced
 * below, so that each can fail when a test says so.
 * covers: fault 12, fault 13, fault 14, fault 15, fault 16, fault 32 */
#include <sys/syscall.h>
#include <sys/uio.h>

#include "sink/sink_kinds.h"
#include "support/sink_fixture.h"

/* ---- the system, as the tests want it ---- */

static struct {
    size_t write_most; /* bytes that a write takes; 0: all */
    int write_errno, sync_errno;
    int write_fails, sync_fails; /* this often */
} faults;

ssize_t writev(int fd, const struct iovec *parts, int count) {
    if (faults.write_fails > 0) {
        faults.write_fails--;
        errno = faults.write_errno;
        return -1;
    }
    if (faults.write_most == 0) return syscall(SYS_writev, fd, parts, count);
    struct iovec first = parts[0];
    if (first.iov_len > faults.write_most) first.iov_len = faults.write_most;
    return syscall(SYS_writev, fd, &first, 1);
}

int fdatasync(int fd) {
    if (faults.sync_fails > 0) {
        faults.sync_fails--;
        errno = faults.sync_errno;
        return -1;
    }
    return (int)syscall(SYS_fdatasync, fd);
}

/* ---- a sink with a queue, without a thread ---- */

typedef struct bench {
    char dir[64];
    char path[128];
    sink *s;
    chunk_queue *q;
    uint32_t stop;
} bench;

static const run_dir no_dir = {.path = "", .fd = -1};

static void open_bench(bench *b, bool fsync) {
    weir_error err;
    char key[128];
    bool created;
    memset(b, 0, sizeof *b);
    snprintf(b->dir, sizeof b->dir, "/dev/shm/weir-file-test-XXXXXX");
    cr_assert_not_null(mkdtemp(b->dir));
    snprintf(b->path, sizeof b->path, "%s/app.log", b->dir);
    sink_spec spec = file_spec(slice_of(b->path));
    spec.fsync = fsync;
    cr_assert_eq(file_sink_kind.open(&spec, false, &b->s, key, &created, &err), 0, "%s", err.message);
    cr_assert(created);
    cr_assert_eq(strncmp(key, "file:", 5), 0);
    b->q = chunk_queue_create(&no_dir, 1, 64 * 1024, SLICE_LITERAL("{}"), &err);
    cr_assert_not_null(b->q, "%s", err.message);
}

static void close_bench(bench *b) {
    char command[128];
    b->s->close(b->s);
    chunk_queue_free(b->q);
    snprintf(command, sizeof command, "rm -rf %s", b->dir);
    cr_assert_eq(system(command), 0);
}

static void add(bench *b, uint16_t row, const char *bytes) {
    static uint64_t id;
    cr_assert(chunk_queue_add(b->q, row, ++id, slice_of(bytes), 1));
    chunk_queue_publish(b->q);
}

static sink_status write_some(bench *b, weir_error *err) {
    chunk_view views[SINK_BATCH_CHUNKS];
    size_t bytes = 0, count = chunk_queue_peek(b->q, views, SINK_BATCH_CHUNKS, SINK_BATCH_BYTES);
    cr_assert(count > 0);
    sink_batch batch = {.chunks = views, .count = count, .map = chunk_queue_mapping(b->q), .stop = &b->stop};
    err->code = 0;
    sink_status status = b->s->write(b->s, &batch, &bytes, err);
    chunk_queue_consume(b->q, bytes, NULL, NULL);
    __atomic_store_n(&batch.map->intent.active, 0, __ATOMIC_RELEASE);
    return status;
}

static bool is_empty(const bench *b) { return chunk_queue_read_pos(b->q) == chunk_queue_write_pos(b->q); }

static void write_all(bench *b) {
    weir_error err;
    for (int i = 0; i < 10000 && !is_empty(b); i++)
        cr_assert_eq(write_some(b, &err), SINK_OK, "%s", err.message);
    cr_assert(is_empty(b));
}

/* The one file beside app.log whose name begins with app.log.bad-; "" when there is none. */
static void bad_file(const bench *b, char out[256]) {
    char command[256];
    snprintf(command, sizeof command, "ls %s/app.log.bad-* 2>/dev/null", b->dir);
    FILE *p = popen(command, "r");
    out[0] = '\0';
    if (fgets(out, 256, p) != NULL) out[strcspn(out, "\n")] = '\0';
    pclose(p);
}

/* ---- fault 15 ---- */

Test(file_sink, fault_15_one_byte_a_write) {
    bench b;
    open_bench(&b, false);
    faults.write_most = 1;
    add(&b, 1, "first line\nsecond line\n");
    add(&b, 2, "third\n");
    write_all(&b);
    expect_file(slice_of(b.path), "first line\nsecond line\nthird\n");
    close_bench(&b);
}

Test(file_sink, fault_15_interrupted_calls_are_repeated) {
    bench b;
    open_bench(&b, true);
    faults.write_errno = faults.sync_errno = EINTR;
    faults.write_fails = 3;
    faults.sync_fails = 2;
    add(&b, 1, "line\n");
    write_all(&b);
    expect_file(slice_of(b.path), "line\n");
    close_bench(&b);
}

/* ---- faults 12, 13, 16 ---- */

static void stays_whole_after(int reason) {
    bench b;
    weir_error err;
    open_bench(&b, false);
    add(&b, 1, "torn line\n");
    faults.write_most = 4;
    cr_assert_eq(write_some(&b, &err), SINK_OK);
    faults.write_errno = reason;
    faults.write_fails = 5;
    for (int i = 0; i < 5; i++) {
        cr_assert_eq(write_some(&b, &err), SINK_AGAIN);
        cr_assert(strstr(err.message, b.path) != NULL, "%s", err.message);
    }
    expect_file(slice_of(b.path), "torn");
    write_all(&b);
    expect_file(slice_of(b.path), "torn line\n");
    close_bench(&b);
}

Test(file_sink, fault_12_a_full_disk_resumes_at_the_right_byte) { stays_whole_after(ENOSPC); }
Test(file_sink, fault_13_a_quota_resumes_at_the_right_byte) { stays_whole_after(EDQUOT); }
Test(file_sink, fault_13_a_size_limit_resumes_at_the_right_byte) { stays_whole_after(EFBIG); }
Test(file_sink, fault_16_a_read_only_file_system_resumes_at_the_right_byte) { stays_whole_after(EROFS); }

/* "Also late: fsync says so": what is not sure is taken back and written again, once. */
Test(file_sink, fault_12_a_disk_that_is_full_only_at_fsync) {
    bench b;
    weir_error err;
    open_bench(&b, true);
    add(&b, 1, "sure\n");
    write_all(&b);
    add(&b, 1, "unsure\n");
    faults.sync_errno = ENOSPC;
    faults.sync_fails = 2;
    cr_assert_eq(write_some(&b, &err), SINK_AGAIN);
    cr_assert_eq(write_some(&b, &err), SINK_AGAIN);
    cr_assert(strstr(err.message, "No space left") != NULL, "%s", err.message);
    cr_assert_not(is_empty(&b), "delivered after a failed fsync");
    write_all(&b);
    expect_file(slice_of(b.path), "sure\nunsure\n");
    close_bench(&b);
}

/* ---- fault 14 ---- */

Test(file_sink, fault_14_after_a_write_error_a_new_file_begins_with_a_whole_line) {
    bench b;
    weir_error err;
    char bad[256];
    open_bench(&b, false);
    add(&b, 1, "one\ntwo\n");
    faults.write_most = 6;
    cr_assert_eq(write_some(&b, &err), SINK_OK);
    faults.write_errno = EIO;
    faults.write_fails = 1;
    faults.write_most = 1;
    cr_assert_eq(write_some(&b, &err), SINK_AGAIN);
    cr_assert(strstr(err.message, "app.log.bad-") != NULL, "%s", err.message);
    for (int i = 0; i < 100 && !is_empty(&b); i++) cr_assert_eq(write_some(&b, &err), SINK_OK);
    bad_file(&b, bad);
    expect_file(slice_of(bad), "one\ntw");
    expect_file(slice_of(b.path), "two\n");
    close_bench(&b);
}

/* Else the next configuration would make a second writer for the same file. */
Test(file_sink, fault_14_later_handlers_of_the_new_file_find_its_target) {
    bench b;
    weir_error err;
    char key[128] = "", moved[128] = "";
    bool created;
    sink *again;
    open_bench(&b, false);
    cr_assert_not(b.s->moved(b.s, moved));
    add(&b, 1, "line\n");
    faults.write_errno = EIO;
    faults.write_fails = 1;
    cr_assert_eq(write_some(&b, &err), SINK_AGAIN);
    write_all(&b);
    cr_assert(b.s->moved(b.s, moved));
    sink_spec spec = file_spec(slice_of(b.path));
    cr_assert_eq(file_sink_kind.open(&spec, false, &again, key, &created, &err), 0);
    cr_assert_not(created);
    cr_assert_str_eq(key, moved);
    cr_assert_not(b.s->moved(b.s, moved));
    again->close(again);
    close_bench(&b);
}

Test(file_sink, fault_14_a_failed_fsync_never_counts_as_delivered) {
    bench b;
    weir_error err;
    char bad[256];
    open_bench(&b, true);
    add(&b, 1, "sure\n");
    write_all(&b);
    add(&b, 1, "unsure\n");
    faults.sync_errno = EIO;
    faults.sync_fails = 1;
    cr_assert_eq(write_some(&b, &err), SINK_AGAIN);
    cr_assert_not(is_empty(&b));
    write_all(&b);
    bad_file(&b, bad);
    cr_assert_str_neq(bad, "");
    expect_file(slice_of(b.path), "unsure\n");
    close_bench(&b);
}

Test(file_sink, fault_14_two_bad_files_in_one_second_have_two_names) {
    bench b;
    weir_error err;
    open_bench(&b, false);
    faults.write_errno = EIO;
    for (int i = 0; i < 3; i++) {
        add(&b, 1, "line\n");
        faults.write_fails = 1;
        cr_assert_eq(write_some(&b, &err), SINK_AGAIN);
        write_all(&b);
    }
    char command[128];
    snprintf(command, sizeof command, "test $(cat %s/app.log* | wc -l) = 3", b.dir);
    cr_assert_eq(system(command), 0);
    expect_file(slice_of(b.path), "line\n");
    close_bench(&b);
}

/* ---- faults 17, 18 ---- */

Test(file_sink, fault_17_a_deleted_file_is_reported) {
    bench b;
    weir_error err;
    open_bench(&b, false);
    unlink(b.path);
    add(&b, 1, "line\n");
    cr_assert_eq(write_some(&b, &err), SINK_OK);
    cr_assert(err.code != 0 && strstr(err.message, "deleted") != NULL);
    cr_assert(is_empty(&b));
    close_bench(&b);
}

Test(file_sink, fault_18_copytruncate_leaves_no_hole) {
    bench b;
    open_bench(&b, false);
    add(&b, 1, "old\n");
    write_all(&b);
    cr_assert_eq(truncate(b.path, 0), 0);
    add(&b, 1, "new\n");
    write_all(&b);
    expect_file(slice_of(b.path), "new\n");
    close_bench(&b);
}

/* ---- what the host does to descriptors ---- */

static int descriptor_of(const char *path) {
    for (int fd = 0; fd < 256; fd++) {
        char link[64], to[256] = "";
        snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
        if (readlink(link, to, sizeof to - 1) > 0 && strcmp(to, path) == 0) return fd;
    }
    return -1;
}

Test(file_sink, a_descriptor_that_the_host_closed_and_reused_is_not_written_to) {
    bench b;
    open_bench(&b, false);
    add(&b, 1, "one\n");
    write_all(&b);
    char other[160];
    snprintf(other, sizeof other, "%s/host.db", b.dir);
    int hosts = open(other, O_WRONLY | O_CREAT | O_APPEND, 0600), ours = descriptor_of(b.path);
    cr_assert_eq(dup2(hosts, ours), ours);
    add(&b, 1, "two\n");
    write_all(&b);
    expect_file(slice_of(other), "");
    expect_file(slice_of(b.path), "one\ntwo\n");
    close_bench(&b);
}

Test(file_sink, fault_32_descriptors_0_to_2_are_never_ours) {
    bench b;
    close(0);
    open_bench(&b, false);
    cr_assert_eq(fcntl(0, F_GETFD), -1, "0 is in use");
    add(&b, 1, "line\n");
    write_all(&b);
    expect_file(slice_of(b.path), "line\n");
    close_bench(&b);
}

/* ---- mode 'w' ---- */

Test(file_sink, truncation_happens_when_it_is_ordered_and_not_at_the_open) {
    bench b;
    weir_error err;
    open_bench(&b, false);
    add(&b, 1, "old\n");
    write_all(&b);
    sink *again;
    char key[128];
    bool created;
    sink_spec spec = file_spec(slice_of(b.path));
    spec.mode = 'w';
    cr_assert_eq(file_sink_kind.open(&spec, false, &again, key, &created, &err), 0);
    cr_assert_not(created);
    expect_file(slice_of(b.path), "old\n");
    cr_assert_eq(again->truncate(again, &err), SINK_OK);
    expect_file(slice_of(b.path), "");
    again->close(again);
    add(&b, 1, "new\n");
    write_all(&b);
    expect_file(slice_of(b.path), "new\n");
    close_bench(&b);
}
