/* listener_notes.c - what the filters of a listener's handlers have held back, told to the handler that has
 * the filter: "12 similar suppressed in 1s: …", as a record of the logger and level concerned. On the queue's
 * thread, when the queue has run empty, now and then under load, and at the end. */
#define _GNU_SOURCE
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/level.h"
#include "handler/listener_parts.h"

/* The kernel's name of a thread, NUL included. */
#define THREAD_NAME_SIZE 16

static value_pair pair(const char *key, value v) { return (value_pair){value_str(slice_of(key)), v}; }

/* All that a record has which was made here and now. NULL: no memory. */
static const ring_entry *encode(listener *l, const filter_note *note, double created) {
    char room[32], thread[THREAD_NAME_SIZE] = "";
    double relative = l->began_ms > 0 ? created * 1e3 - l->began_ms : 0;
    pthread_getname_np(pthread_self(), thread, sizeof thread);
    value_pair pairs[] = {pair("name", value_str(slice_of(note->logger))),
                          pair("levelno", value_int(note->level)),
                          pair("levelname", value_str(level_name(note->level, room))),
                          pair("msg", value_str(slice_of(note->message))),
                          pair("created", value_float(created)),
                          pair("relativeCreated", value_float(relative)),
                          pair("thread", value_int(syscall(SYS_gettid))),
                          pair("threadName", value_str(slice_of(thread))),
                          pair("process", value_int(getpid())),
                          pair("processName", value_str(SLICE_LITERAL("MainProcess")))};
    value attributes = {.type = VALUE_DICT, .dict = {pairs, sizeof pairs / sizeof pairs[0]}};
    ring_entry head = {.kind = ENTRY_MADE, .level = note->level};
    text_clear(&l->note);
    text_add(&l->note, (const char *)&head, sizeof head);
    value_encode(&attributes, &l->note);
    head.args_size = (uint32_t)(l->note.len - sizeof head);
    text_add_repeat(&l->note, '\0', (ENTRY_ALIGN - l->note.len % ENTRY_ALIGN) % ENTRY_ALIGN);
    if (l->note.failed) return NULL;
    head.size = (uint32_t)l->note.len;
    head.check = entry_check(&head);
    memcpy(l->note.data, &head, sizeof head);
    return (const ring_entry *)(const void *)l->note.data;
}

/* The other filters of the handler are asked. */
static bool wanted(const listener *l, const handler *h, const filter *of, record *rec) {
    if (l->respects_level && rec->level < h->level) return false;
    for (size_t i = 0; i < h->filter_count; i++)
        if (h->filters[i] != of && !h->filters[i]->pass(h->filters[i], rec)) return false;
    return true;
}

/* To a handler that keeps records it is a record like any other. */
static bool keep_note(listener *l, listened *at, record *rec) {
    text parcel;
    size_t from = 0;
    text_init(&parcel, 0);
    bool good = parcel_put_whole(rec, SLICE_NONE, 0, &parcel);
    prepared p = {.reader = l->own_reader, .parcel = parcel_next(text_slice(&parcel), &from)};
    good = good && p.parcel != NULL;
    if (good) listener_keep(l, at, &p, rec);
    text_done(&parcel);
    return good;
}

static bool put_note(listener *l, listened *at, record *rec) {
    text_clear(&l->scratch);
    if (at->h->target == NULL) return true;
    if (at->h->kind->encode(at->h, rec, &l->scratch, NULL) != 0 || l->scratch.failed) return false;
    if (l->scratch.len > 0) listener_put_note(l, at);
    return true;
}

static void tell_one(listener *l, listened *at, const filter *of, const filter_note *note, int64_t now_ns) {
    record rec;
    const ring_entry *e = encode(l, note, (double)now_ns / 1e9);
    record_reader *reader = listener_reader(l);
    bool good = e != NULL && reader != NULL && record_decode_kept(reader, e, now_ns, &rec) == 0;
    if (good && !wanted(l, at->h, of, &rec)) return;
    good = good && (at->h->held != NULL ? keep_note(l, at, &rec) : put_note(l, at, &rec));
    if (!good) at->drops++;
}

void listener_tell_notes(listener *l, feed_rest why) {
    filter_note note;
    int64_t now = 0;
    for (size_t i = 0; i < l->count; i++) {
        listened *at = &l->handlers[i];
        for (size_t k = 0; k < at->h->filter_count; k++) {
            filter *f = at->h->filters[k];
            if (f->tell == NULL) continue;
            /* The next generation's listener has it: it is due there. */
            if (why == FEED_ENDS && __atomic_load_n(&f->shares, __ATOMIC_ACQUIRE) > 0) continue;
            if (now == 0) now = clock_realtime_ns();
            while (f->tell(f, now, why != FEED_IDLE, &note)) tell_one(l, at, f, &note, now);
        }
    }
}
