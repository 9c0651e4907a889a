/* The token: kept, refused when somebody else could have written it, compared, rate-limited. */
#include "admin/http/token.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char directory[64];
static void make_directory(void) {
    snprintf(directory, sizeof directory, "/tmp/weir-token-XXXXXX");
    cr_assert_not_null(mkdtemp(directory));
}
static void remove_directory(void) {
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", directory);
    cr_assert_eq(system(command), 0);
}
TestSuite(token, .init = make_directory, .fini = remove_directory);

static void path_of(const char *service, char out[256]) {
    snprintf(out, 256, "%s/weir-%s.token", directory, service);
}

Test(token, is_kept_over_restarts) {
    token first, second, other;
    char path[256];
    struct stat made;
    cr_assert_eq(token_load(directory, "kvd", &first, NULL), 0);
    cr_assert_eq(strlen(first.digits), TOKEN_DIGITS);
    path_of("kvd", path);
    cr_assert_eq(lstat(path, &made), 0);
    cr_assert_eq(made.st_mode & 07777, 0600);
    cr_assert_eq(token_load(directory, "kvd", &second, NULL), 0);
    cr_assert_str_eq(first.digits, second.digits);
    cr_assert_eq(token_load(directory, "other", &other, NULL), 0);
    cr_assert_str_neq(first.digits, other.digits);
}

Test(token, is_made_anew_where_the_file_is_not_ours) {
    token first, second;
    char path[256], target[256];
    path_of("kvd", path);
    cr_assert_eq(token_load(directory, "kvd", &first, NULL), 0);
    cr_assert_eq(chmod(path, 0644), 0); /* others may have read it */
    cr_assert_eq(token_load(directory, "kvd", &second, NULL), 0);
    cr_assert_str_neq(first.digits, second.digits);
    snprintf(target, sizeof target, "%s/planted", directory);
    cr_assert_eq(rename(path, target), 0);
    cr_assert_eq(symlink(target, path), 0);
    cr_assert_eq(token_load(directory, "kvd", &first, NULL), 0);
    cr_assert_str_neq(first.digits, second.digits);
    struct stat now;
    cr_assert_eq(lstat(path, &now), 0);
    cr_assert(S_ISREG(now.st_mode));
}

Test(token, damaged_files_are_replaced) {
    static const char *const contents[] = {"", "short\n", "0123456789abcdef0123456789abcdef",
                                           "0123456789ABCDEF0123456789abcdef\n",
                                           "0123456789abcdef0123456789abcdef\nmore"};
    char path[256];
    path_of("kvd", path);
    for (size_t i = 0; i < sizeof contents / sizeof contents[0]; i++) {
        token t;
        int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
        cr_assert_eq(write(fd, contents[i], strlen(contents[i])), (ssize_t)strlen(contents[i]));
        close(fd);
        cr_assert_eq(token_load(directory, "kvd", &t, NULL), 0);
        cr_assert_neq(strncmp(t.digits, "0123456789", 10), 0, "%s", contents[i]);
    }
}

Test(token, without_a_directory_it_is_good_until_the_end) {
    token t;
    weir_error err;
    cr_assert_eq(token_load("/nonexistent", "kvd", &t, &err), -1);
    cr_assert(strstr(err.message, "/nonexistent") != NULL);
    cr_assert(token_equal(&t, slice_of(t.digits)));
}

Test(token, compares) {
    token t;
    cr_assert_eq(token_make(&t, NULL), 0);
    cr_assert(token_equal(&t, slice_of(t.digits)));
    cr_assert_not(token_equal(&t, slice_make(t.digits, TOKEN_DIGITS - 1)));
    cr_assert_not(token_equal(&t, SLICE_NONE));
    char other[TOKEN_DIGITS + 2];
    for (size_t i = 0; i < TOKEN_DIGITS; i++) {
        snprintf(other, sizeof other, "%sx", t.digits);
        cr_assert_not(token_equal(&t, slice_of(other)), "a digit more");
        other[i] = other[i] == '0' ? '1' : '0';
        cr_assert_not(token_equal(&t, slice_make(other, TOKEN_DIGITS)), "digit %zu", i);
    }
    token none = {0};
    cr_assert_not(token_equal(&none, SLICE_NONE));
    cr_assert_not(token_equal(&none, slice_make(none.digits, TOKEN_DIGITS)));
}

Test(token, wrong_ones_are_limited) {
    token t;
    int64_t now = 1000000000;
    cr_assert_eq(token_make(&t, NULL), 0);
    for (int i = 0; i < TOKEN_BURST; i++) cr_assert(token_failed(&t, now), "%d", i);
    cr_assert_not(token_failed(&t, now));
    cr_assert(token_failed(&t, now + 1000000000));
    cr_assert_not(token_failed(&t, now + 1000000001));
    for (int i = 0; i < TOKEN_BURST; i++) cr_assert(token_failed(&t, now + 3600000000000), "%d", i);
    cr_assert_not(token_failed(&t, now + 3600000000000));
}

Test(token, names_stay_in_the_directory) {
    char out[16];
    token_safe_name("../a/b c", out, sizeof out);
    cr_assert_str_eq(out, ".._a_b_c");
    token_safe_name("a-name-that-is-too-long", out, sizeof out);
    cr_assert_eq(strlen(out), 15);
}
