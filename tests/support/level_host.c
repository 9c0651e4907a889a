/* level_host.c - a service whose records differ by context: starts Weir by the file it is given, then obeys
 * lines on standard input, one answer line each (see `commands`). Linked against libweir.so as users do.
 *
 * Its threads log "NAME nN" at DEBUG, and at each tenth turn "NAME wN" at WARNING, with NAME as `user` in
 * their context. */
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "weir.h"
#include "weir_logging.h"

enum { MAX_THREADS = 16, WORDS = 6 };

typedef struct talker {
    pthread_t thread;
    const char *user;
    unsigned long long turns;
} talker;

static talker talkers[MAX_THREADS];
static int talker_count;
static atomic_bool halted;

/* A command's words; the last takes the rest of the line. */
static char *word[WORDS];

static weir_logger *named(int at) { return weir_get_logger(word[at]); }
static int number(int at) { return (int)strtol(word[at], NULL, 10); }

static void *talk(void *arg) {
    talker *t = arg;
    weir_context_push("user", t->user);
    weir_logger *logger = weir_get_logger("host.talk");
    for (t->turns = 0; !atomic_load_explicit(&halted, memory_order_relaxed); t->turns++) {
        WEIR_DEBUG(logger, "%s n%llu", t->user, t->turns);
        if (t->turns % 10 == 0) WEIR_WARNING(logger, "%s w%llu", t->user, t->turns);
        if (t->turns % 50 == 0) usleep(100);
    }
    return NULL;
}

static void do_threads(void) {
    talker_count = number(0);
    for (int i = 0; i < talker_count; i++) {
        talkers[i] = (talker){.user = i % 2 ? "alice" : "bob"};
        pthread_create(&talkers[i].thread, NULL, talk, &talkers[i]);
    }
    puts("ok");
}

static void do_halt(void) {
    atomic_store(&halted, true);
    for (int i = 0; i < talker_count; i++) pthread_join(talkers[i].thread, NULL);
    for (int i = 0; i < talker_count; i++) printf("%s%llu", i ? " " : "", talkers[i].turns);
    putchar('\n');
    talker_count = 0;
    atomic_store(&halted, false);
}

static void do_push(void) { printf("%d\n", weir_context_push(word[0], word[1])); }
static void do_pop(void) { printf("%d\n", weir_context_pop(word[0])); }

static void do_say(void) {
    WEIR_LOG(named(0), number(1), "%s", word[2]);
    puts("ok");
}

static void do_note(void) {
    WEIR_LOG_FIELDS(named(0), number(1), (weir_str(word[2], word[3])), "%s", word[4]);
    puts("ok");
}

static void do_numbers(void) {
    weir_logger *l = named(0);
    WEIR_LOG_FIELDS(l, 10, (weir_int("id", -7)), "int");
    WEIR_LOG_FIELDS(l, 10, (weir_uint("id", UINT64_MAX)), "uint");
    WEIR_LOG_FIELDS(l, 10, (weir_double("id", 0.1)), "double");
    WEIR_LOG_FIELDS(l, 10, (weir_bool("id", 1)), "bool");
    WEIR_LOG_FIELDS(l, 10, (weir_str("id", NULL)), "none");
    WEIR_LOG_FIELDS(l, 10, (weir_int("id", 7)), "other");
    puts("ok");
}

static void do_bound(void) {
    WEIR_LOG(weir_bind(named(0), word[2], word[3]), number(1), "%s", word[4]);
    puts("ok");
}

static void do_adapter(void) {
    const weir_field extra[] = {weir_str(word[2], word[3])};
    weir_adapter *a = weir_adapter_create(named(0), extra, 1, 0, NULL, NULL);
    WEIR_ADAPTER_LOG(a, number(1), "%s", word[4]);
    weir_adapter_free(a);
    puts("ok");
}

static void vlog(weir_logger *to, int level, const char *format, ...) __attribute__((format(printf, 3, 4)));
static void vlog(weir_logger *to, int level, const char *format, ...) {
    va_list args;
    va_start(args, format);
    weir_vlog(to, level, __FILE__, __LINE__, __func__, format, args);
    va_end(args);
}

