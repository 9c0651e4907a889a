/* routes.c - the table of endpoints. To add one: a row here, a handler in an endpoint file, its description
 * in schema/api.yaml. Pure functions; any thread. */
#include "admin/http/routes.h"

#include "admin/http/endpoints.h"

static const endpoint rows[] = {
    {"GET", "/healthz", endpoint_health, ROUTE_OPEN},
    {"GET", "/metrics", endpoint_metrics, 0},
    {"GET", "/api/openapi.yaml", endpoint_description, ROUTE_OPEN},
    {"GET", "/api/status", endpoint_status, 0},
    {"GET", "/api/audit", endpoint_audit, 0},
    {"GET", "/api/link", endpoint_link, ROUTE_LOCAL},
    {"GET", "/api/loggers", endpoint_loggers, 0},
    {"GET", "/api/loggers/{}", endpoint_logger, 0},
    {"PUT", "/api/loggers/{}", endpoint_set_level, ROUTE_CHANGES | ROUTE_BODY},
    {"DELETE", "/api/loggers/{}/level", endpoint_reset_level, ROUTE_CHANGES},
    {"DELETE", "/api/levels", endpoint_reset_all, ROUTE_CHANGES},
    {"GET", "/api/records", endpoint_records, 0},
    {"GET", "/api/records/{}", endpoint_record, 0},
    {"GET", "/api/records/{}/context", endpoint_context, 0},
    {"GET", "/api/histogram", endpoint_histogram, 0},
    {"GET", "/api/facets", endpoint_facets, 0},
    {"GET", "/api/tail", endpoint_tail, 0},
    {"GET", "/api/config", endpoint_config, 0},
    {"POST", "/api/config", endpoint_apply, ROUTE_CHANGES | ROUTE_BODY | ROUTE_LARGE},
    {"POST", "/api/config/check", endpoint_check, ROUTE_CHANGES | ROUTE_BODY | ROUTE_LARGE},
    {"GET", "/api/config/history", endpoint_history, 0},
    {"GET", "/api/config/history/{}", endpoint_history_entry, 0},
    {"POST", "/api/config/rollback", endpoint_rollback, ROUTE_CHANGES | ROUTE_BODY},
};

/* The rest of the page: whatever assets.c has. */
static const endpoint page = {"GET", "/{}", endpoint_asset, ROUTE_OPEN};

const endpoint *routes_at(size_t index) { return index < sizeof rows / sizeof rows[0] ? &rows[index] : NULL; }

static slice segment(slice path, size_t at) {
    const char *slash = memchr(path.data + at, '/', path.len - at);
    return slice_make(path.data + at, slash == NULL ? path.len - at : (size_t)(slash - path.data) - at);
}

/* Segment by segment; {} matches one that is not empty. */
static bool matches(const char *pattern, slice path, slice params[ROUTE_PARAMS], size_t *count) {
    slice form = slice_of(pattern);
    size_t at = 0, of = 0;
    *count = 0;
    while (at < path.len && of < form.len) {
        slice have = segment(path, at + 1), want = segment(form, of + 1);
        bool any = slice_is(want, "{}");
        if (any ? have.len == 0 : !slice_equal(have, want)) return false;
        if (any && *count < ROUTE_PARAMS) params[(*count)++] = have;
        at += 1 + have.len;
        of += 1 + want.len;
    }
    return at == path.len && of == form.len;
}

size_t routes_params(const endpoint *r, slice path, slice params[ROUTE_PARAMS]) {
    size_t count = 0;
    return matches(r->pattern, path, params, &count) ? count : 0;
}

/* The methods of one path: few enough to be spelt out. */
static const char *allowed(bool get, bool put, bool post, bool del) {
    if (get && put) return "GET, HEAD, PUT";
    if (get && post) return "GET, HEAD, POST";
    if (get) return "GET, HEAD";
    if (post) return "POST";
    if (put) return "PUT";
    return del ? "DELETE" : NULL;
}

const endpoint *routes_find(slice method, slice path, const char **allow) {
    slice params[ROUTE_PARAMS];
    size_t count;
    bool get = false, put = false, post = false, del = false;
    slice wanted = slice_is(method, "HEAD") ? SLICE_LITERAL("GET") : method;
    *allow = NULL;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (!matches(rows[i].pattern, path, params, &count)) continue;
        if (slice_is(wanted, rows[i].method)) return &rows[i];
        get |= strcmp(rows[i].method, "GET") == 0;
        put |= strcmp(rows[i].method, "PUT") == 0;
        post |= strcmp(rows[i].method, "POST") == 0;
        del |= strcmp(rows[i].method, "DELETE") == 0;
    }
    *allow = allowed(get, put, post, del);
    if (*allow != NULL || !endpoint_has_asset(path)) return NULL;
    *allow = "GET, HEAD";
    return slice_is(wanted, "GET") ? &page : NULL;
}
