/* handler_file.c - the parameters that every handler with a log file has: mode, encoding, errors. Runs on the
 * thread that checks or builds a configuration. */
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

int handler_check_encoding(slice name, weir_error *err) {
    if (is_utf8(name)) return 0;
    return error_set(err, WEIR_ERR_INVALID, "encoding '%.*s' is not supported (logs are written in 'utf-8')",
                     (int)name.len, name.data);
}

/* What to do with text that the encoding lacks: there is none in UTF-8, but a word that Python does not
 * know is an error there. */
int handler_check_errors(slice word, weir_error *err) {
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
