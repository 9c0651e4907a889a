/* runtime_dir.c - finds or makes the directory for sockets and tokens. Runs on the thread that opens a
 * door; keeps nothing. */
#include "host/runtime_dir.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Ours alone: a directory and no link, owned by us, closed to others. One that systemd made for us
 * (mode 0755 by default) holds sockets of mode 0600, so others may look at it, not write to it. */
static int usable(const char *path, bool may_be_seen, weir_error *err) {
    struct stat found;
    if (lstat(path, &found) != 0) return error_system(err, errno, "%s", path);
    if (!S_ISDIR(found.st_mode)) return error_set(err, WEIR_ERR_SYSTEM, "%s is no directory", path);
    if (found.st_uid != geteuid())
        return error_set(err, WEIR_ERR_SYSTEM, "%s belongs to somebody else", path);
    if ((found.st_mode & (may_be_seen ? 022u : 077u)) != 0)
        return error_set(err, WEIR_ERR_SYSTEM, "%s is open to others (mode %o)", path,
                         (unsigned)(found.st_mode & 07777));
    if (access(path, W_OK | X_OK) != 0) return error_system(err, errno, "%s", path);
    return 0;
}

static int make_own(const char *path, weir_error *err) {
    if (mkdir(path, 0700) != 0 && errno != EEXIST) return error_system(err, errno, "%s", path);
    return usable(path, false, err);
}

/* systemd's list is separated by colons; the first one is the unit's own. */
static bool try_given(text *path, weir_error *err) {
    const char *given = secure_getenv("RUNTIME_DIRECTORY");
    if (given == NULL || given[0] != '/') return false;
    text_clear(path);
    text_add(path, given, strcspn(given, ":"));
    while (path->len > 1 && path->data[path->len - 1] == '/') path->data[--path->len] = '\0';
    return !path->failed && usable(text_cstr(path), true, err) == 0;
}

static bool try_xdg(text *path, weir_error *err) {
    const char *given = secure_getenv("XDG_RUNTIME_DIR");
    if (given == NULL || given[0] != '/') return false;
    text_clear(path);
    text_addf(path, "%s/weir", given);
    return !path->failed && make_own(text_cstr(path), err) == 0;
}

static bool try_fixed(text *path, const char *directory, weir_error *err) {
    text_clear(path);
    text_add_cstr(path, directory);
    return !path->failed && make_own(text_cstr(path), err) == 0;
}

static bool try_user(text *path, const char *base, weir_error *err) {
    text_clear(path);
    text_addf(path, "%s/weir-%u", base, (unsigned)geteuid());
    return !path->failed && make_own(text_cstr(path), err) == 0;
}

int runtime_dir_find(text *path, weir_error *err) {
    weir_error own;
    if (err == NULL) err = &own;
    err->message[0] = '\0';
    if (try_given(path, err) || (geteuid() == 0 && try_fixed(path, "/run/weir", err)) || try_xdg(path, err) ||
        try_user(path, "/dev/shm", err) || try_user(path, "/tmp", err))
        return 0;
    char last[sizeof err->message];
    snprintf(last, sizeof last, "%s", err->message);
    return error_set(err, WEIR_ERR_SYSTEM, "no directory for the local socket: %.3000s", last);
}
