/* json_fuzz.c - any bytes through the JSON reader: what is read prints as JSON that reads again. */
#include <stdint.h>
#include <stdlib.h>

#include "base/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    arena a;
    value v, again;
    weir_error err;
    text once, twice;
    arena_init(&a, 0);
    text_init(&once, 0);
    text_init(&twice, 0);
    if (json_parse((slice){(const char *)data, size}, LIMIT_VALUE_DEPTH, &a, &v, &err) == 0) {
        value_json(&v, &once);
        if (json_parse(text_slice(&once), LIMIT_VALUE_DEPTH, &a, &again, &err) != 0) abort();
        value_json(&again, &twice);
        if (!slice_equal(text_slice(&once), text_slice(&twice))) abort();
    }
    text_done(&once);
    text_done(&twice);
    arena_done(&a);
    return 0;
}
