/* filter.h - lets a record through or not. One kind a file, one row each in filter_kinds
 * (filter/filter_kinds.c); the row says the class names, the arguments (checked and documented from the same
 * table) and how to make one.
 *
 * A filter is made by config/check (to see that it can be: freed at once) and by config/build, asked by the
 * backend thread only, and ends with its generation. */
#ifndef WEIR_FILTER_FILTER_H
#define WEIR_FILTER_FILTER_H

#include "base/error.h"
#include "base/limits.h"
#include "base/param.h"
#include "record/record.h"
#include "weir_logging.h"

typedef struct filter filter;
typedef struct filter_kind filter_kind;

#define FILTER_PARAMS 8
/* Of a note: a message cut to 200 bytes, and the words around it. */
#define FILTER_NOTE_MAX 288
/* The arguments, in the order of the kind's table; value type VALUE_NONE and given false: left out, or None
 * for one that is not required. They do not outlive create. */
typedef struct filter_args {
    const filter_kind *kind; /* the row that create belongs to */
    value values[FILTER_PARAMS];
    bool given[FILTER_PARAMS];
} filter_args;

struct filter_kind {
    const char *name;       /* "logging.Filter" */
    const char *aliases[2]; /* NULL: none */
    const char *help;
    kind_param params[FILTER_PARAMS];
    /* -1: not made, err says why (without a place: the caller knows it). */
    int (*create)(const filter_args *args, filter **out, weir_error *err);
};
/* What a filter that held records back has to tell of them. */
typedef struct filter_note {
    char logger[LIMIT_LOGGER_NAME + 1];
    int level; /* of what was held back */
    char message[FILTER_NOTE_MAX];
} filter_note;

struct filter {
    const filter_kind *kind;
    bool (*pass)(filter *f, record *rec);
    void (*free)(filter *f);
    /* One of the host's that is declared to run at the call: among the filters of a logger this is run there,
     * and pass is not. NULL: no such filter. */
    int (*at_call)(void *arg, weir_record *record);
    void *at_call_arg;
    /* The next note that is due at now_ns (all: that there is at all). false: none. Asked several times a
     * second and when its generation ends; the note goes where what was held back would have gone. NULL: it
     * has none ever. */
    bool (*tell)(filter *f, int64_t now_ns, bool all, filter_note *out);
};
const filter_kind *filter_kind_find(slice class_name);
/* Without those of the host. */
const filter_kind *filter_kind_find_own(slice class_name);
const filter_kind *filter_kind_at(size_t index); /* NULL at the end */

#endif
