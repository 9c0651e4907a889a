/* The guard by the rows R, C and H of tests/coverage.txt, without a socket. The same requests are sent to a
 * running service by tests/integration/http_guard_test.py. */
#include "admin/http/guard.h"

#include <criterion/criterion.h>
#include <stdlib.h>

#include "base/limits.h"

#define HOST "Host: 127.0.0.1:9031\r\n"

static const guard_rules tcp = {.port = 9031, .hosts = "weir.example:80, other.example"};
static const guard_rules local = {.local = true};

/* The status that the request is refused with; 0: it may go on; -1: more is wanted. */
static int judge_bytes(const char *bytes, size_t len, const guard_rules *rules, guard_token token) {
    guard_request r;
    guard_verdict why = {0};
    const endpoint *to = NULL;
    guard_result got = guard_parse(bytes, len, &r, &why);
    if (got == GUARD_MORE) return -1;
    if (got == GUARD_OK) got = guard_check(&r, rules, token, &to, &why);
    if (got == GUARD_OK) {
        cr_assert_not_null(to);
        return 0;
    }
    cr_assert_not_null(why.detail);
    cr_assert_str_neq(guard_reason(why.status), "Error", "no reason for %d", why.status);
    return why.status;
}

static int judge(const char *bytes) { return judge_bytes(bytes, strlen(bytes), &tcp, TOKEN_RIGHT); }

#define GET(path) "GET " path " HTTP/1.1\r\n" HOST "\r\n"
#define POST_CHECK(more) "POST /api/config/check HTTP/1.1\r\n" HOST "Content-Length: 2\r\n" more "\r\n"
#define JSON "Content-Type: application/json\r\n"

/* covers: R1, R2 */
Test(guard, only_our_own_hosts) {
    static const char *const foreign[] = {"evil.example:9031", "127.0.0.1.evil.example:9031",
                                          "localhost.:9031",   "127.0.0.1:1",
                                          "0.0.0.0:9031",      "127.1:9031",
                                          "127.0.0.1",         "",
                                          "localhost:90311",   "[::1]"};
    static const char *const ours[] = {"127.0.0.1:9031", "localhost:9031", "[::1]:9031", "weir.example:80",
                                       "other.example"};
    char request[256];
    for (size_t i = 0; i < sizeof foreign / sizeof foreign[0]; i++) {
        snprintf(request, sizeof request, "GET /api/config HTTP/1.1\r\nHost: %s\r\n\r\n", foreign[i]);
        cr_assert_eq(judge(request), 421, "%s", foreign[i]);
    }
    for (size_t i = 0; i < sizeof ours / sizeof ours[0]; i++) {
        snprintf(request, sizeof request, "GET /api/config HTTP/1.1\r\nHost: %s\r\n\r\n", ours[i]);
        cr_assert_eq(judge(request), 0, "%s", ours[i]);
    }
    /* Another loopback address, where the page is bound to that. */
    const guard_rules bound = {.port = 9031, .own = "127.0.0.2:9031"};
    const char *other = "GET /api/config HTTP/1.1\r\nHost: 127.0.0.2:9031\r\n\r\n";
    cr_assert_eq(judge_bytes(other, strlen(other), &bound, TOKEN_RIGHT), 0);
    cr_assert_eq(judge(other), 421);
}

/* covers: R3, R4, R5 */
Test(guard, hosts_that_are_no_host) {
    cr_assert_eq(judge("GET /api/config HTTP/1.1\r\n" HOST HOST "\r\n"), 400);
    cr_assert_eq(judge("GET /api/config HTTP/1.1\r\n" HOST "host: evil.example\r\n\r\n"), 400);
    cr_assert_eq(judge("GET http://evil.example/ HTTP/1.1\r\n" HOST "\r\n"), 400);
    cr_assert_eq(judge("GET /api/config HTTP/1.1\r\n\r\n"), 400);
    cr_assert_eq(judge("GET /api/config HTTP/1.0\r\n\r\n"), 400);
    cr_assert_eq(judge("GET /api/config HTTP/1.0\r\n" HOST "\r\n"), 0);
}

/* covers: C1, C3, C4, C7 */
Test(guard, other_pages_are_refused) {
    static const char *const foreign[] = {"Origin: http://evil.example\r\n",
                                          "Origin: null\r\n",
                                          "Origin: http://localhost:3000\r\n",
                                          "Origin: https://127.0.0.1:9031\r\n",
                                          "Origin: http://127.0.0.1:9031.evil.example\r\n",
                                          "Sec-Fetch-Site: cross-site\r\n",
                                          "Sec-Fetch-Site: same-site\r\n"};
    static const char *const ours[] = {
        "Origin: http://127.0.0.1:9031\r\n", "Origin: http://localhost:9031\r\n",
        "Origin: https://other.example\r\n", "Sec-Fetch-Site: same-origin\r\n",
        "Sec-Fetch-Site: none\r\n",          ""};
    char request[512];
    for (size_t i = 0; i < sizeof foreign / sizeof foreign[0]; i++) {
        snprintf(request, sizeof request,
                 "POST /api/config/check HTTP/1.1\r\n" HOST JSON "Content-Length: 2\r\n%s\r\n", foreign[i]);
        cr_assert_eq(judge(request), 403, "%s", foreign[i]);
    }
    for (size_t i = 0; i < sizeof ours / sizeof ours[0]; i++) {
        snprintf(request, sizeof request,
                 "POST /api/config/check HTTP/1.1\r\n" HOST JSON "Content-Length: 2\r\n%s\r\n", ours[i]);
        cr_assert_eq(judge(request), 0, "%s", ours[i]);
    }
}

