#include "base/write_signals.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <pthread.h>
#include <unistd.h>

static volatile sig_atomic_t seen;
static void see(int number) { seen = number; }

static int broken_pipe(void) {
    int ends[2];
    cr_assert_eq(pipe(ends), 0);
    close(ends[0]);
    return ends[1];
}

/* covers: promise 3 */
Test(write_signals, a_write_to_a_broken_pipe_raises_nothing) {
    write_signals w;
    int fd = broken_pipe();
    signal(SIGPIPE, see);
    write_signals_hold(&w);
    errno = 0;
    ssize_t n = write(fd, "x", 1);
    write_signals_release(&w);
    cr_assert_eq(n, -1);
    cr_assert_eq(errno, EPIPE);
    cr_assert_eq(seen, 0, "signal %d reached the host", seen);
    close(fd);
}

Test(write_signals, the_mask_is_as_before) {
    write_signals w;
    sigset_t now;
    write_signals_hold(&w);
    write_signals_release(&w);
    pthread_sigmask(SIG_BLOCK, NULL, &now);
    cr_assert_not(sigismember(&now, SIGPIPE));
    cr_assert_not(sigismember(&now, SIGXFSZ));
}

Test(write_signals, what_waited_before_is_the_hosts) {
    write_signals w;
    sigset_t pipe_only;
    signal(SIGPIPE, see);
    sigemptyset(&pipe_only);
    sigaddset(&pipe_only, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe_only, NULL);
    pthread_kill(pthread_self(), SIGPIPE);
    write_signals_hold(&w);
    write_signals_release(&w);
    cr_assert_eq(seen, 0);
    pthread_sigmask(SIG_UNBLOCK, &pipe_only, NULL);
    cr_assert_eq(seen, SIGPIPE);
}
