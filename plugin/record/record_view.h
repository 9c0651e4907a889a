/* record_view.h - what the public weir_record is: a decoded record that can only be read, or one that is
 * being made, whose attributes can be changed. One thread at a time.
 *
 * A record being made is `base` (what a call captures: time, thread, names, level) with a dict of
 * attributes over it, as front_emit_made takes it; reading one works out what follows from them. */
#ifndef WEIR_RECORD_RECORD_VIEW_H
#define WEIR_RECORD_RECORD_VIEW_H

#include "record/record.h"
#include "record/scratch.h"
#include "weir_logging.h"

struct weir_record {
    record *rec;   /* what is read: a decoded one, or &filled */
    slice asctime; /* data NULL: no formatter has made one */
    bool changeable;
    /* The rest: of a record being made. */
    arena *memory;
    value_pair *pairs;
    size_t count;
    bool stale; /* filled is older than pairs */
    int64_t start_ns;
    record base, filled;
    record_scratch scratch;
};

/* A view of a decoded record; nothing to end. asctime may be SLICE_NONE. */
void record_view_of(weir_record *r, record *rec, slice asctime);
/* Begins one that is made. base: its time, thread, process and names; its slices, and memory, must outlive
 * it. start_ns: for relativeCreated. -1: no memory. */
int record_view_begin(weir_record *r, arena *memory, const record *base, int64_t start_ns);
/* Sets an attribute to any value; both are copied into memory, nested values as they are. 0 or -1. */
int record_view_set(weir_record *r, slice attribute, const value *v);
/* The attributes set so far, for front_emit_made; valid until the next change. */
value record_view_attributes(const weir_record *r);
/* Ends one that was begun (the arena is its owner's). */
void record_view_done(weir_record *r);
/* An attribute by name. false: none. */
bool record_view_get(const weir_record *r, slice attribute, value *out);

#endif
