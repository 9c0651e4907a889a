/* run_dir.c - finds a tmpfs for the mappings and makes the process's directory in it; removes or
 * leaves it at the end. Runs on the thread that starts or stops Weir. Claiming the directories of
 * dead processes is run_dir_claim.c's; the files inside are mapping.c's. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "base/descriptor.h"
#include "queue/run_dir_internal.h"

/* A tmpfs with less room than this cannot even hold the counters, one ring and one small queue. */
#define RUN_FREE_MIN (1024 * 1024)
/* A service directory can vanish between its making and its use, when another process of that
 * service ends at that moment; more than a few times in a row is something else. */
#define RUN_MAKE_ATTEMPTS 16

static unsigned next_instance; /* one process can start Weir again while an earlier directory is kept */

static void candidate_add(run_candidates *out, const char *head, const char *tail) {
    int n = snprintf(out->path[out->count], RUN_DIR_PATH_SIZE, "%s%s", head, tail);
    /* A path too long for the names below it is left out; the next candidate serves. */
    if (n > 0 && n < RUN_DIR_PATH_SIZE - 256 - RUN_NAME_SIZE - 2) out->count++;
}

void run_candidates_list(run_candidates *out, const char *configured) {
    memset(out, 0, sizeof *out);
    if (configured != NULL && configured[0] != '\0') candidate_add(out, configured, "");
    candidate_add(out, "/run/weir", "");
    const char *xdg = secure_getenv("XDG_RUNTIME_DIR");
    if (xdg != NULL && xdg[0] == '/') candidate_add(out, xdg, "/weir");
    char uid[32];
    snprintf(uid, sizeof uid, "%lu", (unsigned long)geteuid());
    candidate_add(out, "/dev/shm/weir-", uid);
}

bool run_service_valid(const char *service) {
    return service != NULL && service[0] != '\0' && service[0] != '.' && strchr(service, '/') == NULL &&
           strlen(service) <= 255;
}

static int refuse(text *why, const char *path, const char *reason) {
    if (why != NULL) text_addf(why, "%s%s: %s", why->len > 0 ? "; " : "", path, reason);
    return -1;
}

bool run_dir_private(int fd) {
    struct stat st;
    return fstat(fd, &st) == 0 && S_ISDIR(st.st_mode) && st.st_uid == geteuid() && (st.st_mode & 077) == 0;
}

/* RUN may be shared by users (as /tmp is) but nobody else may be able to rename what lies in it. */
static bool root_trusted(int fd) {
    struct stat st;
    if (fstat(fd, &st) != 0 || !S_ISDIR(st.st_mode)) return false;
    if (st.st_uid != geteuid() && st.st_uid != 0) return false;
    return (st.st_mode & 022) == 0 || (st.st_mode & S_ISVTX) != 0;
}

