/* hold.h - records that a handler keeps to hand them to others later (MemoryHandler), in the order in which
 * they came. Memory of the process, and gone with it. Used by one thread: the backend, or that of a
 * queue whose listener has the handler (which keeps frames instead of parcels: handler/listener_hold.c). */
#ifndef WEIR_HANDLER_HOLD_H
#define WEIR_HANDLER_HOLD_H

#include "handler/handler.h"
#include "record/parcel.h"

struct hold {
    text parcels;
    size_t count; /* of them */
    size_t last;  /* where the newest begins */
};

hold *hold_create(void); /* NULL: no memory */
void hold_free(hold *h);
/* Would one record more of that size be beyond the limits? */
bool hold_is_full(const hold *h, size_t bytes);
/* false: no memory. */
bool hold_add(hold *h, const record *rec, slice asctime, uint32_t flags);
/* The newest one again, as the record is now, if it is of that id: formatters have run over it meanwhile. */
void hold_renew_last(hold *h, const record *rec, slice asctime);
/* All that is kept, oldest first, becomes *out's (empty before); the hold is empty then. */
void hold_take(hold *h, text *out, size_t *count);
/* Gives back what was not handed over, before what came since; takes the memory of it again. */
void hold_put_back(hold *h, text *rest, size_t count);

#endif
