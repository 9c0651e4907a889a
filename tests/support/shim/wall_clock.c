/* wall_clock.c - preloaded: CLOCK_REALTIME is off by as many seconds as the file WALL_CLOCK_FILE says. With
 * WALL_CLOCK_RATE=N all clocks run N times as fast, the real one since the second WALL_CLOCK_FROM; waits in
 * the kernel last as long as ever, and what the kernel says of when a file was changed since then is in the
 * fast time. A time namespace has no wall clock of its own. */
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static long long shift(void) {
    char text[32] = "";
    const char *path = getenv("WALL_CLOCK_FILE");
    int fd = path == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return 0;
    ssize_t n = read(fd, text, sizeof text - 1);
    close(fd);
    return n > 0 ? strtoll(text, NULL, 10) : 0;
}

static long long number(const char *name, long long otherwise) {
    const char *text = getenv(name);
    return text == NULL ? otherwise : strtoll(text, NULL, 10);
}

static void hurry(struct timespec *t, long long from) {
    long long rate = number("WALL_CLOCK_RATE", 1), ns;
    if (rate == 1) return;
    ns = ((t->tv_sec - from) * 1000000000 + t->tv_nsec) * rate;
    t->tv_sec = (time_t)(from + ns / 1000000000);
    t->tv_nsec = (long)(ns % 1000000000);
}

int clock_gettime(clockid_t id, struct timespec *t) {
    long rc = syscall(SYS_clock_gettime, id, t);
    if (rc != 0) return (int)rc;
    if (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE) {
        hurry(t, number("WALL_CLOCK_FROM", 0));
        t->tv_sec += (time_t)shift();
    } else if (id != CLOCK_PROCESS_CPUTIME_ID && id != CLOCK_THREAD_CPUTIME_ID) {
        hurry(t, 0);
    }
    return (int)rc;
}

int gettimeofday(struct timeval *restrict t, void *restrict zone) {
    struct timespec now;
    (void)zone;
    clock_gettime(CLOCK_REALTIME, &now);
    t->tv_sec = now.tv_sec;
    t->tv_usec = now.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *out) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (out != NULL) *out = now.tv_sec;
    return now.tv_sec;
}

static int changed(int rc, struct stat *st) {
    long long from = number("WALL_CLOCK_FROM", 0);
    if (rc == 0 && from != 0 && st->st_mtim.tv_sec >= from) hurry(&st->st_mtim, from);
    return rc;
}

static int look(int dir, const char *path, struct stat *st, int flags) {
    return changed((int)syscall(SYS_newfstatat, dir, path, st, flags), st);
}

int fstat(int fd, struct stat *st) { return look(fd, "", st, AT_EMPTY_PATH); }
int fstatat(int dir, const char *restrict path, struct stat *restrict st, int flags) {
    return look(dir, path, st, flags);
}
int stat(const char *restrict path, struct stat *restrict st) { return look(AT_FDCWD, path, st, 0); }
int lstat(const char *restrict path, struct stat *restrict st) {
    return look(AT_FDCWD, path, st, AT_SYMLINK_NOFOLLOW);
}
