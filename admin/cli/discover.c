/* discover.c - reads /proc/net/unix. It connects to nothing. */
#include "admin/cli/discover.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "admin/cli/print.h"

#define PREFIX "/weir-"
#define SUFFIX ".sock"

/* "…/weir-SERVICE-PID.sock" -> service and pid. */
static bool parse_path(const char *path, found_service *out) {
    size_t len = strlen(path);
    const char *name = strrchr(path, '/');
    if (name == NULL || len >= sizeof out->path || strncmp(name, PREFIX, strlen(PREFIX)) != 0) return false;
    if (strcmp(path + len - strlen(SUFFIX), SUFFIX) != 0) return false;
    const char *dash = strrchr(name, '-');
    const char *service = name + strlen(PREFIX);
    if (dash <= service || (size_t)(dash - service) >= sizeof out->service) return false;
    char *end;
    long pid = strtol(dash + 1, &end, 10);
    if (pid <= 0 || strcmp(end, SUFFIX) != 0) return false;
    memcpy(out->path, path, len + 1);
    memcpy(out->service, service, (size_t)(dash - service));
    out->service[dash - service] = '\0';
    out->pid = (int)pid;
    return true;
}

static bool alive(int pid) { return kill(pid, 0) == 0 || errno == EPERM; }

/* An accepted connection has its listener's name too: each path counts once. */
static bool known(const found_service *list, size_t count, const char *path) {
    for (size_t i = 0; i < count; i++)
        if (strcmp(list[i].path, path) == 0) return true;
    return false;
}

static int by_pid(const void *a, const void *b) {
    return ((const found_service *)a)->pid - ((const found_service *)b)->pid;
}

size_t discover_all(found_service *out, size_t max) {
    size_t count = 0;
    char line[512];
    FILE *f = fopen("/proc/net/unix", "re");
    if (f == NULL) return 0;
    while (count < max && fgets(line, sizeof line, f) != NULL) {
        char *path = strchr(line, '/');
        line[strcspn(line, "\n")] = '\0';
        if (path && parse_path(path, &out[count]) && alive(out[count].pid) && !known(out, count, path))
            count++;
    }
    fclose(f);
    qsort(out, count, sizeof *out, by_pid);
    return count;
}

static bool wanted(const invocation *call, const found_service *s) {
    const char *name = call->option[OPT_SERVICE], *pid = call->option[OPT_PID];
    if (name && strcmp(name, s->service) != 0) return false;
    return pid == NULL || strtol(pid, NULL, 10) == s->pid;
}

/* call NULL: all of them; else those that it means. */
static void list(const invocation *call, const found_service *all, size_t count) {
    for (size_t i = 0; i < count; i++) {
        int width = 20 - (int)strlen(all[i].service);
        if (call != NULL && !wanted(call, &all[i])) continue;
        fputs("  --service ", stderr);
        print_escaped(stderr, slice_of(all[i].service));
        fprintf(stderr, "%*s --pid %d\n", width > 0 ? width : 0, "", all[i].pid);
    }
}

int discover_one(const invocation *call, found_service *out) {
    found_service all[DISCOVER_MAX];
    size_t count = discover_all(all, DISCOVER_MAX), hits = 0;
    for (size_t i = 0; i < count; i++)
        if (wanted(call, &all[i]) && hits++ == 0) *out = all[i];
    if (hits == 1) return 0;
    if (count == 0)
        return complain(EXIT_UNREACHABLE,
                        "no service with Weir runs on this machine (or its [admin] socket is off)");
    if (hits == 0) {
        complain(EXIT_UNREACHABLE, "no such service; these run:");
        list(NULL, all, count);
        return EXIT_UNREACHABLE;
    }
    complain(EXIT_USAGE, call->option[OPT_SERVICE] ? "several services of that name run; name one by --pid:"
                                                   : "several services run; name one:");
    list(call, all, count);
    return EXIT_USAGE;
}
