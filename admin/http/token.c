/* token.c - see token.h. Loaded on the thread that starts the server, checked on thread "weir-http". */
#include "admin/http/token.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/descriptor.h"

#define REFILL_NS 1000000000LL

void token_safe_name(const char *service, char *out, size_t size) {
    size_t n = 0;
    for (; service[n] != '\0' && n + 1 < size; n++) {
        char ch = service[n];
        bool safe = (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || (ch >= '0' && ch <= '9') ||
                    ch == '.' || ch == '_' || ch == '-';
        out[n] = safe ? ch : '_';
    }
    out[n] = '\0';
}

static void begin_count(token *t) {
    t->left = TOKEN_BURST;
    t->refill_ns = 0;
    t->wrong = 0;
}

int token_make(token *out, weir_error *err) {
    static const char hex[] = "0123456789abcdef";
    uint8_t bytes[TOKEN_DIGITS / 2];
    ssize_t n;
    while ((n = getrandom(bytes, sizeof bytes, 0)) < 0 && errno == EINTR) {
    }
    if (n != (ssize_t)sizeof bytes) return error_system(err, errno, "no random bytes for a token");
    for (size_t i = 0; i < sizeof bytes; i++) {
        out->digits[2 * i] = hex[bytes[i] >> 4];
        out->digits[2 * i + 1] = hex[bytes[i] & 15];
    }
    out->digits[TOKEN_DIGITS] = '\0';
    begin_count(out);
    return 0;
}

/* Only what we ourselves would have written: a regular file, ours, for us alone, of exactly a token. */
static bool read_token(int directory, const char *name, token *out) {
    struct stat found;
    char bytes[TOKEN_DIGITS + 2];
    int fd = descriptor_above(openat(directory, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    if (fd < 0) return false;
    bool good = fstat(fd, &found) == 0 && S_ISREG(found.st_mode) && found.st_uid == geteuid() &&
                (found.st_mode & 07777) == 0600 && read(fd, bytes, sizeof bytes) == TOKEN_DIGITS + 1 &&
                bytes[TOKEN_DIGITS] == '\n';
    close(fd);
    for (size_t i = 0; good && i < TOKEN_DIGITS; i++)
        good = (bytes[i] >= '0' && bytes[i] <= '9') || (bytes[i] >= 'a' && bytes[i] <= 'f');
    if (!good) return false;
    memcpy(out->digits, bytes, TOKEN_DIGITS);
    out->digits[TOKEN_DIGITS] = '\0';
    begin_count(out);
    return true;
}

static int write_token(int directory, const char *name, const token *t, weir_error *err) {
    char temporary[320], line[TOKEN_DIGITS + 2];
    snprintf(temporary, sizeof temporary, ".%.280s.%d", name, (int)getpid());
    snprintf(line, sizeof line, "%s\n", t->digits);
    unlinkat(directory, temporary, 0);
    int fd = descriptor_above(
        openat(directory, temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (fd < 0) return error_system(err, errno, "cannot keep the token in %s", name);
    bool good = fchmod(fd, 0600) == 0 && write(fd, line, TOKEN_DIGITS + 1) == TOKEN_DIGITS + 1;
    int saved = errno;
    if (close(fd) != 0) good = false, saved = errno;
    if (good && renameat(directory, temporary, directory, name) == 0) return 0;
    if (good) saved = errno;
    unlinkat(directory, temporary, 0);
    return error_system(err, saved, "cannot keep the token in %s", name);
}

int token_load(const char *directory, const char *service, token *out, weir_error *err) {
    char safe[256], name[280];
    token_safe_name(service, safe, sizeof safe);
    snprintf(name, sizeof name, "weir-%.240s.token", safe);
    int fd = descriptor_above(open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (fd >= 0 && read_token(fd, name, out)) {
        close(fd);
        return 0;
    }
    int saved = errno;
    int rc = token_make(out, err);
    if (rc == 0 && fd < 0)
        rc = error_system(err, saved, "cannot keep the token in %s", directory);
    else if (rc == 0)
        rc = write_token(fd, name, out, err);
    if (fd >= 0) close(fd);
    return rc;
}

bool token_equal(const token *t, slice given) {
    if (given.len != TOKEN_DIGITS || t->digits[0] == '\0') return false; /* the length is no secret */
    unsigned differs = 0;
    for (size_t i = 0; i < TOKEN_DIGITS; i++) differs |= (unsigned char)(given.data[i] ^ t->digits[i]);
    return differs == 0;
}

bool token_failed(token *t, int64_t now_ns) {
    t->wrong++;
    if (t->refill_ns == 0) t->refill_ns = now_ns;
    int64_t earned = (now_ns - t->refill_ns) / REFILL_NS;
    if (earned > 0) {
        t->refill_ns += earned * REFILL_NS;
        t->left = earned >= TOKEN_BURST - t->left ? TOKEN_BURST : t->left + (int)earned;
    }
    if (t->left == 0) return false;
    t->left--;
    return true;
}
