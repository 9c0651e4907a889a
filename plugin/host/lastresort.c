/* lastresort.c - what unconfigured Python does: the bare message of a WARNING or worse goes to
 * stderr, in the thread that logs. Only before weir_start; later the backend has its own way.
 * And one line of Weir's own after weir_stop, when there is no backend any more.
 * It does not touch rings, handlers or the host's streams (stderr's FILE stays the host's). */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <unistd.h>

#include "base/text.h"
#include "base/write_signals.h"
#include "host/lifecycle.h"

static void write_all(const char *data, size_t len) {
    while (len > 0) {
        ssize_t n = write(STDERR_FILENO, data, len);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0 && errno == EAGAIN) {
            struct pollfd p = {.fd = STDERR_FILENO, .events = POLLOUT};
            if (poll(&p, 1, 250) > 0) continue;
        }
        if (n <= 0) return;
        data += n;
        len -= (size_t)n;
    }
}

void lastresort_notice(slice line) {
    struct pollfd p = {.fd = STDERR_FILENO, .events = POLLOUT};
    if (line.len <= PIPE_BUF && poll(&p, 1, 0) > 0 && (p.revents & POLLOUT) != 0)
        write_all(line.data, line.len);
}

void lastresort_call(weir_logger *from, int level, const char *format, va_list args) {
    (void)from;
    if (level < WEIR_LEVEL_WARNING) return;
    int saved = errno, cancel;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel);
    write_signals held;
    write_signals_hold(&held);
    text line;
    text_init(&line, 0);
    errno = saved; /* for %m */
    text_vaddf(&line, format, args);
    text_add_char(&line, '\n');
    if (!line.failed) write_all(line.data, line.len);
    text_done(&line);
    write_signals_release(&held);
    pthread_setcancelstate(cancel, NULL);
    errno = saved;
}
