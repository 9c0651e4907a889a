/* decoded.h - what the decoders of plugin/receiver that make a dict of a frame are fuzzed for: any bytes are
 * refused with words, or become a dict that fits into a ring's entry. */
#ifndef WEIR_FUZZ_DECODED_H
#define WEIR_FUZZ_DECODED_H

#include <stdint.h>
#include <stdlib.h>

#include "receiver/decode.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline void fuzz_decoded(int (*decode)(slice in, arena *a, value *out, weir_error *err),
                                const uint8_t *data, size_t size) {
    value v, again;
    weir_error err = {.message = ""};
    arena a;
    text wire;
    size_t at = 0;
    arena_init(&a, size * 8 + 128 * 1024);
    text_init(&wire, 0);
    if (decode((slice){(const char *)data, size}, &a, &v, &err) != 0) {
        if (err.message[0] == '\0') abort();
    } else {
        arena copy;
        arena_init(&copy, 0);
        value_encode(&v, &wire);
        if (v.type != VALUE_DICT || wire.failed ||
            value_decode(wire.data, wire.len, &at, &copy, &again) != 0 || at != wire.len)
            abort();
        arena_done(&copy);
    }
    text_done(&wire);
    arena_done(&a);
}

#endif
