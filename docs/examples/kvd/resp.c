/* resp.c - parses requests in place, byte-exact; writes answers. No I/O. */
#include "resp.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The line at data[at..): its length without CRLF, or -1 when it is not whole. */
static long line_at(const char *data, size_t len, size_t at) {
    const char *end = memchr(data + at, '\n', len - at);
    if (end == NULL) return -1;
    long n = end - (data + at);
    return n > 0 && end[-1] == '\r' ? n - 1 : n;
}

static bool number(const char *digits, long len, long *out) {
    if (len < 1 || len > 9) return false;
    *out = 0;
    for (long i = 0; i < len; i++) {
        if (digits[i] < '0' || digits[i] > '9') return false;
        *out = *out * 10 + (digits[i] - '0');
    }
    return true;
}

static size_t after_line(const char *data, size_t at, long n) {
    return at + (size_t)n + (data[at + (size_t)n] == '\r' ? 2 : 1);
}

static resp_status inline_request(char *data, size_t len, request *out, size_t *used) {
    long n = line_at(data, len, 0);
    if (n < 0) return RESP_MORE;
    for (long i = 0; i < n && out->count < RESP_ARGS;) {
        while (i < n && data[i] == ' ') i++;
        long begin = i;
        while (i < n && data[i] != ' ') i++;
        if (i > begin) out->args[out->count++] = (bytes){data + begin, (size_t)(i - begin)};
    }
    *used = after_line(data, 0, n);
    return RESP_DONE;
}

static resp_status bulk(char *data, size_t len, size_t *at, request *out, const char **error) {
    if (*at >= len) return RESP_MORE;
    long n = line_at(data, len, *at), size;
    if (n < 0) return RESP_MORE;
    if (data[*at] != '$' || !number(data + *at + 1, n - 1, &size) || size > RESP_ARG_MAX) {
        *error = "expected a bulk string of at most 512 KiB";
        return RESP_BAD;
    }
    size_t begin = after_line(data, *at, n);
    if (begin + (size_t)size + 2 > len) return RESP_MORE;
    out->args[out->count++] = (bytes){data + begin, (size_t)size};
    *at = begin + (size_t)size + 2;
    return RESP_DONE;
}

resp_status resp_parse(char *data, size_t len, request *out, size_t *used, const char **error) {
    out->count = 0;
    if (len == 0) return RESP_MORE;
    if (data[0] != '*') return inline_request(data, len, out, used);
    long n = line_at(data, len, 0), count;
    if (n < 0) return RESP_MORE;
    if (!number(data + 1, n - 1, &count) || count > RESP_ARGS) {
        *error = "expected an array of at most 64 strings";
        return RESP_BAD;
    }
    size_t at = after_line(data, 0, n);
    for (long i = 0; i < count; i++) {
        resp_status status = bulk(data, len, &at, out, error);
        if (status != RESP_DONE) return status;
    }
    *used = at;
    return RESP_DONE;
}

void reply_add(reply *r, const char *data, size_t len) {
    if (r->len + len > r->cap) {
        size_t cap = (r->len + len) * 2;
        char *grown = realloc(r->data, cap);
        if (grown == NULL) return;
        r->data = grown;
        r->cap = cap;
    }
    memcpy(r->data + r->len, data, len);
    r->len += len;
}

void reply_text(reply *r, const char *line) {
    reply_add(r, line, strlen(line));
    reply_add(r, "\r\n", 2);
}

void reply_int(reply *r, int64_t value) {
    char line[32];
    snprintf(line, sizeof line, ":%" PRId64, value);
    reply_text(r, line);
}

void reply_bulk(reply *r, bytes value) {
    char line[32];
    snprintf(line, sizeof line, "$%zu", value.len);
    reply_text(r, line);
    reply_add(r, value.data, value.len);
    reply_add(r, "\r\n", 2);
}
