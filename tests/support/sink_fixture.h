/* sink_fixture.h - what tests of sinks and targets share: a directory of their own on tmpfs, counters,
 * a registry, and waiting for what a user would wait for. Each Criterion test is a process. */
#ifndef WEIR_TESTS_SINK_FIXTURE_H
#define WEIR_TESTS_SINK_FIXTURE_H

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sink/target.h"

/* Every wait of a test ends with this: a machine under load is slow, a lost wake is for ever. */
#define FIXTURE_PATIENCE_MS 20000
#define WAIT_UNTIL(condition)                                                                                \
    do {                                                                                                     \
        int64_t fixture_end = clock_monotonic_ns() + FIXTURE_PATIENCE_MS * (int64_t)1000000;                 \
        while (!(condition)) {                                                                               \
            cr_assert(clock_monotonic_ns() < fixture_end, "never: %s", #condition);                          \
            usleep(1000);                                                                                    \
        }                                                                                                    \
    } while (0)

typedef struct fixture {
    char dir[64];
    run_dir run;
    process_map *process;
    target_registry *registry;
    int notices; /* atomic */
    char last_notice[512];
} fixture;

static inline void fixture_notice(void *arg, const char *name, int level, const char *what) {
    fixture *f = arg;
    snprintf(f->last_notice, sizeof f->last_notice, "%d %s: %s", level, name, what);
    __atomic_fetch_add(&f->notices, 1, __ATOMIC_RELEASE);
}

static inline void fixture_begin(fixture *f, size_t queue_size) {
    weir_error err;
    text why;
    memset(f, 0, sizeof *f);
    text_init(&why, 0);
    snprintf(f->dir, sizeof f->dir, "/dev/shm/weir-sink-test-XXXXXX");
    cr_assert_not_null(mkdtemp(f->dir));
    cr_assert_eq(run_dir_create(&f->run, f->dir, "test", &why, &err), 0, "%s", err.message);
    cr_assert(f->run.fd >= 0, "%s", text_cstr(&why));
    text_done(&why);
    f->process = process_map_create(&f->run, "test", &err);
    cr_assert_not_null(f->process, "%s", err.message);
    target_registry_settings set = {
        .dir = &f->run, .process = f->process, .queue_size = queue_size, .notice = fixture_notice, .arg = f};
    f->registry = target_registry_create(&set, &err);
    cr_assert_not_null(f->registry, "%s", err.message);
}

static inline void fixture_clean(fixture *f) {
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", f->dir);
    cr_assert_eq(system(command), 0);
}

/* Stops, frees; returns how many writers were left behind. */
static inline size_t fixture_end(fixture *f, int timeout_ms) {
    size_t left =
        target_registry_stop(f->registry, clock_monotonic_ns() + (int64_t)timeout_ms * 1000000, NULL);
    target_registry_free(f->registry);
    process_map_free(f->process);
    run_dir_close(&f->run);
    fixture_clean(f);
    return left;
}

static inline slice fixture_path(const fixture *f, const char *name) {
    static char path[8][256];
    static int next;
    char *p = path[next++ % 8];
    snprintf(p, sizeof path[0], "%s/%s", f->dir, name);
    return slice_of(p);
}

static inline sink_spec file_spec(slice path) {
    return (sink_spec){.kind = SLICE_LITERAL("file"),
                       .path = path,
                       .fd = -1,
                       .mode = 'a',
                       .permissions = 0666,
                       .beneath_fd = -1,
                       .options = SLICE_LITERAL("{}")};
}

static inline target *fixture_target(fixture *f, const sink_spec *spec) {
    weir_error err;
    target *t = NULL;
    bool created;
    cr_assert_eq(target_acquire(f->registry, spec, &t, &created, &err), 0, "%s", err.message);
    return t;
}

/* A FIFO of that name in the directory. */
static inline slice fixture_fifo(const fixture *f, const char *name) {
    slice path = fixture_path(f, name);
    cr_assert_eq(mkfifo(path.data, 0600), 0);
    return path;
}

static inline uint16_t fixture_row(fixture *f, const char *name) {
    handler_stats *row = process_map_take_row(f->process, slice_of(name), 1);
    cr_assert_not_null(row);
    return (uint16_t)(row - f->process->handlers);
}

/* A target that is written, with the row of a handler of that name. */
static inline target *fixture_active(fixture *f, const sink_spec *spec, const char *name, uint16_t *row) {
    target *t = fixture_target(f, spec);
    *row = fixture_row(f, name);
    target_activate(t);
    return t;
}

/* The end of a test with one target: no writer is left. */
static inline void fixture_finish(fixture *f, target *t) {
    target_release(t);
    cr_assert_eq(fixture_end(f, 1000), 0);
}

static inline uint64_t delivered(const fixture *f, uint16_t row) {
    return __atomic_load_n(&f->process->handlers[row].delivered, __ATOMIC_ACQUIRE);
}

/* As the backend: waits for room. */
static inline void put(fixture *f, target *t, uint16_t row, const char *bytes) {
    static uint64_t id;
    chunk_queue *q = target_queue(t);
    id++;
    for (;;) {
        uint64_t seen = chunk_queue_read_pos(q);
        if (chunk_queue_add(q, row, id, slice_of(bytes), 1)) break;
        chunk_queue_publish(q);
        chunk_queue_wake(q);
        chunk_queue_wait_room(q, seen, 10);
    }
    f->process->handlers[row].given++;
}

static inline void publish(target *t) {
    chunk_queue_publish(target_queue(t));
    chunk_queue_wake(target_queue(t));
}

static inline bool drain(target *t, int timeout_ms) {
    return target_drain(t, clock_monotonic_ns() + (int64_t)timeout_ms * 1000000);
}

/* After this, last_notice is the count-th one. */
#define WAIT_FOR_NOTICE(f, count) WAIT_UNTIL(__atomic_load_n(&(f)->notices, __ATOMIC_ACQUIRE) == (count))

/* The whole file, malloc'd, NUL-terminated. */
static inline char *read_file(slice path, size_t *len) {
    int fd = open(path.data, O_RDONLY | O_CLOEXEC);
    cr_assert(fd >= 0, "%s: %m", path.data);
    struct stat st;
    cr_assert_eq(fstat(fd, &st), 0);
    char *all = calloc(1, (size_t)st.st_size + 1);
    size_t got = 0;
    for (ssize_t n; got < (size_t)st.st_size; got += (size_t)n)
        if ((n = read(fd, all + got, (size_t)st.st_size - got)) <= 0) break;
    close(fd);
    if (len != NULL) *len = got;
    return all;
}

static inline void expect_file(slice path, const char *want) {
    char *have = read_file(path, NULL);
    cr_assert_str_eq(have, want);
    free(have);
}

#endif
