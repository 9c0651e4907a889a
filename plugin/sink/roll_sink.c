/* roll_sink.c - sink kind "rolling": what RotatingFileHandler and TimedRotatingFileHandler write to. Runs on
 * the target's writer, but for open. It reads framed records (sink/roll_frame.h), decides before each one
 * that is not begun whether the file rolls over, and gives the lines to a file sink of its own, which does
 * all else.
 *
 * What cannot be rolled over is written to as it is, and that is said. One rollover or one write a call: the
 * notes of both lie in the queue's mapping, so that a kill at any moment can be gone on from. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "sink/file_sink.h"
#include "sink/roll.h"
#include "sink/roll_frame.h"
#include "sink/sink_kinds.h"

typedef struct roll_sink {
    sink base;
    sink *file;
    roll_rules rules, next; /* next: of a newer definition, from its first record on */
    uint32_t tag, next_tag;
    int64_t rollover_at; /* by time */
    bool astray; /* the old file was renamed, and no new one can be made: lines still go to the old one */
    bool looked; /* at whether the name still leads to what was opened, before the first write */
} roll_sink;

static roll_sink *of(sink *s) { return (roll_sink *)s; }

/* ---- the lines as a batch for the file sink ---- */

typedef struct lines {
    roll_frame frames[SINK_BATCH_CHUNKS];
    size_t count;
    chunk_head heads[SINK_BATCH_CHUNKS];
    chunk_view views[SINK_BATCH_CHUNKS];
    chunk_queue_map map; /* what a file sink reads of it */
    batch_frames from;
    sink_batch batch;
} lines;

static void make_batch(lines *l, chunk_queue_map *map, const sink_batch *whole) {
    /* Both callers set count and frames. */
    /* cppcheck-suppress ctuuninitvar */
    for (size_t i = 0; i < l->count; i++) {
        const roll_frame *f = &l->frames[i];
        l->heads[i] = (chunk_head){.kind = CHUNK_BYTES, .bytes = (uint32_t)f->line.len};
        l->views[i] = (chunk_view){
            &l->heads[i], slice_make(f->line.data + f->written, f->line.len - f->written), f->position};
    }
    l->map.partial = l->frames[0].written;
    l->map.read_pos = map->read_pos;
    l->from = (batch_frames){map, l->frames[0].begin};
    l->batch = (sink_batch){.chunks = l->views,
                            .count = l->count,
                            .map = &l->map,
                            .stop = whole->stop,
                            .given_up = whole->given_up,
                            .frames = &l->from};
}

static size_t bytes_left(const lines *l) {
    size_t bytes = 0;
    for (size_t i = 0; i < l->count; i++) bytes += l->views[i].bytes.len;
    return bytes;
}

/* ---- rolling over ---- */

static uint64_t place_of(const roll_frame *f) { return f->position + f->begin + 1; }

/* The rule of Python: bytes that are there, and characters that come. */
static bool is_too_long(const roll_sink *r, uint64_t size, const roll_frame *f) {
    return r->rules.max_bytes > 0 && size + f->head.characters >= (uint64_t)r->rules.max_bytes;
}

static bool is_due(const roll_sink *r, uint64_t size, const roll_frame *f) {
    return r->rules.when == ROLL_SIZE ? is_too_long(r, size, f) : f->head.second >= r->rollover_at;
}

static int roll_by_time(roll_sink *r, int64_t now, weir_error *err) {
    text suffix;
    text_init(&suffix, 0);
    roll_time_suffix(&r->rules, r->rollover_at, now, &suffix);
    int rc = suffix.failed
                 ? error_set(err, WEIR_ERR_SYSTEM, "no memory for the name of an old file")
                 : roll_rename(file_sink_place(r->file), &r->rules, r->rollover_at, text_slice(&suffix), err);
    text_done(&suffix);
    r->rollover_at = roll_time_after(&r->rules, now);
    return rc;
}

/* Opens what the name leads to now. Where that cannot be, lines go to where they went, as long as that file
 * has a name; -1: it has none, so they wait. */
static int open_anew(roll_sink *r, weir_error *err) {
    struct stat st;
    r->astray = file_sink_reopen(r->file, err) != 0;
    return r->astray && file_sink_stat(r->file, &st) && st.st_nlink == 0 ? -1 : 0;
}

