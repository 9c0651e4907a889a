/* form_fuzz.c - any bytes as the form of an HTTPHandler. */
#include "fuzz/decoded.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fuzz_decoded(decode_form, data, size);
    return 0;
}
