/* null_handler.c - Python's NullHandler: counts as a handler, so that lastResort keeps quiet, and does
 * nothing with what it gets. Backend thread. */
#include "handler/handler_kinds.h"

static int null_spec(const handler_args *args, arena *a, sink_spec *out, bool *has_target, weir_error *err) {
    (void)args, (void)a, (void)out, (void)err;
    *has_target = false;
    return 0;
}

static int null_encode(handler *h, record *rec, text *out, weir_error *err) {
    (void)h, (void)rec, (void)out, (void)err;
    return 0;
}

const handler_kind null_handler_kind = {.name = "NullHandler",
                                        .aliases = {"logging.NullHandler"},
                                        .help = "drops what it gets",
                                        .spec = null_spec,
                                        .encode = null_encode};