static void do_ways(void) {
    weir_logger *l = named(0);
    vlog(l, 10, "vlog");
    WEIR_LOG_STACKLEVEL(l, 10, 1, "stacklevel");
    WEIR_LOG_STACK(l, 10, "stack");
    weir_signal_log(l, 10, "signal");
    puts("ok");
}

static void do_enabled(void) { printf("%d\n", weir_is_enabled(named(0), number(1))); }
static void do_effective(void) { printf("%d\n", weir_get_effective_level(named(0))); }

static void do_disable(void) {
    weir_disable(number(0));
    puts("ok");
}

static void do_disabled(void) {
    weir_set_disabled(named(0), number(1));
    puts("ok");
}

static void do_set(void) {
    weir_set_level(named(0), number(1));
    puts("ok");
}

/* A child whose first calls are below the level: one of another user, then one of bob's. */
static void do_fork(void) {
    pid_t pid = fork();
    if (pid == 0) {
        alarm(60);
        weir_logger *l = weir_get_logger("host.child");
        WEIR_LOG_FIELDS(l, 10, (weir_str("user", "alice")), "child of alice");
        WEIR_LOG_FIELDS(l, 10, (weir_str("user", "bob")), "child of bob");
        exit(0);
    }
    int status = -1;
    waitpid(pid, &status, 0);
    printf("ok %d\n", status);
}

static void do_flush(void) { puts(weir_flush(20000) == 0 ? "ok" : "timeout"); }

static void do_stop(void) {
    weir_stop();
    puts("ok");
}

static void do_start(void) {
    weir_error err;
    puts(weir_start(word[0], &err) == 0 ? "ok" : err.message);
}

static void do_quit(void) {
    weir_stop();
    exit(0);
}

static const struct command {
    const char *name;
    int words;
    void (*run)(void);
    const char *help;
} commands[] = {
    {"threads", 1, do_threads, "COUNT: bob and alice in turn"},
    {"halt", 0, do_halt, "ends them: the turns of each"},
    {"push", 2, do_push, "KEY VALUE"},
    {"pop", 1, do_pop, "KEY"},
    {"say", 3, do_say, "LOGGER LEVEL TEXT"},
    {"note", 5, do_note, "LOGGER LEVEL KEY VALUE TEXT: with a field"},
    {"numbers", 1, do_numbers, "LOGGER: fields `id` of each type, at DEBUG"},
    {"bound", 5, do_bound, "LOGGER LEVEL KEY VALUE TEXT: through a bound logger"},
    {"adapter", 5, do_adapter, "LOGGER LEVEL KEY VALUE TEXT: through an adapter"},
    {"ways", 1, do_ways, "LOGGER: the other ways of a call, at DEBUG"},
    {"enabled", 2, do_enabled, "LOGGER LEVEL"},
    {"effective", 1, do_effective, "LOGGER"},
    {"disable", 1, do_disable, "LEVEL"},
    {"disabled", 2, do_disabled, "LOGGER 0|1"},
    {"set", 2, do_set, "LOGGER LEVEL"},
    {"fork", 0, do_fork, "a child's first records"},
    {"flush", 0, do_flush, ""},
    {"stop", 0, do_stop, ""},
    {"start", 1, do_start, "CONFIG"},
    {"quit", 0, do_quit, "weir_stop, then exit 0"},
};

static bool split(char *line, int count) {
    for (int i = 0; i < count; i++) {
        word[i] = line;
        if (line == NULL) return false;
        line = i + 1 < count ? strchr(line, ' ') : NULL;
        if (line != NULL) *line++ = '\0';
    }
    return true;
}

static void obey(char *line) {
    char *args = strchr(line, ' ');
    if (args != NULL) *args++ = '\0';
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        if (strcmp(commands[i].name, line) != 0) continue;
        if (!split(args, commands[i].words)) break;
        commands[i].run();
        return;
    }
    puts("error: unknown command, or a word is missing");
}

int main(int argc, char **argv) {
    char line[65536];
    setvbuf(stdout, NULL, _IOLBF, 0);
    weir_error err;
    if (argc > 1 && weir_start(argv[1], &err) != 0) fprintf(stderr, "%s\n", err.message);
    printf("ready %d\n", (int)getpid());
    while (fgets(line, sizeof line, stdin) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        obey(line);
    }
    return 0;
}
