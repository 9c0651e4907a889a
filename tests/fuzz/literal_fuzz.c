/* literal_fuzz.c - any bytes through the literal grammar: what is read prints as text that reads as the same
 * value again. */
#include <stdint.h>
#include <stdlib.h>

#include "config/literal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    arena a;
    value v, again;
    weir_error err;
    text once, twice;
    arena_init(&a, 0);
    text_init(&once, 0);
    text_init(&twice, 0);
    if (literal_parse((slice){(const char *)data, size}, &a, &v, &err) == 0) {
        value_repr(&v, &once);
        /* inf and nan print as names, which the grammar does not have. */
        bool names = strstr(text_cstr(&once), "inf") != NULL || strstr(text_cstr(&once), "nan") != NULL;
        if (!names && once.len < 32 * 1024 && literal_parse(text_slice(&once), &a, &again, &err) == 0) {
            value_repr(&again, &twice);
            if (!slice_equal(text_slice(&once), text_slice(&twice))) abort();
        }
    }
    text_done(&once);
    text_done(&twice);
    arena_done(&a);
    return 0;
}