static int root_open(const char *path, bool make, text *why) {
    if (make && mkdir(path, 0700) != 0 && errno != EEXIST) return refuse(why, path, strerror(errno));
    int fd = descriptor_above(open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (fd < 0) return refuse(why, path, strerror(errno));
    struct statfs fs;
    const char *reason = NULL;
    if (fstatfs(fd, &fs) != 0)
        reason = strerror(errno);
    else if (fs.f_type != TMPFS_MAGIC)
        reason = "is no tmpfs";
    else if (!root_trusted(fd))
        reason = "belongs to another user, or others may write to it";
    else if (make && fs.f_blocks != 0 && (uint64_t)fs.f_bavail * (uint64_t)fs.f_bsize < RUN_FREE_MIN)
        reason = "has less than 1 MiB free";
    if (reason == NULL) return fd;
    close(fd);
    return refuse(why, path, reason);
}

int run_service_open(const char *root, const char *service, bool make, text *why) {
    int root_fd = root_open(root, make, why);
    if (root_fd < 0) return -1;
    int fd = -1;
    if (make && mkdirat(root_fd, service, 0700) != 0 && errno != EEXIST) {
        refuse(why, root, strerror(errno));
    } else if ((fd = descriptor_above(
                    openat(root_fd, service, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC))) < 0) {
        refuse(why, root, strerror(errno));
    } else if (!run_dir_private(fd)) {
        refuse(why, root, "the service's directory belongs to another user, or others may enter it");
        close(fd);
        fd = -1;
    }
    close(root_fd);
    return fd;
}

/* PID-STARTTIME, or PID-STARTTIME-N where this process has had one before. */
static void own_name(char name[RUN_NAME_SIZE], const process_key *key, unsigned instance) {
    int n = snprintf(name, RUN_NAME_SIZE, "%d-%llu", key->pid, key->start_time);
    if (instance > 0) snprintf(name + n, RUN_NAME_SIZE - (size_t)n, "-%u", instance);
}

/* Makes the directory; 1: the service's directory has vanished meanwhile, try again. */
static int own_make(run_dir *d, int service_fd, const char *root, const char *service, const process_key *key,
                    text *why) {
    char name[RUN_NAME_SIZE];
    for (;;) {
        own_name(name, key, __atomic_fetch_add(&next_instance, 1, __ATOMIC_RELAXED));
        if (mkdirat(service_fd, name, 0700) == 0) break;
        if (errno == ENOENT) return 1;
        if (errno != EEXIST) return refuse(why, root, strerror(errno));
    }
    int fd = descriptor_above(openat(service_fd, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (fd < 0) {
        int code = errno;
        unlinkat(service_fd, name, AT_REMOVEDIR);
        return refuse(why, root, strerror(code));
    }
    snprintf(d->path, sizeof d->path, "%s/%s/%s", root, service, name);
    d->fd = fd;
    return 0;
}

static int own_make_in(run_dir *d, const char *root, const char *service, const process_key *key, text *why) {
    for (int attempt = 0; attempt < RUN_MAKE_ATTEMPTS; attempt++) {
        int service_fd = run_service_open(root, service, true, why);
        if (service_fd < 0) return -1;
        int result = own_make(d, service_fd, root, service, key, why);
        close(service_fd);
        if (result <= 0) return result;
    }
    return refuse(why, root, "the service's directory is removed again and again");
}

int run_dir_create(run_dir *d, const char *configured, const char *service, text *why, weir_error *err) {
    memset(d, 0, sizeof *d);
    d->fd = -1;
    if (!run_service_valid(service))
        return error_set(err, WEIR_ERR_INVALID,
                         "service name %s: must not be empty, begin with '.', hold '/' or "
                         "be longer than 255 bytes",
                         service == NULL ? "(none)" : service);
    process_key key;
    if (process_key_self(&key) != 0) {
        refuse(why, "/proc/self/stat", strerror(errno));
        return 0;
    }
    run_candidates candidates;
    run_candidates_list(&candidates, configured);
    for (size_t i = 0; i < candidates.count; i++) {
        if (own_make_in(d, candidates.path[i], service, &key, why) != 0) continue;
        if (why != NULL) text_clear(why);
        return 0;
    }
    return 0;
}

bool run_name_parse(const char *name, run_name *out) {
    memset(out, 0, sizeof *out);
    int used = 0;
    if (name[0] < '1' || name[0] > '9' ||
        sscanf(name, "%9d-%20llu%n", &out->pid, &out->start_time, &used) != 2 || used == 0)
        return false;
    int more = 0;
    if (name[used] == '-') {
        if (sscanf(name + used, "-%9u%n", &out->instance, &more) != 1) return false;
        used += more;
    }
    out->base_len = (size_t)used;
    const char *rest = name + used;
    if (rest[0] == '\0') return true;
    out->left = strcmp(rest, ".left") == 0;
    if (out->left) return true;
    more = 0;
    out->claimed = sscanf(rest, ".by-%9d-%20llu%n", &out->claimer_pid, &out->claimer_start, &more) == 2 &&
                   rest[more] == '\0';
    return out->claimed;
}

/* Splits d->path into RUN/SERVICE (opened) and the name; -1: none. */
static int parent_open(const run_dir *d, const char **name) {
    char parent[RUN_DIR_PATH_SIZE];
    const char *slash = strrchr(d->path, '/');
    if (slash == NULL) return -1;
    size_t len = (size_t)(slash - d->path);
    memcpy(parent, d->path, len);
    parent[len] = '\0';
    *name = slash + 1;
    return descriptor_above(open(parent, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
}

/* Not by readdir, which takes memory: it may be for want of memory that the directory goes again. */
static void remove_files(int dir_fd) {
    int fd = descriptor_above(openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    char entries[4096] __attribute__((aligned(__alignof__(struct dirent64))));
    ssize_t n;
    if (fd < 0) return;
    while ((n = getdents64(fd, entries, sizeof entries)) > 0) {
        const struct dirent64 *e;
        for (ssize_t at = 0; at < n; at += e->d_reclen) {
            e = (const struct dirent64 *)(const void *)(entries + at);
            if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0) unlinkat(dir_fd, e->d_name, 0);
        }
    }
    close(fd);
}

static void forget(run_dir *d) {
    if (d->fd >= 0) close(d->fd);
    d->fd = -1;
    d->path[0] = '\0';
}

void run_dir_remove(run_dir *d) {
    if (d->fd >= 0) {
        const char *name;
        int parent = parent_open(d, &name);
        remove_files(d->fd);
        if (parent >= 0) {
            unlinkat(parent, name, AT_REMOVEDIR);
            close(parent);
            /* The service's directory goes with its last process; ENOTEMPTY says it is not the last. */
            char *slash = strrchr(d->path, '/');
            *slash = '\0';
            rmdir(d->path);
        }
    }
    forget(d);
}

/* Whose directory is d? Its process's own, or claimed by this process. A child of fork that closes
 * its copy must not rename what is the parent's. */
static bool is_ours(const run_name *n) {
    return (n->claimed ? n->claimer_pid : n->pid) == (int)getpid() && !n->left;
}

void run_dir_keep(run_dir *d) { forget(d); }

void run_dir_close(run_dir *d) {
    const char *name = NULL;
    int parent = d->fd >= 0 ? parent_open(d, &name) : -1;
    run_name n;
    if (parent >= 0 && run_name_parse(name, &n) && is_ours(&n)) {
        /* Marked as given up, so that a start in this same process can recover it too. If that name
         * is taken the directory is found when this process has ended. */
        char left[RUN_NAME_SIZE];
        snprintf(left, sizeof left, "%.*s.left", (int)n.base_len, name);
        renameat(parent, name, parent, left);
    }
    if (parent >= 0) close(parent);
    forget(d);
}