/* covers: C2 */
Test(guard, changes_want_json) {
    cr_assert_eq(judge(POST_CHECK("Content-Type: text/plain\r\n")), 415);
    cr_assert_eq(judge(POST_CHECK("Content-Type: application/x-www-form-urlencoded\r\n")), 415);
    cr_assert_eq(judge(POST_CHECK("Content-Type: multipart/form-data; boundary=x\r\n")), 415);
    cr_assert_eq(judge(POST_CHECK("Content-Type: application/jsonp\r\n")), 415);
    cr_assert_eq(judge(POST_CHECK("")), 415);
    cr_assert_eq(judge(POST_CHECK("Content-Type: Application/JSON; charset=utf-8\r\n")), 0);
    cr_assert_eq(judge("DELETE /api/levels HTTP/1.1\r\n" HOST "\r\n"), 415);
}

/* covers: C5 */
Test(guard, a_get_changes_nothing) {
    guard_request r;
    guard_verdict why = {0};
    const endpoint *to = NULL;
    const char *request = GET("/api/config/rollback");
    cr_assert_eq(guard_parse(request, strlen(request), &r, &why), GUARD_OK);
    cr_assert_eq(guard_check(&r, &tcp, TOKEN_RIGHT, &to, &why), GUARD_REFUSED);
    cr_assert_eq(why.status, 405);
    cr_assert_str_eq(why.allow, "POST");
    cr_assert_eq(judge(GET("/api/levels")), 405);
    cr_assert_eq(judge(GET("/api/loggers/a/level")), 405);
    cr_assert_eq(judge("OPTIONS /api/config HTTP/1.1\r\n" HOST "\r\n"), 405);
}

/* covers: C7, http: no token */
Test(guard, the_token_is_a_header) {
    const char *request = GET("/api/status?token=0123456789abcdef0123456789abcdef");
    cr_assert_eq(judge_bytes(request, strlen(request), &tcp, TOKEN_ABSENT), 401);
    cr_assert_eq(judge_bytes(request, strlen(request), &tcp, TOKEN_WRONG), 401);
    cr_assert_eq(judge_bytes(request, strlen(request), &local, TOKEN_ABSENT), 0);
    request = GET("/healthz");
    cr_assert_eq(judge_bytes(request, strlen(request), &tcp, TOKEN_ABSENT), 0);
    cr_assert(slice_is(guard_bearer(slice_of("bearer  abc")), "abc"));
    cr_assert_eq(guard_bearer(slice_of("Basic abc")).len, 0);
    cr_assert_eq(guard_bearer(slice_of("Bearer")).len, 0);
    cr_assert_eq(judge(GET("/api/link")), 403);
}

/* covers: H1, H2, H3, H4 */
Test(guard, nothing_that_smuggles) {
    cr_assert_eq(judge(POST_CHECK(JSON "Content-Length: 2\r\n")), 400);
    cr_assert_eq(judge(POST_CHECK(JSON "Transfer-Encoding: chunked\r\n")), 400);
    cr_assert_eq(judge("POST /api/config/check HTTP/1.1\r\n" HOST JSON "Transfer-Encoding: chunked\r\n\r\n"),
                 411);
    cr_assert_eq(judge("GET /api/status HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n"), 400);
    cr_assert_eq(judge("GET /api/status HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\n"), 400);
    cr_assert_eq(judge(POST_CHECK(JSON "Transfer-Encoding : chunked\r\n")), 400);
    cr_assert_eq(judge(POST_CHECK(JSON "X: a\r\n b\r\n")), 400);
    cr_assert_eq(judge("GET /api/status HTTP/1.1\r\n Host: x\r\n\r\n"), 400);
    cr_assert_eq(judge("POST /api/config HTTP/1.1\r\n" HOST JSON "Content-Length: +2\r\n\r\n"), 400);
    cr_assert_eq(
        judge("POST /api/config HTTP/1.1\r\n" HOST JSON "Content-Length: 99999999999999999999\r\n\r\n"), 400);
    cr_assert_eq(judge("POST /api/config HTTP/1.1\r\n" HOST JSON "\r\n"), 411);
    cr_assert_eq(judge("GET /api/status HTTP/1.1\r\n" HOST
                       "Authorization: Bearer a\r\nauthorization: Bearer b\r\n\r\n"),
                 400);
}

