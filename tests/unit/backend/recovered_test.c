/* What a dead process's rings hold is often more than a queue can take at once: no policy may drop it. */
#include "support/backend_fixture.h"

#include <signal.h>
#include <sys/wait.h>

#define RING (16 * 1024)
#define PRODUCERS 24
#define RECORDS 60

/* Leaves a directory whose rings hold PRODUCERS * RECORDS records; their backend never ran. */
static void leave_full_rings(const char *dir) {
    pid_t child = fork();
    cr_assert(child >= 0);
    if (child == 0) {
        world w;
        char line[160];
        world_begin_in(&w, dir, RING);
        for (int i = 0; i < PRODUCERS; i++) {
            producer p = new_producer(&w, "app");
            for (int n = 0; n < RECORDS; n++) {
                snprintf(line, sizeof line, "p%d %d %0100d", i, n, 0);
                produce(&p, WEIR_LEVEL_INFO, line);
            }
        }
        raise(SIGKILL);
    }
    int status;
    waitpid(child, &status, 0);
    cr_assert_eq(WTERMSIG(status), SIGKILL);
}

static void expect_every_record(const char *all) {
    for (int i = 0; i < PRODUCERS; i++) {
        int due = 0;
        char prefix[16];
        size_t len = (size_t)snprintf(prefix, sizeof prefix, "p%d ", i);
        for (const char *line = all; *line != '\0'; line = strchr(line, '\n') + 1)
            if (strncmp(line, prefix, len) == 0)
                cr_assert_eq(strtol(line + len, NULL, 10), due++, "producer %d", i);
        cr_assert_eq(due, RECORDS, "producer %d: %d", i, due);
    }
}

static char *make_dir(void) {
    static char dir[64];
    snprintf(dir, sizeof dir, "/dev/shm/weir-backend-test-XXXXXX");
    cr_assert_not_null(mkdtemp(dir));
    return dir;
}

static generation *policy_generation(world *w, const char *path, overflow_policy policy) {
    generation *g = simple_generation(w, 1, path);
    g->overflow = policy;
    g->stall_timeout_ms = 1;
    return g;
}

Test(recovered, no_policy_drops_what_rings_held, .timeout = 120) {
    static const overflow_policy policies[] = {OVERFLOW_ADAPTIVE, OVERFLOW_BLOCK, OVERFLOW_DROP,
                                               OVERFLOW_DROP_LOW};
    for (size_t i = 0; i < 4; i++) {
        world w;
        recovery_report report;
        weir_error err;
        char *dir = make_dir();
        leave_full_rings(dir);
        world_begin_in(&w, dir, RING);
        world_create_backend(&w, policy_generation(&w, "a", policies[i]));
        cr_assert_eq(recovery_run(w.b, dir, "test", &report, &err), 0, "%s", err.message);
        cr_assert_eq(report.from_rings, PRODUCERS * RECORDS);
        cr_assert_eq(report.dropped, 0, "%s", text_cstr(&report.lines));
        char *all = file_text(&w, "a");
        expect_every_record(all);
        free(all);
        recovery_report_done(&report);
        cr_assert_eq(backend_start(w.b, &err), 0);
        world_end(&w);
    }
}

/* A target that takes nothing must not hold up the start for ever; and `block` drops nothing. */
Test(recovered, what_block_cannot_deliver_stays_for_the_next_recovery, .timeout = 120) {
    world w;
    recovery_report report;
    weir_error err;
    char *dir = make_dir(), path[100];
    snprintf(path, sizeof path, "%s/fifo", dir);
    cr_assert_eq(mkfifo(path, 0600), 0);
    int reader = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    fcntl(reader, F_SETPIPE_SZ, 4096);
    leave_full_rings(dir);
    world_begin_in(&w, dir, RING);
    world_create_backend(&w, policy_generation(&w, "fifo", OVERFLOW_BLOCK));
    cr_assert_eq(recovery_run(w.b, dir, "test", &report, &err), 0, "%s", err.message);
    cr_assert_eq(report.dropped, 0, "%s", text_cstr(&report.lines));
    cr_assert_not_null(strstr(text_cstr(&report.lines), "waits for the next recovery"), "%s",
                       text_cstr(&report.lines));
    recovery_report_done(&report);
    cr_assert_eq(backend_start(w.b, &err), 0);
    world_stop(&w, 300);

    /* What the first one had taken into its own queue, and what was left in the rings. */
    static char all[1024 * 1024];
    ssize_t n = read(reader, all, sizeof all - 1);
    cr_assert(n > 0);
    all[n] = '\0';
    world_begin_in(&w, dir, RING);
    world_create_backend(&w, policy_generation(&w, "rest", OVERFLOW_BLOCK));
    fcntl(reader, F_SETPIPE_SZ, 1024 * 1024);
    cr_assert_eq(recovery_run(w.b, dir, "test", &report, &err), 0, "%s", err.message);
    cr_assert_eq(report.dropped, 0);
    ssize_t more = read(reader, all + n, sizeof all - 1 - (size_t)n);
    cr_assert(more > 0);
    all[n + more] = '\0';
    char *rest = file_text(&w, "rest");
    strncat(all, rest, sizeof all - strlen(all) - 1);
    expect_every_record(all);
    free(rest);
    recovery_report_done(&report);
    close(reader);
    cr_assert_eq(backend_start(w.b, &err), 0);
    world_end(&w);
}
