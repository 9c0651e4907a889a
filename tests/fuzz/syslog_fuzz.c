/* syslog_fuzz.c - any bytes as a syslog message. */
#include "fuzz/decoded.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fuzz_decoded(decode_syslog, data, size);
    return 0;
}
