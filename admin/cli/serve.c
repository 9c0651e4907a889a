/* serve.c - weir serve: a process that does nothing but receive records by the [receivers] section of a
 * configuration and log them: several processes, one file. It is a host like any other, so pages, levels,
 * pushes and recovery work on it. Being a command and no library, it waits for signals. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>

#include "admin/cli/check.h"
#include "admin/cli/cli.h"
#include "admin/control/control.h"

#define DOOR_PREFIX "receiver "

static bool has_doors(const config_plan *plan) {
    for (int i = 0; i < DOOR_COUNT; i++)
        if (plan->settings.receivers.address[i][0] != '\0') return true;
    return false;
}

/* What is wrong with it is said before anything is opened. */
static int check(const char *path) {
    problems p;
    weir_error err = {0};
    config_rules rules = {.origin = CONFIG_START};
    if (problems_init(&p, path) != 0) return complain(EXIT_USAGE, "no memory");
    config_plan *plan = config_check_file(path, &rules, &p, &err);
    int status = plan == NULL ? EXIT_USAGE : EXIT_DONE;
    problems_sort(&p);
    if (plan == NULL && p.errors == 0) complain(0, "%s", err.message);
    check_print(&p, false);
    if (plan != NULL && !has_doors(plan))
        status = complain(EXIT_USAGE,
                          "%s: no door in [receivers]: nothing would be received (pickle_tcp = opens one, "
                          "weir.conf(5) tells of all)",
                          path);
    config_plan_free(plan);
    problems_done(&p);
    return status;
}

/* "pickle_tcp 127.0.0.1:9020" on standard output; on standard error what does not listen (yet). */
static void print_door(void *arg, const char *name, const char *address, const char *state) {
    size_t prefix = sizeof DOOR_PREFIX - 1;
    (void)arg;
    if (strncmp(name, DOOR_PREFIX, prefix) != 0) return;
    if (strcmp(state, "listening") == 0)
        printf("%s %s\n", name + prefix, address);
    else
        complain(0, "%s %s: %s", name + prefix, address, state);
}

static void tell_doors(void) {
    control *c = control_current();
    if (c != NULL) control_listeners(c, print_door, NULL);
    puts("ready");
    fflush(stdout);
}

static void serve(const sigset_t *signals) {
    for (;;) {
        int got = sigwaitinfo(signals, NULL);
        control *c = control_current();
        if (got == SIGHUP && c != NULL)
            control_reread(c);
        else if (got == SIGINT || got == SIGTERM)
            return;
        else if (got < 0 && errno != EINTR)
            return;
    }
}

static int run(invocation *call) {
    const char *path = call->option[OPT_CONFIG];
    weir_error err;
    sigset_t signals;
    if (path == NULL) return complain(EXIT_USAGE, "weir serve -c FILE: by which configuration?");
    int status = check(path);
    if (status != EXIT_DONE) return status;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    if (weir_start(path, &err) != 0) {
        fprintf(stderr, "%s\n", err.message);
        status = EXIT_USAGE;
    } else {
        tell_doors();
        serve(&signals);
    }
    weir_stop();
    return status;
}

const verb verb_serve = {
    .name = "serve",
    .words = "",
    .summary = "Receive records from other processes and log them",
    .more =
        "FILE is a configuration with a [receivers] section (weir.conf(5)): where Python's SocketHandler,\n"
        "DatagramHandler, HTTPHandler and SysLogHandler, syslog senders and lines of JSON may come in. The "
        "doors\n"
        "that are open are printed, then \"ready\". SIGHUP rereads FILE; SIGINT and SIGTERM end it with "
        "exit\n"
        "status 0 once all is written, as far as stop_timeout allows.",
    .options = {OPT_CONFIG, OPT_HELP},
    .run = run,
};
