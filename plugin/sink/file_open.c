/* file_open.c - see file_open.h. Runs on the thread that builds a configuration, and on a writer that
 * opens its file again. Keeps nothing. */
#include "sink/file_open.h"
#include "base/descriptor.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/zone.h"
#include "sink/batch_io.h"

/* O_NONBLOCK: the open of a FIFO must not wait, nor a write to one. It means nothing to files. */
#define OPEN_FLAGS (O_WRONLY | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)

static int open_below(int dir, const char *path, int flags, mode_t mode) {
    struct open_how how = {.flags = (unsigned)flags,
                           .mode = (flags & O_CREAT) != 0 ? mode : 0,
                           .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS};
    for (int tries = 0;; tries++) {
        long fd = syscall(SYS_openat2, dir, path, &how, sizeof how);
        /* EAGAIN: something was renamed meanwhile and the kernel could not be sure. */
        if (fd >= 0 || (errno != EINTR && errno != EAGAIN) || tries == 100) return (int)fd;
    }
}

static int open_one(const file_place *p, int extra) {
    if (p->beneath_fd >= 0) return open_below(p->beneath_fd, p->below, OPEN_FLAGS | extra, p->permissions);
    int fd;
    do fd = open(p->path, OPEN_FLAGS | extra, p->permissions);
    while (fd < 0 && errno == EINTR);
    return fd;
}

static int open_or_make(const file_place *p, bool *created) {
    int fd = open_one(p, 0);
    *created = false;
    if (fd >= 0 || errno != ENOENT) return fd;
    fd = open_one(p, O_CREAT | O_EXCL);
    *created = fd >= 0;
    if (fd >= 0 || errno != EEXIST) return fd;
    /* Somebody made it just now, or the name is a link to nothing, which is made where it leads to. */
    return open_one(p, O_CREAT);
}

/* What stands there, without opening it: the open of a device can do things. */
int file_see(const file_place *p, struct stat *st) {
    if (p->beneath_fd < 0) return stat(p->path, st);
    int fd = open_below(p->beneath_fd, p->below, O_PATH | O_CLOEXEC, 0);
    if (fd < 0) return -1;
    int rc = fstat(fd, st), saved = errno;
    close(fd);
    errno = saved;
    return rc;
}

static int refuse(const file_place *p, int errno_value, weir_error *err) {
    const char *hint = "";
    if (errno_value == ENOENT) hint = " (its directory must exist: Weir makes files, not directories)";
    if (p->beneath_fd >= 0 && (errno_value == ELOOP || errno_value == EXDEV))
        hint = " (a pushed configuration may not write through links)";
    return error_system(err, errno_value, "cannot open '%s'%s", p->path, hint);
}

static int not_regular(const file_place *p, weir_error *err) {
    return error_set(err, WEIR_ERR_DENIED,
                     "'%s' is no regular file (a pushed configuration may write to nothing else)", p->path);
}

/* From outside: a second name may lie where a push may not write. */
static int check_pushed_file(const file_place *p, const struct stat *st, weir_error *err) {
    if (!S_ISREG(st->st_mode)) return not_regular(p, err);
    if (st->st_nlink <= 1) return 0;
    return error_set(err, WEIR_ERR_DENIED,
                     "'%s' has other names (a pushed configuration may not write through links)", p->path);
}

int file_open(const file_place *p, file_opened *out, weir_error *err) {
    struct stat st;
    bool created = false;
    if (p->beneath_fd >= 0 && file_see(p, &st) == 0 && check_pushed_file(p, &st, err) != 0) return -1;
    int fd = descriptor_above(open_or_make(p, &created));
    if (fd < 0) {
        int reason = errno;
        if (reason != ENXIO || file_see(p, &st) != 0) return refuse(p, reason, err);
        if (S_ISSOCK(st.st_mode))
            return error_set(err, WEIR_ERR_INVALID, "'%s' is a socket (a FileHandler writes to files)",
                             p->path);
        if (!S_ISFIFO(st.st_mode)) return refuse(p, reason, err);
    } else if (fstat(fd, &st) != 0) {
        int reason = errno;
        close(fd);
        return refuse(p, reason, err);
    }
    if (p->beneath_fd >= 0 && check_pushed_file(p, &st, err) != 0) {
        if (fd >= 0) close(fd);
        return -1;
    }
    *out = (file_opened){.fd = fd, .st = st, .created = created};
    return 0;
}

