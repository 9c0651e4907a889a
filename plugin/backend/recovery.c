/* recovery.c - finds the directories of dead processes, oldest first, and has their queues and rings
 * delivered: all queues before all rings, since a newer process's queue may hold what it routed from an
 * older one's rings. A directory goes when nothing in it waits. Called by the thread that
 * starts Weir, or by `weir recover`, which waits while a worker does it; the backend's thread does not
 * run yet. */
#include "backend/recovery.h"

#include <stdarg.h>
#include <stdlib.h>

#include "backend/recovery_parts.h"
#include "base/worker.h"

/* How long the present targets may take to write what came from rings. After that their own queues are
 * the safe place. */
#define RECOVERY_DRAIN_NS (5LL * 1000000000)
/* See recovery_budget: as long as a short hiccup of a disk, and no host's start takes much longer. */
#define RECOVERY_WAIT_NS (2LL * 1000000000)

void recovery_say(recovery_report *r, const dead_process *dead, const char *format, ...) {
    va_list args;
    va_start(args, format);
    text_addf(&r->lines, "pid %d: ", dead->pid);
    text_vaddf(&r->lines, format, args);
    text_add_char(&r->lines, '\n');
    va_end(args);
}

void recovery_report_done(recovery_report *r) { text_done(&r->lines); }

static int remember(void *arg, run_dir *claimed) {
    dead_list *list = arg;
    if (list->count == list->room) {
        size_t room = list->room ? list->room * 2 : 8;
        dead_process *items = realloc(list->items, room * sizeof *items);
        if (items == NULL) {
            run_dir_close(claimed); /* it is found again next time */
            list->no_memory = true;
            return -1;
        }
        list->items = items;
        list->room = room;
    }
    list->items[list->count++] = (dead_process){.dir = *claimed};
    return 0;
}

/* An id that was given anywhere is never given again. */
static void learn_ids(backend *b, const process_map *dead) {
    uint64_t most = (uint64_t)clock_realtime_ns() * 2;
    if (dead->next_id > b->set.process->next_id && dead->next_id < most)
        b->set.process->next_id = dead->next_id;
}

/* What handlers of the dead kept in memory (MemoryHandler) is lost with it, as in Python. */
static void count_held(dead_process *dead, recovery_report *report) {
    for (size_t i = 0; i < LIMIT_HANDLERS; i++) {
        handler_stats *row = &dead->process->handlers[i];
        uint64_t settled = row->delivered;
        if (row->used == 0 || row->holds == 0) continue;
        for (int reason = 0; reason < DROP_COUNT; reason++) settled += row->dropped[reason];
        if (row->given <= settled) continue;
        report->buffered += row->given - settled;
        recovery_say(report, dead, "handler %.*s kept %llu records for other handlers, which are lost",
                     (int)strnlen(row->name, sizeof row->name), row->name,
                     (unsigned long long)(row->given - settled));
        row->holds = 0; /* told; the directory may stay for something else */
    }
}

static int open_process(backend *b, dead_process *dead, recovery_report *report, weir_error *err) {
    weir_error why = {0};
    const char *slash = strrchr(dead->dir.path, '/');
    dead->pid = slash == NULL ? 0 : (int)strtol(slash + 1, NULL, 10);
    dead->process = process_map_open(&dead->dir, &why);
    if (dead->process != NULL) learn_ids(b, dead->process);
    if (dead->process != NULL) count_held(dead, report);
    return recovery_open_queues(dead, report, err);
}

static uint64_t dropped_here(const backend *b) {
    uint64_t sum = 0;
    for (size_t i = 0; i < LIMIT_HANDLERS; i++)
        for (int reason = 0; reason < DROP_COUNT; reason++)
            sum += __atomic_load_n(&b->set.process->handlers[i].dropped[reason], __ATOMIC_RELAXED);
    return sum;
}

static void drain(backend *b) {
    int64_t deadline = clock_monotonic_ns() + RECOVERY_DRAIN_NS;
    for (size_t i = 0; i < b->current->lane_count; i++) target_drain(b->current->lanes[i].target, deadline);
}

static void close_process(dead_process *dead, bool keep) {
    recovery_close_queues(dead);
    if (dead->process != NULL) process_map_free(dead->process);
    if (keep || dead->waits)
        run_dir_close(&dead->dir);
    else
        run_dir_remove(&dead->dir);
}

static int recover_all(backend *b, dead_list *list, recovery_report *report, weir_error *err) {
    for (size_t i = 0; i < list->count; i++)
        if (open_process(b, &list->items[i], report, err) != 0) return -1;
    recovery_budget budget = {.left_ns = RECOVERY_WAIT_NS};
    for (size_t i = 0; i < list->count; i++) recovery_deliver_queues(&list->items[i], &budget, report);
    uint64_t dropped = dropped_here(b);
    for (size_t i = 0; i < list->count; i++) recovery_route_rings(b, &list->items[i], list, report);
    drain(b);
    report->dropped += dropped_here(b) - dropped;
    return 0;
}

typedef struct recovering {
    backend *b;
    dead_list *list;
    recovery_report *report;
    weir_error *err;
    int rc;
} recovering;

static void run_on_worker(void *arg) {
    recovering *r = arg;
    r->rc = recover_all(r->b, r->list, r->report, r->err);
}

/* On a thread of Weir's: here a write to a FIFO or past a size limit must not end the host by a signal,
 * and the starting thread has them let in. */
static int recover_apart(backend *b, dead_list *list, recovery_report *report, weir_error *err) {
    recovering r = {b, list, report, err, -1};
    worker w;
    if (list->count == 0) return 0;
    if (worker_start(&w, "weir-recover", run_on_worker, &r, err) != 0) return -1;
    worker_join(&w, -1);
    return r.rc;
}

int recovery_run(backend *b, const char *configured_run_dir, const char *service, recovery_report *report,
                 weir_error *err) {
    dead_list list = {0};
    *report = (recovery_report){0};
    text_init(&report->lines, 0);
    int rc = run_dir_claim_dead(configured_run_dir, service, remember, &list, err) < 0 ? -1 : 0;
    if (rc == 0 && list.no_memory) rc = error_set(err, WEIR_ERR_SYSTEM, "no memory to recover");
    report->processes = list.count;
    for (size_t i = 0; i < b->current->lane_count; i++) target_activate(b->current->lanes[i].target);
    if (rc == 0) rc = recover_apart(b, &list, report, err);
    for (size_t i = 0; i < list.count; i++) close_process(&list.items[i], rc != 0);
    free(list.items);
    return rc;
}
