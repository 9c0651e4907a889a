/* draft.h - an edit of the running configuration in the making: its dict (config_plan_value), and what of the
 * host's objects changes with it. One draft at a time, on the thread that has control's turn (control_edit).
 *
 * Protocol: draft_begin; any of the functions below, each of which does all of what it says or nothing; then
 * draft_end(applied), once the configuration made of the dict runs, or does not: then every object is again
 * as it was. Other threads see an object's new state as soon as it is drafted. */
#ifndef WEIR_HOST_DRAFT_H
#define WEIR_HOST_DRAFT_H

#include "host/object.h"

/* An object as it was before the draft. */
typedef struct draft_saved {
    object *o;
    char *name;
    bool named, bound;
    definition *def;
    handler_state *state;
} draft_saved;

typedef struct draft {
    arena *memory;
    value *dict;
    bool changed; /* the dict is another now */
    bool kept;    /* nothing of the dict had to be: objects that are not bound stay as they are drafted */
    draft_saved *saved;
    size_t saved_count, saved_room;
    logger *logger; /* whose level is set with it; NULL: none */
    int level;
} draft;

void draft_begin(draft *d, arena *memory, value *dict);
void draft_end(draft *d, bool applied);

/* The handler as it is now, into the dict; bound from then on. */
int draft_put_handler(draft *d, weir_handler *h, weir_error *err);
/* Out of the dict, and off all loggers; no longer bound. */
int draft_remove_handler(draft *d, weir_handler *h, weir_error *err);
/* Does any logger of the dict, or a handler as its target, have it? */
bool draft_is_used(const draft *d, const weir_handler *h);

/* Formatters and filters that were made for the host and that nothing names any more leave the dict. */
int draft_tidy(draft *d, weir_error *err);
int draft_put_filter(draft *d, weir_filter *f, weir_error *err);

/* New states and definitions of objects; undone with the draft. */
int draft_set_state(draft *d, weir_handler *h, handler_state *to, weir_error *err); /* takes to over */
int draft_set_definition(draft *d, object *o, const value *dict, weir_error *err);
int draft_set_name(draft *d, weir_handler *h, slice name, weir_error *err);

/* A bound object of the dict's section of that name, made if the host has none yet: with one more owner.
 * NULL: there is no such section (err untouched), or err. */
weir_handler *draft_handler(draft *d, slice name, weir_error *err);
weir_formatter *draft_formatter(draft *d, slice name, weir_error *err);
weir_filter *draft_filter(draft *d, slice name, weir_error *err);

/* ---- loggers ---- */
int draft_attach(draft *d, slice of, weir_handler *h, weir_error *err);
int draft_detach(draft *d, slice of, const weir_handler *h, weir_error *err);
int draft_add_filter(draft *d, slice of, weir_filter *f, weir_error *err);
int draft_remove_filter(draft *d, slice of, const weir_filter *f, weir_error *err);
/* What the dict says; that it is also done with the swap, d->logger says. */
int draft_set_level(draft *d, slice of, int level, weir_error *err);
int draft_set_propagate(draft *d, slice of, bool on, weir_error *err);
/* Off all loggers; replacement data not NULL: that name takes its place. */
int draft_detach_all(draft *d, slice handler, slice replacement, weir_error *err);
bool draft_is_attached(const draft *d, slice handler);
/* The names in a logger's "handlers"; NULL: it has none. */
const value *draft_handlers_of(const draft *d, slice of);
bool draft_propagates(const draft *d, slice of);

#endif
