/* windows.c - see windows.h. Backend. A record's own time counts, so that a backlog is judged as it was
 * logged; made records, whose time may be any, count when they come. */
#include "filter/windows.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/units.h"
#include "base/utf8.h"

#define COUNT (LIMIT_WINDOW_SETS * LIMIT_WINDOW_WAYS)
/* Of the message that is told, in bytes. */
#define SHOWN 200

bool windows_init(windows *w, uint64_t rate, int64_t length_ms) {
    *w = (windows){.rate = rate, .length_ns = length_ms * 1000000};
    w->list = calloc(COUNT, sizeof *w->list);
    w->seed = (uint64_t)clock_realtime_ns() ^ (uint64_t)(uintptr_t)w->list;
    return w->list != NULL;
}

void windows_done(windows *w) {
    for (size_t i = 0; w->list != NULL && i < COUNT; i++) free(w->list[i].logger);
    free(w->evicted.logger);
    free(w->list);
    *w = (windows){0};
}

uint64_t windows_begin(const windows *w) { return 0xcbf29ce484222325u ^ w->seed; }

uint64_t windows_add(uint64_t key, slice part) {
    for (size_t i = 0; i < part.len; i++) key = (key ^ (unsigned char)part.data[i]) * 0x100000001b3u;
    return (key ^ 0xff) * 0x100000001b3u;
}

static int64_t time_of(const record *rec) {
    bool captured = rec->entry != NULL && rec->entry->kind != ENTRY_MADE;
    return captured ? rec->created_ns : clock_realtime_ns();
}

/* One that has nothing held is free to go; of the others one waits, its note told at the next occasion; what
 * is beyond that is added to it. */
static void make_room(windows *w, window *old) {
    if (old->held > 0 && w->evicted.held == 0) {
        free(w->evicted.logger);
        w->evicted = *old;
        w->evicted.until_ns = 0;
        w->next_due_ns = 1;
    } else {
        w->evicted.held += old->held;
        free(old->logger);
    }
    *old = (window){0};
}

/* All bits of the key count: kinds that differ in their last letters only must not crowd into one set. */
static size_t set_of(uint64_t key) {
    key = (key ^ key >> 32) * 0x9e3779b97f4a7c15u;
    return (size_t)(key >> 32) % LIMIT_WINDOW_SETS;
}

static window *find(windows *w, uint64_t key) {
    window *set = &w->list[set_of(key) * LIMIT_WINDOW_WAYS], *oldest = set;
    for (size_t i = 0; i < LIMIT_WINDOW_WAYS; i++) {
        if (set[i].key == key) return &set[i];
        if (set[i].until_ns < oldest->until_ns) oldest = &set[i];
    }
    make_room(w, oldest);
    oldest->key = key;
    return oldest;
}

static void begin(windows *w, window *one, int64_t now) {
    if (one->held > 0) { /* its note is due; the window goes on under it */
        uint64_t key = one->key;
        make_room(w, one);
        one->key = key;
    }
    one->until_ns = now + w->length_ns;
    one->passed = 1;
}

static void hold(windows *w, window *one, const record *rec, slice shown) {
    if (one->held++ > 0) return;
    slice cut = shown.len > SHOWN ? slice_make(shown.data, SHOWN) : shown;
    while (cut.len < shown.len && cut.len > 0 && ((unsigned char)shown.data[cut.len] & 0xc0) == 0x80)
        cut.len--;
    memcpy(one->text, cut.data, cut.len);
    memcpy(one->text + cut.len, cut.len < shown.len ? "…" : "", cut.len < shown.len ? 4 : 1);
    free(one->logger);
    one->logger = strndup(rec->name.data, rec->name.len);
    one->level = rec->level;
    if (w->next_due_ns == 0 || one->until_ns < w->next_due_ns) w->next_due_ns = one->until_ns;
}

bool windows_pass(windows *w, uint64_t key, const record *rec, slice shown) {
    int64_t now = time_of(rec);
    window *one = find(w, key ? key : 1);
    if (one->until_ns == 0 || now >= one->until_ns || now < one->until_ns - w->length_ns) {
        begin(w, one, now);
        return true;
    }
    if (one->passed < w->rate) {
        one->passed++;
        return true;
    }
    hold(w, one, rec, shown);
    return false;
}

/* ---- what is told ---- */

static bool tell_one(const windows *w, window *one, filter_note *out) {
    text line;
    text_init(&line, FILTER_NOTE_MAX - 1);
    text_addf(&line, "%llu similar suppressed in ", (unsigned long long)one->held);
    units_add_duration(&line, w->length_ns / 1000000);
    text_addf(&line, ": %s", one->text);
    snprintf(out->message, sizeof out->message, "%s", text_cstr(&line));
    snprintf(out->logger, sizeof out->logger, "%s", one->logger != NULL ? one->logger : "root");
    out->level = one->level;
    text_done(&line);
    one->held = 0;
    return true;
}

bool windows_tell(windows *w, int64_t now_ns, bool all, filter_note *out) {
    if (w->next_due_ns == 0 || (!all && now_ns < w->next_due_ns)) return false;
    if (w->evicted.held > 0) return tell_one(w, &w->evicted, out);
    int64_t next = 0;
    for (size_t i = 0; i < COUNT; i++) {
        window *one = &w->list[i];
        if (one->held == 0) continue;
        if (all || now_ns >= one->until_ns) return tell_one(w, one, out);
        if (next == 0 || one->until_ns < next) next = one->until_ns;
    }
    w->next_due_ns = next;
    return false;
}
