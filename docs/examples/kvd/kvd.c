/* kvd.c - a small key-value server: a subset of Redis' protocol over TCP, so that redis-cli talks to it.
 * It is the example of a service that uses Weir: see log.c for all that it takes.
 *
 *   kvd --port 6390 --weir build/libweir.so.0 --log docs/examples/kvd.ini */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "net.h"
#include "store.h"

static void on_signal(int number) {
    (void)number;
    net_stop();
}

static const char *option(int argc, char **argv, const char *name, const char *otherwise) {
    for (int i = 1; i + 1 < argc; i++)
        if (strcmp(argv[i], name) == 0) return argv[i + 1];
    return otherwise;
}

int main(int argc, char **argv) {
    if (argc > 1 && strcmp(argv[1], "--help") == 0) {
        puts("usage: kvd [--port N] [--weir LIBRARY] [--log CONFIG]");
        return 0;
    }
    log_open(option(argc, argv, "--weir", "libweir.so.0"), option(argc, argv, "--log", NULL));
    store_open();
    int port = net_listen((int)strtol(option(argc, argv, "--port", "6390"), NULL, 10));
    if (port < 0) {
        WEIR_CRITICAL(log_main, "cannot listen: %m");
        perror("kvd: cannot listen");
        log_close();
        return 1;
    }
    struct sigaction action = {.sa_handler = on_signal};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    WEIR_INFO(log_main, "kvd serves 127.0.0.1:%d, pid %d", port, (int)getpid());
    printf("kvd: serving 127.0.0.1:%d\n", port);
    fflush(stdout);
    net_serve();
    WEIR_INFO(log_main, "kvd stops with %zu keys", store_size());
    log_close();
    return 0;
}
