/* stream_handler.c - Python's StreamHandler: lines to the host's standard output or standard error. Specs on
 * the thread that builds a configuration, encoding on the backend; the writing is sink/stream_sink.c. */
#include "handler/handler_kinds.h"

enum { ARG_STREAM, ARG_TERMINATOR };

static int stream_spec(const handler_args *args, arena *a, sink_spec *out, bool *has_target,
                       weir_error *err) {
    (void)a, (void)err;
    bool is_stdout = args->given[ARG_STREAM] && slice_equal(args->values[ARG_STREAM].str, LITERAL_STDOUT);
    *out = (sink_spec){.kind = SLICE_LITERAL("stream"),
                       .path = SLICE_LITERAL(""),
                       .fd = is_stdout ? 1 : 2,
                       .mode = 'a',
                       .beneath_fd = -1,
                       .beneath_path = SLICE_LITERAL(""),
                       .options = SLICE_LITERAL("{}")};
    *has_target = true;
    return 0;
}

static int stream_check(const handler_args *args, weir_error *err) {
    return handler_check_terminator(args, ARG_TERMINATOR, err);
}

/* As Python's sys.stdout and sys.stderr are. */
static int stream_prepare(const handler_args *args, handler *h, weir_error *err) {
    bool is_stdout = args->given[ARG_STREAM] && slice_equal(args->values[ARG_STREAM].str, LITERAL_STDOUT);
    if (handler_set_terminator(args, ARG_TERMINATOR, h, err) != 0) return -1;
    return is_stdout ? 0 : codec_create_lone(SLICE_LITERAL("backslashreplace"), &h->lone, err);
}

const handler_kind stream_handler_kind = {
    .name = "StreamHandler",
    .aliases = {"logging.StreamHandler"},
    .help = "lines to standard output or standard error",
    .params = {[ARG_STREAM] = {"stream", PARAM_STREAM, PARAM_OPTIONAL,
                               "sys.stdout or sys.stderr; default sys.stderr"},
               [ARG_TERMINATOR] = HANDLER_TERMINATOR},
    .check = stream_check,
    .spec = stream_spec,
    .prepare = stream_prepare,
    .encode = handler_encode_text};
