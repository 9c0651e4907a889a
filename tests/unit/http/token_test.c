/* The token: kept, refused when somebody else could have written it, compared, rate-limited. */
#include "admin/http/token.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "admin/http/sha256.h"

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
    t.digits[31] = t.digits[31] == '0' ? '1' : '0';
    cr_assert_not(token_equal(&t, slice_of(t.digits)), "the hash is what counts");
    token none = {0};
    cr_assert_not(token_equal(&none, SLICE_NONE));
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

/* FIPS 180-4's examples, and the lengths around a block. */
Test(sha256_of, known_texts) {
    static const struct {
        const char *in, *out;
    } known[] = {
        {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
    };
    for (size_t i = 0; i < 3; i++) {
        uint8_t hash[32];
        char hex[65];
        sha256(slice_of(known[i].in), hash);
        for (size_t j = 0; j < 32; j++) snprintf(hex + 2 * j, 3, "%02x", hash[j]);
        cr_assert_str_eq(hex, known[i].out);
    }
    char many[119];
    uint8_t hash[32];
    memset(many, 'a', sizeof many);
    sha256(slice_make(many, 119), hash); /* python3: hashlib.sha256(b'a'*119) */
    cr_assert_eq(hash[0], 0x31);
    cr_assert_eq(hash[1], 0xeb);
}
