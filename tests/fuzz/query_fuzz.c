/* query_fuzz.c - what the command and the API take as a query: any bytes as a time, as words, as a glob (a
 * pattern, a newline, a name). No crash; a time read is printed and read again as the same; no pattern costs
 * more than its length times the name's. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/glob.h"
#include "base/units.h"
#include "record/query.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define NOW INT64_C(1700000000000000)

static void try_time(slice in) {
    int64_t us = 0, again = 0;
    weir_error err;
    text shown;
    if (query_parse_time(in, NOW, &us, &err) != 0) return;
    text_init(&shown, 0);
    text_addf(&shown, "@%lld", (long long)(us / 1000000));
    if (us >= 0 && query_parse_time(text_slice(&shown), NOW, &again, &err) == 0 &&
        again != us / 1000000 * 1000000)
        abort();
    text_done(&shown);
}

static void try_words(slice in) {
    record_query q;
    arena a;
    weir_error err;
    row r = {.message = in, .logger = in, .level = 20, .fields = SLICE_LITERAL("{}")};
    arena_init(&a, 0);
    query_init(&q);
    if (query_set_words(&q, in, &a, &err) == 0) query_matches(&q, &r);
    arena_done(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    slice in = {(const char *)data, size > 512 ? 512 : size};
    const char *newline = memchr(in.data, '\n', in.len);
    try_time(in);
    try_words(in);
    if (newline == NULL) return 0;
    size_t len = (size_t)(newline - in.data);
    glob_matches(slice_make(in.data, len), slice_make(newline + 1, in.len - len - 1));
    return 0;
}
