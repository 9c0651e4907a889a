/* listener_parts.h - what the files of the listener share. Nobody else includes it. All of it is the thread's
 * of the queue. */
#ifndef WEIR_HANDLER_LISTENER_PARTS_H
#define WEIR_HANDLER_LISTENER_PARTS_H

#include "handler/listener.h"

/* Two threads count in these rows. */
static inline void listener_count(uint64_t *counter) { __atomic_add_fetch(counter, 1, __ATOMIC_RELAXED); }

/* listener_put.c: what l->scratch holds into the target of at. FEED_STOPPED: it is still the queue's. */
feed_result listener_put(listener *l, listened *at, record *rec, const uint32_t *stop);
/* The same of a note: counted as a notice. */
void listener_put_note(listener *l, listened *at);
/* A record that is counted as given, or not yet. */
void listener_drop_given(listened *at, enum handler_drop reason);
void listener_drop_for_error(listened *at, record *rec, const char *why);
void listener_tell_drops(const listener *l, listened *at);

/* listener_notes.c: what its filters held back. */
void listener_tell_notes(listener *l, feed_rest why);

#endif
