/* host.c - a service for the tests: starts Weir by the file it is given, then obeys lines on standard
 * input, one answer line each. See `commands` at the end. Linked against libweir.so as users do.
 *
 * Producer threads log "tT nN" to logger "host.tT" and store in a shared page (file "page" in the
 * directory), after each call has returned, how many have: the oracle of every loss test. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "weir.h"

enum { MAX_THREADS = 64 };

typedef struct producer {
    pthread_t thread;
    int number;
    unsigned long long limit; /* 0: until halted */
    long pause_ns;
} producer;

static producer producers[MAX_THREADS];
static int producer_count;
static atomic_bool halted;
static _Atomic unsigned long long *page; /* [thread] accepted; [MAX_THREADS + thread] longest call, ns */

static unsigned long long now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (unsigned long long)t.tv_sec * 1000000000ull + (unsigned long long)t.tv_nsec;
}

static void *produce(void *arg) {
    producer *p = arg;
    char name[32];
    snprintf(name, sizeof name, "host.t%d", p->number);
    weir_logger *logger = weir_get_logger(name);
    for (unsigned long long n = atomic_load(&page[p->number]); p->limit == 0 || n < p->limit; n++) {
        if (atomic_load_explicit(&halted, memory_order_relaxed)) break;
        unsigned long long begin = now_ns();
        WEIR_INFO(logger, "t%d n%llu", p->number, n);
        unsigned long long took = now_ns() - begin;
        atomic_store_explicit(&page[p->number], n + 1, memory_order_release);
        if (took > atomic_load_explicit(&page[MAX_THREADS + p->number], memory_order_relaxed))
            atomic_store_explicit(&page[MAX_THREADS + p->number], took, memory_order_relaxed);
        if (p->pause_ns > 0) nanosleep(&(struct timespec){0, p->pause_ns}, NULL);
    }
    return NULL;
}

static void halt(void) {
    atomic_store(&halted, true);
    for (int i = 0; i < producer_count; i++) pthread_join(producers[i].thread, NULL);
    producer_count = 0;
    atomic_store(&halted, false);
}

static int wait_done(void) {
    for (int i = 0; i < producer_count; i++) pthread_join(producers[i].thread, NULL);
    producer_count = 0;
    return 0;
}

/* ---- commands: each prints its answer line ---- */

static void do_log(char *args) {
    char name[256], level_text[32];
    unsigned long long count;
    if (sscanf(args, "%255s %31s %llu", name, level_text, &count) != 3) {
        puts("error: log LOGGER LEVEL COUNT");
        return;
    }
    weir_logger *logger = weir_get_logger(name);
    int level = (int)strtol(level_text, NULL, 10);
    for (unsigned long long i = 0; i < count; i++) WEIR_LOG(logger, level, "message %llu", i);
    puts("ok");
}

static void do_say(char *args) {
    char name[256];
    int level, used = 0;
    if (sscanf(args, "%255s %d %n", name, &level, &used) < 2) {
        puts("error: say LOGGER LEVEL TEXT");
        return;
    }
    weir_logger *logger = weir_get_logger(name);
    WEIR_LOG(logger, level, "%s", args + used);
    puts("ok");
}

static void do_note(char *args) {
    char name[256], key[64], text[256];
    int level, used = 0;
    if (sscanf(args, "%255s %d %63s %255s %n", name, &level, key, text, &used) < 4) {
        puts("error: note LOGGER LEVEL KEY VALUE TEXT");
        return;
    }
    WEIR_LOG_FIELDS(weir_get_logger(name), level, (weir_str(key, text)), "%s", args + used);
    puts("ok");
}

static void do_threads(char *args) {
    int count;
    unsigned long long limit = 0;
    long pause_us = 0;
    if (sscanf(args, "%d %llu %ld", &count, &limit, &pause_us) < 1 || count > MAX_THREADS) {
        puts("error: threads COUNT [LIMIT [PAUSE_US]]");
        return;
    }
    for (int i = 0; i < count; i++) {
        producers[i] = (producer){.number = i, .limit = limit, .pause_ns = pause_us * 1000};
        pthread_create(&producers[i].thread, NULL, produce, &producers[i]);
    }
    producer_count = count;
    puts("ok");
}

static void print_counts(void) {
    for (int i = 0; i < MAX_THREADS && atomic_load(&page[i]) > 0; i++)
        printf("%s%llu/%llu", i ? " " : "", atomic_load(&page[i]), atomic_load(&page[MAX_THREADS + i]));
    putchar('\n');
}

static void do_halt(char *args) {
    (void)args;
    halt();
    print_counts();
}

static void do_wait(char *args) {
    (void)args;
    wait_done();
    print_counts();
}

static void do_flush(char *args) {
    printf("%s\n", weir_flush((int)strtol(args, NULL, 10)) == 0 ? "ok" : "timeout");
}

static void *flush_for_ever(void *arg) {
    (void)arg;
    weir_flush(-1);
    return NULL;
}

/* A thread waits in weir_flush for as long as it takes. */
static void do_flusher(char *args) {
    (void)args;
    pthread_t thread;
    pthread_create(&thread, NULL, flush_for_ever, NULL);
    pthread_detach(thread);
    nanosleep(&(struct timespec){0, 100000000}, NULL);
    puts("ok");
}

