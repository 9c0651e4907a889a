/* memory_probe.c - a host whose allocations fail when it is told so (shim malloc_fail). Obeys lines on
 * standard input as host.c does, and allocates nothing itself while it does. */
#include <dlfcn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "weir.h"

static void (*fail_at)(unsigned long n, int good);
static unsigned long (*calls)(void), (*calls_here)(void);

static void log_some(long count) {
    weir_logger *logger = weir_get_logger("host.memory");
    for (long i = 0; i < count; i++) WEIR_INFO(logger, "record %ld %s", i, "with a text");
}

/* Allocations made by a warm thread's calls. The first ones make ring, plan and names. */
static void do_log(const char *args) {
    log_some(2);
    fail_at(0, 0);
    unsigned long before = calls_here();
    log_some(strtol(args, NULL, 10));
    printf("%lu\n", calls_here() - before);
}

/* With every allocation failing from now on: none of these may be needed. */
static void do_log_starved(const char *args) {
    log_some(2);
    fail_at(1, 1);
    log_some(strtol(args, NULL, 10));
    fail_at(0, 0);
    puts("ok");
}

/* The first calls of a logger and a site, without memory: the record may be lost, and is counted then. */
static void do_first(const char *args) {
    char name[64];
    snprintf(name, sizeof name, "host.new.%s", args);
    WEIR_INFO(weir_get_logger(name), "first of %s", args);
    weir_context_push("key", "value");
    WEIR_LOG_FIELDS(weir_get_logger(name), WEIR_LEVEL_INFO, (weir_str("k", "v")), "second of %s", args);
    weir_bind(weir_get_logger(name), "bound", args);
    weir_context_pop("key");
    fail_at(0, 0);
    puts("ok");
}

static void do_start(const char *args) {
    weir_error err;
    int rc = weir_start(args, &err);
    unsigned long made = calls();
    fail_at(0, 0);
    for (char *c = err.message; *c != '\0'; c++)
        if (*c == '\n') *c = '|';
    printf("%s %lu %s\n", rc == 0 ? "started" : "refused", made, err.message);
}

static void do_fail(const char *args) {
    char *rest;
    unsigned long n = strtoul(args, &rest, 10);
    fail_at(n, (int)strtol(rest, NULL, 10)); /* before the answer: who reads it may ask at once */
    puts("ok");
}

static void do_calls(const char *args) {
    (void)args;
    unsigned long made = calls();
    fail_at(0, 0);
    printf("%lu\n", made);
}

static void do_flush(const char *args) {
    puts(weir_flush((int)strtol(args, NULL, 10)) == 0 ? "ok" : "timeout");
}

static void do_stop(const char *args) {
    (void)args;
    weir_stop();
    puts("ok");
}

static void do_quit(const char *args) {
    (void)args;
    weir_stop();
    exit(0);
}

static const struct command {
    const char *name;
    void (*run)(const char *args);
} commands[] = {{"log", do_log},     {"starved", do_log_starved}, {"first", do_first},
                {"start", do_start}, {"fail", do_fail},           {"calls", do_calls},
                {"flush", do_flush}, {"stop", do_stop},           {"quit", do_quit}};

int main(void) {
    static char line[4096], out[4096], in[4096];
    *(void **)&fail_at = dlsym(RTLD_DEFAULT, "malloc_fail_at");
    *(void **)&calls = dlsym(RTLD_DEFAULT, "malloc_calls");
    *(void **)&calls_here = dlsym(RTLD_DEFAULT, "malloc_calls_here");
    if (fail_at == NULL || calls == NULL || calls_here == NULL) return 2;
    setvbuf(stdout, out, _IOLBF, sizeof out);
    setvbuf(stdin, in, _IOFBF, sizeof in);
    printf("ready %d\n", (int)getpid());
    while (fgets(line, sizeof line, stdin) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        size_t length = strcspn(line, " ");
        for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
            if (strncmp(commands[i].name, line, length) == 0 && commands[i].name[length] == '\0')
                commands[i].run(line + length + (line[length] == ' '));
    }
    return 0;
}
