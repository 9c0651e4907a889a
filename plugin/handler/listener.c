/* listener.c - gives records of a queue to the handlers of its listener. On the queue's own thread: filters
 * and formatters run here. Levels are asked only where respect_handler_level says so, as in Python. How bytes
 * come to a handler's target is listener_put.c's, what its filters tell listener_notes.c's. */
#include <stdlib.h>

#include "handler/listener_parts.h"

/* Records. */
#define TELL_EVERY 256

/* ---- one record ---- */

static bool wanted(const listener *l, const handler *h, record *rec) {
    if (l->respects_level && rec->level < h->level) return false;
    for (size_t i = 0; i < h->filter_count; i++)
        if (!h->filters[i]->pass(h->filters[i], rec)) return false;
    return true;
}

static feed_result give(listener *l, listened *at, record *rec, const uint32_t *stop) {
    handler *h = at->h;
    weir_error err = {0};
    if (!wanted(l, h, rec)) return FEED_DONE;
    if (h->target == NULL) {
        listener_count(&h->stats->given);
        listener_count(&h->stats->delivered);
        return FEED_DONE;
    }
    text_clear(&l->scratch);
    if (h->kind->encode(h, rec, &l->scratch, &err) != 0 || l->scratch.failed) {
        listener_drop_for_error(at, rec, l->scratch.failed ? "too long, or no memory" : err.message);
        return FEED_DONE;
    }
    return l->scratch.len == 0 ? FEED_DONE : listener_put(l, at, rec, stop);
}

/* Also under load, when the queue is never empty. */
static void tell_now_and_then(listener *l, const record *rec) {
    l->began_ms = rec->created * 1e3 - rec->relative_created;
    if (++l->taken % TELL_EVERY == 0) listener_tell_notes(l, FEED_IDLE);
}

feed_result listener_take(feed *f, const feed_record *r, weir_error *err) {
    listener *l = (listener *)f;
    prepared p = {r->parcel, r->reader, r->raw, r->shown};
    record rec;
    feed_result got = listener_dequeue(l, &p, err);
    if (got != FEED_DONE) return got == FEED_STOPPED ? FEED_DONE : FEED_LOST;
    for (size_t i = l->at; i < l->count; i++) {
        if (listener_open(&p, &rec) != 0) {
            l->at = 0;
            error_set(err, WEIR_ERR_SYSTEM, "a record in the queue %s cannot be read", f->queue);
            return FEED_LOST;
        }
        if (give(l, &l->handlers[i], &rec, r->stop) == FEED_STOPPED) {
            l->at = i; /* those before have had it */
            return FEED_STOPPED;
        }
    }
    l->at = 0;
    if (l->count > 0) tell_now_and_then(l, &rec);
    return FEED_DONE;
}

void listener_rest(feed *f, feed_rest why) {
    listener *l = (listener *)f;
    listener_tell_notes(l, why);
    for (size_t i = 0; i < l->count; i++) listener_tell_drops(l, &l->handlers[i]);
}

/* ---- the end ---- */

void listener_free(listener *l) {
    if (l == NULL) return;
    for (size_t i = 0; i < l->count; i++) handler_free(l->handlers[i].h);
    for (size_t i = 0; i < l->filter_count; i++) filter_release(l->filters[i]);
    for (size_t i = 0; i < l->formatter_count; i++)
        if (l->formatters[i] != NULL) l->formatters[i]->free(l->formatters[i]);
    free(l->handlers);
    free(l->filters);
    free(l->formatters);
    text_done(&l->scratch);
    text_done(&l->note);
    text_done(&l->changed);
    arena_done(&l->memory);
    handler_free(l->reader);
    if (l->note_reader != NULL) record_reader_free(l->note_reader);
    free(l);
}
