/* futex.c - the three futex calls. Any thread, also over shared mappings (never the PRIVATE
 * kind, since a word may be watched by another process). Keeps errno; syscall() is no
 * cancellation point. */
#include "base/futex.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

void futex_wait(const uint32_t *word, uint32_t seen, int timeout_ms) {
    int saved = errno;
    struct timespec timeout = {0};
    if (timeout_ms >= 0) {
        timeout.tv_sec = timeout_ms / 1000;
        timeout.tv_nsec = (long)(timeout_ms % 1000) * 1000000L;
    }
    syscall(SYS_futex, word, FUTEX_WAIT, seen, timeout_ms >= 0 ? &timeout : NULL, NULL, 0);
    errno = saved;
}

void futex_wake_all(uint32_t *word) {
    int saved = errno;
    syscall(SYS_futex, word, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
    errno = saved;
}

void futex_signal(uint32_t *word) {
    __atomic_add_fetch(word, 1, __ATOMIC_RELEASE);
    futex_wake_all(word);
}
