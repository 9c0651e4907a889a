/* guard.c - the grammar of a header block, stricter than RFC 9112 where leniency has been abused: no bare
 * CR or LF, no folding, no blank before a colon, no second copy of a header that decides anything.
 * Runs on thread "weir-http"; see guard_check.c for what is asked of a well-formed request. */
#include "admin/http/guard.h"

#include "base/limits.h"

static guard_result refuse(guard_verdict *why, int status, const char *detail) {
    *why = (guard_verdict){.status = status, .detail = detail};
    return GUARD_REFUSED;
}

static bool is_token_char(char ch) {
    return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || (ch >= '0' && ch <= '9') ||
           (ch != '\0' && strchr("!#$%&'*+-.^_`|~", ch) != NULL);
}

static int hex_digit(char ch) {
    if (ch >= '0' && ch <= '9') return ch - '0';
    if (ch >= 'a' && ch <= 'f') return ch - 'a' + 10;
    if (ch >= 'A' && ch <= 'F') return ch - 'A' + 10;
    return -1;
}

/* "%41" at s -> 'A', or -1. */
static int decode_one(slice in, size_t at) {
    if (in.len - at < 3) return -1;
    int high = hex_digit(in.data[at + 1]), low = hex_digit(in.data[at + 2]);
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}

int guard_decode(slice in, bool plus_is_blank, text *out) {
    for (size_t i = 0; i < in.len; i++) {
        int ch = (unsigned char)in.data[i];
        if (ch == '%') {
            ch = decode_one(in, i);
            i += 2;
        } else if (ch == '+' && plus_is_blank) {
            ch = ' ';
        }
        if (ch < 0x20 || ch == 0x7F) return -1;
        text_add_char(out, (char)ch);
    }
    return out->failed ? -1 : 0;
}

/* ---- the request line ---- */

static guard_result check_target(guard_request *r, guard_verdict *why) {
    if (r->target.len > GUARD_TARGET) return refuse(why, 414, "the URL is longer than 8192 bytes");
    if (r->target.len == 0 || r->target.data[0] != '/')
        return refuse(why, 400, "the request's target must be a path (no absolute URL)");
    for (size_t i = 0; i < r->target.len; i++) {
        unsigned char ch = (unsigned char)r->target.data[i];
        if (ch <= 0x20 || ch >= 0x7F || ch == '#' || ch == '\\' || ch == '"' || ch == '<' || ch == '>')
            return refuse(why, 400, "the URL holds a character that must be percent-encoded");
        if (ch != '%') continue;
        int decoded = decode_one(r->target, i);
        if (decoded < 0)
            return refuse(why, 400, "a '%' in the URL is not followed by two hexadecimal digits");
        if (decoded < 0x20 || decoded == 0x7F) return refuse(why, 400, "the URL holds a control character");
    }
    const char *mark = memchr(r->target.data, '?', r->target.len);
    size_t path = mark == NULL ? r->target.len : (size_t)(mark - r->target.data);
    r->path = slice_make(r->target.data, path);
    r->query = mark == NULL ? SLICE_NONE : slice_make(mark + 1, r->target.len - path - 1);
    return GUARD_OK;
}

static guard_result parse_request_line(slice line, guard_request *r, guard_verdict *why) {
    const char *end = line.data + line.len;
    const char *first = memchr(line.data, ' ', line.len);
    const char *second = first == NULL ? NULL : memchr(first + 1, ' ', (size_t)(end - first - 1));
    if (second == NULL) return refuse(why, 400, "the request line is not METHOD TARGET HTTP/1.1");
    r->method = slice_make(line.data, (size_t)(first - line.data));
    r->target = slice_make(first + 1, (size_t)(second - first - 1));
    slice version = slice_make(second + 1, (size_t)(end - second - 1));
    if (r->method.len == 0 || r->method.len > 16) return refuse(why, 400, "the method is not one");
    for (size_t i = 0; i < r->method.len; i++)
        if (!is_token_char(r->method.data[i])) return refuse(why, 400, "the method is not one");
    if (!slice_is(version, "HTTP/1.1") && !slice_is(version, "HTTP/1.0"))
        return refuse(why, version.len > 5 && memcmp(version.data, "HTTP/", 5) == 0 ? 505 : 400,
                      "the version is not HTTP/1.1");
    return check_target(r, why);
}

/* ---- header lines ---- */

/* Those that decide something: each at most once. */
typedef struct known_header {
    const char *name; /* lower case */
    size_t offset;    /* of its slice in guard_request */
    const char *twice;
} known_header;
static const known_header known_headers[] = {
    {"host", offsetof(guard_request, host), "more than one Host"},
    {"origin", offsetof(guard_request, origin), "more than one Origin"},
    {"sec-fetch-site", offsetof(guard_request, fetch_site), "more than one Sec-Fetch-Site"},
    {"authorization", offsetof(guard_request, authorization), "more than one Authorization"},
    {"content-type", offsetof(guard_request, content_type), "more than one Content-Type"},
    {"content-length", offsetof(guard_request, content_length), "more than one Content-Length"},
    {"transfer-encoding", offsetof(guard_request, transfer_encoding), "more than one Transfer-Encoding"},
};

