/* pickle_fuzz.c - any bytes through the pickle decoder: what is read is a dict or a text, prints, and fits
 * into a ring's entry. */
#include <stdint.h>
#include <stdlib.h>

#include "receiver/pickle_decoder.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static pickle_decoder *d;
    value v, again;
    weir_error err = {.message = ""};
    arena a;
    text wire;
    size_t at = 0;
    if (d == NULL && (d = pickle_decoder_create(&err)) == NULL) return 0;
    pickle_result got = pickle_decode(d, (slice){(const char *)data, size}, &v, &err);
    if (got == PICKLE_CODE && v.type != VALUE_STR) abort();
    if (got != PICKLE_RECORD && got != PICKLE_CODE && err.message[0] == '\0') abort();
    if (got != PICKLE_RECORD) return 0;
    if (v.type != VALUE_DICT) abort();
    arena_init(&a, 0);
    text_init(&wire, 0);
    value_encode(&v, &wire);
    if (wire.failed || value_decode(wire.data, wire.len, &at, &a, &again) != 0 || at != wire.len) abort();
    text_done(&wire);
    arena_done(&a);
    return 0;
}