/* covers: H5, H6, H7 */
Test(guard, urls) {
    cr_assert_eq(judge(GET("/a%00b")), 400);
    cr_assert_eq(judge(GET("/%0d%0aX:y")), 400);
    cr_assert_eq(judge(GET("/..%2f..%2fetc/passwd")), 404);
    cr_assert_eq(judge(GET("/../etc/passwd")), 404);
    cr_assert_eq(judge(GET("/%zz")), 400);
    cr_assert_eq(judge(GET("/%2")), 400);
    cr_assert_eq(judge(GET("/a b")), 400);
    cr_assert_eq(judge(GET("*")), 400);
    cr_assert_eq(judge(GET("/api/loggers/a%2Fb")), 0);
    cr_assert_eq(judge(GET("/api/records?q=a%20b&field.x=%C3%A9")), 0);
    cr_assert_eq(judge("GET  /healthz HTTP/1.1\r\n" HOST "\r\n"), 400);
    cr_assert_eq(judge("GET /healthz HTTP/2.0\r\n" HOST "\r\n"), 505);
    cr_assert_eq(judge("GET /healthz\r\n" HOST "\r\n"), 400);
}

/* covers: H8 */
Test(guard, sizes_and_line_ends) {
    static char large[LIMIT_HTTP_HEADERS * 2];
    cr_assert_eq(judge("GET /healthz HTTP/1.1\nHost: 127.0.0.1:9031\n\n"), 400);
    cr_assert_eq(judge("GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:9031\n\r\n"), 400);
    cr_assert_eq(judge("GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:9031\rX: y\r\n\r\n"), 400);
    memset(large, 'a', sizeof large);
    memcpy(large, "GET /", 5);
    cr_assert_eq(judge_bytes(large, 20 * 1024 > LIMIT_HTTP_HEADERS ? LIMIT_HTTP_HEADERS : 20 * 1024, &tcp,
                             TOKEN_RIGHT),
                 414);
    memcpy(large, "GET /healthz HTTP/1.1\r\nX: ", 26);
    cr_assert_eq(judge_bytes(large, LIMIT_HTTP_HEADERS, &tcp, TOKEN_RIGHT), 431);
    cr_assert_eq(judge_bytes(large, LIMIT_HTTP_HEADERS - 1, &tcp, TOKEN_RIGHT), -1);
    size_t len = (size_t)sprintf(large, "GET /healthz HTTP/1.1\r\n" HOST);
    for (int i = 0; i < 200; i++) len += (size_t)sprintf(large + len, "X-%d: y\r\n", i);
    len += (size_t)sprintf(large + len, "\r\n");
    cr_assert_eq(judge_bytes(large, len, &tcp, TOKEN_RIGHT), 431);
    cr_assert_eq(judge_bytes("GET /\0 HTTP/1.1\r\n" HOST "\r\n", 41, &tcp, TOKEN_RIGHT), 400);
}

/* covers: http: 1 MB body */
Test(guard, bodies_are_bounded) {
    cr_assert_eq(judge("PUT /api/loggers/a HTTP/1.1\r\n" HOST JSON "Content-Length: 1048576\r\n\r\n"), 413);
    cr_assert_eq(judge("PUT /api/loggers/a HTTP/1.1\r\n" HOST JSON "Content-Length: 65536\r\n\r\n"), 0);
    cr_assert_eq(judge("POST /api/config HTTP/1.1\r\n" HOST JSON "Content-Length: 1200000\r\n\r\n"), 0);
    cr_assert_eq(judge("POST /api/config HTTP/1.1\r\n" HOST JSON "Content-Length: 10000000\r\n\r\n"), 413);
}

/* Byte by byte: a request is never judged before its end, and never differently. */
Test(guard, drip) {
    static const char request[] = "GET /api/status HTTP/1.1\r\n" HOST "Authorization: Bearer x\r\n\r\n";
    for (size_t len = 1; len < sizeof request - 1; len++)
        cr_assert_eq(judge_bytes(request, len, &tcp, TOKEN_RIGHT), -1, "after %zu bytes", len);
    cr_assert_eq(judge_bytes(request, sizeof request - 1, &tcp, TOKEN_RIGHT), 0);
}

Test(guard, decodes) {
    text out;
    text_init(&out, 0);
    cr_assert_eq(guard_decode(slice_of("a%2Eb+c%C3%A9"), true, &out), 0);
    cr_assert_str_eq(text_cstr(&out), "a.b c\xC3\xA9");
    text_clear(&out);
    cr_assert_eq(guard_decode(slice_of("a+b"), false, &out), 0);
    cr_assert_str_eq(text_cstr(&out), "a+b");
    cr_assert_eq(guard_decode(slice_of("%0A"), false, &out), -1);
    cr_assert_eq(guard_decode(slice_of("%F"), false, &out), -1);
    text_done(&out);
}
