/* memory_handler.c - Python's MemoryHandler: records are kept, and handed to another handler when there are
 * enough of them or one is grave enough. Checks on the thread that checks a configuration, asked on the
 * backend. The keeping is handler/hold.c's, the handing over backend/held.c's. */
#include <stdlib.h>

#include "base/level.h"
#include "handler/handler_kinds.h"

enum { ARG_CAPACITY, ARG_FLUSH_LEVEL, ARG_TARGET, ARG_FLUSH_ON_CLOSE };

typedef struct memory_options {
    int64_t capacity, flush_level;
} memory_options;

static int memory_spec(const handler_args *args, arena *a, sink_spec *out, bool *has_target,
                       weir_error *err) {
    (void)args, (void)a, (void)out, (void)err;
    *has_target = false;
    return 0;
}

static int memory_prepare(const handler_args *args, handler *h, weir_error *err) {
    memory_options *o = malloc(sizeof *o);
    if (o == NULL) return error_set(err, WEIR_ERR_SYSTEM, "no memory");
    o->capacity = args->values[ARG_CAPACITY].i64;
    o->flush_level = args->given[ARG_FLUSH_LEVEL] ? args->values[ARG_FLUSH_LEVEL].i64 : WEIR_LEVEL_ERROR;
    h->own = o;
    return 0;
}

static bool memory_should_flush(const handler *h, const record *rec, size_t count) {
    const memory_options *o = h->own;
    return (int64_t)count >= o->capacity || rec->level >= o->flush_level;
}

static int memory_encode(handler *h, record *rec, text *out, weir_error *err) {
    (void)h, (void)rec, (void)out;
    return error_set(err, WEIR_ERR_STATE, "a MemoryHandler has no bytes of its own");
}

const handler_kind memory_handler_kind = {
    .name = "MemoryHandler",
    .aliases = {"handlers.MemoryHandler", "logging.handlers.MemoryHandler"},
    .help = "keeps records in memory and hands them to another handler, all at once",
    .params = {[ARG_CAPACITY] =
                   {"capacity", PARAM_INT, PARAM_REQUIRED | PARAM_SETTABLE,
                    "so many records are handed over at once; what is more than 64 MiB or a million goes "
                    "sooner"},
               [ARG_FLUSH_LEVEL] =
                   {"flushLevel", PARAM_INT, PARAM_SETTABLE,
                    "a record of this level (a number; ERROR and the like are numbers here) or above "
                    "takes all along; default ERROR"},
               [ARG_TARGET] =
                   {"target", PARAM_HANDLER, PARAM_OPTIONAL,
                    "the handler that gets them, by its name; its filters are asked, its level is not; also "
                    "a key of the section. Default None: they are kept"},
               [ARG_FLUSH_ON_CLOSE] =
                   {"flushOnClose", PARAM_BOOL, PARAM_SETTABLE,
                    "taken for Python's sake: shutdown flushes before it closes, whatever this says; "
                    "default True"}},
    .spec = memory_spec,
    .prepare = memory_prepare,
    .encode = memory_encode,
    .holds = true,
    .should_flush = memory_should_flush};
