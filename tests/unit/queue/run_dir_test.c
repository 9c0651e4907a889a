/* run_dir_test.c - where a process's directory lies, who may claim it, what is never touched. */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "queue/run_dir_internal.h"
#include "queue_fixture.h"

/* Claiming looks into every place where a service may have left something: the name is this test's alone,
 * lest it takes what a real service of this machine left. */
static char kvd[32];

static void begin(void) {
    fixture_make_root();
    snprintf(kvd, sizeof kvd, "unit-kvd-%d", (int)getpid());
}
TestSuite(run_dir, .init = begin, .fini = fixture_remove_root);

typedef struct claims {
    int count;
    run_dir dirs[8];
} claims;

static int keep(void *arg, run_dir *d) {
    claims *c = arg;
    c->dirs[c->count++] = *d;
    return 0;
}

static int claim(claims *c, const char *service) {
    weir_error err;
    return run_dir_claim_dead(fixture_root, service, keep, c, &err);
}

Test(run_dir, is_private_and_named_after_the_process) {
    run_dir d = fixture_run_dir(kvd);
    process_key key;
    cr_assert_eq(process_key_self(&key), 0);
    char path[256];
    snprintf(path, sizeof path, "%s/%s/%d-%llu", fixture_root, kvd, key.pid, key.start_time);
    cr_assert_str_eq(d.path, path);
    struct stat st;
    cr_assert_eq(stat(path, &st), 0);
    cr_assert_eq(st.st_mode & 0777, 0700);
    cr_assert(process_key_alive(&key));
    key.start_time++;
    cr_assert_not(process_key_alive(&key));
    run_dir_remove(&d);
    cr_assert_not(fixture_exists(path));
    cr_assert_eq(d.fd, -1);
}

Test(run_dir, a_second_start_has_a_directory_of_its_own) {
    run_dir a = fixture_run_dir(kvd), b = fixture_run_dir(kvd);
    cr_assert_str_neq(a.path, b.path);
    run_dir_remove(&a);
    cr_assert(fixture_exists(b.path));
    run_dir_remove(&b);
}

Test(run_dir, without_a_tmpfs_there_is_none_and_the_reason_is_told) {
    run_dir d;
    weir_error err;
    text why;
    text_init(&why, 0);
    char disk[] = "/tmp/weir-unit-XXXXXX";
    cr_assert_not_null(mkdtemp(disk));
    run_candidates candidates;
    run_candidates_list(&candidates, disk);
    cr_assert_str_eq(candidates.path[0], disk);
    int fd = run_service_open(disk, kvd, true, &why);
    cr_assert_eq(fd, -1);
    cr_assert_not_null(strstr(why.data, "is no tmpfs"));
    rmdir(disk);
    cr_assert_eq(run_dir_create(&d, "/nowhere/at/all", "unit-kvd", NULL, &err), 0);
    run_dir_remove(&d);
    text_done(&why);
}

Test(run_dir, service_names_cannot_leave_the_directory) {
    run_dir d;
    weir_error err;
    const char *const bad[] = {"", ".", "..", "../x", "a/b", ".hidden"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        cr_assert_eq(run_dir_create(&d, fixture_root, bad[i], NULL, &err), -1, "%s", bad[i]);
        cr_assert_eq(err.code, WEIR_ERR_INVALID);
    }
}

Test(run_dir, links_and_open_directories_are_not_followed) {
    char service[128];
    run_dir d = fixture_run_dir("other");
    snprintf(service, sizeof service, "%s/%s", fixture_root, kvd);
    cr_assert_eq(symlink("other", service), 0);
    text why;
    text_init(&why, 0);
    cr_assert_eq(run_service_open(fixture_root, kvd, true, &why), -1);
    unlink(service);
    cr_assert_eq(mkdir(service, 0777), 0);
    cr_assert_eq(chmod(service, 0755), 0);
    cr_assert_eq(run_service_open(fixture_root, kvd, true, &why), -1);
    cr_assert_not_null(strstr(why.data, "others may enter"));
    cr_assert_eq(chmod(fixture_root, 0777), 0);
    cr_assert_eq(run_service_open(fixture_root, "third", true, &why), -1);
    text_done(&why);
    cr_assert_eq(chmod(fixture_root, 0700), 0);
    run_dir_remove(&d);
}

static void in_child(void (*run)(void)) {
    pid_t pid = fork();
    if (pid == 0) {
        run();
        _exit(0);
    }
    int status;
    cr_assert_eq(waitpid(pid, &status, 0), pid);
}

static void die_with_a_file(void) {
    run_dir d = fixture_run_dir(kvd);
    mapping_create(&d, "process", 4096, MAPPING_AT_ONCE, NULL);
    kill(getpid(), SIGKILL);
}

Test(run_dir, the_dead_are_claimed_once_and_by_their_own_service_only) {
    run_dir mine = fixture_run_dir(kvd);
    in_child(die_with_a_file);
    claims other = {0}, first = {0}, second = {0};
    cr_assert_eq(claim(&other, "another"), 0);
    cr_assert_eq(claim(&first, kvd), 1);
    cr_assert_eq(claim(&second, kvd), 0);
    size_t size;
    void *map = mapping_open(&first.dirs[0], "process", 4096, &size, NULL);
    cr_assert_not_null(map);
    mapping_close(map, size);
    run_dir_remove(&first.dirs[0]);
    cr_assert(fixture_exists(mine.path));
    run_dir_remove(&mine);
}

