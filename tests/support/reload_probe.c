/* reload_probe.c - a host that finds libweir.so by dlopen, and loads and unloads it again and again while two
 * of its threads log without pause: reload_probe LIBRARY CONFIG CYCLES RECORDS. In each cycle the main thread
 * logs RECORDS records "t0 nN". Prints what the process has after the first cycles and after the last, a line
 * each: "threads N descriptors N mappings N pages N heap N". */
#include <dirent.h>
#include <dlfcn.h>
#include <malloc.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WEIR_VIA weir
#include "weir.h"

/* Caches (the allocator's arenas, the loader's, SQLite's) are full by then. */
#define WARM_CYCLES 30

static const weir_plugin *weir;
static atomic_bool over;

static void *keep_logging(void *arg) {
    weir_logger *logger = weir->get_logger(arg);
    for (unsigned long n = 0; !atomic_load_explicit(&over, memory_order_relaxed); n++) {
        WEIR_INFO(logger, "load %lu of %s", n, (const char *)arg);
        if (n % 8 == 0) usleep(500);
    }
    return NULL;
}

static int count_entries(const char *path) {
    int count = 0;
    DIR *dir = opendir(path);
    for (struct dirent *e; dir != NULL && (e = readdir(dir)) != NULL;) count += e->d_name[0] != '.';
    if (dir != NULL) closedir(dir);
    return count;
}

static int count_mappings(void) {
    char line[4096];
    int count = 0;
    FILE *maps = fopen("/proc/self/maps", "re");
    while (maps != NULL && fgets(line, sizeof line, maps) != NULL)
        count += strstr(line, "ring-") != NULL || strstr(line, "queue-") != NULL ||
                 strstr(line, "(deleted)") != NULL || strstr(line, "/process") != NULL ||
                 strstr(line, "/dictionary") != NULL;
    if (maps != NULL) fclose(maps);
    return count;
}

static void report(void) {
    long pages = 0;
    FILE *statm = fopen("/proc/self/statm", "re");
    if (statm == NULL || fscanf(statm, "%ld", &pages) != 1) pages = -1;
    if (statm != NULL) fclose(statm);
    printf("threads %d descriptors %d mappings %d pages %ld heap %zu\n", count_entries("/proc/self/task"),
           count_entries("/proc/self/fd"), count_mappings(), pages, mallinfo2().uordblks);
    fflush(stdout);
}

static bool cycle(const char *library, const char *config, long records, unsigned long *next) {
    void *handle = dlopen(library, RTLD_NOW | RTLD_LOCAL);
    const weir_plugin *found = handle == NULL ? NULL : dlsym(handle, "weir_plugin_v1");
    weir_error err;
    if (found == NULL || found->abi != WEIR_PLUGIN_ABI) {
        fprintf(stderr, "%s\n", dlerror());
        return false;
    }
    if (weir == NULL) weir = found; /* the library's text stays, so it is the same each time */
    if (weir != found) return false;
    if (weir->load(config, &err) != 0) {
        fprintf(stderr, "%s\n", err.message);
        return false;
    }
    weir_logger *logger = weir->get_logger("main");
    for (long i = 0; i < records; i++) WEIR_INFO(logger, "t0 n%lu", (*next)++);
    weir->unload();
    return dlclose(handle) == 0;
}

int main(int argc, char **argv) {
    if (argc != 5) return 2;
    long cycles = strtol(argv[3], NULL, 10), records = strtol(argv[4], NULL, 10);
    unsigned long next = 0;
    pthread_t threads[2];
    static char names[2][8] = {"load.a", "load.b"};
    for (long i = 0; i < cycles + WARM_CYCLES; i++) {
        if (!cycle(argv[1], argv[2], records, &next)) return 1;
        if (i == 0)
            for (int t = 0; t < 2; t++) pthread_create(&threads[t], NULL, keep_logging, names[t]);
        if (i == WARM_CYCLES - 1) report();
    }
    report();
    atomic_store(&over, true);
    for (int t = 0; t < 2; t++) pthread_join(threads[t], NULL);
    return 0;
}
