/* guard_check.c - what is asked of a well-formed request: that it was meant for us (Host), that there is
 * such a thing (route, method), that no foreign page sent it (Origin, Sec-Fetch-Site), that it may
 * (token), and that its body is JSON of a bounded length. Thread "weir-http". */
#include "admin/http/guard.h"
#include "base/limits.h"

static guard_result refuse(guard_verdict *why, int status, const char *detail) {
    *why = (guard_verdict){.status = status, .detail = detail};
    return GUARD_REFUSED;
}

static bool listed(slice host, const char *list) {
    while (list != NULL && *list != '\0') {
        size_t blank = strspn(list, ", \t");
        size_t len = strcspn(list + blank, ", \t");
        if (len > 0 && slice_equal(host, slice_make(list + blank, len))) return true;
        list += blank + len;
    }
    return false;
}

bool guard_host_known(slice host, const guard_rules *rules) {
    static const char *const names[] = {"127.0.0.1", "localhost", "[::1]"};
    char own[32];
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        snprintf(own, sizeof own, "%s:%d", names[i], rules->port);
        if (slice_is(host, own)) return true;
        if (rules->port == 80 && slice_is(host, names[i])) return true; /* as browsers write it then */
    }
    return (rules->own != NULL && slice_is(host, rules->own)) || listed(host, rules->hosts);
}

/* "http://127.0.0.1:9031"; https for a Host of `hosts`, where a proxy speaks TLS for us. */
static bool origin_known(slice origin, const guard_rules *rules) {
    static const slice schemes[] = {{"http://", 7}, {"https://", 8}};
    for (size_t i = 0; i < 2; i++) {
        slice s = schemes[i];
        if (origin.len <= s.len || memcmp(origin.data, s.data, s.len) != 0) continue;
        slice host = slice_make(origin.data + s.len, origin.len - s.len);
        return i == 0 ? guard_host_known(host, rules) : listed(host, rules->hosts);
    }
    return false;
}

static guard_result check_site(const guard_request *r, const guard_rules *rules, guard_verdict *why) {
    if (r->origin.data != NULL && !origin_known(r->origin, rules))
        return refuse(why, 403, "another page sent this (Origin)");
    if (r->fetch_site.data != NULL && !slice_is(r->fetch_site, "same-origin") &&
        !slice_is(r->fetch_site, "none"))
        return refuse(why, 403, "another page sent this (Sec-Fetch-Site)");
    return GUARD_OK;
}

static bool starts_with_any_case(slice in, const char *lower) {
    size_t len = strlen(lower);
    for (size_t i = 0; i < len; i++) {
        char ch = i < in.len ? in.data[i] : '\0';
        if (ch >= 'A' && ch <= 'Z') ch = (char)(ch - 'A' + 'a');
        if (ch != lower[i]) return false;
    }
    return true;
}

slice guard_bearer(slice authorization) {
    if (!starts_with_any_case(authorization, "bearer ")) return SLICE_NONE;
    size_t at = 7;
    while (at < authorization.len && authorization.data[at] == ' ') at++;
    return slice_make(authorization.data + at, authorization.len - at);
}

/* application/json, with or without parameters. */
static bool is_json(slice type) {
    static const char json[] = "application/json";
    size_t len = sizeof json - 1;
    if (!starts_with_any_case(type, json)) return false;
    return type.len == len || type.data[len] == ';' || type.data[len] == ' ' || type.data[len] == '\t';
}

static guard_result check_change(const guard_request *r, const endpoint *to, bool local, guard_verdict *why) {
    bool asks = !local || r->length > 0; /* a program on the socket need not name the type of nothing */
    if ((to->flags & ROUTE_CHANGES) != 0 && asks && !is_json(r->content_type))
        return refuse(why, 415, "the Content-Type must be application/json");
    size_t limit = (to->flags & ROUTE_LARGE) != 0 ? ROUTE_LARGE_BODY : LIMIT_HTTP_BODY;
    if (r->length > limit)
        return refuse(why, 413,
                      limit == LIMIT_HTTP_BODY ? "the body is larger than 64 KiB"
                                               : "the body is larger than 2 MiB");
    if ((to->flags & ROUTE_BODY) != 0 && r->content_length.data == NULL)
        return refuse(why, 411, "a body is wanted, with Content-Length");
    return GUARD_OK;
}

guard_result guard_check(const guard_request *r, const guard_rules *rules, guard_token token,
                         const endpoint **out, guard_verdict *why) {
    if (!rules->local && !guard_host_known(r->host, rules)) return refuse(why, 421, "this is not that Host");
    const char *allow = NULL;
    const endpoint *to = routes_find(r->method, r->path, &allow);
    if (to == NULL && allow == NULL) return refuse(why, 404, "there is no such thing here");
    if (to == NULL) {
        refuse(why, 405, "this method does nothing here");
        why->allow = allow;
        return GUARD_REFUSED;
    }
    if (!rules->local && check_site(r, rules, why) != GUARD_OK) return GUARD_REFUSED;
    if ((to->flags & ROUTE_LOCAL) != 0 && !rules->local)
        return refuse(why, 403, "only the local socket answers this (weir open)");
    if (!rules->local && (to->flags & ROUTE_OPEN) == 0 && token != TOKEN_RIGHT)
        return refuse(why, 401,
                      token == TOKEN_ABSENT
                          ? "no token (Authorization: Bearer TOKEN; `weir open` prints the page's link)"
                          : "a wrong token (`weir open` prints the page's link)");
    if (check_change(r, to, rules->local, why) != GUARD_OK) return GUARD_REFUSED;
    *out = to;
    return GUARD_OK;
}

const char *guard_reason(int status) {
    static const struct {
        int status;
        const char *reason;
    } reasons[] = {
        {200, "OK"},
        {304, "Not Modified"},
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {408, "Request Timeout"},
        {409, "Conflict"},
        {411, "Length Required"},
        {413, "Content Too Large"},
        {414, "URI Too Long"},
        {415, "Unsupported Media Type"},
        {421, "Misdirected Request"},
        {422, "Unprocessable Content"},
        {429, "Too Many Requests"},
        {431, "Request Header Fields Too Large"},
        {500, "Internal Server Error"},
        {503, "Service Unavailable"},
        {505, "HTTP Version Not Supported"},
    };
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++)
        if (reasons[i].status == status) return reasons[i].reason;
    return "Error";
}
