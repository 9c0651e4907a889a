/* Where sockets and tokens lie: only in a directory that nobody else can write to. */
#include "host/runtime_dir.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char base[64];
static void begin(void) {
    snprintf(base, sizeof base, "/tmp/weir-rt-XXXXXX");
    cr_assert_not_null(mkdtemp(base));
    unsetenv("RUNTIME_DIRECTORY");
    setenv("XDG_RUNTIME_DIR", base, 1);
}
static void end(void) {
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", base);
    cr_assert_eq(system(command), 0);
}
TestSuite(runtime_dir, .init = begin, .fini = end);

static void found(char out[256]) {
    text path;
    weir_error err;
    text_init(&path, 0);
    cr_assert_eq(runtime_dir_find(&path, &err), 0, "%s", err.message);
    snprintf(out, 256, "%s", text_cstr(&path));
    text_done(&path);
}

Test(runtime_dir, systemds_comes_first) {
    char at[256], list[128];
    snprintf(list, sizeof list, "%s/:/somewhere/else", base);
    setenv("RUNTIME_DIRECTORY", list, 1);
    found(at);
    cr_assert_str_eq(at, base);
    chmod(base, 0755); /* systemd's default mode: seen, not written */
    found(at);
    cr_assert_str_eq(at, base);
}

Test(runtime_dir, what_others_can_write_is_not_taken) {
    char at[256];
    setenv("RUNTIME_DIRECTORY", base, 1);
    chmod(base, 0777);
    found(at);
    cr_assert_str_neq(at, base);
    setenv("RUNTIME_DIRECTORY", "/nonexistent", 1);
    found(at);
    cr_assert_str_neq(at, "/nonexistent");
}

Test(runtime_dir, its_own_is_closed_to_others) {
    char at[256];
    struct stat made;
    found(at);
    cr_assert_eq(stat(at, &made), 0);
    cr_assert_eq(made.st_mode & 07777, 0700);
}
