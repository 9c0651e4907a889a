/* malloc_fail.c - preloaded: from the moment that the program calls malloc_fail_at(n, good), the nth
 * allocation that the process makes fails: that one alone (good 0), or all from then on (1), or from then on
 * all that are large, mappings included (2). malloc_calls counts. */
#include <dlfcn.h>
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

/* What counts as large. */
#define LARGE 32768

void malloc_fail_at(unsigned long n, int good);
unsigned long malloc_calls(void);
unsigned long malloc_calls_here(void);
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);

static unsigned long fail_at, calls;
static int for_good;
static __thread unsigned long here __attribute__((tls_model("initial-exec")));

void malloc_fail_at(unsigned long n, int good) {
    __atomic_store_n(&fail_at, 0, __ATOMIC_SEQ_CST);
    __atomic_store_n(&for_good, good, __ATOMIC_SEQ_CST);
    __atomic_store_n(&calls, 0, __ATOMIC_SEQ_CST);
    __atomic_store_n(&fail_at, n, __ATOMIC_SEQ_CST);
}

unsigned long malloc_calls(void) { return __atomic_load_n(&calls, __ATOMIC_SEQ_CST); }

unsigned long malloc_calls_here(void) { return here; }

static int fails(size_t size) {
    here++;
    unsigned long n = __atomic_add_fetch(&calls, 1, __ATOMIC_SEQ_CST);
    unsigned long at = __atomic_load_n(&fail_at, __ATOMIC_SEQ_CST);
    int good = __atomic_load_n(&for_good, __ATOMIC_SEQ_CST);
    if (at == 0 || n < at || (n > at && !good) || (good == 2 && size < LARGE)) return 0;
    errno = ENOMEM;
    return 1;
}

void *malloc(size_t size) { return fails(size) ? NULL : __libc_malloc(size); }
void *calloc(size_t count, size_t size) { return fails(count * size) ? NULL : __libc_calloc(count, size); }
void *realloc(void *old, size_t size) { return fails(size) ? NULL : __libc_realloc(old, size); }

/* Not counted: only those of the program and its libraries come by here, not libc's own. */
void *mmap(void *at, size_t size, int protection, int flags, int fd, off_t offset) {
    if (__atomic_load_n(&for_good, __ATOMIC_SEQ_CST) == 2 &&
        __atomic_load_n(&fail_at, __ATOMIC_SEQ_CST) != 0) {
        errno = ENOMEM;
        return MAP_FAILED;
    }
    return (void *)syscall(SYS_mmap, at, size, protection, flags, fd, offset);
}
