/* request_fixture.h - a request as an endpoint sees it, made of its parts, without a server. */
#ifndef WEIR_TESTS_REQUEST_FIXTURE_H
#define WEIR_TESTS_REQUEST_FIXTURE_H

#include <criterion/criterion.h>

#include "admin/http/server_internal.h"

static http_request asked;

__attribute__((unused)) static void request_begin(void) {
    arena_init(&asked.memory, 0);
    text_init(&asked.body, 0);
    text_init(&asked.out, 0);
}

__attribute__((unused)) static void request_end(void) {
    arena_done(&asked.memory);
    text_done(&asked.body);
    text_done(&asked.out);
}

/* Prepared; path without its query. */
static inline bool ask(const char *method, const char *path, const char *query, const char *body) {
    const char *allow;
    request_end();
    asked = (http_request){.path = slice_of(path), .query = slice_of(query)};
    request_begin();
    asked.route = routes_find(slice_of(method), asked.path, &allow);
    cr_assert_not_null(asked.route, "%s %s", method, path);
    text_add_cstr(&asked.body, body);
    return request_prepare(&asked);
}

/* It was answered with that status, and these words are in it. */
__attribute__((unused)) static void expect_answer(int status, const char *words) {
    cr_expect_eq(asked.status, status, "%d, not %d: %s", asked.status, status, text_cstr(&asked.out));
    cr_expect_not_null(strstr(text_cstr(&asked.out), words), "%s is not in %s", words, text_cstr(&asked.out));
}

#endif
