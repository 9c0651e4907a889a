/* handler.h - a handler of a generation: level, filters, formatter, and the target its bytes go to.
 *
 * One kind a file, one row each in handler_kinds (handler/handler_kinds.c); the row says the class
 * names, the arguments (checked, documented and completed from the same table) and how to make
 * one. config/build makes handlers aside; the backend emits through them; they end with their
 * generation. */
#ifndef WEIR_HANDLER_HANDLER_H
#define WEIR_HANDLER_HANDLER_H

#include "base/codec.h"
#include "base/param.h"
#include "filter/filter.h"
#include "format/formatter.h"
#include "frontend/capture.h"
#include "sink/target.h"

typedef struct handler handler;

#define HANDLER_PARAMS 20
typedef kind_param handler_param;
/* The arguments, in the order of the table; value type VALUE_NONE and given false: left out, or None for
 * one that is not required. config/check_args has made each what its type says (base/param.h). */
typedef struct handler_args {
    const struct handler_kind *kind;
    slice handler_name;
    value values[HANDLER_PARAMS];
    bool given[HANDLER_PARAMS];
    slice base_dir; /* relative paths: the process's directory, as in Python */
    int beneath_fd; /* see sink_spec; -1: anywhere */
    slice beneath_dir;
    bool pushed; /* came by port or HTTP */
    bool named;  /* the start configuration has the same peer: it may be any */
} handler_args;

typedef enum emit_result { EMIT_DONE, EMIT_FULL, EMIT_ERROR } emit_result;

/* What it holds back, to hand it to the handlers that it feeds (handler/hold.h). */
typedef struct hold hold;
/* What the host overrides of it (handler/host_handler.h). */
typedef struct host_object host_object;
typedef struct handler_kind handler_kind;

struct handler_kind {
    const char *name;       /* "StreamHandler", "weir.HistoryHandler" */
    const char *aliases[4]; /* "logging.StreamHandler", … */
    const char *help;
    /* What Python's documentation does not lead one to expect of it: said once when a configuration with such
     * a handler is checked, and when it is started. NULL: nothing. */
    const char *remark;
    handler_param params[HANDLER_PARAMS];
    /* Checks beyond types; opens nothing. May be NULL. */
    int (*check)(const handler_args *args, weir_error *err);
    /* What its target is; *has_target false for a handler without one (NullHandler). Strings in a. */
    int (*spec)(const handler_args *args, arena *a, sink_spec *out, bool *has_target, weir_error *err);
    /* What encode needs of the arguments, malloc'd into h->own; freed with the handler. May be NULL. */
    int (*prepare)(const handler_args *args, handler *h, weir_error *err);
    /* The bytes of one record. text: formatter's line and terminator; history: a row. */
    int (*encode)(handler *h, record *rec, text *out, weir_error *err);
    /* It has no target: records are kept (handler/hold.h), and go to the handlers that its arguments of type
     * PARAM_HANDLER and PARAM_HANDLERS name. */
    bool holds;
    /* Its target is a queue, whose listener gives the records to the handlers that its arguments name. */
    bool queues;
    /* Asked when a record has been kept, count with it: is it time to hand all of them over? */
    bool (*should_flush)(const handler *h, const record *rec, size_t count);
};

struct handler {
    const handler_kind *kind;
    char name[HANDLER_STATS_NAME];
    int line; /* in the configuration, for "handler file: level INFO, weir.ini:14" */
    int level;
    escape_mode escape;
    overflow_policy overflow;
    bool overflow_given;
    filter **filters;
    size_t filter_count;
    formatter *formatter;
    slice terminator;     /* "\n", or what lies in own */
    codec *codec;         /* of what encode makes; owned. NULL: UTF-8 */
    codec *lone;          /* the same of UTF-8 with lone surrogates; owned. NULL: strict */
    bool delay;           /* its file is made, and emptied, with its first record */
    void *own;            /* of prepare */
    target *target;       /* NULL: none */
    bool truncate;        /* mode 'w': at the swap */
    uint32_t options_tag; /* sink_options_tag of its target's options */
    handler **feeds;      /* that it hands records to, levels not asked; in the order given */
    size_t feed_count;
    hold *held;        /* NULL: it holds nothing */
    host_object *host; /* NULL: nothing is overridden */
    struct feed *feed; /* of a QueueHandler: who reads its queue; borrowed */
    uint32_t rank;     /* of a QueueHandler: target_set_rank */
    uint64_t capacity; /* records that its target's queue may hold; 0: as many as fit */
    bool listened;     /* a listener runs a copy of it, with the same counters */
    handler_stats *stats;
    struct lane *lane;             /* backend: its target's state while the generation is current */
    uint64_t drop_run[DROP_COUNT]; /* backend: the present run of drops, by reason */
    uint64_t definition;           /* hash of all that makes it what it is: equal ones are kept open */
    uint64_t whole; /* the same with level, formatter and filters, and with all that it feeds */
};

/* Releases target and counters; filters and formatter are its generation's, or its listener's. */
void handler_free(handler *h);

const handler_kind *handler_kind_find(slice class_name);
/* Without those of the host. */
const handler_kind *handler_kind_find_own(slice class_name);
const handler_kind *handler_kind_at(size_t index);
/* The default terminator's encode: formatter, then terminator. */
int handler_encode_text(handler *h, record *rec, text *out, weir_error *err);
/* Its two halves: the line in UTF-8; what was added from `from` on, in the handler's encoding. */
int handler_add_line(handler *h, record *rec, text *out, weir_error *err);
int handler_recode(const handler *h, const record *rec, size_t from, text *out, weir_error *err);

#endif
