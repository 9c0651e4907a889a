/* syslog_fuzz.c - any bytes as a syslog message: refused with words, or a dict that fits into a ring's entry.
 */
#include <stdint.h>
#include <stdlib.h>

#include "receiver/decode.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    value v, again;
    weir_error err = {.message = ""};
    arena a;
    text wire;
    size_t at = 0;
    arena_init(&a, size * 8 + 128 * 1024);
    text_init(&wire, 0);
    if (decode_syslog((slice){(const char *)data, size}, &a, &v, &err) != 0) {
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
    return 0;
}