/* Ends, or begins and ends, the rollover before the record at `at`. */
static int roll_over(roll_sink *r, chunk_roll *note, uint64_t at, int64_t now, weir_error *err) {
    weir_error why = {0};
    if (note->at != at) {
        __atomic_store_n(&note->at, 0, __ATOMIC_RELEASE);
        note->ino = 0;
        __atomic_store_n(&note->step, (uint64_t)(r->rules.backups > 0 ? r->rules.backups - 1 : 0),
                         __ATOMIC_RELEASE);
        if (r->rules.when == ROLL_SIZE) __atomic_store_n(&note->at, at, __ATOMIC_RELEASE);
    }
    int rc = r->rules.when == ROLL_SIZE ? roll_shift(file_sink_place(r->file), r->rules.backups, note, &why)
                                        : roll_by_time(r, now, &why);
    if (rc != 0) *err = why;
    if (open_anew(r, &why) != 0) {
        *err = why;
        return -1;
    }
    if (r->astray && rc == 0) *err = why;
    __atomic_store_n(&note->step, CHUNK_ROLL_DONE, __ATOMIC_RELEASE);
    __atomic_store_n(&note->at, at, __ATOMIC_RELEASE);
    return 0;
}

/* Cuts the lines before the first one that another file begins with. *size: of the file now. -1: later. */
static int roll_where_due(roll_sink *r, lines *l, chunk_roll *note, weir_error *err) {
    struct stat st;
    const roll_frame *first = &l->frames[0];
    if (!file_sink_stat(r->file, &st)) return 0; /* the file sink opens it again, or says why not */
    bool done = note->at == place_of(first) && note->step == CHUNK_ROLL_DONE;
    bool due = first->written == 0 && !done && is_due(r, (uint64_t)st.st_size, first);
    if (!S_ISREG(st.st_mode)) {
        if (due && r->rules.when != ROLL_SIZE) r->rollover_at = roll_time_next(&r->rules, first->head.second);
        return 0;
    }
    bool begun = note->at == place_of(first) && !done;
    if (due || begun) {
        if (roll_over(r, note, place_of(first), first->head.second, err) != 0) return -1;
        if (!file_sink_stat(r->file, &st)) return 0;
    }
    uint64_t size = (uint64_t)st.st_size + first->line.len - first->written;
    if (st.st_size == 0) size += file_sink_mark(r->file);
    for (size_t i = 1; i < l->count; i++) {
        if (is_due(r, size, &l->frames[i])) l->count = i;
        size += l->frames[i].line.len;
    }
    return 0;
}

/* ---- definitions ---- */

static void plan_next(roll_sink *r) {
    struct stat st;
    if (r->rules.when == ROLL_SIZE) return;
    bool there = file_sink_stat(r->file, &st);
    r->rollover_at =
        roll_time_next(&r->rules, there ? (int64_t)st.st_mtime : clock_realtime_ns() / 1000000000);
}

/* What waits in the queue was made by the definition before. */
static void take_rules(roll_sink *r, lines *l) {
    /* cppcheck-suppress ctuuninitvar */
    if (l->frames[0].head.options != r->tag && l->frames[0].head.options == r->next_tag) {
        r->rules = r->next;
        r->tag = r->next_tag;
        plan_next(r);
    }
    for (size_t i = 1; i < l->count; i++)
        if (l->frames[i].head.options != l->frames[0].head.options) l->count = i;
}

/* ---- writing ---- */

/* Between open and the first write recovery may have rolled the file over: what was planned for the old file
 * is not for the new one, which would go by the old one's name. */
static void look_once(roll_sink *r) {
    if (!r->looked && file_sink_is_elsewhere(r->file) && file_sink_reopen(r->file, NULL) == 0) plan_next(r);
    r->looked = true;
}

static sink_status roll_write(sink *s, const sink_batch *batch, size_t *bytes, weir_error *err) {
    roll_sink *r = of(s);
    weir_error remark = {0};
    lines l;
    *bytes = 0;
    memset(&l.map, 0, sizeof l.map);
    l.count = roll_frames_read(batch, batch->map->partial, l.frames, SINK_BATCH_CHUNKS);
    if (l.count == 0) {
        error_set(err, WEIR_ERR_SYSTEM, "'%s': records in its queue are damaged",
                  file_sink_place(r->file)->path);
        return SINK_LOST;
    }
    look_once(r);
    take_rules(r, &l);
    if (r->astray && open_anew(r, &remark) != 0) {
        *err = remark;
        return SINK_AGAIN;
    }
    /* Astray, the old files are as they should be: only the new one is missing. */
    if (!r->astray && roll_where_due(r, &l, &batch->map->roll, &remark) != 0) {
        *err = remark;
        return SINK_AGAIN;
    }
    make_batch(&l, batch->map, batch);
    size_t written = 0;
    sink_status status = SINK_OK;
    if (bytes_left(&l) > 0) status = r->file->write(r->file, &l.batch, &written, err);
    if (written > 0 || bytes_left(&l) == 0) *bytes = roll_frames_done(l.frames, l.count, written);
    if (status == SINK_OK && remark.code != 0 && err->code == 0) *err = remark;
    return status;
}

