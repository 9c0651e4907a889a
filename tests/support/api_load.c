/* api_load.c - two threads log without pause while the main thread edits handlers, filters and formatters
 * (weir_handlers.h). A service as tests/support/host.c is: commands on standard input, one answer line each.
 * Linked against libweir.so as users do. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "weir_handlers.h"

enum { THREADS = 2 };

static pthread_t threads[THREADS];
static int started;
static atomic_bool halted;
static unsigned long long logged[THREADS];
static weir_error err;

static void *produce(void *arg) {
    int number = *(int *)arg;
    char name[32];
    snprintf(name, sizeof name, "host.t%d", number);
    weir_logger *log = weir_get_logger(name);
    while (!atomic_load_explicit(&halted, memory_order_relaxed)) {
        WEIR_INFO(log, "t%d n%llu", number, logged[number]++);
        if (logged[number] % 20 == 0) usleep(500);
    }
    return NULL;
}

static void do_threads(void) {
    static int numbers[THREADS] = {0, 1};
    for (started = 0; started < THREADS; started++)
        pthread_create(&threads[started], NULL, produce, &numbers[started]);
    puts("ok");
}

static void do_halt(void) {
    atomic_store(&halted, true);
    for (int i = 0; i < started; i++) pthread_join(threads[i], NULL);
    printf("%llu %llu\n", logged[0], logged[1]);
}

/* ---- edits ---- */

static weir_handler *keep, *second;
static weir_formatter *formatters[2];
static weir_filter *filter;

static int all_at_once(void *arg, weir_error *e) {
    weir_logger *host = weir_get_logger("host");
    (void)arg;
    return weir_handler_set_formatter(second, formatters[0], e) | weir_logger_add_handler(host, second, e) |
           weir_logger_set_propagate(host, 1, e);
}

static int one_edit(int number) {
    weir_logger *host = weir_get_logger("host"), *root = weir_get_logger(NULL);
    switch (number % 10) {
    case 0: return weir_logger_add_handler(host, second, &err);
    case 1: return weir_handler_set_formatter(second, formatters[number / 10 % 2], &err);
    case 2: return weir_handler_set_level(second, WEIR_LEVEL_WARNING, &err);
    case 3: return weir_handler_add_filter(second, filter, &err);
    case 4: return weir_handler_set_level(second, WEIR_LEVEL_NOTSET, &err);
    case 5: return weir_handler_remove_filter(second, filter, &err);
    case 6: return weir_edit(all_at_once, NULL, &err);
    case 7: return weir_logger_remove_handler(host, second, &err);
    case 8: return weir_logger_add_filter(weir_get_logger("other"), filter, &err);
    default:
        return weir_logger_remove_filter(weir_get_logger("other"), filter, &err) |
               (weir_logger_has_handlers(root) != 1);
    }
}

static void do_begin(void) {
    weir_logger *root = weir_get_logger(NULL);
    keep = weir_handler_create("FileHandler", "{'filename': 'keep.log'}", &err);
    second = weir_handler_create("FileHandler", "{'filename': 'second.log'}", &err);
    formatters[0] = weir_formatter_create("%(message)s", NULL, NULL, &err);
    formatters[1] = weir_formatter_create("{name} {message}", NULL, "{", &err);
    filter = weir_filter_create_name("host", &err);
    weir_set_level(root, WEIR_LEVEL_INFO);
    if (keep == NULL || second == NULL || filter == NULL || weir_logger_add_handler(root, keep, &err) != 0)
        printf("error: %s\n", err.message);
    else
        puts("ok");
}

static void do_edits(int count) {
    for (int i = 0; i < count; i++)
        if (one_edit(i) != 0) {
            printf("error: edit %d: %s\n", i, err.message);
            return;
        }
    puts("ok");
}

/* ---- edits from several threads while Weir stops and starts ---- */

static atomic_int edited, refused;

