#include "sink/file_open.h"

#include "support/sink_fixture.h"

static char root[64];

static void make_root(void) {
    snprintf(root, sizeof root, "/dev/shm/weir-open-test-XXXXXX");
    cr_assert_not_null(mkdtemp(root));
    cr_assert_eq(chdir(root), 0);
}

static void remove_root(void) {
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", root);
    cr_assert_eq(system(command), 0);
}

TestSuite(file_open, .init = make_root, .fini = remove_root);

static const char *absolute(const char *name) {
    static char path[4][160];
    static int next;
    char *p = path[next++ % 4];
    snprintf(p, sizeof path[0], "%s/%s", root, name);
    return p;
}

static int open_named(const char *name, file_opened *out, weir_error *err) {
    file_place p = {absolute(name), "", -1, 0666};
    return file_open(&p, out, err);
}

Test(file_open, makes_a_file_with_the_umask_and_says_so) {
    file_opened got;
    weir_error err;
    umask(027);
    cr_assert_eq(open_named("new.log", &got, &err), 0, "%s", err.message);
    cr_assert(got.created);
    cr_assert_eq(got.st.st_mode & 0777, 0640);
    cr_assert(fcntl(got.fd, F_GETFL) & O_APPEND);
    cr_assert_eq(fcntl(got.fd, F_GETFD), FD_CLOEXEC);
    close(got.fd);
    cr_assert_eq(open_named("new.log", &got, &err), 0);
    cr_assert_not(got.created);
    close(got.fd);
}

Test(file_open, a_link_of_the_start_configuration_is_followed) {
    file_opened got;
    weir_error err;
    cr_assert_eq(symlink(absolute("real.log"), "link.log"), 0);
    cr_assert_eq(open_named("link.log", &got, &err), 0, "%s", err.message);
    close(got.fd);
    cr_assert_eq(access("real.log", F_OK), 0);
}

Test(file_open, a_fifo_without_reader_is_no_error) {
    file_opened got;
    weir_error err;
    cr_assert_eq(mkfifo("fifo", 0600), 0);
    cr_assert_eq(open_named("fifo", &got, &err), 0, "%s", err.message);
    cr_assert_eq(got.fd, -1);
    cr_assert(S_ISFIFO(got.st.st_mode));
    int reader = open("fifo", O_RDONLY | O_NONBLOCK);
    cr_assert_eq(open_named("fifo", &got, &err), 0);
    cr_assert(got.fd > 2);
    close(got.fd);
    close(reader);
}

/* ---- pushed configurations ---- */

static int open_pushed(const char *below, file_opened *out, weir_error *err) {
    int dir = open(root, O_PATH | O_DIRECTORY);
    file_place p = {absolute(below), below, dir, 0640};
    int rc = file_open(&p, out, err);
    close(dir);
    return rc;
}

Test(file_open, a_pushed_file_is_made_below_its_directory) {
    file_opened got;
    weir_error err;
    umask(0);
    cr_assert_eq(mkdir("sub", 0700), 0);
    cr_assert_eq(open_pushed("sub/app.log", &got, &err), 0, "%s", err.message);
    cr_assert(got.created);
    cr_assert_eq(got.st.st_mode & 0777, 0640);
    close(got.fd);
}

Test(file_open, a_pushed_file_never_goes_through_a_link) {
    file_opened got;
    weir_error err;
    cr_assert_eq(mkdir("outside", 0700), 0);
    cr_assert_eq(symlink("outside", "dir"), 0);
    cr_assert_eq(symlink("outside/target", "file"), 0);
    cr_assert_eq(open_pushed("dir/x.log", &got, &err), -1);
    cr_assert(strstr(err.message, "links") != NULL, "%s", err.message);
    cr_assert_eq(open_pushed("file", &got, &err), -1);
    cr_assert_eq(access("outside/target", F_OK), -1);
    cr_assert_eq(open_pushed("../evil.log", &got, &err), -1);
    cr_assert_eq(open_pushed("sub/../../evil.log", &got, &err), -1);
    cr_assert_eq(access("../evil.log", F_OK), -1);
}

Test(file_open, a_pushed_file_is_a_regular_file) {
    file_opened got;
    weir_error err;
    cr_assert_eq(mkfifo("fifo", 0600), 0);
    cr_assert_eq(mkdir("dir", 0700), 0);
    cr_assert_eq(open_pushed("fifo", &got, &err), -1);
    cr_assert_eq(err.code, WEIR_ERR_DENIED);
    int reader = open("fifo", O_RDONLY | O_NONBLOCK);
    cr_assert_eq(open_pushed("fifo", &got, &err), -1);
    cr_assert_eq(open_pushed("dir", &got, &err), -1);
    close(reader);
}

/* ---- setting aside ---- */

Test(file_open, a_file_that_was_rotated_away_is_not_renamed_again) {
    file_opened got;
    weir_error err;
    text aside;
    text_init(&aside, 0);
    cr_assert_eq(open_named("app.log", &got, &err), 0);
    cr_assert_eq(rename("app.log", "app.log.1"), 0);
    close(open("app.log", O_CREAT | O_WRONLY, 0600));
    file_place p = {absolute("app.log"), "", -1, 0666};
    cr_assert_eq(file_set_aside(&p, &got.st, &aside, &err), 0);
    cr_assert_eq(aside.len, 0);
    cr_assert_eq(access("app.log", F_OK), 0);
    close(got.fd);
    text_done(&aside);
}

Test(file_open, what_a_refused_build_made_is_removed) {
    file_opened got;
    weir_error err;
    cr_assert_eq(open_named("app.log", &got, &err), 0);
    file_place p = {absolute("app.log"), "", -1, 0666};
    file_unmake(&p);
    cr_assert_eq(access("app.log", F_OK), -1);
    close(got.fd);
}
