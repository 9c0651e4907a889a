/* row_fuzz.c - any bytes as the row that a damaged chunk queue may hold: refused, or a row whose own wire
 * form is read as the same row, and which a query can look at. */
#include <stdint.h>
#include <stdlib.h>

#include "record/query.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    row r, again;
    record_query q;
    text once, twice, json;
    json_writer w;
    size_t at = 0, end = 0;
    if (row_decode((const char *)data, size, &at, &r) != 0) return 0;
    if (at > size) abort();
    text_init(&once, 0);
    text_init(&twice, 0);
    text_init(&json, 0);
    row_encode(&r, &once);
    if (row_decode(once.data, once.len, &end, &again) != 0 || end != once.len) abort();
    row_encode(&again, &twice);
    if (!slice_equal(text_slice(&once), text_slice(&twice))) abort();
    json_writer_init(&w, &json);
    row_json(&r, &w);
    query_init(&q);
    q.logger = r.func;
    query_matches(&q, &r);
    text_done(&once);
    text_done(&twice);
    text_done(&json);
    return 0;
}
