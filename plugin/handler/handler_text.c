/* handler_text.c - the bytes of a record for handlers that write lines: what the formatter makes of it, then
 * the terminator. Backend thread. On failure nothing is left behind in out. */
#include "handler/handler.h"

int handler_encode_text(handler *h, record *rec, text *out, weir_error *err) {
    size_t before = out->len;
    if (h->formatter->format(h->formatter, rec, h->escape, out, err) == 0) {
        text_add_slice(out, h->terminator);
        if (!out->failed) return 0;
        error_set(err, WEIR_ERR_SYSTEM, "no memory for a record of more than %zu bytes", out->len - before);
    }
    out->len = before;
    if (out->data != NULL) out->data[before] = '\0';
    return -1;
}