static bool name_is(slice name, const char *lower) {
    if (name.len != strlen(lower)) return false;
    for (size_t i = 0; i < name.len; i++) {
        char ch = name.data[i];
        if (ch >= 'A' && ch <= 'Z') ch = (char)(ch - 'A' + 'a');
        if (ch != lower[i]) return false;
    }
    return true;
}

static guard_result keep_header(slice name, slice content, guard_request *r, guard_verdict *why) {
    for (size_t i = 0; i < sizeof known_headers / sizeof known_headers[0]; i++) {
        slice *to = (slice *)(void *)((char *)r + known_headers[i].offset);
        if (!name_is(name, known_headers[i].name)) continue;
        if (to->data != NULL) return refuse(why, 400, known_headers[i].twice);
        *to = content;
    }
    return GUARD_OK;
}

static guard_result parse_header(slice line, guard_request *r, guard_verdict *why) {
    if (line.data[0] == ' ' || line.data[0] == '\t') return refuse(why, 400, "a header line is folded");
    size_t name = 0;
    while (name < line.len && is_token_char(line.data[name])) name++;
    if (name == 0 || name == line.len || line.data[name] != ':')
        return refuse(why, 400, "a header line is not NAME: VALUE (no blank before the colon)");
    size_t from = name + 1, to = line.len;
    while (from < to && (line.data[from] == ' ' || line.data[from] == '\t')) from++;
    while (to > from && (line.data[to - 1] == ' ' || line.data[to - 1] == '\t')) to--;
    for (size_t i = from; i < to; i++) {
        unsigned char ch = (unsigned char)line.data[i];
        if ((ch < 0x20 && ch != '\t') || ch == 0x7F)
            return refuse(why, 400, "a header holds a control character");
    }
    return keep_header(slice_make(line.data, name), slice_make(line.data + from, to - from), r, why);
}

/* Body: how long, if at all. Chunked bodies are not taken: no client of this API needs them, and they are
 * what smuggling is made of. */
static guard_result check_body(guard_request *r, guard_verdict *why) {
    bool no_body = slice_is(r->method, "GET") || slice_is(r->method, "HEAD") ||
                   slice_is(r->method, "DELETE") || slice_is(r->method, "OPTIONS");
    if (r->transfer_encoding.data != NULL) {
        if (r->content_length.data != NULL)
            return refuse(why, 400, "both Content-Length and Transfer-Encoding");
        if (no_body) return refuse(why, 400, "a body where none belongs (Transfer-Encoding)");
        return refuse(why, 411, "Transfer-Encoding is not taken: send Content-Length");
    }
    if (r->content_length.data == NULL) return GUARD_OK;
    if (r->content_length.len == 0 || r->content_length.len > 15)
        return refuse(why, 400, "Content-Length is no length");
    for (size_t i = 0; i < r->content_length.len; i++) {
        char ch = r->content_length.data[i];
        if (ch < '0' || ch > '9') return refuse(why, 400, "Content-Length is no length");
        r->length = r->length * 10 + (uint64_t)(ch - '0');
    }
    if (no_body && r->length > 0) return refuse(why, 400, "a body where none belongs");
    return GUARD_OK;
}

/* One line without its CR LF. GUARD_MORE: its end has not come. */
static guard_result next_line(const char *data, size_t len, size_t *at, slice *line, guard_verdict *why) {
    const char *lf = memchr(data + *at, '\n', len - *at);
    size_t end = lf == NULL ? len : (size_t)(lf - data);
    const char *cr = memchr(data + *at, '\r', end - *at);
    if (memchr(data + *at, '\0', end - *at) != NULL) return refuse(why, 400, "a NUL in the header block");
    if (cr != NULL && (size_t)(cr - data) + 1 != end) return refuse(why, 400, "a bare CR");
    if (lf == NULL) return GUARD_MORE;
    if (cr == NULL) return refuse(why, 400, "a bare LF");
    *line = slice_make(data + *at, (size_t)(cr - data) - *at);
    *at = end + 1;
    return GUARD_OK;
}

static guard_result too_large(size_t len, bool in_request_line, guard_verdict *why) {
    if (in_request_line && len > GUARD_TARGET + 64)
        return refuse(why, 414, "the URL is longer than 8192 bytes");
    if (len >= LIMIT_HTTP_HEADERS) return refuse(why, 431, "the header block is larger than 16 KiB");
    return GUARD_MORE;
}

guard_result guard_parse(const char *data, size_t len, guard_request *out, guard_verdict *why) {
    slice line;
    size_t at = 0;
    *out = (guard_request){0};
    for (size_t count = 0;; count++) {
        guard_result got = next_line(data, len, &at, &line, why);
        if (got == GUARD_MORE) return too_large(len, count == 0, why);
        if (got == GUARD_OK && count > 0 && line.len == 0) break;
        if (got == GUARD_OK && count > GUARD_HEADERS) got = refuse(why, 431, "more than 100 header lines");
        if (got == GUARD_OK)
            got = count == 0 ? parse_request_line(line, out, why) : parse_header(line, out, why);
        if (got != GUARD_OK) return got;
    }
    if (at > LIMIT_HTTP_HEADERS) return refuse(why, 431, "the header block is larger than 16 KiB");
    out->size = at;
    if (out->host.data == NULL) return refuse(why, 400, "no Host");
    return check_body(out, why);
}