static void *storm(void *arg) {
    int number = *(int *)arg;
    char name[32], kwargs[64];
    weir_error error;
    snprintf(name, sizeof name, "storm.t%d", number);
    snprintf(kwargs, sizeof kwargs, "{'filename': 'storm%d.log'}", number);
    weir_logger *log = weir_get_logger(name);
    while (!atomic_load_explicit(&halted, memory_order_relaxed)) {
        weir_handler *h = weir_handler_create("FileHandler", kwargs, &error);
        if (h == NULL) abort();
        int rc = weir_logger_add_handler(log, h, &error);
        WEIR_ERROR(log, "while it is attached");
        if (rc == 0) rc = weir_handler_set_level(h, WEIR_LEVEL_ERROR, &error);
        if (rc == 0) rc = weir_handler_flush(h, 1000);
        weir_logger_each_handler(log, NULL, NULL);
        weir_handler_free(weir_get_handler_by_name("api-1"));
        if (weir_logger_remove_handler(log, h, &error) != 0) rc = -1;
        weir_handler_free(h);
        atomic_fetch_add(rc == 0 ? &edited : &refused, 1);
    }
    return NULL;
}

static void do_storm(int stops, const char *config) {
    static int numbers[THREADS] = {0, 1};
    atomic_store(&halted, false);
    for (started = 0; started < THREADS; started++)
        pthread_create(&threads[started], NULL, storm, &numbers[started]);
    for (int i = 0; i < stops; i++) {
        int before = atomic_load(&edited);
        while (atomic_load(&edited) < before + 5) usleep(200);
        weir_stop();
        usleep(200);
        weir_start(config, &err);
    }
    atomic_store(&halted, true);
    for (int i = 0; i < started; i++) pthread_join(threads[i], NULL);
    printf("%d %d\n", atomic_load(&edited), atomic_load(&refused));
}

/* A child logs, edits and logs again; what the parent has attached is the child's, too. */
static void do_fork(void) {
    weir_logger *log = weir_get_logger("host.child");
    pid_t pid = fork();
    if (pid == 0) {
        weir_error error;
        WEIR_ERROR(log, "t0 n0");
        weir_handler *h = weir_handler_create("FileHandler", "{'filename': 'child.log'}", &error);
        int rc = weir_logger_add_handler(log, h, &error) |
                 weir_handler_set_level(keep, WEIR_LEVEL_CRITICAL, &error);
        WEIR_ERROR(log, "t0 n1");
        weir_handler_free(h);
        _exit(weir_shutdown(10000) == 0 && rc == 0 ? 0 : 1);
    }
    int status = -1;
    waitpid(pid, &status, 0);
    printf("%d\n", status);
}

/* While it is not attached it stays as it is; freed, it is closed. */
static void do_end(void) {
    weir_handler_free(keep);
    weir_handler_free(second);
    weir_formatter_free(formatters[0]);
    weir_formatter_free(formatters[1]);
    weir_filter_free(filter);
    puts("ok");
}

int main(int argc, char **argv) {
    char line[256];
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (argc > 1 && argv[1][0] != '-' && weir_start(argv[1], &err) != 0) fprintf(stderr, "%s\n", err.message);
    printf("ready %d\n", (int)getpid());
    while (fgets(line, sizeof line, stdin) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        if (strcmp(line, "begin") == 0) do_begin();
        if (strcmp(line, "threads") == 0) do_threads();
        if (strncmp(line, "edits ", 6) == 0) do_edits((int)strtol(line + 6, NULL, 10));
        if (strcmp(line, "halt") == 0) do_halt();
        if (strcmp(line, "fork") == 0) do_fork();
        if (strncmp(line, "storm ", 6) == 0) do_storm((int)strtol(line + 6, NULL, 10), argv[1]);
        if (strcmp(line, "flush") == 0) puts(weir_flush(10000) == 0 ? "ok" : "error: flush");
        if (strcmp(line, "end") == 0) do_end();
        if (strcmp(line, "quit") == 0) break;
    }
    return weir_shutdown(10000) == 0 ? 0 : 1;
}
