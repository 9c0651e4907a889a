/* mapping.c - one file of a run directory as memory. Every page is allocated before the mapping is
 * used: a sparse one dies by SIGBUS when the file system fills. Any thread, also inside a host's
 * first log call: so no malloc, no cancellation point, signals held off (posix_fallocate starts
 * anew at each signal, and a profiler's can come faster than it ends). */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/descriptor.h"
#include "base/worker.h"
#include "base/write_signals.h"
#include "queue/mapping_internal.h"

typedef struct quiet {
    int cancel;
    write_signals limit; /* a file size limit must not kill the host */
    sigset_t signals;
} quiet;

static void quiet_begin(quiet *q) {
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &q->cancel);
    write_signals_hold(&q->limit);
    worker_mask_signals(&q->signals);
}

static void quiet_end(const quiet *q) {
    worker_unmask_signals(&q->signals);
    write_signals_release(&q->limit);
    pthread_setcancelstate(q->cancel, NULL);
}

static int allocate(int fd, size_t from, size_t to) {
    int code;
    do code = posix_fallocate(fd, (off_t)from, (off_t)(to - from));
    while (code == EINTR);
    return code;
}

static void *keep_from_child(void *base, size_t size) {
    if (base == MAP_FAILED) return NULL;
    if (madvise(base, size, MADV_DONTFORK) == 0) return base;
    munmap(base, size);
    return NULL;
}

static void *create_file(const run_dir *d, const char *name, size_t size, int populate, weir_error *err) {
    int fd = descriptor_above(openat(d->fd, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (fd < 0) {
        error_system(err, errno, "%s/%s", d->path, name);
        return NULL;
    }
    int code = allocate(fd, 0, size);
    void *base = NULL;
    if (code == 0) {
        base = keep_from_child(mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | populate, fd, 0), size);
        if (base == NULL) code = errno;
    }
    close(fd);
    if (base == NULL) {
        unlinkat(d->fd, name, 0);
        error_system(err, code, "%s/%s: %zu bytes", d->path, name, size);
    }
    return base;
}

static void *memory(size_t size, int flags, weir_error *err) {
    void *base = keep_from_child(
        mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0), size);
    if (base == NULL) error_system(err, errno, "%zu bytes of memory", size);
    return base;
}

void *mapping_anonymous(size_t size, weir_error *err) { return memory(size, 0, err); }

void *mapping_create(const run_dir *d, const char *name, size_t size, mapping_pages pages, weir_error *err) {
    quiet q;
    quiet_begin(&q);
    int populate = pages == MAPPING_AT_ONCE ? MAP_POPULATE : 0;
    void *base = d->fd < 0 ? memory(size, populate, err) : create_file(d, name, size, populate, err);
    quiet_end(&q);
    return base;
}

void *mapping_open(const run_dir *d, const char *name, size_t min_size, size_t *size, weir_error *err) {
    int fd =
        d->fd < 0 ? -1 : descriptor_above(openat(d->fd, name, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (fd < 0) {
        error_system(err, d->fd < 0 ? ENOENT : errno, "%s/%s", d->path, name);
        return NULL;
    }
    struct stat st;
    void *base = NULL;
    if (fstat(fd, &st) != 0) {
        error_system(err, errno, "%s/%s", d->path, name);
    } else if (!S_ISREG(st.st_mode) || st.st_size < 0 || (size_t)st.st_size < min_size || st.st_size == 0) {
        error_set(err, WEIR_ERR_INVALID, "%s/%s: no file of at least %zu bytes", d->path, name, min_size);
    } else {
        /* A hole, which only a damaged or forged file has, would be a SIGBUS when tmpfs is full. */
        int code = allocate(fd, 0, (size_t)st.st_size);
        void *map = code != 0 ? MAP_FAILED
                              : mmap(NULL, (size_t)st.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        base = keep_from_child(map, (size_t)st.st_size);
        if (base == NULL) error_system(err, code != 0 ? code : errno, "%s/%s", d->path, name);
    }
    close(fd);
    if (base != NULL) *size = (size_t)st.st_size;
    return base;
}

/* Missing bytes read as zeros: a file that was not yet allocated has none. */
static uint64_t word_at(int fd, off_t at) {
    uint64_t word = 0;
    ssize_t n;
    do n = pread(fd, &word, sizeof word, at);
    while (n < 0 && errno == EINTR);
    return n < 0 ? UINT64_MAX : word;
}

bool mapping_unfinished(const run_dir *d, const char *name) {
    int fd = d->fd < 0
                 ? -1
                 : descriptor_above(openat(d->fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (fd < 0) return false;
    struct stat st;
    bool empty = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && word_at(fd, 0) == 0 && word_at(fd, 4096) == 0;
    close(fd);
    return empty;
}

void mapping_close(void *base, size_t size) {
    if (base != NULL) munmap(base, size);
}

void mapping_remove(const run_dir *d, const char *name) {
    if (d->fd >= 0) unlinkat(d->fd, name, 0);
}

void *mapping_reserve(size_t size, weir_error *err) {
    void *base = keep_from_child(
        mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0), size);
    if (base == NULL) error_system(err, errno, "%zu bytes of address space", size);
    return base;
}

static int grow_file(const run_dir *d, const char *name, char *base, size_t from, size_t to) {
    int flags = O_RDWR | O_NOFOLLOW | O_CLOEXEC | (from == 0 ? O_CREAT | O_EXCL : 0);
    int fd = descriptor_above(openat(d->fd, name, flags, 0600));
    if (fd < 0) return -1;
    int code = allocate(fd, from, to);
    if (code == 0 && mmap(base + from, to - from, PROT_READ | PROT_WRITE,
                          MAP_SHARED | MAP_FIXED | MAP_POPULATE, fd, (off_t)from) == MAP_FAILED)
        code = errno;
    close(fd);
    errno = code;
    return code == 0 ? 0 : -1;
}

int mapping_grow(const run_dir *d, const char *name, void *base, size_t from, size_t to) {
    quiet q;
    quiet_begin(&q);
    int result = d->fd >= 0 ? grow_file(d, name, base, from, to)
                            : mprotect((char *)base + from, to - from, PROT_READ | PROT_WRITE);
    /* A new mapping over part of the range has lost the range's MADV_DONTFORK. */
    if (result == 0) result = madvise((char *)base + from, to - from, MADV_DONTFORK);
    quiet_end(&q);
    return result;
}
