/* listener.h - Python's QueueListener: a feed (sink/feed.h) whose handlers are copies of those of its
 * generation, with formatters and filters of their own, since another thread runs them. They share counters
 * and target with the originals: the target's queue takes bytes of two threads then (chunk_queue_share). */
#ifndef WEIR_HANDLER_LISTENER_H
#define WEIR_HANDLER_LISTENER_H

#include "handler/handler.h"
#include "sink/feed.h"

/* A handler as a listener runs it: what it owns ends with it. */
typedef struct listened {
    handler *h; /* freed by the listener, with its reference to target and counters */
    bool stalled, trusted;
    uint64_t seen_read;
    int64_t moved_ns;
    uint64_t drops; /* not told of yet */
} listened;

typedef struct listener {
    feed base;
    bool respects_level;
    overflow_policy overflow; /* of handlers that have none of their own */
    int stall_timeout_ms;
    target_registry *targets; /* where trouble is told */
    listened *handlers;
    size_t count;
    filter **filters; /* owned */
    size_t filter_count;
    formatter **formatters;
    size_t formatter_count;
    text scratch;
    size_t at; /* the handler that is next to have the record in hand, after a stop in the middle */
    handler
        *reader;  /* owned: the QueueHandler as the listener has it, if the host overrides dequeue; or NULL */
    text changed; /* what it has made of the record in hand, as a parcel */
    arena memory; /* of that */
    /* Of what its filters tell. */
    text note;
    record_reader *note_reader; /* NULL: none was needed yet */
    double began_ms;            /* what relativeCreated counts from */
    uint64_t taken;             /* records */
} listener;

/* Ends what was made so far, feed or not. */
void listener_free(listener *l);
/* feed.take, feed.rest */
feed_result listener_take(feed *f, const feed_record *r, weir_error *err);
void listener_rest(feed *f, feed_rest why);

#endif