static void do_set_level(char *args) {
    char name[256];
    int level;
    if (sscanf(args, "%255s %d", name, &level) != 2) {
        puts("error: set LOGGER LEVEL");
        return;
    }
    weir_set_level(weir_get_logger(name), level);
    puts("ok");
}

static void do_effective(char *args) { printf("%d\n", weir_get_effective_level(weir_get_logger(args))); }

static void do_start(char *args) {
    weir_error err;
    int rc = weir_start(args, &err);
    for (char *c = err.message; *c; c++)
        if (*c == '\n') *c = '|';
    printf("%s%s\n", rc == 0 ? "ok" : "refused ", rc == 0 ? "" : err.message);
}

static void do_stop(char *args) {
    (void)args;
    unsigned long long begin = now_ns();
    weir_stop();
    printf("ok %llu\n", (now_ns() - begin) / 1000000);
}

static void do_fork(char *args) {
    pid_t pid = fork();
    if (pid == 0) {
        weir_logger *logger = weir_get_logger("host.child");
        for (long i = 0; i < strtol(args, NULL, 10); i++) WEIR_INFO(logger, "child n%ld", i);
        exit(0);
    }
    int status = -1;
    waitpid(pid, &status, 0);
    printf("ok %d\n", status);
}

/* As daemon(3): the child goes on, the parent ends without a word. */
static void do_daemon(char *args) {
    (void)args;
    pid_t parent = getpid(), pid = fork();
    if (pid > 0) _exit(0);
    while (getppid() == parent) usleep(1000);
    WEIR_WARNING(weir_get_logger("host.child"), "the child goes on");
    printf("ok %d\n", (int)getpid());
}

/* Every EVERYth child logs; all leave by exit, so through weir_stop. A child that hangs dies of SIGALRM. */
static void do_forks(char *args) {
    int count, every, bad = 0;
    if (sscanf(args, "%d %d", &count, &every) != 2 || every < 1) {
        puts("error: forks COUNT EVERY");
        return;
    }
    weir_logger *logger = weir_get_logger("host.child");
    for (int i = 0; i < count; i++) {
        pid_t pid = fork();
        if (pid == 0) {
            alarm(60);
            if (i % every == 0) WEIR_INFO(logger, "t63 n%d", i / every);
            exit(0);
        }
        int status = -1;
        waitpid(pid, &status, 0);
        bad += status != 0;
    }
    printf("ok %d\n", bad);
}

/* "threads N, mappings N, PATH, PATH, …": what this process has of threads, run directory and descriptors. */
static void describe_self(FILE *out) {
    char line[4096], target[4096];
    int mappings = 0, threads = 0;
    FILE *maps = fopen("/proc/self/maps", "re");
    while (maps != NULL && fgets(line, sizeof line, maps) != NULL)
        mappings += strstr(line, "/dev/shm/") != NULL;
    if (maps != NULL) fclose(maps);
    DIR *dir = opendir("/proc/self/task");
    for (struct dirent *e; dir != NULL && (e = readdir(dir)) != NULL;) threads += e->d_name[0] != '.';
    if (dir != NULL) closedir(dir);
    fprintf(out, "threads %d, mappings %d", threads, mappings);
    dir = opendir("/proc/self/fd");
    for (struct dirent *e; dir != NULL && (e = readdir(dir)) != NULL;) {
        ssize_t n = readlinkat(dirfd(dir), e->d_name, target, sizeof target - 1);
        if (n > 0) fprintf(out, ", %.*s", (int)n, target);
    }
    if (dir != NULL) closedir(dir);
    fputc('\n', out);
}

/* A child before and after its first record; it ends by weir_stop and _exit. */
static void do_child(char *args) {
    (void)args;
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        alarm(60);
        describe_self(stdout);
        WEIR_INFO(weir_get_logger("host.child"), "the child's first record");
        describe_self(stdout);
        weir_stop();
        describe_self(stdout);
        fflush(stdout);
        _exit(0);
    }
    int status = -1;
    waitpid(pid, &status, 0);
    printf("ok %d\n", status);
}

/* A child logs COUNT records, and is killed when its last call has returned. */
static void do_orphan(char *args) {
    long count = strtol(args, NULL, 10);
    pid_t pid = fork();
    if (pid == 0) {
        weir_logger *logger = weir_get_logger("host.child");
        for (long i = 0; i < count; i++) WEIR_INFO(logger, "t63 n%ld", i);
        raise(SIGKILL);
    }
    waitpid(pid, NULL, 0);
    puts("ok");
}

static void do_self(char *args) {
    (void)args;
    describe_self(stdout);
}

/* The descriptors that a program gets which is started from here, as ls sees them; then "ok". */
static void do_spawn(char *args) {
    char *words[] = {"ls", "-l", "/proc/self/fd", NULL};
    pid_t pid = -1;
    if (strcmp(args, "fork") == 0) {
        if ((pid = fork()) == 0) {
            execv("/bin/ls", words);
            _exit(127);
        }
    } else if (posix_spawn(&pid, "/bin/ls", NULL, NULL, words, environ) != 0) {
        puts("error: posix_spawn");
        return;
    }
    waitpid(pid, NULL, 0);
    puts("ok");
}

