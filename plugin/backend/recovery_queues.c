/* recovery_queues.c - delivers what the chunk queues of a dead process hold, directly into the sinks they
 * were made for, on the thread that recovers. Each step leaves the queue such that a kill here is one
 * more kill of a writer. It truncates nothing, whatever the queue orders, and waits for a target only
 * for a while: what is left stays in the directory. */
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "backend/recovery_parts.h"
#include "base/descriptor.h"
#include "base/futex.h"
#include "sink/frame.h"
#include "sink/intent.h"

/* A target that takes nothing (a full disk, a FIFO without reader, a locked history) is tried again. */
#define RECOVERY_RETRY_MS 50

/* ---- which there are ---- */

static int by_number(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

static bool queue_number(const char *name, uint32_t *number) {
    int used = 0;
    return sscanf(name, "queue-%9u%n", number, &used) == 1 && name[used] == '\0';
}

/* The numbers in order, so that two queues of one file, one after the other, are delivered so. */
static int list_numbers(const run_dir *d, uint32_t **out, size_t *count, weir_error *err) {
    int fd = descriptor_above(openat(d->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    if (dir == NULL) {
        if (fd >= 0) close(fd);
        return error_set(err, WEIR_ERR_SYSTEM, "%s: cannot be listed", d->path);
    }
    uint32_t *numbers = NULL, number;
    size_t room = 0;
    int rc = 0;
    *count = 0;
    for (struct dirent *e = readdir(dir); e != NULL && rc == 0; e = readdir(dir)) {
        if (!queue_number(e->d_name, &number)) continue;
        if (*count == room) {
            room = room ? room * 2 : 16;
            uint32_t *more = realloc(numbers, room * sizeof *more);
            if (more == NULL)
                rc = error_set(err, WEIR_ERR_SYSTEM, "no memory");
            else
                numbers = more;
        }
        if (rc == 0) numbers[(*count)++] = number;
    }
    closedir(dir);
    if (*count > 1) qsort(numbers, *count, sizeof *numbers, by_number);
    *out = numbers;
    return rc;
}

static void open_one(dead_process *dead, uint32_t number, recovery_report *report) {
    weir_error err = {0};
    dead_queue *q = &dead->queues[dead->queue_count];
    memset(q, 0, sizeof *q);
    if (chunk_queue_unfinished(&dead->dir, number)) return;
    q->queue = chunk_queue_open(&dead->dir, number, &err);
    if (q->queue == NULL) {
        report->unreadable++;
        recovery_say(report, dead, "queue %u cannot be read: %s", number, err.message);
        return;
    }
    const chunk_queue_map *map = chunk_queue_mapping(q->queue);
    arena_init(&q->memory, 0);
    q->described = sink_spec_parse(slice_make(map->target, map->target_len), &q->memory, &q->spec, &err) == 0;
    if (!q->described) recovery_say(report, dead, "queue %u: %s", number, err.message);
    dead->queue_count++;
}

int recovery_open_queues(dead_process *dead, recovery_report *report, weir_error *err) {
    uint32_t *numbers = NULL;
    size_t count = 0;
    int rc = list_numbers(&dead->dir, &numbers, &count, err);
    if (rc == 0 && count > 0 && (dead->queues = calloc(count, sizeof *dead->queues)) == NULL)
        rc = error_set(err, WEIR_ERR_SYSTEM, "no memory");
    for (size_t i = 0; rc == 0 && i < count; i++) open_one(dead, numbers[i], report);
    free(numbers);
    return rc;
}

void recovery_close_queues(dead_process *dead) {
    for (size_t i = 0; i < dead->queue_count; i++) {
        arena_done(&dead->queues[i].memory);
        chunk_queue_free(dead->queues[i].queue);
    }
    free(dead->queues);
    dead->queues = NULL;
    dead->queue_count = 0;
}

/* ---- one queue ---- */

typedef struct delivering {
    dead_process *dead;
    dead_queue *dq;
    recovery_budget *budget;
    sink *sink;
    recovery_report *report;
    uint64_t records, dropped; /* of this queue */
    uint64_t given_up;         /* of records: those that the sink did not deliver */
    char name[256];
    weir_error err;
} delivering;

static void count_records(void *arg, const chunk_head *head) { *(uint64_t *)arg += head->records; }

static void name_target(const sink_spec *spec, char out[256]) {
    if (spec->path.len > 0)
        snprintf(out, 256, "%.*s", (int)spec->path.len, spec->path.data);
    else
        snprintf(out, 256, "%s", spec->fd == 1 ? "stdout" : "stderr");
}

/* The batch that was in flight at the kill: as far as it is there, it is consumed. The intent stays
 * until that is stored, so that a kill in between changes nothing. */
static void settle_batch_in_flight(delivering *d) {
    chunk_view views[SINK_BATCH_CHUNKS];
    chunk_queue_map *map = chunk_queue_mapping(d->dq->queue);
    size_t count = chunk_queue_peek(d->dq->queue, views, SINK_BATCH_CHUNKS, SIZE_MAX);
    if (count > 0 && views[0].head->kind == CHUNK_BYTES) {
        bool doubtful = false;
        size_t done = d->sink->already(d->sink, map, views, count, &doubtful);
        if (doubtful) {
            d->report->doubtful++;
            recovery_say(d->report, d->dead, "%s: one batch may be there twice", d->name);
        }
        if (done >= map->partial)
            chunk_queue_consume(d->dq->queue, done - (size_t)map->partial, count_records, &d->records);
        else
            map->partial = done; /* a line that was begun in a file that is gone */
    }
    intent_clear(map);
}

/* One batch. *progress: something was written, or given up for good. */
static sink_status write_batch(delivering *d, chunk_view *views, size_t count, bool *progress) {
    uint32_t given_up = 0;
    sink_batch batch = {.chunks = views,
                        .count = 1,
                        .map = chunk_queue_mapping(d->dq->queue),
                        .stop = &d->budget->spent,
                        .given_up = &given_up};
    while (batch.count < count && views[batch.count].head->kind == CHUNK_BYTES) batch.count++;
    size_t bytes = 0, first = views[0].bytes.len;
    d->err = (weir_error){0};
    sink_status status = d->sink->write(d->sink, &batch, &bytes, &d->err);
    if (bytes > 0) chunk_queue_consume(d->dq->queue, bytes, count_records, &d->records);
    intent_clear(batch.map);
    d->given_up += given_up;
    *progress = bytes > 0;
    if (status != SINK_LOST || bytes > 0) return status;
    chunk_queue_consume(d->dq->queue, first, count_records, &d->dropped);
    *progress = true;
    return status;
}

/* Time without progress, the sink's own waits included. false: there is none left. */
static bool spend(recovery_budget *budget, int64_t since_ns) {
    static const uint32_t never = 0;
    if (budget->spent == 0) futex_wait(&never, 0, RECOVERY_RETRY_MS);
    budget->left_ns -= clock_monotonic_ns() - since_ns;
    if (budget->left_ns <= 0) budget->spent = 1;
    return budget->spent == 0;
}

/* false: something is left. */
static bool write_all(delivering *d) {
    chunk_view views[SINK_BATCH_CHUNKS];
    size_t count;
    while ((count = chunk_queue_peek(d->dq->queue, views, SINK_BATCH_CHUNKS, SINK_BATCH_BYTES)) > 0) {
        bool progress = true;
        int64_t before = clock_monotonic_ns();
        if (views[0].head->kind == CHUNK_TRUNCATE)
            chunk_queue_skip_control(d->dq->queue);
        else
            write_batch(d, views, count, &progress);
        if (!progress && !spend(d->budget, before)) return false;
    }
    return true;
}

static void report_queue(delivering *d, bool all) {
    recovery_report *r = d->report;
    uint64_t lost = d->given_up < d->records ? d->given_up : d->records;
    d->records -= lost;
    d->dropped += lost;
    r->from_queues += d->records;
    r->dropped += d->dropped;
    if (d->records > 0)
        recovery_say(r, d->dead, "%s: %llu records written", d->name, (unsigned long long)d->records);
    if (d->dropped > 0)
        recovery_say(r, d->dead, "%s: %llu records refused for good: %s", d->name,
                     (unsigned long long)d->dropped, d->err.message);
    uint64_t damaged = chunk_queue_damaged(d->dq->queue);
    if (damaged > 0) {
        r->unreadable++;
        recovery_say(r, d->dead, "%s: %llu bytes of its queue are damaged", d->name,
                     (unsigned long long)damaged);
    }
    if (all) return;
    d->dead->waits = true;
    const chunk_queue_map *map = chunk_queue_mapping(d->dq->queue);
    recovery_say(r, d->dead, "%s: %llu bytes wait for the next recovery: %s", d->name,
                 (unsigned long long)(map->write_pos - map->read_pos), d->err.message);
}

/* The queue of a QueueHandler: what is in it is lost with its process, as in Python. */
static void count_held(dead_process *dead, dead_queue *dq, recovery_report *report) {
    uint64_t records = 0, ignored = 0;
    chunk_view view;
    while (chunk_queue_peek(dq->queue, &view, 1, SIZE_MAX) == 1) {
        if (view.head->kind == CHUNK_BYTES) {
            records += frame_count(view.bytes);
            chunk_queue_consume(dq->queue, view.bytes.len, count_records, &ignored);
        } else {
            chunk_queue_skip_control(dq->queue);
        }
    }
    if (records == 0) return;
    report->buffered += records;
    recovery_say(report, dead, "queue %.*s kept %llu records for other handlers, which are lost",
                 (int)dq->spec.path.len, dq->spec.path.data, (unsigned long long)records);
}

static void deliver_one(dead_process *dead, dead_queue *dq, recovery_budget *budget,
                        recovery_report *report) {
    delivering d = {.dead = dead, .dq = dq, .budget = budget, .report = report};
    chunk_view first;
    char key[128];
    bool created;
    if (chunk_queue_peek(dq->queue, &first, 1, SIZE_MAX) == 0 && chunk_queue_damaged(dq->queue) == 0) return;
    if (!dq->described) { /* said already; nobody can ever tell where it belongs */
        report->unreadable++;
        return;
    }
    if (slice_is(dq->spec.kind, "queue")) {
        count_held(dead, dq, report);
        return;
    }
    name_target(&dq->spec, d.name);
    const sink_kind *kind = sink_kind_find(dq->spec.kind);
    bool all = false;
    if (kind == NULL) {
        error_set(&d.err, WEIR_ERR_INVALID, "no such kind of target: %.*s", (int)dq->spec.kind.len,
                  dq->spec.kind.data);
    } else if (kind->open(&dq->spec, true, &d.sink, key, &created, &d.err) == 0) {
        settle_batch_in_flight(&d);
        all = write_all(&d);
        d.sink->close(d.sink);
    }
    report_queue(&d, all);
}

void recovery_deliver_queues(dead_process *dead, recovery_budget *budget, recovery_report *report) {
    for (size_t i = 0; i < dead->queue_count; i++) deliver_one(dead, &dead->queues[i], budget, report);
}
