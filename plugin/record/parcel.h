/* parcel.h - a record as bytes that can be kept or handed to another thread, when the ring gives its room
 * back: its entry as it is, and what an entry does not say (its time by the clock of then, its level's name
 * and the asctime of then, its id).
 *
 * Whoever opens one needs a record_reader of the process that made it; names are looked up there. Parcels lie
 * one behind the other in a text, each a multiple of 8 bytes; the text must be aligned so. */
#ifndef WEIR_RECORD_PARCEL_H
#define WEIR_RECORD_PARCEL_H

#include "record/record.h"

enum parcel_flag {
    PARCEL_OWN = 1,       /* of Weir itself: counted as a notice */
    PARCEL_FORMATTED = 2, /* a formatter ran over it: it has `message` */
    PARCEL_DATED = 4,     /* and asctime */
    PARCEL_MERGED = 8 /* its message is in it: msg and args are printf's, and mean something else to Python */
};

typedef struct parcel_head {
    uint32_t size; /* of all of it */
    uint32_t flags;
    uint64_t id;
    int64_t created_ns;
    uint32_t level_len, asctime_len, message_len, reserved; /* behind the entry, in this order */
} parcel_head;

/* Appends one of a decoded record. asctime data NULL: none was made. out->failed: no memory. */
void parcel_put(const record *rec, slice asctime, uint32_t flags, text *out);
/* The same, but the record's attributes are all in it: any reader can open it, in any process. It is a made
 * record then. false: no memory. */
bool parcel_put_whole(record *rec, slice asctime, uint32_t flags, text *out);
/* The parcel at *at of `all`, and *at moves behind it; NULL: the end, or damage. */
const parcel_head *parcel_next(slice all, size_t *at);
/* Decodes it, resetting the reader's arena. -1: damaged. out points into the parcel. */
int parcel_open(record_reader *r, const parcel_head *p, record *out);

#endif
