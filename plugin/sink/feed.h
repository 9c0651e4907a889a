/* feed.h - what reads the queue of a QueueHandler: Python's QueueListener, as the queue's sink sees it. The
 * handlers that a listener gives records to lie above this folder, so they are known here by functions.
 *
 * A generation that has QueueHandlers makes one feed a queue and adds it here; each record in the queue bears
 * the feed's number, so it goes to the handlers of its own generation, whatever was pushed since. A feed ends
 * when its generation is gone and the queue has none of its records any more: the sink sees to that. */
#ifndef WEIR_SINK_FEED_H
#define WEIR_SINK_FEED_H

#include "sink/host_frame.h"
#include "sink/sink.h"

typedef struct feed_record {
    slice shown, raw; /* the prepared message, escaped and as it is */
    const parcel_head *parcel;
    record_reader *reader;
    const uint32_t *stop;
} feed_record;

typedef enum feed_result { FEED_DONE, FEED_STOPPED, FEED_LOST } feed_result;

typedef enum feed_rest {
    FEED_IDLE,   /* the queue has run empty */
    FEED_FLUSH,  /* it was asked for: what is kept goes on */
    FEED_ENDS,   /* it has none of its records any more; it is freed next */
    FEED_CLOSES, /* the queue's thread ends: the last occasion */
} feed_rest;

typedef struct feed {
    struct feed *next; /* in the list of all; under its lock */
    char queue[64];
    uint64_t number;
    uint32_t users; /* its generation, and the listeners that put records into its queue */
    int ended;      /* 0; 1: its users are gone; 2: and the queue has run empty since */
    uint32_t keeps; /* atomic: its handlers have kept records */
    bool asked;     /* feed_ask */
    /* On the queue's thread. FEED_STOPPED: not done, *stop is set. */
    feed_result (*take)(struct feed *f, const feed_record *r, weir_error *err);
    /* On the queue's thread, now and then: what is worth telling. *stop is set when the thread is to end;
     * NULL: it has not had a record yet. */
    void (*rest)(struct feed *f, feed_rest why, const uint32_t *stop);
    void (*free)(struct feed *f);
} feed;

/* Gives it a number, and its first user. */
void feed_add(feed *f);
/* One user more, one less. After the last one no record gets its number any more; it is freed when the queue
 * has none of them left. NULL is fine for feed_end. */
void feed_hold(feed *f);
void feed_end(feed *f);
/* Feeds hand on what their handlers keep, as soon as their threads come to it (FEED_FLUSH); is one of those
 * that have a thread still to come to it? */
void feed_ask(void);
bool feed_is_asked(void);
/* ---- on the thread of the feed's queue ---- */
/* The one of the same queue that is next older; NULL: none. */
feed *feed_older(const feed *f);
/* The newest of the same queue that has users; NULL: none. */
feed *feed_newest(const feed *f);
/* NULL: there is none. Stays as long as the queue holds a record of that number. */
feed *feed_find(uint64_t number);

/* ---- the sink of a queue ---- */
void feed_sink_opened(const char *queue);
/* The queue's thread is about to end and takes nothing more: rest() of its feeds is called, unless another
 * sink has the queue. */
void feed_sink_closing(const char *queue, const uint32_t *stop);
/* Whoever ended before and is not needed by another sink of that queue goes now. */
void feed_sink_closed(const char *queue);
/* The queue is empty; rest() of its feeds is called. */
void feed_sink_idle(const char *queue, const uint32_t *stop);
/* Now and then under load: what feed_ask has asked for. */
void feed_sink_busy(const char *queue, const uint32_t *stop);

/* In the child of a fork: the parent's feeds and sinks are not its own. */
void feed_fork_child(void);

#endif
