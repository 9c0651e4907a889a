/* recovery_rings.c - what the rings of one dead process hold, routed by the present generation, but not to
 * targets whose queue had it: a queue of the dead process itself, or of one that was killed while it
 * recovered the same rings. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "backend/recovery_parts.h"

/* A queue that may have had records of these rings, for one present target. */
typedef struct had_queue {
    const target *target;
    const chunk_queue *queue;
    uint64_t floor;
} had_queue;

typedef struct had_table {
    had_queue *items;
    size_t count, room;
} had_table;

static bool same_file(slice a, slice b) {
    char x[CHUNK_TARGET_SIZE + 1], y[CHUNK_TARGET_SIZE + 1];
    struct stat sx, sy;
    if (slice_equal(a, b)) return true;
    if (a.len == 0 || b.len == 0 || a.len >= sizeof x || b.len >= sizeof y) return false;
    memcpy(x, a.data, a.len);
    memcpy(y, b.data, b.len);
    x[a.len] = y[b.len] = '\0';
    return stat(x, &sx) == 0 && stat(y, &sy) == 0 && sx.st_dev == sy.st_dev && sx.st_ino == sy.st_ino;
}

static bool same_target(const sink_spec *a, const sink_spec *b) {
    return slice_equal(a->kind, b->kind) && a->fd == b->fd && same_file(a->path, b->path);
}

static bool had(void *arg, const target *t, uint64_t id) {
    const had_table *table = arg;
    for (size_t i = 0; i < table->count; i++) {
        const had_queue *h = &table->items[i];
        if (h->target == t && id > h->floor && chunk_queue_had(h->queue, id)) return true;
    }
    return false;
}

static bool add_had(had_table *table, const target *t, const chunk_queue *q, uint64_t floor) {
    if (table->count == table->room) {
        size_t room = table->room ? table->room * 2 : 64;
        had_queue *items = realloc(table->items, room * sizeof *items);
        if (items == NULL) return false;
        table->items = items;
        table->room = room;
    }
    table->items[table->count++] = (had_queue){t, q, floor};
    return true;
}

/* For each present target, those of these queues that were the same target's. */
static bool add_queues(had_table *table, const backend *b, const dead_queue *dq, uint64_t floor) {
    for (size_t i = 0; i < b->current->lane_count; i++) {
        target *t = b->current->lanes[i].target;
        if (dq->described && same_target(target_spec(t), &dq->spec) && !add_had(table, t, dq->queue, floor))
            return false;
    }
    return true;
}

/* ---- recoverers that were killed ---- */

static recovery_note *open_note(const run_dir *d, weir_error *err) {
    size_t size;
    recovery_note *note = mapping_open(d, RECOVERY_NOTE_FILE, sizeof *note, &size, NULL);
    if (note == NULL) {
        mapping_remove(d, RECOVERY_NOTE_FILE); /* killed while it was made: nothing was routed yet */
        note = mapping_create(d, RECOVERY_NOTE_FILE, sizeof *note, MAPPING_AT_ONCE, err);
    }
    if (note == NULL) return NULL;
    if (note->magic != RECOVERY_NOTE_MAGIC || note->count > RECOVERY_NOTE_ENTRIES) note->count = 0;
    note->magic = RECOVERY_NOTE_MAGIC;
    return note;
}

static bool add_noted(had_table *table, const backend *b, const recovery_note *note, const dead_list *all) {
    for (size_t p = 0; p < all->count; p++)
        for (size_t q = 0; q < all->items[p].queue_count; q++)
            for (uint64_t n = 0; n < note->count; n++) {
                const dead_queue *dq = &all->items[p].queues[q];
                if (chunk_queue_mapping(dq->queue)->identity == note->entries[n].identity &&
                    !add_queues(table, b, dq, note->entries[n].floor))
                    return false;
            }
    return true;
}

/* Ours, for whoever recovers this process if we are killed. false: the note is full. */
static bool add_ours(recovery_note *note, const backend *b) {
    for (size_t i = 0; i < b->current->lane_count; i++) {
        if (note->count == RECOVERY_NOTE_ENTRIES) return false;
        note->entries[note->count] =
            (recovery_note_entry){chunk_queue_mapping(b->current->lanes[i].queue)->identity, b->done_id};
        __atomic_store_n(&note->count, note->count + 1, __ATOMIC_RELEASE);
    }
    return true;
}

static bool fill_table(had_table *table, const backend *b, const dead_process *dead, const dead_list *all,
                       recovery_note *note) {
    for (size_t i = 0; i < dead->queue_count; i++)
        if (!add_queues(table, b, &dead->queues[i], 0)) return false;
    return add_noted(table, b, note, all);
}

/* ---- routing ---- */

static void route_them(backend *b, dead_process *dead, ring_set *rings, dictionary *dict, had_table *table,
                       recovery_report *report) {
    recovered_rings from = {
        .rings = rings, .dictionary = dict, .process = dead->process, .had = had, .arg = table};
    recovered_counts counts;
    weir_error err = {0};
    if (backend_route_recovered(b, &from, &counts, &err) != 0) {
        dead->waits = true;
        recovery_say(report, dead, "its rings wait for the next recovery: %s", err.message);
        return;
    }
    report->from_rings += counts.routed;
    report->unreadable += counts.unreadable;
    if (counts.routed > 0)
        recovery_say(report, dead, "%llu records routed from its rings", (unsigned long long)counts.routed);
    if (counts.abandoned) {
        dead->waits = true;
        recovery_say(report, dead,
                     "the rest of its rings waits for the next recovery: a target takes nothing");
    }
    if (counts.unreadable > 0)
        recovery_say(report, dead, "%llu of them could not be read", (unsigned long long)counts.unreadable);
}

/* Without the dictionary or the process's own file an entry says nothing: counted, and given up. */
static void count_unreadable(dead_process *dead, ring_set *rings, const char *why, recovery_report *report) {
    ring_totals totals;
    ring_set_totals(rings, &totals);
    uint64_t left = totals.accepted - totals.consumed;
    if (left == 0) return;
    report->unreadable += left;
    recovery_say(report, dead, "%llu records of its rings cannot be read: %s", (unsigned long long)left, why);
}

void recovery_route_rings(backend *b, dead_process *dead, const dead_list *all, recovery_report *report) {
    weir_error err = {0};
    uint64_t damaged = 0;
    had_table table = {0};
    dictionary *dict = NULL;
    recovery_note *note = NULL;
    ring_set *rings = ring_set_open(&dead->dir, &damaged, &err);
    if (rings == NULL) {
        recovery_say(report, dead, "its rings cannot be opened: %s", err.message);
        dead->waits = true;
        return;
    }
    report->unreadable += damaged;
    if (damaged > 0)
        recovery_say(report, dead, "%llu places of its rings are damaged", (unsigned long long)damaged);
    dict = dictionary_open(&dead->dir, &err);
    if (dict == NULL || dead->process == NULL) {
        count_unreadable(dead, rings, dict == NULL ? err.message : "its process file is damaged", report);
        goto cleanup;
    }
    note = open_note(&dead->dir, &err);
    if (note == NULL || !fill_table(&table, b, dead, all, note)) {
        recovery_say(report, dead, "its rings wait for the next recovery: %s",
                     err.message[0] ? err.message : "no memory");
        dead->waits = true;
        goto cleanup;
    }
    if (!add_ours(note, b)) report->doubtful++;
    route_them(b, dead, rings, dict, &table, report);
cleanup:
    free(table.items);
    if (note != NULL) mapping_close(note, sizeof *note);
    if (dict != NULL) dictionary_free(dict);
    ring_set_free(rings);
}
