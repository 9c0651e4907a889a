/* guard_fuzz.c - any bytes through the guard: no crash; a refusal has a status and words; what may go on is a
 * whole header block for a known endpoint without anything that two readers could read in two ways; and
 * a request judged in pieces is judged as if it had come whole. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "admin/http/guard.h"
#include "base/limits.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_refusal(const guard_verdict *why) {
    if (why->status < 400 || why->status > 599 || why->detail == NULL) abort();
    if (strcmp(guard_reason(why->status), "Error") == 0) abort();
}

static void check_passed(const char *bytes, const guard_request *r, const endpoint *to) {
    if (to == NULL || r->size > LIMIT_HTTP_HEADERS || memcmp(bytes + r->size - 4, "\r\n\r\n", 4) != 0)
        abort();
    for (size_t i = 0; i < r->size; i++) {
        if (bytes[i] == '\0') abort();
        if (bytes[i] == '\n' && (i == 0 || bytes[i - 1] != '\r')) abort();
        if (bytes[i] == '\n' && i + 1 < r->size && (bytes[i + 1] == ' ' || bytes[i + 1] == '\t')) abort();
    }
    if (r->transfer_encoding.data != NULL || r->target.data[0] != '/') abort();
    slice params[ROUTE_PARAMS];
    text decoded;
    text_init(&decoded, 0);
    size_t count = routes_params(to, r->path, params);
    for (size_t i = 0; i < count; i++)
        if (guard_decode(params[i], false, &decoded) != 0) abort();
    text_done(&decoded);
}

static guard_result judge(const char *bytes, size_t len, bool local, int *status) {
    guard_request r;
    guard_verdict why = {0};
    const endpoint *to = NULL;
    const guard_rules rules = {.local = local, .port = 9031};
    guard_result got = guard_parse(bytes, len, &r, &why);
    if (got == GUARD_OK) got = guard_check(&r, &rules, TOKEN_RIGHT, &to, &why);
    if (got == GUARD_REFUSED) check_refusal(&why);
    if (got == GUARD_OK) check_passed(bytes, &r, to);
    *status = why.status;
    return got;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const char *bytes = (const char *)data;
    int whole = 0, part = 0;
    guard_result got = judge(bytes, size, false, &whole);
    judge(bytes, size, true, &part);
    for (size_t len = 1; len < size; len += 1 + size / 16) {
        guard_result early = judge(bytes, len, false, &part);
        if (early != GUARD_MORE && (early != got || part != whole)) abort();
    }
    return 0;
}
