/* crash.c - preloaded into the test host: a named thread dies in the middle of what it does. The file that
 * CRASH_ORDER names holds "THREAD HOW", written when the test wants it; HOW is segv (a write to no
 * address) or abort. The thread meets it where it looks at the clock, or writes. */
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define ORDER_SIZE 4096

static const char *volatile order;

int clock_gettime(clockid_t clock, struct timespec *out);

__attribute__((constructor)) static void open_order(void) {
    const char *path = getenv("CRASH_ORDER");
    int fd = path == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC);
    void *map = fd < 0 ? MAP_FAILED : mmap(NULL, ORDER_SIZE, PROT_READ, MAP_SHARED, fd, 0);
    if (fd >= 0) close(fd);
    if (map != MAP_FAILED) order = map;
}

static void obey(const char *what) {
    char name[16] = "";
    size_t len = strcspn(what, " ");
    pthread_getname_np(pthread_self(), name, sizeof name);
    if (strlen(name) != len || memcmp(name, what, len) != 0) return;
    if (strcmp(what + len, " abort") == 0) abort();
    *(volatile int *)NULL = 1;
}

static void look(void) {
    if (order != NULL && order[0] != '\0') obey((const char *)order);
}

int clock_gettime(clockid_t clock, struct timespec *out) {
    look();
    return (int)syscall(SYS_clock_gettime, clock, out);
}

ssize_t writev(int fd, const struct iovec *pieces, int count) {
    look();
    return syscall(SYS_writev, fd, pieces, count);
}

ssize_t pwrite64(int fd, const void *data, size_t size, off_t at) {
    look();
    return syscall(SYS_pwrite64, fd, data, size, at);
}