/* ---- the directory that the name stands in ---- */

typedef struct file_name {
    int dir;
    const char *name;
} file_name;

/* Without malloc: what a build has made is removed also when there is no memory. */
static int open_parent(const file_place *p, file_name *out) {
    const char *path = p->beneath_fd >= 0 ? p->below : p->path;
    const char *slash = strrchr(path, '/');
    char parent[PATH_MAX] = ".";
    size_t len = slash == NULL ? 1 : slash == path ? 1 : (size_t)(slash - path);
    if (len >= sizeof parent) {
        errno = ENAMETOOLONG;
        return -1;
    }
    if (slash != NULL) memcpy(parent, path, len);
    parent[len] = '\0';
    int flags = O_PATH | O_DIRECTORY | O_CLOEXEC;
    int dir = p->beneath_fd >= 0 ? open_below(p->beneath_fd, parent, flags, 0) : open(parent, flags);
    dir = descriptor_above(dir);
    if (dir < 0) return -1;
    *out = (file_name){dir, slash == NULL ? path : slash + 1};
    return 0;
}

int file_open_parent(const file_place *place, const char **name) {
    file_name at;
    if (open_parent(place, &at) != 0) return -1;
    *name = at.name;
    return at.dir;
}

/* As mkdir -p, with what the umask leaves; a pushed configuration makes no directories. */
int file_make_directory(const file_place *place) {
    char path[PATH_MAX];
    size_t len = strlen(place->path);
    if (place->beneath_fd >= 0 || len >= sizeof path) {
        errno = EPERM;
        return -1;
    }
    for (size_t i = 1; i < len; i++) {
        if (place->path[i] != '/') continue;
        memcpy(path, place->path, i);
        path[i] = '\0';
        if (mkdir(path, 0777) != 0 && errno != EEXIST) return -1;
    }
    return 0;
}

static bool is_same(const struct stat *a, const struct stat *b) {
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

void file_unmake(const file_place *place) {
    file_name at;
    if (open_parent(place, &at) != 0) return;
    unlinkat(at.dir, at.name, 0);
    close(at.dir);
}

static void add_time(text *out) {
    civil_time t;
    zone_civil(zone_utc(), clock_realtime_ns() / 1000000000, &t);
    text_addf(out, "%04d%02d%02dT%02d%02d%02d", t.year, t.month, t.day, t.hour, t.minute, t.second);
}

/* Never over another file: a second failure within one second gets a number. */
static int rename_aside(const file_name *at, text *out) {
    text_add_cstr(out, at->name);
    text_add_cstr(out, ".bad-");
    add_time(out);
    size_t base = out->len;
    for (int n = 1; n <= 9 && !out->failed; n++) {
        if (renameat2(at->dir, at->name, at->dir, text_cstr(out), RENAME_NOREPLACE) == 0) return 0;
        if (errno == EINVAL || errno == ENOSYS) { /* a file system that cannot be asked for that */
            struct stat there;
            if (fstatat(at->dir, text_cstr(out), &there, AT_SYMLINK_NOFOLLOW) != 0 && errno == ENOENT)
                return renameat(at->dir, at->name, at->dir, text_cstr(out));
            errno = EEXIST;
        }
        if (errno != EEXIST) return -1;
        out->len = base;
        text_addf(out, "-%d", n);
    }
    return -1;
}

int file_set_aside(const file_place *place, const struct stat *st, text *out, weir_error *err) {
    file_name at;
    struct stat now;
    if (open_parent(place, &at) != 0)
        return error_system(err, errno, "cannot open the directory of '%s'", place->path);
    int rc = 0;
    if (fstatat(at.dir, at.name, &now, 0) == 0 && is_same(&now, st)) {
        rc = rename_aside(&at, out);
        if (rc != 0) error_system(err, errno, "cannot rename '%s'", place->path);
    }
    close(at.dir);
    return rc;
}
