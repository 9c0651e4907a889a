/* recent.h - the last records, in memory, as the entries that the rings held: what feeds the page,
 * `weir tail` and `weir query` where no history is configured, and every live tail.
 *
 * The backend appends (a copy of the entry, no decoding); readers copy entries out in small
 * batches and decode them on their own threads, with their own record_reader. One mutex, never
 * held while decoding, never seen by producers. */
#ifndef WEIR_BACKEND_RECENT_H
#define WEIR_BACKEND_RECENT_H

#include "base/error.h"
#include "queue/entry.h"

typedef struct recent recent;

/* 0 records or 0 bytes: nothing is kept, the numbers go on. */
recent *recent_create(size_t max_records, size_t max_bytes, weir_error *err);
void recent_free(recent *r);
/* A new configuration's bounds; keeps the newest that fit. Control thread. */
int recent_resize(recent *r, size_t max_records, size_t max_bytes, weir_error *err);
void recent_add(recent *r, const ring_entry *e);
/* Many at once, under one lock. */
void recent_add_all(recent *r, const ring_entry *const *entries, size_t count);
/* End of a pass in which something was added: wakes those in recent_wait. */
void recent_publish(recent *r);

/* Entries are numbered from 1 without a gap (their sequence, not their id). */
uint64_t recent_first(recent *r); /* the oldest kept; last + 1 when empty */
uint64_t recent_last(recent *r);  /* the newest; 0 when none was ever added */
/* Copies entries sequence, sequence + 1, … as long as they fit into buffer (8-byte aligned) and are
 * there. Returns how many bytes; *first is the sequence of the first one copied, which is later
 * than asked for when older ones are gone, *count how many. 0 bytes with *first <= recent_last:
 * that entry is larger than buffer (it is never larger than max_bytes). */
size_t recent_copy(recent *r, uint64_t sequence, void *buffer, size_t size, uint64_t *first, size_t *count);
/* Sleeps until recent_last() > sequence, recent_interrupt, or timeout_ms. */
void recent_wait(recent *r, uint64_t sequence, int timeout_ms);
void recent_interrupt(recent *r);

#endif
