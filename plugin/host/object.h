/* object.h - handlers, filters and formatters that the host made through weir_handlers.h: definitions, owned
 * by counting, and whether the running configuration has them.
 *
 * An object has a name (its key in the configuration's dict), a definition (its section there: class and
 * arguments, never changed once made) and, a handler, a state: level, formatter, filters. It is *bound* while
 * the running configuration has it; the configuration is an owner then. Changes are made through a draft
 * (host/draft.h) by the one thread that edits; a configuration that replaces everything unbinds all objects.
 *
 * One lock guards the list, the counts, and the pointers in an object; definitions and states are replaced
 * whole and may be read by whoever holds the lock. Any thread. */
#ifndef WEIR_HOST_OBJECT_H
#define WEIR_HOST_OBJECT_H

#include <pthread.h>

#include "base/error.h"
#include "base/value.h"
#include "config/config.h"
#include "weir_handlers.h"

typedef enum object_kind { OBJECT_FORMATTER, OBJECT_FILTER, OBJECT_HANDLER } object_kind;

/* "formatters", "filters", "handlers": the sections of a dictConfig. */
extern const char *const object_groups[3];

typedef struct definition {
    uint32_t refs; /* under the lock of objects */
    arena memory;
    value dict; /* "class", arguments; a formatter's "format", "datefmt", "style" */
} definition;

typedef struct object {
    object_kind kind;
    uint32_t refs;
    char *name;
    bool named; /* by the host or a file: the name is not changed to one that is free */
    bool own;   /* made by the host, not found in a configuration: it leaves with its last user */
    bool bound;
    definition *def;
    struct object *next, *previous; /* all objects */
} object;

struct weir_formatter {
    object head;
    pthread_mutex_t use; /* of made: one call at a time */
    formatter *made;     /* for calls of the host; the backend has its own */
};
struct weir_filter {
    object head;
    pthread_mutex_t use;
    filter *made;
};

typedef struct handler_state {
    int level;
    weir_formatter *formatter; /* owned, NULL: none */
    weir_filter **filters;     /* each owned */
    size_t filter_count;
    weir_handler *target; /* MemoryHandler's, owned; NULL: none */
} handler_state;
struct weir_handler {
    object head;
    handler_state *state;
};

void objects_lock(void);
void objects_unlock(void);

/* Checks the dict (borrowed; copied) as config_check does and makes an object of it, with one owner and, name
 * SLICE_NONE, a name that no other object has. NULL: err. */
weir_formatter *object_formatter(const value *dict, slice name, weir_error *err);
weir_filter *object_filter(const value *dict, slice name, weir_error *err);
weir_handler *object_handler(const value *dict, slice name, weir_error *err);
/* A handler's new definition, checked; its paths are made absolute. */
int object_check_handler(arena *a, value *dict, weir_error *err);
/* "class" and a literal dict of arguments as such a dict, in the arena. skip: keys that it may not have, ends
 * with NULL. */
int object_arguments(arena *a, const char *class_name, const char *kwargs, const char *const *refused,
                     value *out, weir_error *err);
/* One literal as a value of such a dict. */
int object_literal(arena *a, const char *literal, value *out, weir_error *err);

/* Owners. NULL is fine. Freeing the last one may free what it owned, too. */
void object_ref(object *o);
void object_free(object *o);
/* The same while the lock is held: what has no owner any more is put into *dead, for objects_bury. */
void object_ref_locked(object *o);
void object_drop_locked(object *o, object **dead);
void objects_bury(object *dead);

/* A bound object of that kind and name. The lock is held. */
object *object_find_locked(object_kind kind, slice name);
object *object_first_locked(void);
void object_list_locked(object *o); /* one that was made joins the list */
/* A name like "api-7" that no object has had. malloc'd, NULL: no memory. */
char *object_new_name(void);

handler_state *handler_state_copy(const handler_state *from);
/* Ends it; its owners' shares go back. The lock is held. */
void handler_state_drop_locked(handler_state *s, object **dead);
void definition_drop_locked(definition *d);
definition *definition_create(const value *dict);

/* Another configuration has replaced the one that they were part of, or Weir has stopped. */
void objects_unbind_all(void);
/* Around fork: prepare takes the lock, release gives it back on both sides. */
void objects_fork_prepare(void);
void objects_fork_release(void);

#endif
