/* save.c - a pushed configuration into the watched file, whole or not at all: a new file beside it with
 * the old one's mode and owner, synced, then renamed over it. A link stays a link: its target is
 * replaced. Runs on the pushing thread, with the turn to push. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "admin/control/control_internal.h"
#include "base/descriptor.h"

static int write_all(int fd, slice content) {
    size_t at = 0;
    while (at < content.len) {
        ssize_t n = write(fd, content.data + at, content.len - at);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return -1;
        at += (size_t)n;
    }
    return 0;
}

/* Who owned the file owns the new one; where that is not allowed, its mode must not let in more. */
static int copy_owner(int fd, const struct stat *old) {
    mode_t mode = old->st_mode & 07777;
    if (fchown(fd, old->st_uid, old->st_gid) != 0) {
        if (old->st_uid != geteuid()) return -1;
        mode &= (mode_t)~070; /* the group is another one now */
    }
    return fchmod(fd, mode);
}

static void sync_directory(const char *path) {
    char *copy = strdup(path);
    if (copy == NULL) return;
    char *slash = strrchr(copy, '/');
    if (slash != NULL) slash[slash == copy] = '\0';
    int fd = descriptor_above(open(slash != NULL ? copy : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (fd >= 0) {
        fsync(fd);
        close(fd);
    }
    free(copy);
}

static int replace(const char *path, const char *temporary, slice content, weir_error *err) {
    struct stat old;
    bool existed = stat(path, &old) == 0;
    if (existed && !S_ISREG(old.st_mode))
        return error_set(err, WEIR_ERR_INVALID, "%s is no regular file", path);
    int fd = descriptor_above(open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (fd < 0) return error_system(err, errno, "cannot make %s", temporary);
    int rc = write_all(fd, content);
    if (rc == 0) rc = existed ? copy_owner(fd, &old) : fchmod(fd, 0640);
    if (rc == 0) rc = fsync(fd);
    if (close(fd) != 0) rc = -1;
    if (rc == 0) rc = rename(temporary, path);
    if (rc == 0) return 0;
    rc = error_system(err, errno, "cannot write %s", path);
    unlink(temporary);
    return rc;
}

int file_save(control *c, slice content, weir_error *err) {
    const char *name = c->core->config_path;
    if (name == NULL)
        return error_set(err, WEIR_ERR_STATE, "there is no file to save to: Weir was started without one");
    char *path = realpath(name, NULL);
    if (path == NULL && errno == ENOENT) path = strdup(name);
    if (path == NULL) return error_system(err, errno, "cannot find %s", name);
    text temporary;
    text_init(&temporary, 0);
    text_addf(&temporary, "%s.weir-%d", path, (int)getpid());
    int rc = temporary.failed ? error_set(err, WEIR_ERR_SYSTEM, "no memory")
                              : replace(path, text_cstr(&temporary), content, err);
    if (rc == 0) sync_directory(path);
    text_done(&temporary);
    free(path);
    return rc;
}
