/* handler_text.c - the bytes of a record for handlers that write lines: what the formatter makes of it, then
 * the terminator, in the handler's encoding. Backend thread. On failure nothing is left behind in out. */
#include "handler/handler.h"

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

int handler_recode(const handler *h, size_t from, text *out, weir_error *err) {
    text plain;
    if (h->codec == NULL) return 0;
    text_init(&plain, 0);
    text_add(&plain, out->data + from, out->len - from);
    out->len = from;
    int rc = codec_encode(h->codec, text_slice(&plain), out, err);
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
    return __builtin_expect(h->codec == NULL, 1) ? 0 : handler_recode(h, before, out, err);
}
