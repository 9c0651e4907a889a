/* ring_recovery.c - the rings of a dead process, opened from a claimed directory. Every size and
 * position is checked before it is used; a segment whose head is damaged is passed over and counted.
 * Runs on the thread that recovers; nobody else has the files. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/descriptor.h"
#include "queue/mapping_internal.h"
#include "queue/ring_internal.h"

typedef struct ring_file {
    uint32_t slot, sequence;
} ring_file;

typedef struct ring_files {
    ring_file *items;
    size_t count, cap;
} ring_files;

static bool parse_name(const char *name, ring_file *out) {
    int used = 0;
    char again[RING_FILE_SIZE];
    if (sscanf(name, "ring-%9u-%9u%n", &out->slot, &out->sequence, &used) != 2 || name[used] != '\0')
        return false;
    ring_file_name(again, out->slot, out->sequence); /* not "ring-007-1" */
    return out->slot < LIMIT_RINGS && strcmp(again, name) == 0;
}

static int by_place(const void *a, const void *b) {
    const ring_file *x = a, *y = b;
    if (x->slot != y->slot) return x->slot < y->slot ? -1 : 1;
    return x->sequence < y->sequence ? -1 : x->sequence > y->sequence;
}

static bool files_add(ring_files *list, const ring_file *file) {
    if (list->count == list->cap) {
        size_t cap = list->cap == 0 ? 64 : list->cap * 2;
        ring_file *items = realloc(list->items, cap * sizeof *items);
        if (items == NULL) return false;
        list->items = items;
        list->cap = cap;
    }
    list->items[list->count++] = *file;
    return true;
}

static int list_files(const run_dir *d, ring_files *out, weir_error *err) {
    int fd = d->fd < 0 ? -1 : descriptor_above(openat(d->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    if (dir == NULL) {
        int code = errno;
        if (fd >= 0) close(fd);
        return error_system(err, d->fd < 0 ? ENOENT : code, "%s", d->path);
    }
    int result = 0;
    ring_file file;
    for (struct dirent *e = readdir(dir); e != NULL && result == 0; e = readdir(dir))
        if (parse_name(e->d_name, &file) && !files_add(out, &file))
            result = error_set(err, WEIR_ERR_SYSTEM, "no memory");
    closedir(dir);
    if (out->count > 1) qsort(out->items, out->count, sizeof *out->items, by_place);
    return result;
}

static bool segment_valid(const ring_segment *segment, const ring_file *file, size_t file_size) {
    uint64_t size = segment->size, in_use = segment->write_pos - segment->read_pos;
    return segment->magic == RING_MAGIC && segment->slot == file->slot &&
           segment->sequence == file->sequence && size >= RING_FIRST_SIZE && size <= RING_MAX_SIZE &&
           (size & (size - 1)) == 0 && file_size == ring_segment_room(size) &&
           segment->write_pos >= segment->read_pos && in_use <= size &&
           segment->write_pos % ENTRY_ALIGN == 0 && segment->read_pos % ENTRY_ALIGN == 0;
}

/* false: the file is damaged, or one more than a ring can have. One whose maker was killed before it
 * could hold a record is neither. */
static bool add_segment(ring_set *s, const ring_file *file) {
    ring_slot *slot = &s->slots[file->slot];
    char name[RING_FILE_SIZE];
    ring_file_name(name, file->slot, file->sequence);
    size_t file_size = 0;
    if (mapping_unfinished(&s->dir, name)) return true;
    ring_segment *segment = mapping_open(&s->dir, name, RING_DATA_OFFSET, &file_size, NULL);
    if (segment == NULL) return false;
    if (slot->segment_count == RING_SEGMENTS || !segment_valid(segment, file, file_size)) {
        mapping_close(segment, file_size);
        return false;
    }
    slot->segments[slot->segment_count++] = segment;
    s->bytes += segment->size;
    return true;
}

static void slot_begin_recovered(ring_set *s, uint32_t index) {
    ring_slot *slot = &s->slots[index];
    slot->set = s;
    slot->r.slot = index;
    slot->r.state = RING_ENDED;
    slot->r.damaged = 0;
    slot->segment_at = 0;
    if (slot->segment_count == 0) return;
    slot->r.head = slot->segments[slot->segment_count - 1];
    slot->r.tail = slot->segments[0];
    slot->r.read_count = slot->r.tail->consumed;
    ring_set_reading(&slot->r, slot->r.tail, slot->r.tail->size, slot->r.tail->read_pos);
}

/* Reads all of it once, only to count what cannot be read. */
static uint64_t count_damage(ring_set *s, uint32_t index) {
    ring *r = &s->slots[index].r;
    slot_begin_recovered(s, index);
    for (const ring_entry *e = ring_peek(r); e != NULL; e = ring_peek(r)) ring_advance(r, e);
    uint64_t damaged = r->damaged;
    slot_begin_recovered(s, index);
    return damaged;
}

ring_set *ring_set_open(const run_dir *d, uint64_t *damaged, weir_error *err) {
    ring_files files = {NULL, 0, 0};
    ring_set *s = NULL;
    uint64_t bad = 0;
    if (list_files(d, &files, err) != 0) goto cleanup;
    s = mapping_anonymous(sizeof *s, err);
    if (s == NULL) goto cleanup;
    s->dir = *d;
    s->foreign = true;
    s->limits = (ring_limits){RING_MAX_SIZE, RING_TOTAL_DEFAULT};
    s->first_free = RING_NO_SLOT;
    pthread_mutex_init(&s->lock, NULL);
    pthread_mutex_init(&s->spare_lock, NULL);
    for (size_t i = 0; i < files.count; i++) {
        if (!add_segment(s, &files.items[i])) bad++;
        s->count = files.items[i].slot + 1;
    }
    for (uint32_t i = 0; i < s->count; i++) bad += count_damage(s, i);
    *damaged = bad;
cleanup:
    free(files.items);
    return s;
}
