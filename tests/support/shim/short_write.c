/* short_write.c - preloaded: a write to a file or FIFO takes one byte (a positioned one 512, or SQLite
 * would take hours), every third call is interrupted, every fifth on a FIFO would block. What a loaded system
 * may do at any time. */
#include <dlfcn.h>
#include <errno.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static unsigned calls;

/* 0, or the error that this call answers with; -1: not our concern. */
static int fate(int fd) {
    struct stat st;
    if (fstat(fd, &st) != 0 || !(S_ISREG(st.st_mode) || S_ISFIFO(st.st_mode))) return -1;
    unsigned n = __atomic_add_fetch(&calls, 1, __ATOMIC_RELAXED);
    if (n % 3 == 0) return EINTR;
    return S_ISFIFO(st.st_mode) && n % 5 == 0 ? EAGAIN : 0;
}

static int fails(int code) {
    if (code <= 0) return 0;
    errno = code;
    return 1;
}

ssize_t write(int fd, const void *data, size_t n) {
    static ssize_t (*real)(int, const void *, size_t);
    if (real == NULL) real = (ssize_t(*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");
    /* Standard output is how the test host answers. */
    int code = fd == 1 ? -1 : fate(fd);
    if (fails(code)) return -1;
    return real(fd, data, code == 0 && n > 1 ? 1 : n);
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
    static ssize_t (*real)(int, const struct iovec *, int);
    if (real == NULL) real = (ssize_t(*)(int, const struct iovec *, int))dlsym(RTLD_NEXT, "writev");
    int code = fate(fd);
    if (fails(code)) return -1;
    if (code != 0) return real(fd, parts, count);
    for (int i = 0; i < count; i++)
        if (parts[i].iov_len > 0) return write(fd, parts[i].iov_base, 1);
    return 0;
}

ssize_t pwrite64(int fd, const void *data, size_t n, off64_t at) {
    static ssize_t (*real)(int, const void *, size_t, off64_t);
    if (real == NULL) real = (ssize_t(*)(int, const void *, size_t, off64_t))dlsym(RTLD_NEXT, "pwrite64");
    int code = fate(fd);
    if (fails(code == EAGAIN ? 0 : code)) return -1;
    return real(fd, data, n > 512 ? 512 : n, at);
}

ssize_t pwrite(int fd, const void *data, size_t n, off_t at) { return pwrite64(fd, data, n, at); }
