/* guest_probe.c - a host that looks at its own process before, while and after Weir runs in it, and says on
 * standard error what has changed. Modes: state; closedN… (with those descriptors closed at the start: file
 * `descriptors` names what took their numbers); locale (numbers under the environment's locale). */
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include "weir.h"

enum { SIGNALS = 65, LIMITS = RLIMIT_NLIMITS, SNAPSHOT_TEXT = 65536 };

typedef struct snapshot {
    struct sigaction actions[SIGNALS];
    sigset_t mask;
    char locale[256], directory[4096], environment[SNAPSHOT_TEXT];
    mode_t umask_now;
    int flags[3], fd_flags[3];
    struct stat files[3];
    struct rlimit limits[LIMITS];
    struct itimerval timers[3];
} snapshot;

static void take(snapshot *s) {
    memset(s, 0, sizeof *s);
    for (int i = 1; i < SIGNALS; i++) sigaction(i, NULL, &s->actions[i]);
    pthread_sigmask(SIG_BLOCK, NULL, &s->mask);
    snprintf(s->locale, sizeof s->locale, "%s", setlocale(LC_ALL, NULL));
    if (getcwd(s->directory, sizeof s->directory) == NULL) s->directory[0] = '\0';
    size_t used = 0;
    for (char **e = environ; *e != NULL && used < sizeof s->environment; e++)
        used += (size_t)snprintf(s->environment + used, sizeof s->environment - used, "%s\n", *e);
    s->umask_now = umask(0);
    umask(s->umask_now);
    for (int fd = 0; fd < 3; fd++) {
        s->flags[fd] = fcntl(fd, F_GETFL);
        s->fd_flags[fd] = fcntl(fd, F_GETFD);
        if (fstat(fd, &s->files[fd]) != 0) memset(&s->files[fd], 0, sizeof s->files[fd]);
        /* What is written to them is looked at by the test, which reads it. */
        s->files[fd].st_size = s->files[fd].st_blocks = 0;
        memset(&s->files[fd].st_atim, 0, 3 * sizeof s->files[fd].st_atim);
    }
    for (int i = 0; i < LIMITS; i++) getrlimit((__rlimit_resource_t)i, &s->limits[i]);
    for (int i = 0; i < 3; i++) {
        getitimer((__itimer_which_t)i, &s->timers[i]);
        if (s->timers[i].it_value.tv_sec == 0 && s->timers[i].it_value.tv_usec == 0) continue;
    }
}

static int differs(const char *what, const char *when, const void *a, const void *b, size_t size) {
    if (memcmp(a, b, size) == 0) return 0;
    fprintf(stderr, "%s changed %s\n", what, when);
    return 1;
}

/* Field by field: what lies between the fields is anything. */
static int actions_differ(const snapshot *a, const snapshot *b, const char *when) {
    int bad = 0;
    for (int i = 1; i < SIGNALS; i++) {
        const struct sigaction *x = &a->actions[i], *y = &b->actions[i];
        if (x->sa_handler == y->sa_handler && x->sa_flags == y->sa_flags &&
            memcmp(&x->sa_mask, &y->sa_mask, 8) == 0)
            continue;
        fprintf(stderr, "the disposition of signal %d changed %s\n", i, when);
        bad++;
    }
    return bad;
}

static int compare(const snapshot *a, const snapshot *b, const char *when) {
#define DIFFERS(field) differs(#field, when, &a->field, &b->field, sizeof a->field)
    return actions_differ(a, b, when) + DIFFERS(mask) + DIFFERS(locale) + DIFFERS(directory) +
           DIFFERS(environment) + DIFFERS(umask_now) + DIFFERS(flags) + DIFFERS(fd_flags) + DIFFERS(files) +
           DIFFERS(limits) + DIFFERS(timers);
}

static int count(const char *folder) {
    int n = 0;
    char path[64];
    for (int i = 0; i < 1024; i++) {
        snprintf(path, sizeof path, "%s/%d", folder, i);
        if (access(path, F_OK) == 0) n++;
    }
    return n;
}

static int start(const char *path) {
    weir_error err;
    if (weir_start(path, &err) == 0) return 0;
    fprintf(stderr, "%s\n", err.message);
    return 1;
}

static void log_some(void) {
    weir_logger *logger = weir_get_logger("guest");
    for (int i = 0; i < 100; i++) WEIR_INFO(logger, "from the guest's host %d", i);
    weir_flush(10000);
}

static int state(const char *path) {
    static snapshot before, during, after;
    int descriptors = count("/proc/self/fd");
    take(&before);
    if (start(path) != 0) return 1;
    log_some();
    take(&during);
    weir_stop();
    take(&after);
    int left = count("/proc/self/fd") - descriptors;
    if (left != 0) fprintf(stderr, "%d descriptors are left\n", left);
    return compare(&before, &during, "while it ran") + compare(&before, &after, "after the stop") +
           (left != 0);
}

static int closed(const char *which, const char *path) {
    for (const char *c = which; *c != '\0'; c++) close(*c - '0');
    int rc = start(path);
    log_some();
    /* Opened last, and moved away from the numbers that this is about. */
    int out = open("descriptors", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    int kept = fcntl(out, F_DUPFD_CLOEXEC, 100);
    close(out);
    for (const char *c = which; *c != '\0'; c++) {
        char link[64], target[4096] = "";
        snprintf(link, sizeof link, "/proc/self/fd/%c", *c);
        if (readlink(link, target, sizeof target - 1) >= 0) dprintf(kept, "%c is %s\n", *c, target);
    }
    weir_stop();
    return rc;
}

static int in_locale(const char *path) {
    char text[32];
    if (setlocale(LC_ALL, "") == NULL) return 77;
    snprintf(text, sizeof text, "%.1f", 1.5);
    if (strcmp(text, "1,5") != 0) return 77;
    if (start(path) != 0) return 1;
    weir_logger *logger = weir_get_logger("guest");
    WEIR_INFO(logger, "numbers %g %a %g %d %.2Lf", 1.5, 1.5, 1e100, 1000000, 2.25L);
    weir_stop();
    snprintf(text, sizeof text, "%.1f", 1.5);
    return strcmp(text, "1,5") != 0;
}

int main(int argc, char **argv) {
    if (argc != 3) return 2;
    if (strcmp(argv[1], "state") == 0) return state(argv[2]);
    if (strcmp(argv[1], "locale") == 0) return in_locale(argv[2]);
    if (strncmp(argv[1], "closed", 6) == 0) return closed(argv[1] + 6, argv[2]);
    return 2;
}
