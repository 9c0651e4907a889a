/* file_handler.c - Python's FileHandler and WatchedFileHandler: lines to a file. Checks and specs on the
 * thread that checks or builds a configuration, encoding on the backend; the writing is sink/file_sink.c. */
#include "handler/handler_kinds.h"

enum { ARG_FILENAME, ARG_MODE, ARG_ENCODING, ARG_DELAY, ARG_ERRORS, ARG_FSYNC, ARG_TERMINATOR };
static const handler_file_args file_args = {ARG_ENCODING, ARG_DELAY, ARG_ERRORS, ARG_FSYNC, ARG_TERMINATOR};

static int file_check(const handler_args *args, weir_error *err) {
    if (args->given[ARG_MODE] && handler_check_mode(args->values[ARG_MODE].str, err) != 0) return -1;
    return handler_file_check(args, &file_args, err);
}

static int file_prepare(const handler_args *args, handler *h, weir_error *err) {
    return handler_file_prepare(args, &file_args, h, err);
}

static int make_spec(const handler_args *args, bool watch, arena *a, sink_spec *out, bool *has_target,
                     weir_error *err) {
    sink_spec spec;
    file_options options = handler_file_options(args, &file_args);
    options.watch = watch;
    if (handler_path_spec(args, args->values[ARG_FILENAME].str, a, &spec, err) != 0) return -1;
    spec.kind = SLICE_LITERAL("file");
    spec.fsync = handler_flag(args, ARG_FSYNC);
    if (args->given[ARG_MODE] && !handler_file_mode(args->values[ARG_MODE].str, &spec.mode))
        return handler_check_mode(args->values[ARG_MODE].str, err);
    text json;
    text_init(&json, 0);
    text_add_cstr(&json, "{}");
    file_options_add(&options, &json);
    spec.options = json.failed ? SLICE_NONE : arena_copy(a, text_slice(&json));
    text_done(&json);
    if (spec.options.data == NULL) return error_set(err, WEIR_ERR_SYSTEM, "no memory");
    *out = spec;
    *has_target = true;
    return 0;
}

static int file_spec(const handler_args *args, arena *a, sink_spec *out, bool *has_target, weir_error *err) {
    return make_spec(args, false, a, out, has_target, err);
}

static int watched_spec(const handler_args *args, arena *a, sink_spec *out, bool *has_target,
                        weir_error *err) {
    return make_spec(args, true, a, out, has_target, err);
}

#define FILE_PARAMS                                                                                          \
    {                                                                                                        \
        [ARG_FILENAME] = HANDLER_FILENAME, [ARG_MODE] = HANDLER_MODE, [ARG_ENCODING] = HANDLER_ENCODING,     \
        [ARG_DELAY] = HANDLER_DELAY, [ARG_ERRORS] = HANDLER_ERRORS, [ARG_FSYNC] = HANDLER_FSYNC,             \
        [ARG_TERMINATOR] = HANDLER_TERMINATOR                                                                \
    }

const handler_kind file_handler_kind = {.name = "FileHandler",
                                        .aliases = {"logging.FileHandler"},
                                        .help = "lines to a file",
                                        .params = FILE_PARAMS,
                                        .check = file_check,
                                        .spec = file_spec,
                                        .prepare = file_prepare,
                                        .encode = handler_encode_text};

const handler_kind watched_handler_kind = {
    .name = "handlers.WatchedFileHandler",
    .aliases = {"logging.handlers.WatchedFileHandler"},
    .help = "lines to a file that others rename or remove (logrotate): the name is followed",
    .params = FILE_PARAMS,
    .check = file_check,
    .spec = watched_spec,
    .prepare = file_prepare,
    .encode = handler_encode_text};