static void do_listen(char *args) { printf("%d\n", weir_listen((int)strtol(args, NULL, 10), NULL)); }
static void do_clock(char *args) {
    (void)args;
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    printf("%lld\n", (long long)t.tv_sec * 1000000000ll + t.tv_nsec);
}
static void do_exit(char *args) { exit((int)strtol(args, NULL, 10)); }
static void do__exit(char *args) { _exit((int)strtol(args, NULL, 10)); }
static void do_quick_exit(char *args) { quick_exit((int)strtol(args, NULL, 10)); }
static void do_abort(char *args) {
    (void)args;
    abort();
}
static void do_segv(char *args) {
    (void)args;
    raise(SIGSEGV);
}
/* Allocates and frees without end: where a signal meets it, the heap is locked or half changed. */
static void *churn(void *arg) {
    (void)arg;
    for (size_t i = 0;; i++) {
        void *volatile p = malloc(1000 + i * 7919 % 200000);
        free(p);
    }
    return NULL;
}

static void do_crash(char *args) {
    char where[32];
    int number;
    pthread_t thread;
    if (sscanf(args, "%31s %d", where, &number) != 2) {
        puts("error: crash main|producer|malloc SIGNAL");
        return;
    }
    if (strcmp(where, "main") == 0) raise(number);
    if (strcmp(where, "producer") == 0) pthread_kill(producers[0].thread, number);
    if (strcmp(where, "malloc") == 0 && pthread_create(&thread, NULL, churn, NULL) == 0) {
        nanosleep(&(struct timespec){0, 2000000}, NULL);
        pthread_kill(thread, number);
    }
    for (;;) pause();
}
static void do_quit(char *args) {
    (void)args;
    halt();
    weir_stop();
    exit(0);
}

static const struct command {
    const char *name;
    void (*run)(char *args);
    const char *help;
} commands[] = {
    {"log", do_log, "LOGGER LEVEL COUNT: \"message N\""},
    {"say", do_say, "LOGGER LEVEL TEXT"},
    {"note", do_note, "LOGGER LEVEL KEY VALUE TEXT: with a field"},
    {"threads", do_threads, "COUNT [LIMIT [PAUSE_US]]: producers; go on where the page says"},
    {"halt", do_halt, "ends the producers: accepted/longest call in ns, a thread"},
    {"wait", do_wait, "until the producers have reached their limit; as halt"},
    {"flush", do_flush, "TIMEOUT_MS"},
    {"flusher", do_flusher, "a thread calls weir_flush(-1)"},
    {"set", do_set_level, "LOGGER LEVEL: weir_set_level"},
    {"effective", do_effective, "LOGGER"},
    {"start", do_start, "CONFIG"},
    {"stop", do_stop, "weir_stop; answers the milliseconds it took"},
    {"fork", do_fork, "COUNT: a child logs COUNT records and exits"},
    {"daemon", do_daemon, "the parent ends, its child goes on"},
    {"forks", do_forks, "COUNT EVERY: children one after the other; every EVERYth logs \"t63 nN\""},
    {"child", do_child, "three lines: a child before its first record, after it, after weir_stop; then ok"},
    {"orphan", do_orphan, "COUNT: a child logs \"t63 nN\" and dies of SIGKILL"},
    {"self", do_self, "threads, mappings of run directories, descriptors"},
    {"spawn", do_spawn, "fork|posix: ls of the descriptors that a program gets, then ok"},
    {"listen", do_listen, "PORT: weir_listen"},
    {"clock", do_clock, "CPU time of the process, ns"},
    {"exit", do_exit, "STATUS: exit without weir_stop"},
    {"_exit", do__exit, "STATUS"},
    {"quick_exit", do_quick_exit, "STATUS"},
    {"abort", do_abort, ""},
    {"segv", do_segv, ""},
    {"crash", do_crash, "main|producer|malloc SIGNAL: the signal meets that thread"},
    {"quit", do_quit, "weir_stop, then exit 0"},
};

static void obey(char *line) {
    size_t length = strcspn(line, " ");
    char *args = line + length + (line[length] == ' ');
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        if (strlen(commands[i].name) == length && memcmp(commands[i].name, line, length) == 0) {
            commands[i].run(args);
            return;
        }
    puts("error: unknown command");
}

int main(int argc, char **argv) {
    setvbuf(stdout, NULL, _IOLBF, 0);
    int fd = open("page", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    size_t size = 2 * MAX_THREADS * sizeof *page;
    if (fd < 0 || ftruncate(fd, (off_t)size) != 0) return 2;
    page = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (argc > 1 && argv[1][0] != '-') {
        weir_error err;
        if (weir_start(argv[1], &err) != 0) fprintf(stderr, "%s\n", err.message);
    }
    printf("ready %d\n", (int)getpid());
    char line[65536];
    while (fgets(line, sizeof line, stdin) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        obey(line);
    }
    return 0;
}
