/* file_handler.c - Python's FileHandler: lines to a file. Checks and specs on the thread that checks or
 * builds a configuration, encoding on the backend; the writing is sink/file_sink.c. */
#include "handler/handler_kinds.h"

enum { ARG_FILENAME, ARG_MODE, ARG_ENCODING, ARG_DELAY, ARG_ERRORS, ARG_FSYNC };

/* ---- mode ---- */

/* Weir only writes, so '+' adds nothing, and text is what a log is. */
static bool mode_of(slice mode, char *out) {
    static const char *const modes[] = {"a", "w", "at", "wt", "a+", "w+", "a+t", "w+t", "at+", "wt+"};
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        if (!slice_is(mode, modes[i])) continue;
        *out = modes[i][0];
        return true;
    }
    return false;
}

static int check_mode(slice mode, weir_error *err) {
    char kept;
    if (mode_of(mode, &kept)) return 0;
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

/* ---- encoding, errors ---- */

/* Python's normalisation: case, '-', '_' and blanks do not count. */
static bool is_utf8(slice name) {
    static const char *const same[] = {"utf8", "u8", "utf", "cp65001", "utf8ucs2", "utf8ucs4"};
    char plain[16];
    size_t n = 0;
    for (size_t i = 0; i < name.len; i++) {
        char c = name.data[i];
        if (c == '-' || c == '_' || c == ' ') continue;
        if (n == sizeof plain) return false;
        plain[n++] = (char)(c >= 'A' && c <= 'Z' ? c | 32 : c);
    }
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) {
        if (slice_is(slice_make(plain, n), same[i])) return true;
    }
    return false;
}

static int check_encoding(slice name, weir_error *err) {
    if (is_utf8(name)) return 0;
    return error_set(err, WEIR_ERR_INVALID, "encoding '%.*s' is not supported (logs are written in 'utf-8')",
                     (int)name.len, name.data);
}

/* What to do with text that the encoding lacks: there is none in UTF-8, but a word that Python does not
 * know is an error there. */
static int check_errors(slice word, weir_error *err) {
    static const char *const known[] = {
        "strict",          "ignore",      "replace",           "backslashreplace",
        "surrogateescape", "namereplace", "xmlcharrefreplace", "surrogatepass"};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (slice_is(word, known[i])) return 0;
    }
    return error_set(err, WEIR_ERR_INVALID,
                     "errors '%.*s' is unknown (right are Python's: 'strict', 'ignore', 'replace', "
                     "'backslashreplace', 'surrogateescape', …)",
                     (int)word.len, word.data);
}

static int file_check(const handler_args *args, weir_error *err) {
    if (args->given[ARG_MODE] && check_mode(args->values[ARG_MODE].str, err) != 0) return -1;
    if (args->given[ARG_ENCODING] && check_encoding(args->values[ARG_ENCODING].str, err) != 0) return -1;
    if (args->given[ARG_ERRORS] && check_errors(args->values[ARG_ERRORS].str, err) != 0) return -1;
    return handler_check_flag(args, ARG_FSYNC, "fsync", err);
}

static int file_spec(const handler_args *args, arena *a, sink_spec *out, bool *has_target, weir_error *err) {
    sink_spec spec;
    if (handler_path_spec(args, args->values[ARG_FILENAME].str, a, &spec, err) != 0) return -1;
    spec.kind = SLICE_LITERAL("file");
    spec.fsync = handler_flag(args, ARG_FSYNC);
    if (args->given[ARG_MODE] && !mode_of(args->values[ARG_MODE].str, &spec.mode))
        return check_mode(args->values[ARG_MODE].str, err);
    *out = spec;
    *has_target = true;
    return 0;
}

const handler_kind file_handler_kind = {
    .name = "FileHandler",
    .aliases = {"logging.FileHandler"},
    .help = "lines to a file",
    .params = {[ARG_FILENAME] = {"filename", PARAM_PATH, true,
                                 "the file; made if it is not there, its directory is not"},
               [ARG_MODE] = {"mode", PARAM_STR, false,
                             "'a' appends, 'w' empties the file first; default 'a'"},
               [ARG_ENCODING] = {"encoding", PARAM_STR, false, "'utf-8', which is the default"},
               [ARG_DELAY] = {"delay", PARAM_BOOL, false,
                              "taken for Python's sake; the file is always opened at once, so that a path "
                              "that cannot be written is refused with its configuration"},
               [ARG_ERRORS] = {"errors", PARAM_STR, false,
                               "taken for Python's sake: UTF-8 lacks no character"},
               [ARG_FSYNC] =
                   {"fsync", PARAM_ANY, false,
                    "True or 'yes': a record counts as delivered when the disk has it (Weir's own); default "
                    "False"}},
    .check = file_check,
    .spec = file_spec,
    .encode = handler_encode_text};
