/* json_fuzz.c - any bytes through the JSON readers: what is read prints as JSON that reads again; Python's
 * reader takes all that the strict one takes, and makes the same of it. */
#include <stdint.h>
#include <stdlib.h>

#include "base/json.h"
#include "base/json_python.h"

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
        if (json_parse_python((slice){(const char *)data, size}, LIMIT_VALUE_DEPTH, &a, &again, &err) != 0)
            abort();
        text_clear(&twice);
        value_json(&again, &twice);
        if (!slice_equal(text_slice(&once), text_slice(&twice))) abort();
    } else {
        (void)json_parse_python((slice){(const char *)data, size}, LIMIT_VALUE_DEPTH, &a, &again, &err);
    }
    text_done(&once);
    text_done(&twice);
    arena_done(&a);
    return 0;
}
