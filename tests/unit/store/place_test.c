/* Looking at, making and setting aside a file, without being led astray. */
#include <fcntl.h>

#include "support/history_fixture.h"

static history_fixture f;
static place p;

static void set_up(void) { fixture_dir(&f); }
static void tear_down(void) {
    place_done(&p);
    fixture_done(&f);
}
TestSuite(place, .init = set_up, .fini = tear_down, .timeout = 30);

Test(place, makes_once) {
    struct stat st;
    bool created = false;
    cr_assert_eq(place_init(&p, &f.spec, &f.err), 0);
    cr_expect_eq(place_look(&p, &st, &f.err), 1);
    cr_assert_eq(place_create(&p, &created, &f.err), 0);
    cr_expect(created);
    created = false;
    cr_assert_eq(place_create(&p, &created, &f.err), 0, "another was faster");
    cr_expect_not(created);
    cr_expect_eq(place_look(&p, &st, &f.err), 0);
    cr_expect_eq(st.st_size, 0);
}

static void set_aside(void) {
    char name[200];
    fclose(fopen(f.path, "w"));
    cr_assert_eq(place_set_aside(&p, name, sizeof name, &f.err), 0, "%s", f.err.message);
    cr_expect_eq(access(name, F_OK), 0);
    cr_expect_neq(access(f.path, F_OK), 0);
}

Test(place, sets_aside_under_names_of_their_own) {
    cr_assert_eq(place_init(&p, &f.spec, &f.err), 0);
    for (int i = 0; i < 4; i++) set_aside();
    cr_expect_eq(fixture_files(&f, ".corrupt-"), 4);
    char name[200];
    cr_expect_eq(place_set_aside(&p, name, sizeof name, &f.err), 0, "nothing is in the way");
}

Test(place, below_a_directory) {
    struct stat st;
    char inner[128], link[128];
    bool created = false;
    f.spec.beneath_fd = open(f.dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
    f.spec.beneath_path = slice_of("sub/history.db");
    snprintf(inner, sizeof inner, "%s/sub", f.dir);
    snprintf(link, sizeof link, "%s/real", f.dir);
    cr_assert_eq(place_init(&p, &f.spec, &f.err), 0);
    cr_expect_eq(place_look(&p, &st, &f.err), 1);
    cr_expect_eq(place_create(&p, &created, &f.err), -1, "no directory");
    mkdir(link, 0700);
    cr_assert_eq(symlink("real", inner), 0);
    cr_expect_eq(place_create(&p, &created, &f.err), -1, "a link on the way");
    cr_expect_eq(place_look(&p, &st, &f.err), -1);
    unlink(inner);
    mkdir(inner, 0700);
    cr_expect_eq(place_create(&p, &created, &f.err), 0, "%s", f.err.message);
    cr_expect(created);
    char whole[200];
    snprintf(whole, sizeof whole, "%s/history.db", inner);
    cr_expect_str_eq(p.path, whole);
    unlink(whole);
    rmdir(inner);
    rmdir(link);
    close(f.spec.beneath_fd);
}

Test(place, a_nul_byte_is_no_path) {
    f.spec.path = SLICE_LITERAL("/tmp/a\0b");
    cr_expect_eq(place_init(&p, &f.spec, &f.err), -1);
    p = (place){.beneath_fd = -1};
}
