/* listener.h - Python's QueueListener: a feed (sink/feed.h) whose handlers are copies of those of its
 * generation, with formatters and filters of their own, since another thread runs them. They share counters
 * and target with the originals: the target's queue takes bytes of two threads then (chunk_queue_share).
 *
 * A handler that keeps records (MemoryHandler) has a hold of its own here, and hands them to copies that the
 * listener has for that; a QueueHandler puts them into its queue, whose feed has the listener as a user. What
 * is kept goes on to the same handler of the next generation's listener, with the first record of that; else
 * to the handlers that it is for, when the listener ends (FEED_ENDS), when it is asked for (FEED_FLUSH), and
 * before the queue's thread ends (FEED_CLOSES). */
#ifndef WEIR_HANDLER_LISTENER_H
#define WEIR_HANDLER_LISTENER_H

#include "handler/handler.h"
#include "sink/feed.h"

/* A handler as a listener runs it: what it owns ends with it. */
typedef struct listened {
    handler *h;   /* freed by the listener, with its reference to target and counters */
    ptrdiff_t of; /* its place in the plan, and in its generation */
    bool direct;  /* it has records from the queue; else only from a handler that keeps them, below */
    struct listened **feeds; /* of one that keeps records: who gets them; owned */
    size_t feed_count;
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
    listened *handlers;       /* they do not move */
    size_t count;
    bool flushes_holds;        /* of its generation */
    bool begun;                /* it has had a record */
    const uint32_t *stop;      /* as the thread that runs it just now has it; NULL: it need not look */
    record_reader *own_reader; /* of what was kept, and of notes; NULL: none was needed yet */
    filter **filters;          /* owned */
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
    double began_ms; /* what relativeCreated counts from */
    uint64_t taken;  /* records */
} listener;

/* Ends what was made so far, feed or not. */
void listener_free(listener *l);
/* feed.take, feed.rest */
feed_result listener_take(feed *f, const feed_record *r, weir_error *err);
void listener_rest(feed *f, feed_rest why, const uint32_t *stop);

#endif
