/* The table of endpoints: each row is found by its own method and path, and no other. */
#include "admin/http/routes.h"

#include <criterion/criterion.h>

static const endpoint *find(const char *method, const char *path, const char **allow) {
    return routes_find(slice_of(method), slice_of(path), allow);
}

Test(routes, rows_are_found_and_have_flags_that_fit) {
    const endpoint *row;
    const char *allow;
    for (size_t i = 0; (row = routes_at(i)) != NULL; i++) {
        char path[128];
        size_t n = 0;
        for (const char *at = row->pattern; *at != '\0'; at++) {
            if (at[0] == '{')
                path[n++] = '7', at++;
            else
                path[n++] = *at;
        }
        path[n] = '\0';
        cr_assert_eq(find(row->method, path, &allow), row, "%s %s", row->method, path);
        bool changes = strcmp(row->method, "GET") != 0;
        cr_assert_eq((row->flags & ROUTE_CHANGES) != 0, changes, "%s", row->pattern);
        if (row->flags & (ROUTE_BODY | ROUTE_LARGE)) cr_assert(changes);
        if (row->flags & ROUTE_OPEN) cr_assert(!changes);
    }
}

Test(routes, segments) {
    const char *allow;
    slice params[ROUTE_PARAMS];
    const endpoint *row = find("DELETE", "/api/loggers/a%2Fb/level", &allow);
    cr_assert_not_null(row);
    cr_assert_eq(routes_params(row, slice_of("/api/loggers/a%2Fb/level"), params), 1);
    cr_assert(slice_is(params[0], "a%2Fb"));
    cr_assert_null(find("GET", "/api/loggers/", &allow));
    cr_assert_null(allow);
    cr_assert_null(find("GET", "/api/loggers/a/b", &allow));
    cr_assert_null(find("GET", "/api", &allow));
    cr_assert_null(find("GET", "//api/loggers", &allow));
}

Test(routes, methods) {
    const char *allow;
    cr_assert_null(find("PATCH", "/api/loggers/a", &allow));
    cr_assert_str_eq(allow, "GET, HEAD, PUT");
    cr_assert_null(find("get", "/api/status", &allow));
    cr_assert_not_null(find("HEAD", "/api/status", &allow));
    cr_assert_not_null(find("GET", "/", &allow));
    cr_assert_null(find("POST", "/", &allow));
    cr_assert_str_eq(allow, "GET, HEAD");
    cr_assert_null(find("GET", "/nothing.js", &allow));
    cr_assert_null(allow);
}