/* For the host: not before a record, so nothing is noted of it in the queue. */
static sink_status roll_now(sink *s, const sink_batch *batch, weir_error *err) {
    roll_sink *r = of(s);
    roll_frame first;
    struct stat st;
    chunk_roll note = {.step = (uint64_t)(r->rules.backups > 0 ? r->rules.backups - 1 : 0)};
    if (batch->count > 0 && roll_frames_read(batch, batch->map->partial, &first, 1) == 1 &&
        first.written > 0) {
        error_set(err, WEIR_ERR_STATE, "a line is half written");
        return SINK_AGAIN;
    }
    look_once(r);
    if (file_sink_stat(r->file, &st) && !S_ISREG(st.st_mode)) {
        error_set(err, WEIR_ERR_SYSTEM, "'%s' is no regular file", file_sink_place(r->file)->path);
        return SINK_LOST;
    }
    weir_error why = {0};
    int rc = r->rules.when == ROLL_SIZE ? roll_shift(file_sink_place(r->file), r->rules.backups, &note, &why)
                                        : roll_by_time(r, clock_realtime_ns() / 1000000000, &why);
    if (rc != 0) *err = why;
    if (file_sink_reopen(r->file, &why) != 0 && rc == 0) *err = why, rc = -1;
    return rc == 0 ? SINK_OK : SINK_LOST;
}

static sink_status roll_truncate(sink *s, weir_error *err) { return of(s)->file->truncate(of(s)->file, err); }

/* ---- recovery ---- */

static size_t roll_already(sink *s, const chunk_queue_map *map, const chunk_view *chunks, size_t count,
                           bool *doubtful) {
    roll_sink *r = of(s);
    const chunk_intent *in = &map->intent;
    if (count == 0 || chunks[0].head->kind != CHUNK_BYTES) return (size_t)map->partial;
    bool active = in->active != 0 && in->position == map->read_pos && in->partial <= chunks[0].head->bytes;
    uint64_t partial = active ? in->partial : map->partial;
    sink_batch whole = {.chunks = chunks, .count = count};
    lines l;
    l.count = roll_frames_read(&whole, partial, l.frames, SINK_BATCH_CHUNKS);
    if (l.count == 0) return (size_t)map->partial;
    l.map = *map;
    make_batch(&l, &l.map, &whole);
    l.map.partial = l.frames[0].written;
    l.map.intent.active = active;
    l.map.intent.position = l.map.read_pos;
    l.map.intent.partial = l.frames[0].written;
    size_t done = r->file->already(r->file, &l.map, l.views, l.count, doubtful);
    l.frames[0].written = 0; /* counted from the record's beginning */
    return l.frames[0].begin + roll_frames_done(l.frames, l.count, done);
}

/* ---- life ---- */

/* A configuration that is applied again begins anew, as a handler that Python makes again does. */
static void roll_update(sink *s, const sink_spec *spec) {
    roll_sink *r = of(s);
    roll_rules rules;
    r->file->update(r->file, spec);
    if (roll_rules_parse(spec->options, &rules, NULL) != 0) return; /* it was checked */
    r->next = rules;
    r->next_tag = sink_options_tag(spec->options);
    if (r->next_tag == r->tag) plan_next(r);
}

static void write_key(const char file_key[128], char key_out[128]) {
    if (snprintf(key_out, 128, "rolling:%.100s", file_key) < 0) key_out[0] = '\0';
}

static bool roll_moved(sink *s, char key_out[128]) {
    char key[128] = "";
    if (!of(s)->file->moved(of(s)->file, key)) return false;
    write_key(key, key_out);
    return true;
}

static int roll_finish(sink *s, weir_error *err) { return of(s)->file->finish(of(s)->file, err); }

static void roll_close(sink *s) {
    if (of(s)->file != NULL) of(s)->file->close(of(s)->file);
    free(s);
}

static int roll_open(const sink_spec *spec, bool recovery, sink **out, char key_out[128], bool *created,
                     weir_error *err) {
    roll_sink *r = calloc(1, sizeof *r);
    char key[128];
    if (r == NULL) return error_set(err, WEIR_ERR_SYSTEM, "no memory");
    r->base = (sink){.kind = &roll_sink_kind,
                     .write = roll_write,
                     .truncate = roll_truncate,
                     .roll = roll_now,
                     .update = roll_update,
                     .moved = roll_moved,
                     .already = roll_already,
                     .finish = roll_finish,
                     .close = roll_close};
    if (roll_rules_parse(spec->options, &r->rules, err) != 0 ||
        file_sink_kind.open(spec, recovery, &r->file, key, created, err) != 0) {
        free(r);
        return -1;
    }
    r->tag = r->next_tag = sink_options_tag(spec->options);
    plan_next(r);
    write_key(key, key_out);
    *out = &r->base;
    return 0;
}

const sink_kind roll_sink_kind = {.name = "rolling", .open = roll_open};
