/* json_line_fuzz.c - any bytes as a line of JSON. */
#include "fuzz/decoded.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fuzz_decoded(decode_json, data, size);
    return 0;
}
