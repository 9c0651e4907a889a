/* filter.h - lets a record through or not. One kind a file, one row each in filter_kinds
 * (filter/filter_kinds.c); the row says the class names, the arguments (checked and documented from the same
 * table) and how to make one.
 *
 * A filter is made by config/check (to see that it can be: freed at once) and by config/build, asked by one
 * thread only (the backend, or that of the queue whose listener has it), and ends with the last generation
 * that has it.
 *
 * A change of the configuration that leaves a filter alone leaves it its state, too: the new generation has
 * the same filter, by filter_share, so there is nothing to be brought over. No record is judged by both: the
 * thread that asks takes all records of the old generation before the first of the new one. A filter is left
 * alone when name, class and arguments are the same and it is still on a handler or logger that had it. */
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
    bool of_loggers; /* means nothing on a handler */
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
    uint32_t shares;     /* atomic: owners beside the first */
    uint64_t definition; /* hash of name, class and arguments; 0: no other filter is the same */
    bool (*pass)(filter *f, record *rec);
    void (*free)(filter *f);
    /* One of the host's that is declared to run at the call: among the filters of a logger this is run there,
     * and pass is not. NULL: no such filter. */
    int (*at_call)(void *arg, weir_record *record);
    void *at_call_arg;
    /* Level by context: nothing to be asked, but a rule for the front end. NULL: no such filter. */
    struct level_rule *rule;
    /* The next note that is due at now_ns (all: that there is at all). false: none. Asked several times a
     * second and when its generation ends; the note goes where what was held back would have gone. NULL: it
     * has none ever. */
    bool (*tell)(filter *f, int64_t now_ns, bool all, filter_note *out);
};
/* One owner more, one less; the last one frees it. Any thread. NULL is fine for release. */
filter *filter_share(filter *f);
void filter_release(filter *f);
bool filter_is_among(filter *const *filters, size_t count, const filter *f);

const filter_kind *filter_kind_find(slice class_name);
/* Without those of the host. */
const filter_kind *filter_kind_find_own(slice class_name);
const filter_kind *filter_kind_at(size_t index); /* NULL at the end */

#endif
