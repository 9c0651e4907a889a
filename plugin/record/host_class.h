/* host_class.h - classes that the host registers (weir_classes.h): one table for all sorts. A row is
 * immortal: plans and counters may point at it after it was unregistered; a class of the same name and sort
 * that comes later takes the row again.
 *
 * Rows are published by `state`; whoever looks one up, to make an object, counts itself in `in_use`
 * (host_class_hold) until the object is gone. Unregistering succeeds only while that is 0. */
#ifndef WEIR_RECORD_HOST_CLASS_H
#define WEIR_RECORD_HOST_CLASS_H

#include "base/error.h"
#include "base/limits.h"
#include "base/param.h"
#include "record/record_view.h"
#include "weir_classes.h"

typedef enum host_sort { HOST_HANDLER, HOST_FILTER, HOST_FORMATTER } host_sort;
enum host_state { HOST_FREE, HOST_THERE, HOST_GONE };

typedef struct host_class {
    uint32_t state;  /* atomic: enum host_state */
    uint32_t in_use; /* atomic: objects */
    host_sort sort;
    char name[64];
    char *help;
    kind_param params[WEIR_CLASS_PARAMS_MAX + 1];
    size_t param_count;
    union {
        weir_handler_class handler;
        weir_filter_class filter;
        weir_formatter_class formatter;
    } as;
    void *kind; /* the row of handler_kinds and the like that stands for it; made once, immortal */
    /* atomic, relaxed: for status */
    uint64_t calls, errors, total_ns, slowest_ns;
} host_class;

/* What the three structs begin with alike. */
typedef struct host_head {
    size_t size;
    unsigned abi, flags;
    const char *name, *help;
} host_head;

/* A row for it, filled but not yet there; NULL: err. taken: is the name one of Weir's own? whole: the known
 * size of the struct; what a host of an older version does not have is zero. Locked until host_class_there.
 */
host_class *host_class_begin(host_sort sort, const void *given, size_t whole, const host_head *head,
                             const weir_class_param *params, size_t param_max, bool (*taken)(slice name),
                             weir_error *err);
/* Ends what begin began. */
void host_class_there(host_class *c);
void host_class_not(host_class *c);
/* NULL: none of that name is there. */
host_class *host_class_find(host_sort sort, slice name);
/* The index-th that is there; NULL: the end. */
host_class *host_class_at(host_sort sort, size_t index);
int host_class_remove(host_sort sort, const char *name, weir_error *err);
/* One object more, if the class is there still. */
bool host_class_hold(host_class *c);
void host_class_release(host_class *c);

/* In the child of a fork: the parent's objects are never used again, nor ended. */
void host_class_fork_child(void);

/* Around every call of the host's function: log calls of this thread count as re-entry meanwhile. */
typedef struct host_call {
    host_class *c;
    int64_t begun_ns;
    bool deaf;
} host_call;
host_call host_call_begin(host_class *c);
/* rc as it is; negative: counted as an error. */
int host_call_end(const host_call *call, int rc);

/* The beginning and the end of one object; both functions may be NULL (*self is user then). given's memory is
 * the call's own. -1: err says which class, and the host's words. */
typedef int (*host_create)(void *user, const weir_args *args, void **self, weir_error *err);
int host_class_create(host_class *c, host_create create, void *user, const weir_args *given, void **self,
                      weir_error *err);
void host_class_destroy(host_class *c, void (*destroy)(void *self), void *self);

/* Longer than this on the average, or once, is slow. */
#define HOST_SLOW_MEAN_NS 1000000
#define HOST_SLOW_ONCE_NS 100000000
bool host_class_is_slow(const host_class *c);

/* What weir_args and weir_text are. */
struct weir_args {
    const kind_param *params;
    size_t param_count;
    const value *values; /* by parameter, or */
    const bool *given;
    const value *dict; /* by name (formatters) */
    arena *memory;
};
struct weir_text {
    text *out;
    size_t begin; /* where what the function appends begins */
};

#endif