Test(run_dir, what_a_claimer_leaves_can_be_claimed_again) {
    in_child(die_with_a_file);
    claims first = {0}, second = {0};
    cr_assert_eq(claim(&first, kvd), 1);
    run_dir_close(&first.dirs[0]);
    cr_assert_eq(claim(&second, kvd), 1);
    run_dir_remove(&second.dirs[0]);
}

static void claim_and_die(void) {
    claims c = {0};
    claim(&c, kvd);
    kill(getpid(), SIGKILL);
}

Test(run_dir, a_dead_claimers_claim_is_void) {
    in_child(die_with_a_file);
    in_child(claim_and_die);
    claims c = {0};
    cr_assert_eq(claim(&c, kvd), 1);
    cr_assert_not_null(strstr(c.dirs[0].path, ".by-"));
    run_dir_remove(&c.dirs[0]);
}

Test(run_dir, what_this_process_left_itself_can_be_recovered_by_it) {
    run_dir d = fixture_run_dir(kvd);
    cr_assert_not_null(mapping_create(&d, "process", 4096, MAPPING_AT_ONCE, NULL));
    run_dir_close(&d);
    claims c = {0};
    cr_assert_eq(claim(&c, kvd), 1);
    run_dir_remove(&c.dirs[0]);
}

Test(run_dir, what_this_process_keeps_is_not_taken_from_it) {
    claims c = {0};
    run_dir d = fixture_run_dir(kvd);
    char path[RUN_DIR_PATH_SIZE];
    memcpy(path, d.path, sizeof path);
    run_dir_keep(&d);
    cr_assert_eq(claim(&c, kvd), 0);
    cr_assert(fixture_exists(path));
}

/* A process that starts and stops Weir again and again, and leaves something each time. */
Test(run_dir, what_one_process_left_comes_in_the_order_of_its_starts) {
    claims c = {0};
    run_dir dirs[8];
    for (int i = 0; i < 8; i++) dirs[i] = fixture_run_dir(kvd);
    char expected[8][RUN_DIR_PATH_SIZE + 1];
    for (int i = 0; i < 8; i++) snprintf(expected[i], sizeof expected[i], "%.500s.", dirs[i].path);
    for (int i = 7; i >= 0; i--) run_dir_close(&dirs[i]);
    cr_assert_eq(claim(&c, kvd), 8);
    for (int i = 0; i < 8; i++)
        cr_assert_eq(strncmp(c.dirs[i].path, expected[i], strlen(expected[i])), 0, "%s is number %d",
                     c.dirs[i].path, i);
    for (int i = 0; i < 8; i++) run_dir_remove(&c.dirs[i]);
}

Test(run_dir, a_child_of_fork_that_closes_its_copy_takes_nothing_away) {
    static run_dir d;
    d = fixture_run_dir(kvd);
    pid_t pid = fork();
    if (pid == 0) {
        run_dir_close(&d);
        _exit(0);
    }
    waitpid(pid, NULL, 0);
    cr_assert(fixture_exists(d.path));
    run_dir_remove(&d);
}

Test(run_dir, a_zombie_is_dead) {
    pid_t pid = fork();
    if (pid == 0) {
        fixture_run_dir(kvd);
        _exit(0);
    }
    siginfo_t info;
    cr_assert_eq(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
    claims c = {0};
    cr_assert_eq(claim(&c, kvd), 1);
    run_dir_remove(&c.dirs[0]);
    waitpid(pid, NULL, 0);
}

Test(run_dir, names) {
    run_name n;
    cr_assert(run_name_parse("12-345", &n) && n.pid == 12 && n.start_time == 345 && !n.left && !n.claimed);
    cr_assert(run_name_parse("12-345-2.left", &n) && n.left && n.base_len == 8);
    cr_assert(run_name_parse("12-345.by-7-8", &n) && n.claimed && n.claimer_pid == 7 && n.claimer_start == 8);
    const char *const bad[] = {
        "", ".", "x", "12", "12-", "-1-2", "12-345x", "12-345.by-7", "12-345.by-7-8x", "012-3"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        cr_assert_not(run_name_parse(bad[i], &n), "%s", bad[i]);
}

Test(run_dir, mappings_are_private_files_that_a_child_does_not_have) {
    run_dir d = fixture_run_dir(kvd);
    weir_error err;
    char *map = mapping_create(&d, "m", 8192, MAPPING_AT_ONCE, &err);
    cr_assert_not_null(map);
    char path[RUN_DIR_PATH_SIZE + 8];
    snprintf(path, sizeof path, "%s/m", d.path);
    struct stat st;
    cr_assert_eq(stat(path, &st), 0);
    cr_assert_eq(st.st_mode & 0777, 0600);
    cr_assert_eq(st.st_blocks * 512, 8192, "not sparse");
    cr_assert_null(mapping_create(&d, "m", 8192, MAPPING_AT_ONCE, &err), "exists already");
    cr_assert_eq(err.code, WEIR_ERR_SYSTEM);
    int pipes[2];
    cr_assert_eq(pipe(pipes), 0);
    pid_t pid = fork();
    if (pid == 0) _exit(write(pipes[1], map, 1) < 0 && errno == EFAULT ? 0 : 1);
    int status;
    waitpid(pid, &status, 0);
    cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    cr_assert_eq(map[0], 0);
    size_t size;
    cr_assert_null(mapping_open(&d, "m", 8193, &size, &err));
    cr_assert_null(mapping_open(&d, "none", 1, &size, &err));
    mapping_remove(&d, "m");
    map[8191] = 1;
    mapping_close(map, 8192);
    run_dir_remove(&d);
}
