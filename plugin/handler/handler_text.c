/* handler_text.c - the bytes of a record for handlers that write lines: what the formatter makes of it, then
 * the terminator, in the handler's encoding. Backend thread. On failure nothing is left behind in out. */
#include <stdlib.h>

#include "handler/handler_kinds.h"

/* It is a separator and no text: more is a mistake. */
#define TERMINATOR_MAX 64

int handler_check_terminator(const handler_args *args, size_t index, weir_error *err) {
    if (!args->given[index] || args->values[index].str.len <= TERMINATOR_MAX) return 0;
    return error_set(err, WEIR_ERR_INVALID, "terminator has %zu bytes (at most %d)",
                     args->values[index].str.len, TERMINATOR_MAX);
}

int handler_set_terminator(const handler_args *args, size_t index, handler *h, weir_error *err) {
    if (!args->given[index]) return 0;
    slice given = args->values[index].str;
    char *kept = malloc(given.len + 1);
    if (kept == NULL) return error_set(err, WEIR_ERR_SYSTEM, "no memory");
    memcpy(kept, given.data, given.len);
    h->own = kept;
    h->terminator = slice_make(kept, given.len);
    return 0;
}

static int fail(text *out, size_t before) {
    out->len = before;
    if (out->data != NULL) out->data[before] = '\0';
    return -1;
}

int handler_add_line(handler *h, record *rec, text *out, weir_error *err) {
    size_t before = out->len;
    if (h->formatter->format(h->formatter, rec, h->escape, out, err) != 0) return fail(out, before);
    text_add_slice(out, h->terminator);
    if (!out->failed) return 0;
    error_set(err, WEIR_ERR_SYSTEM, "no memory for a record of more than %zu bytes", out->len - before);
    return fail(out, before);
}

/* What the line is to be put through. Text of a host may hold any bytes, and goes to a UTF-8 file as it is; a
 * made record holds characters, and where surrogates are among them UTF-8 lacks them. */
static const codec *codec_for(const handler *h, const record *rec, slice line) {
    bool made = rec->entry == NULL || rec->entry->kind == ENTRY_MADE;
    if (h->codec != NULL || !made) return h->codec;
    if (memchr(line.data, 0xED, line.len) == NULL) return NULL; /* the first byte of each of them */
    return h->lone != NULL ? h->lone : codec_strict();
}

int handler_recode(const handler *h, const record *rec, size_t from, text *out, weir_error *err) {
    text plain;
    const codec *c = codec_for(h, rec, slice_make(out->data + from, out->len - from));
    if (c == NULL) return 0;
    text_init(&plain, 0);
    text_add(&plain, out->data + from, out->len - from);
    out->len = from;
    int rc = codec_encode(c, text_slice(&plain), out, err);
    if (rc == 0 && (plain.failed || out->failed)) {
        out->failed = true;
        rc = error_set(err, WEIR_ERR_SYSTEM, "no memory for a record in another encoding");
    }
    text_done(&plain);
    return rc == 0 ? 0 : fail(out, from);
}

int handler_encode_text(handler *h, record *rec, text *out, weir_error *err) {
    size_t before = out->len;
    if (handler_add_line(h, rec, out, err) != 0) return -1;
    return handler_recode(h, rec, before, out, err);
}
