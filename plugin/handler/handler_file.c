/* handler_file.c - the parameters that every handler with a log file has: mode, encoding, errors, delay. Runs
 * on the thread that checks or builds a configuration. */
#include "handler/handler_kinds.h"

/* ---- mode ---- */

/* Weir only writes, so '+' adds nothing, and text is what a log is. */
bool handler_file_mode(slice mode, char *out) {
    static const char *const modes[] = {"a", "w", "at", "wt", "a+", "w+", "a+t", "w+t", "at+", "wt+"};
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        if (!slice_is(mode, modes[i])) continue;
        *out = modes[i][0];
        return true;
    }
    return false;
}

int handler_check_mode(slice mode, weir_error *err) {
    char kept;
    if (handler_file_mode(mode, &kept)) return 0;
    const char *why = "is no mode of a log file";
    if (memchr(mode.data, 'x', mode.len) != NULL)
        why = "would fail at every start but the first, the file being there";
    else if (memchr(mode.data, 'b', mode.len) != NULL)
        why = "is for bytes, and a log is text";
    else if (memchr(mode.data, 'r', mode.len) != NULL)
        why = "is for reading";
    return error_set(err, WEIR_ERR_INVALID, "mode '%.*s' %s (right are 'a' to append, 'w' to begin anew)",
                     (int)mode.len, mode.data, why);
}

/* ---- encoding, errors, delay ---- */

static slice text_of(const handler_args *args, size_t index, slice otherwise) {
    return args->given[index] ? args->values[index].str : otherwise;
}

static int make_codec(const handler_args *args, const handler_file_args *at, codec **out, weir_error *err) {
    return codec_create(text_of(args, at->encoding, SLICE_LITERAL("utf-8")),
                        text_of(args, at->errors, SLICE_LITERAL("")), out, err);
}

int handler_file_check(const handler_args *args, const handler_file_args *at, weir_error *err) {
    codec *made;
    if (make_codec(args, at, &made, err) != 0) return -1;
    codec_free(made);
    if (handler_check_terminator(args, at->terminator, err) != 0) return -1;
    return handler_check_flag(args, at->fsync, "fsync", err);
}

int handler_file_prepare(const handler_args *args, const handler_file_args *at, handler *h, weir_error *err) {
    h->delay = args->given[at->delay] && args->values[at->delay].boolean;
    if (handler_set_terminator(args, at->terminator, h, err) != 0) return -1;
    if (make_codec(args, at, &h->codec, err) != 0) return -1;
    if (h->codec != NULL || !args->given[at->errors]) return 0;
    return codec_create_lone(args->values[at->errors].str, &h->lone, err);
}

file_options handler_file_options(const handler_args *args, const handler_file_args *at) {
    file_options o = {.delay = args->given[at->delay] && args->values[at->delay].boolean};
    o.mark_len = codec_mark(text_of(args, at->encoding, SLICE_LITERAL("utf-8")), o.mark);
    return o;
}
