/* host_handler.h - handler classes of the host's: its own, and Weir's with methods overridden. */
#ifndef WEIR_HANDLER_HOST_HANDLER_H
#define WEIR_HANDLER_HOST_HANDLER_H

#include "handler/handler.h"
#include "record/host_class.h"

/* A handler of one of Weir's kinds with the host's overrides: handler.host. The kinds look at `as` where
 * Python would call a method. */
struct host_object {
    host_class *class;
    const weir_handler_class *as;
    const handler_kind *base;
    void *self;
    bool made;        /* self is there, and to be destroyed */
    formatter format; /* in place of the handler's, where `format` is overridden */
};

/* NULL: none of that name, or the end. */
const handler_kind *host_handler_find(slice class_name);
const handler_kind *host_handler_at(size_t index);
void host_object_free(host_object *o);
/* Its target has been found; o may be NULL. */
void host_object_set_target(const host_object *o, const char *handler_name);
/* Calls a method that makes a text of the record. -1: it failed, err says which class. */
typedef int (*host_method)(void *self, const weir_record *record, weir_text *out);
int host_object_text(host_object *o, host_method m, record *rec, text *out, weir_error *err);
/* One that makes a number. false: it failed. */
typedef int (*host_number)(void *self, const weir_record *record);
bool host_object_number(host_object *o, host_number m, record *rec, int *out);

#endif
