/* listener_parts.h - what the files of the listener share. Nobody else includes it. All of it is the thread's
 * of the queue. */
#ifndef WEIR_HANDLER_LISTENER_PARTS_H
#define WEIR_HANDLER_LISTENER_PARTS_H

#include "handler/listener.h"

/* Two threads count in these rows. */
static inline void listener_count(uint64_t *counter) { __atomic_add_fetch(counter, 1, __ATOMIC_RELAXED); }

/* A record as QueueHandler.prepare leaves it: the merged message, and nothing that it was merged from. */
typedef struct prepared {
    const parcel_head *parcel;
    record_reader *reader;
    slice raw, shown; /* its message, as it is and escaped; raw.data NULL: the parcel has another one */
} prepared;

/* listener_put.c: what l->scratch holds into the target of at. FEED_STOPPED: it is still the queue's. */
feed_result listener_put(listener *l, listened *at, record *rec, const uint32_t *stop);
/* The same of a note: counted as a notice. */
void listener_put_note(listener *l, listened *at);
/* A record that is counted as given, or not yet. */
void listener_drop_given(listened *at, enum handler_drop reason);
void listener_drop_for_error(listened *at, record *rec, const char *why);
void listener_tell_drops(const listener *l, listened *at);

/* listener_dequeue.c: the record as the listener takes it off the queue, after the host's dequeue. FEED_DONE:
 * it goes on, as *r says from then on; FEED_STOPPED: to no handler; FEED_LOST: err. */
feed_result listener_dequeue(listener *l, prepared *r, weir_error *err);
/* Decodes it for one handler. -1: it is damaged, or there is no memory. */
int listener_open(const prepared *r, record *rec);

/* listener.c: it to one handler, whose filters are asked. The record in rec was opened from *p. */
feed_result listener_give(listener *l, listened *at, const prepared *p, record *rec);

/* listener_hold.c: a handler that keeps records. */
void listener_keep(listener *l, listened *at, const prepared *p, const record *rec);
/* All that is kept goes on. */
void listener_hand_over(listener *l);
/* The first record of l is there: all that lies before it in the queue went to older listeners. */
void listener_take_over(listener *l);
/* It ends; or, closing, its thread does. */
void listener_leave(listener *l, bool closing);
/* NULL: no memory. */
record_reader *listener_reader(listener *l);

/* listener_notes.c: what its filters held back. */
void listener_tell_notes(listener *l, feed_rest why);

#endif
