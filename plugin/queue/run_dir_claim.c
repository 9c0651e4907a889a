/* run_dir_claim.c - finds the directories of dead processes of a service and claims each by a
 * rename, so that of two that recover at the same time one gets it. Runs on the thread that
 * recovers (start, or `weir recover`). Reads nothing inside the directories. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/descriptor.h"
#include "queue/run_dir_internal.h"

typedef struct found {
    char name[RUN_NAME_SIZE];
    run_name parsed;
} found;

typedef struct found_list {
    found *items;
    size_t count, cap;
} found_list;

typedef struct claim {
    process_key self;
    const char *root, *service;
    int (*each)(void *arg, run_dir *claimed);
    void *arg;
    int claimed;
    bool stop;
} claim;

static bool is_dead(const run_name *n, const process_key *self) {
    if (n->left) return true;
    process_key owner = *self;
    owner.pid = n->claimed ? n->claimer_pid : n->pid;
    owner.start_time = n->claimed ? n->claimer_start : n->start_time;
    return !process_key_alive(&owner);
}

static int found_add(found_list *list, const char *name, const run_name *parsed) {
    if (list->count == list->cap) {
        size_t cap = list->cap == 0 ? 16 : list->cap * 2;
        found *items = realloc(list->items, cap * sizeof *items);
        if (items == NULL) return -1;
        list->items = items;
        list->cap = cap;
    }
    found *f = &list->items[list->count++];
    memcpy(f->name, name, strlen(name) + 1); /* its length is known to fit */
    f->parsed = *parsed;
    return 0;
}

/* A service that is started over and over must not be recovered in the order of readdir. */
static int by_age(const void *a, const void *b) {
    const run_name *x = &((const found *)a)->parsed, *y = &((const found *)b)->parsed;
    if (x->start_time != y->start_time) return x->start_time < y->start_time ? -1 : 1;
    if (x->pid != y->pid) return x->pid < y->pid ? -1 : 1;
    return x->instance < y->instance ? -1 : x->instance > y->instance;
}

static int list_dead(int service_fd, const process_key *self, found_list *out) {
    int fd = descriptor_above(openat(service_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    if (dir == NULL) {
        if (fd >= 0) close(fd);
        return -1;
    }
    int result = 0;
    for (struct dirent *e = readdir(dir); e != NULL && result == 0; e = readdir(dir)) {
        run_name n;
        if (strlen(e->d_name) < RUN_NAME_SIZE && run_name_parse(e->d_name, &n) && is_dead(&n, self))
            result = found_add(out, e->d_name, &n);
    }
    closedir(dir);
    if (out->count > 1) qsort(out->items, out->count, sizeof *out->items, by_age);
    return result;
}

/* Claims and opens one; false: somebody else was faster, or it is not to be touched. */
static bool claim_one(const claim *c, int service_fd, const found *f, run_dir *out) {
    int fd = descriptor_above(openat(service_fd, f->name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (fd < 0) return false;
    char name[RUN_NAME_SIZE];
    snprintf(name, sizeof name, "%.*s.by-%d-%llu", (int)f->parsed.base_len, f->name, c->self.pid,
             c->self.start_time);
    if (!run_dir_private(fd) || renameat(service_fd, f->name, service_fd, name) != 0) {
        close(fd);
        return false;
    }
    int n = snprintf(out->path, sizeof out->path, "%s/%s/%s", c->root, c->service, name);
    out->fd = fd;
    return n > 0 && (size_t)n < sizeof out->path;
}

static void claim_all(claim *c, int service_fd, const found_list *list) {
    for (size_t i = 0; i < list->count && !c->stop; i++) {
        run_dir d;
        if (!claim_one(c, service_fd, &list->items[i], &d)) continue;
        c->claimed++;
        c->stop = c->each(c->arg, &d) != 0;
    }
}

int run_dir_claim_dead(const char *configured, const char *service, int (*each)(void *arg, run_dir *claimed),
                       void *arg, weir_error *err) {
    claim c = {.service = service, .each = each, .arg = arg};
    if (!run_service_valid(service)) return error_set(err, WEIR_ERR_INVALID, "not a service name");
    if (process_key_self(&c.self) != 0) return error_system(err, errno, "/proc/self/stat");
    run_candidates candidates;
    run_candidates_list(&candidates, configured);
    for (size_t i = 0; i < candidates.count && !c.stop; i++) {
        int service_fd = run_service_open(candidates.path[i], service, false, NULL);
        if (service_fd < 0) continue;
        found_list list = {NULL, 0, 0};
        int result = list_dead(service_fd, &c.self, &list);
        c.root = candidates.path[i];
        if (result == 0) claim_all(&c, service_fd, &list);
        free(list.items);
        close(service_fd);
        if (result != 0) return error_set(err, WEIR_ERR_SYSTEM, "%s/%s: cannot be listed", c.root, service);
    }
    return c.claimed;
}
