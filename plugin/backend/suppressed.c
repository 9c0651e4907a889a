/* suppressed.c - what filters that held records back have to tell, as records of the loggers and levels
 * concerned. Backend thread: before it sleeps, once a second under load, and when a generation ends. */
#include "backend/parts.h"

/* At one occasion and filter; the next is soon. */
#define NOTES_MAX 64

static void route_one(backend *b, const filter *f, const filter_note *note) {
    uint32_t id = dictionary_add(b->set.dictionary, DICT_LOGGER, note->logger, strlen(note->logger));
    if (id == 0) id = b->own_logger;
    ring_entry *e = notice_encode(b, &b->own_entry, id, note->level, clock_stamp(), slice_of(note->message));
    if (e != NULL) route_note(b, e, f);
}

void suppressed_tell(backend *b, bool all) {
    const generation *g = b->current->generation;
    filter_note note;
    int64_t now = 0;
    for (size_t i = 0; i < g->filter_count; i++) {
        filter *f = g->filters[i];
        if (f->tell == NULL) continue;
        if (now == 0) now = clock_realtime_ns();
        for (int n = 0; n < NOTES_MAX && f->tell(f, now, all, &note); n++) route_one(b, f, &note);
    }
}
