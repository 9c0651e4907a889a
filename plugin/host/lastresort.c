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
#include "frontend/module_state.h"
#include "host/lifecycle.h"
#include "record/at_call.h"
#include "record/host_record.h"

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

static void say_no_handlers(const weir_logger *from) {
    text line;
    text_init(&line, 0);
    text_addf(&line, "No handlers could be found for logger \"%s\"\n", weir_logger_name(from));
    if (!line.failed && module_may_say_no_handlers()) write_all(line.data, line.len);
    text_done(&line);
}

/* errno is for %m. */
static void print_message(const char *format, va_list args) {
    text line;
    text_init(&line, 0);
    text_vaddf(&line, format, args);
    text_add_char(&line, '\n');
    if (!line.failed) write_all(line.data, line.len);
    text_done(&line);
}

static __attribute__((format(printf, 1, 2))) void print_text(const char *format, ...) {
    va_list args;
    va_start(args, format);
    print_message(format, args);
    va_end(args);
}

typedef struct guarded {
    int cancel, saved;
    write_signals held;
} guarded;

static void guard(guarded *g) {
    g->saved = errno;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &g->cancel);
    write_signals_hold(&g->held);
    errno = g->saved;
}

static void release(const guarded *g) {
    write_signals_release(&g->held);
    pthread_setcancelstate(g->cancel, NULL);
    errno = g->saved;
}

void lastresort_record(weir_logger *from, int level, weir_record *r) {
    last_resort_rule rule;
    guarded g;
    last_resort_rule_get(&rule);
    guard(&g);
    if (rule.level == WEIR_LAST_RESORT_NONE) {
        say_no_handlers(from);
    } else if (level >= rule.level && rule.call != NULL) {
        rule.call(rule.arg, r);
    } else if (level >= rule.level) {
        const char *trace = weir_record_str(r, "exc_text", NULL);
        bool traced = trace != NULL && strcmp(trace, "None") != 0;
        print_text("%s%s%s", weir_record_message(r, NULL), traced ? "\n" : "", traced ? trace : "");
    }
    release(&g);
}

/* The host's own code wants to see it. */
static void call_with_record(weir_logger *from, int level, const char *format, va_list args) {
    weir_record *r = host_record_make(from, level, format, args);
    if (r != NULL && at_call_run(logger_of_handle(from)->core, false, NULL, r)) {
        int64_t now = level;
        weir_record_int(r, "levelno", &now);
        lastresort_record(from, (int)now, r);
    }
    weir_record_free(r);
}

void lastresort_call(weir_logger *from, int level, const char *format, va_list args) {
    last_resort_rule rule;
    last_resort_rule_get(&rule);
    if (call_hooks_concern(logger_of_handle(from)->core) || rule.call != NULL) {
        call_with_record(from, level, format, args);
        return;
    }
    guarded g;
    guard(&g);
    if (rule.level == WEIR_LAST_RESORT_NONE)
        say_no_handlers(from);
    else if (level >= rule.level)
        print_message(format, args);
    release(&g);
}
