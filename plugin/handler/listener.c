/* listener.c - gives records of a queue to the handlers of its listener. On the queue's own thread: filters
 * and formatters run here. Levels are asked only where respect_handler_level says so, as in Python. How bytes
 * come to a handler's target is listener_put.c's, what is kept listener_hold.c's, what filters tell
 * listener_notes.c's. */
#include <stdlib.h>

#include "handler/listener_parts.h"

/* Records. */
#define TELL_EVERY 256

/* ---- one record ---- */

static bool pass(const handler *h, record *rec) {
    for (size_t i = 0; i < h->filter_count; i++)
        if (!h->filters[i]->pass(h->filters[i], rec)) return false;
    return true;
}

feed_result listener_give(listener *l, listened *at, const prepared *p, record *rec) {
    handler *h = at->h;
    weir_error err = {0};
    if (!pass(h, rec)) return FEED_DONE;
    if (h->held != NULL) {
        listener_keep(l, at, p, rec);
        return FEED_DONE;
    }
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
    return l->scratch.len == 0 ? FEED_DONE : listener_put(l, at, rec, l->stop);
}

static bool wants(const listener *l, const handler *h, const record *rec) {
    return !l->respects_level || rec->level >= h->level;
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
    l->stop = r->stop;
    if (!l->begun) {
        l->begun = true;
        listener_take_over(l);
    }
    feed_result got = listener_dequeue(l, &p, err);
    if (got != FEED_DONE) return got == FEED_STOPPED ? FEED_DONE : FEED_LOST;
    for (size_t i = l->at; i < l->count; i++) {
        if (!l->handlers[i].direct) continue;
        if (listener_open(&p, &rec) != 0) {
            l->at = 0;
            error_set(err, WEIR_ERR_SYSTEM, "a record in the queue %s cannot be read", f->queue);
            return FEED_LOST;
        }
        if (wants(l, l->handlers[i].h, &rec) && listener_give(l, &l->handlers[i], &p, &rec) == FEED_STOPPED) {
            l->at = i; /* those before have had it */
            return FEED_STOPPED;
        }
    }
    l->at = 0;
    if (l->count > 0) tell_now_and_then(l, &rec);
    return FEED_DONE;
}

void listener_rest(feed *f, feed_rest why, const uint32_t *stop) {
    listener *l = (listener *)f;
    l->stop = stop;
    if (why != FEED_FLUSH) listener_tell_notes(l, why);
    if (why == FEED_FLUSH) listener_hand_over(l);
    if (why == FEED_ENDS || why == FEED_CLOSES) listener_leave(l, why == FEED_CLOSES);
    for (size_t i = 0; i < l->count; i++) listener_tell_drops(l, &l->handlers[i]);
}

/* ---- the end ---- */

static void free_listened(listened *at) {
    feed_end(at->h->feed); /* of a QueueHandler: the listener was a user of its queue's */
    handler_free(at->h);
    free(at->feeds);
}

void listener_free(listener *l) {
    if (l == NULL) return;
    for (size_t i = 0; i < l->count; i++) free_listened(&l->handlers[i]);
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
    if (l->own_reader != NULL) record_reader_free(l->own_reader);
    free(l);
}
