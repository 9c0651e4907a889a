#include "support/backend_fixture.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>

#define RING (64 * 1024)
/* Records that a pipe and a ring cannot hold between them: the rest is in the queue of chunks. */
#define MORE_THAN_A_PIPE 4000

/* What the killed process leaves behind for the test to compare: how many calls had returned. */
typedef struct shared {
    unsigned long accepted; /* atomic */
    uint32_t ready;         /* atomic */
} shared;

static shared *share(void) {
    shared *s = mmap(NULL, sizeof *s, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    cr_assert_neq(s, MAP_FAILED);
    return s;
}

static generation *two_files(world *w) {
    generation *g = new_generation(1);
    logger_rule *root = add_rule(g, "root", true);
    attach(root, add_handler(w, g, "a", "a", NULL));
    attach(root, add_handler(w, g, "b", "b", NULL));
    return g;
}

static int longer; /* by so many bytes are the lines longer */

/* In a child: logs until it is killed. */
static void log_for_ever(const char *dir, generation *(*make)(world *), shared *s) {
    world w;
    world_begin_in(&w, dir, RING);
    world_start(&w, make(&w));
    producer p = new_producer(&w, "app");
    char line[RING / 4];
    for (unsigned long i = 0;; i++) {
        snprintf(line, sizeof line, "m %lu %0*d", i, longer + (int)(i % 60) + 1, 0);
        produce(&p, WEIR_LEVEL_INFO, line);
        __atomic_store_n(&s->accepted, i + 1, __ATOMIC_RELEASE);
    }
}

/* Runs body in a child that is killed so many microseconds after it has logged more records than that. */
static unsigned long kill_a_logger(const char *dir, generation *(*make)(world *), unsigned long records,
                                   long microseconds) {
    shared *s = share();
    pid_t child = fork();
    cr_assert(child >= 0);
    if (child == 0) {
        log_for_ever(dir, make, s);
        _exit(1);
    }
    WAIT_UNTIL(__atomic_load_n(&s->accepted, __ATOMIC_ACQUIRE) > records);
    usleep((useconds_t)microseconds);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    unsigned long accepted = __atomic_load_n(&s->accepted, __ATOMIC_ACQUIRE);
    munmap(s, sizeof *s);
    return accepted;
}

static void recover(world *w, recovery_report *report) {
    weir_error err;
    cr_assert_eq(recovery_run(w->b, w->f.dir, "test", report, &err), 0, "%s", err.message);
}

/* Every accepted record once, in order, whole; perhaps the one whose call had not returned. */
static void expect_all(world *w, const char *file, unsigned long accepted, const char *lines) {
    char *all = file_text(w, file);
    unsigned long next = 0;
    for (const char *line = all; *line != '\0'; line = strchr(line, '\n') + 1) {
        cr_assert_not_null(strchr(line, '\n'), "%s: torn: %s", file, line);
        unsigned long n = strtoul(line + 2, NULL, 10);
        cr_assert_eq(n, next, "%s: %lu where %lu was due\n%s", file, n, next, lines);
        next++;
    }
    cr_assert(next == accepted || next == accepted + 1, "%s: %lu of %lu\n%s", file, next, accepted, lines);
    free(all);
}

static int directories_left(const world *w) {
    char command[200];
    snprintf(command, sizeof command, "ls %s/test | wc -l", w->f.dir);
    FILE *f = popen(command, "r");
    int count = -1;
    cr_assert_eq(fscanf(f, "%d", &count), 1);
    pclose(f);
    return count;
}

static char *make_dir(void) {
    static char dir[64];
    snprintf(dir, sizeof dir, "/dev/shm/weir-backend-test-XXXXXX");
    cr_assert_not_null(mkdtemp(dir));
    return dir;
}

Test(recovery, after_a_kill_every_accepted_record_is_there_once, .timeout = 120) {
    for (int round = 0; round < 20; round++) {
        world w;
        recovery_report report;
        char *dir = make_dir();
        unsigned long accepted = kill_a_logger(dir, two_files, 0, 1000 + round * 1700);
        world_begin_in(&w, dir, RING);
        world_create_backend(&w, two_files(&w));
        recover(&w, &report);
        cr_assert_eq(report.processes, 1);
        cr_assert_eq(report.unreadable, 0, "%s", text_cstr(&report.lines));
        cr_assert_eq(report.doubtful, 0, "%s", text_cstr(&report.lines));
        cr_assert_eq(directories_left(&w), 1, "only our own");
        expect_all(&w, "a", accepted, text_cstr(&report.lines));
        expect_all(&w, "b", accepted, text_cstr(&report.lines));
        recovery_report_done(&report);
        world_end(&w);
    }
}

static void start_hooked(world *w) {
    weir_error err;
    cr_assert_eq(backend_start(w->b, &err), 0, "%s", err.message);
}

Test(recovery, new_records_come_after_the_recovered_ones_with_larger_ids) {
    world w;
    recovery_report report;
    char *dir = make_dir();
    unsigned long accepted = kill_a_logger(dir, two_files, 0, 3000);
    world_begin_in(&w, dir, RING);
    world_create_backend(&w, two_files(&w));
    recover(&w, &report);
    start_hooked(&w);
    producer p = new_producer(&w, "app");
    produce(&p, WEIR_LEVEL_INFO, "x the new one");
    cr_assert_eq(flush(&w, 20000), 0);
    char *all = file_text(&w, "a");
    char *last = strstr(all, "x the new one\n");
    cr_assert_not_null(last);
    cr_assert_str_eq(last, "x the new one\n");
    cr_assert(count_lines(all) >= accepted + 1);
    free(all);
    recovery_report_done(&report);
    world_end(&w);
}

/* The recoverer is killed, again and again, at any moment. */
Test(recovery, a_kill_during_recovery_is_recovered_too, .timeout = 180) {
    for (int round = 0; round < 8; round++) {
        char *dir = make_dir();
        unsigned long accepted = kill_a_logger(dir, two_files, 0, 20000);
        for (int attempt = 0; attempt < 6; attempt++) {
            shared *s = share();
            pid_t child = fork();
            if (child == 0) {
                world w;
                recovery_report report;
                world_begin_in(&w, dir, RING);
                world_create_backend(&w, two_files(&w));
                __atomic_store_n(&s->ready, 1, __ATOMIC_RELEASE);
                recover(&w, &report);
                for (;;) pause();
            }
            WAIT_UNTIL(__atomic_load_n(&s->ready, __ATOMIC_ACQUIRE) == 1);
            usleep((useconds_t)(attempt * 150 + round * 37));
            kill(child, SIGKILL);
            waitpid(child, NULL, 0);
            munmap(s, sizeof *s);
        }
        world w;
        recovery_report report;
        world_begin_in(&w, dir, RING);
        world_create_backend(&w, two_files(&w));
        recover(&w, &report);
        expect_all(&w, "a", accepted, text_cstr(&report.lines));
        expect_all(&w, "b", accepted, text_cstr(&report.lines));
        cr_assert_eq(directories_left(&w), 1);
        recovery_report_done(&report);
        world_end(&w);
    }
}

/* Child and parent have a handler each on the same file: each record stands there twice. */
static generation *one_file_twice(world *w) {
    generation *g = new_generation(1);
    attach(add_rule(g, "root", true), add_handler(w, g, "a", "a", NULL));
    attach(add_rule(g, "app", true), add_handler(w, g, "b", "a", NULL));
    return g;
}

static void kill_with_one_file_twice(void) {
    for (int round = 0; round < 200; round++) {
        world w;
        recovery_report report;
        char *dir = make_dir();
        unsigned long accepted = kill_a_logger(dir, one_file_twice, 0, 1000 + round * 1300), next = 0;
        world_begin_in(&w, dir, RING);
        world_create_backend(&w, one_file_twice(&w));
        recover(&w, &report);
        char *all = file_text(&w, "a");
        for (const char *line = all; *line != '\0'; line = strchr(line, '\n') + 1, next++) {
            cr_assert_not_null(strchr(line, '\n'), "torn: %s", line);
            cr_assert_eq(strtoul(line + 2, NULL, 10), next / 2, "round %d, line %lu: %.30s\n%s", round, next,
                         line, text_cstr(&report.lines));
        }
        cr_assert(next == 2 * accepted || next == 2 * accepted + 2, "%lu lines of %lu records", next,
                  accepted);
        free(all);
        recovery_report_done(&report);
        world_end(&w);
    }
}

Test(recovery, a_record_of_two_handlers_on_one_file_is_there_for_both, .timeout = 120) {
    kill_with_one_file_twice();
}

/* Whose room cannot be guessed from the arguments. */
Test(recovery, a_long_record_of_two_handlers_on_one_file_is_there_for_both, .timeout = 120) {
    longer = 12000;
    kill_with_one_file_twice();
}

static generation *one_fifo(world *w) {
    generation *g = new_generation(1);
    attach(add_rule(g, "root", true), add_handler(w, g, "fifo", "fifo", NULL));
    return g;
}

/* Nobody reads: what its queue holds stays and is said; the next recovery, with a reader, delivers. */
Test(recovery, what_cannot_be_delivered_now_waits, .timeout = 60) {
    world w;
    recovery_report report;
    char *dir = make_dir(), path[100];
    snprintf(path, sizeof path, "%s/fifo", dir);
    cr_assert_eq(mkfifo(path, 0600), 0);
    int reader = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    unsigned long accepted = kill_a_logger(dir, one_fifo, MORE_THAN_A_PIPE, 1000);
    close(reader);
    world_begin_in(&w, dir, RING);
    world_create_backend(&w, simple_generation(&w, 1, "other"));
    recover(&w, &report);
    cr_assert_not_null(strstr(text_cstr(&report.lines), "wait for the next recovery"), "%s",
                       text_cstr(&report.lines));
    cr_assert_eq(directories_left(&w), 2);
    recovery_report_done(&report);
    reader = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    fcntl(reader, F_SETPIPE_SZ, 1024 * 1024);
    recover(&w, &report);
    cr_assert_eq(directories_left(&w), 1, "%s", text_cstr(&report.lines));
    cr_assert(report.from_queues > 0);
    (void)accepted;
    recovery_report_done(&report);
    close(reader);
    world_end(&w);
}

/* The reader of a FIFO went away while a batch is on its way to it: the host lives. */
Test(recovery, a_reader_that_closes_its_pipe_does_not_end_the_host) {
    world w;
    recovery_report report;
    int pipes[2], saved = dup(2);
    shared *s = share();
    char *dir = make_dir();
    pid_t child = fork();
    if (child == 0) { /* killed before its backend ran: a record for lastResort, at the next start */
        world_begin_in(&w, dir, RING);
        producer p = new_producer(&w, "app");
        produce(&p, WEIR_LEVEL_ERROR, "x");
        raise(SIGKILL);
    }
    waitpid(child, NULL, 0);
    munmap(s, sizeof *s);
    cr_assert_eq(pipe(pipes), 0);
    dup2(pipes[1], 2);
    close(pipes[0]);
    world_begin_in(&w, dir, RING);
    world_create_backend(&w, new_generation(1));
    recover(&w, &report); /* SIGPIPE would end the test */
    dup2(saved, 2);
    cr_assert_eq(directories_left(&w), 1);
    recovery_report_done(&report);
    world_end(&w);
}

/* Random bytes over any of its files cost what is damaged, never the one who recovers. */
static void damage(const char *dir, unsigned seed) {
    char command[300];
    snprintf(command, sizeof command, "ls %s/test/*/* > %s/names", dir, dir);
    cr_assert_eq(system(command), 0);
    snprintf(command, sizeof command, "%s/names", dir);
    FILE *names = fopen(command, "r");
    char path[300];
    srand(seed);
    while (fgets(path, sizeof path, names) != NULL) {
        path[strcspn(path, "\n")] = '\0';
        int fd = open(path, O_RDWR | O_CLOEXEC);
        if (fd < 0 || rand() % 2 == 0) {
            if (fd >= 0) close(fd);
            continue;
        }
        struct stat st;
        fstat(fd, &st);
        for (int i = 0; i < 40 && st.st_size > 0; i++) {
            unsigned char byte = (unsigned char)rand();
            off_t at = i % 2 == 0 ? rand() % 8192 : rand() % st.st_size;
            if (pwrite(fd, &byte, 1, at < st.st_size ? at : 0) != 1) break;
        }
        close(fd);
    }
    fclose(names);
}

Test(recovery, damaged_mappings_cost_what_is_damaged_and_no_crash, .timeout = 120) {
    for (unsigned seed = 0; seed < 25; seed++) {
        world w;
        recovery_report report;
        weir_error err;
        char *dir = make_dir();
        kill_a_logger(dir, two_files, 0, 5000);
        damage(dir, seed);
        world_begin_in(&w, dir, RING);
        world_create_backend(&w, two_files(&w));
        recovery_run(w.b, w.f.dir, "test", &report, &err);
        recovery_report_done(&report);
        start_hooked(&w);
        producer p = new_producer(&w, "app");
        produce(&p, WEIR_LEVEL_INFO, "x");
        cr_assert_eq(flush(&w, 20000), 0);
        world_end(&w);
    }
}

Test(recovery, the_last_words_of_a_signal_handler_are_recovered) {
    char *dir = make_dir();
    shared *s = share();
    pid_t child = fork();
    if (child == 0) {
        world w;
        world_begin_in(&w, dir, RING);
        producer p = new_producer(&w, "app.crash");
        signal_slot *slot = &w.f.process->signals[3];
        slot->level = WEIR_LEVEL_CRITICAL;
        slot->logger = p.logger;
        slot->stamp = clock_stamp();
        slot->len = (uint32_t)snprintf(slot->text, sizeof slot->text, "caught signal 11");
        __atomic_store_n(&slot->state, 1, __ATOMIC_RELEASE);
        raise(SIGKILL);
    }
    waitpid(child, NULL, 0);
    munmap(s, sizeof *s);
    world w;
    recovery_report report;
    world_begin_in(&w, dir, RING);
    world_create_backend(&w, two_files(&w));
    recover(&w, &report);
    cr_assert_eq(report.from_rings, 1);
    expect_file(fixture_path(&w.f, "a"), "caught signal 11\n");
    recovery_report_done(&report);
    world_end(&w);
}
