/* place.c - looking at, making and setting aside a history's file. Runs on the thread that builds a
 * configuration and on the writer. It knows nothing of what is in the file. */
#include "store/place.h"
#include "base/descriptor.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* Two damaged files within one second are set aside under names of their own. */
#define ASIDE_TRIES 100

static char *copy_slice(slice s) { return s.len > 0 ? strndup(s.data, s.len) : NULL; }

/* The path with every link of the held directory resolved, so that NOFOLLOW can be asked for. */
static char *real_path(int directory, const char *relative, weir_error *err) {
    char link[64], base[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", directory);
    ssize_t len = readlink(link, base, sizeof base - 1);
    if (len < 0) {
        error_system(err, errno, "%s", link);
        return NULL;
    }
    text t;
    text_init(&t, PATH_MAX);
    text_add(&t, base, (size_t)len);
    text_add_char(&t, '/');
    text_add_cstr(&t, relative);
    char *path = text_take(&t);
    if (path == NULL) error_set(err, WEIR_ERR_SYSTEM, "no memory for a path, or it is too long");
    return path;
}

int place_init(place *p, const sink_spec *spec, weir_error *err) {
    *p = (place){.beneath_fd = -1, .permissions = spec->permissions};
    if (spec->path.len > 0 && memchr(spec->path.data, '\0', spec->path.len) != NULL)
        return error_set(err, WEIR_ERR_INVALID, "a path with a NUL byte");
    if (spec->beneath_fd >= 0) {
        p->relative = copy_slice(spec->beneath_path);
        /* 3: descriptors 0 to 2 are never taken, even where the host has closed them. */
        p->beneath_fd = fcntl(spec->beneath_fd, F_DUPFD_CLOEXEC, 3);
        if (p->relative != NULL && p->beneath_fd >= 0) p->path = real_path(p->beneath_fd, p->relative, err);
    } else {
        p->path = copy_slice(spec->path);
    }
    if (p->path != NULL) return 0;
    if (spec->beneath_fd < 0 || p->relative == NULL) error_set(err, WEIR_ERR_SYSTEM, "no path, or no memory");
    if (spec->beneath_fd >= 0 && p->beneath_fd < 0) error_system(err, errno, "a directory descriptor");
    place_done(p);
    return -1;
}

void place_done(place *p) {
    free(p->path);
    free(p->relative);
    if (p->beneath_fd >= 0) close(p->beneath_fd);
    *p = (place){.beneath_fd = -1};
}

static int open_place(const place *p, int flags, mode_t mode) {
    if (p->beneath_fd < 0) return descriptor_above(open(p->path, flags | O_CLOEXEC, mode));
    struct open_how how = {.flags = (unsigned)(flags | O_CLOEXEC),
                           .mode = (flags & O_CREAT) != 0 ? mode : 0,
                           .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS};
    return descriptor_above((int)syscall(SYS_openat2, p->beneath_fd, p->relative, &how, sizeof how));
}

int place_look(const place *p, struct stat *st, weir_error *err) {
    int fd = open_place(p, O_PATH, 0);
    if (fd < 0 && errno == ENOENT) return 1;
    if (fd < 0) return error_system(err, errno, "%s", p->path);
    int rc = fstat(fd, st);
    if (rc != 0) error_system(err, errno, "%s", p->path);
    close(fd);
    if (rc != 0) return -1;
    if (!S_ISREG(st->st_mode)) return error_set(err, WEIR_ERR_INVALID, "%s is no regular file", p->path);
    if (p->beneath_fd >= 0 && st->st_nlink > 1)
        return error_set(err, WEIR_ERR_DENIED,
                         "%s has other names (a pushed configuration may not write through links)", p->path);
    return 0;
}

int place_create(const place *p, bool *created, weir_error *err) {
    int fd = open_place(p, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, p->permissions);
    if (fd >= 0) {
        close(fd); /* new: no connection of ours can have locks on it */
        *created = true;
        return 0;
    }
    struct stat st;
    if (errno == EEXIST && place_look(p, &st, NULL) == 0) return 0; /* another process was faster */
    return error_system(err, errno, "%s", p->path);
}

/* ---- setting aside ---- */

static void aside_name(const char *path, int attempt, char *name, size_t size) {
    time_t now = time(NULL);
    struct tm tm;
    char stamp[32], again[16] = "";
    gmtime_r(&now, &tm);
    if (strftime(stamp, sizeof stamp, "%Y%m%dT%H%M%SZ", &tm) == 0) stamp[0] = '\0';
    if (attempt > 0) snprintf(again, sizeof again, "-%d", attempt + 1);
    snprintf(name, size, "%s.corrupt-%s%s", path, stamp, again);
}

/* The file first: one that is opened meanwhile is new and empty, and SQLite drops a WAL that it
 * finds beside such a file. */
int place_set_aside(const place *p, char *name, size_t size, weir_error *err) {
    char from[PATH_MAX + 8], to[PATH_MAX + 64];
    int rc = -1;
    for (int attempt = 0; attempt < ASIDE_TRIES && rc != 0; attempt++) {
        aside_name(p->path, attempt, name, size);
        rc = (int)syscall(SYS_renameat2, AT_FDCWD, p->path, AT_FDCWD, name, 1u /* RENAME_NOREPLACE */);
        if (rc != 0 && errno == ENOENT) return 0; /* gone already: nothing is in the way */
        /* A file system without that flag. */
        if (rc != 0 && errno == EINVAL && access(name, F_OK) != 0)
            rc = rename(p->path, name);
        else if (rc != 0 && errno != EEXIST)
            break;
    }
    if (rc != 0) return error_system(err, errno, "%s is damaged and cannot be renamed to %s", p->path, name);
    snprintf(from, sizeof from, "%s-wal", p->path);
    snprintf(to, sizeof to, "%s-wal", name);
    if (rename(from, to) != 0 && errno != ENOENT) return error_system(err, errno, "%s", from);
    snprintf(from, sizeof from, "%s-shm", p->path);
    unlink(from); /* an index of the WAL, made anew by whoever opens it */
    return 0;
}
