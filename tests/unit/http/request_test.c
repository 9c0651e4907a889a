/* A request's segments, arguments and body: decoded, of strict types, and everything unknown refused by name.
 */
#include "support/request_fixture.h"

TestSuite(request, .init = request_begin, .fini = request_end);

#define GET(query) ask("GET", "/api/records", query, "")

Test(request, segments_and_arguments_are_decoded) {
    cr_assert(ask("PUT", "/api/loggers/a%2Fb+c", "x=1%26+2&%78y=&z&", "{\"level\": 10}"), "%s",
              text_cstr(&asked.out));
    cr_assert(slice_is(asked.params[0], "a/b+c"), "'+' is a blank in a query only");
    cr_assert(slice_is(request_arg(&asked, "x"), "1& 2"));
    cr_assert(slice_is(request_arg(&asked, "xy"), ""));
    cr_assert(slice_is(request_arg(&asked, "z"), ""));
    cr_assert_null(request_arg(&asked, "other").data);
    cr_assert_eq(asked.json.type, VALUE_DICT);
}

Test(request, what_is_badly_encoded_is_refused) {
    cr_assert_not(ask("PUT", "/api/loggers/a%2", "", "{}"));
    expect_answer(400, "not properly percent-encoded");
    cr_assert_not(GET("a=%zz"));
    expect_answer(400, "the query is not properly encoded");
    cr_assert_not(GET("a=%00"));
    cr_assert_not(ask("PUT", "/api/loggers/a", "", "{\"level\": }"));
    expect_answer(400, "the body is no JSON");
}

Test(request, arguments_have_a_bound) {
    text query;
    text_init(&query, 0);
    for (int i = 0; i < HTTP_ARGS; i++) text_addf(&query, "a%d=1&", i);
    cr_assert(GET(text_cstr(&query)));
    cr_assert_eq(asked.arg_count, HTTP_ARGS);
    text_add_cstr(&query, "more=1");
    cr_assert_not(GET(text_cstr(&query)));
    expect_answer(400, "more than 64 arguments");
    text_done(&query);
}

Test(request, only_known_arguments_and_each_once) {
    static const char *const names[] = {"level", "q", NULL}, *const with_fields[] = {"level", "field.", NULL};
    cr_assert(GET("level=INFO&q=x") && request_only(&asked, names));
    cr_assert(GET("level=INFO&levle=x") && !request_only(&asked, names));
    expect_answer(400, "unknown argument 'levle'");
    cr_assert(GET("q=1&q=2") && !request_only(&asked, names));
    expect_answer(400, "argument 'q' is given twice");
    cr_assert(GET("field.a=1&field.a=2") && request_only(&asked, with_fields), "a field may have several");
    cr_assert(GET("field.a=1") && !request_only(&asked, names));
}

Test(request, numbers_within_bounds) {
    uint64_t n;
    cr_assert(GET("") && request_number(&asked, "n", 1, 9, 5, &n) && n == 5);
    cr_assert(GET("n=9") && request_number(&asked, "n", 1, 9, 5, &n) && n == 9);
    static const char *const wrong[] = {
        "n=0", "n=10", "n=", "n=-1", "n=1x", "n=1.0", "n=99999999999999999999", "n=18446744073709551616"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        cr_expect(GET(wrong[i]) && !request_number(&asked, "n", 1, 9, 5, &n), "%s", wrong[i]);
        expect_answer(400, "'n' must be a number from 1 to 9");
    }
}

Test(request, the_body_has_these_keys_of_these_types) {
    body_field fields[] = {{"level", BODY_STR_OR_INT, true, NULL},
                           {"for_ms", BODY_INT, false, NULL},
                           {"note", BODY_STR_OR_NULL, false, NULL}};
#define PUT(body)                                                                                            \
    (fields[0].found = fields[1].found = fields[2].found = NULL,                                             \
     ask("PUT", "/api/loggers/a", "", body) && request_fields(&asked, fields, 3))
    cr_assert(PUT("{\"level\": \"INFO\", \"note\": null}"));
    cr_assert(fields[0].found != NULL && fields[1].found == NULL && fields[2].found->type == VALUE_NONE);
    cr_assert(PUT("{\"level\": 10, \"for_ms\": 5}") && fields[1].found->i64 == 5);
    cr_assert_not(PUT("{\"for_ms\": 5}"));
    expect_answer(400, "'level' is missing in the body");
    cr_assert_not(PUT("{\"level\": 1.5}"));
    expect_answer(400, "'level' must be a string or an integer, not a number with");
    cr_assert_not(PUT("{\"level\": 1, \"for_ms\": true}"));
    cr_assert_not(PUT("{\"level\": 1, \"levle\": 1}"));
    expect_answer(400, "unknown key 'levle' in the body");
    cr_assert_not(PUT("[]"));
    expect_answer(400, "the body must be an object");
}

Test(request, a_problem_is_json_whatever_its_words) {
    value v;
    answer_problem(&asked, 409, "%s", "a \"b\"\n");
    cr_assert_str_eq(asked.type, "application/problem+json");
    cr_assert_eq(json_parse(text_slice(&asked.out), 4, &asked.memory, &v, NULL), 0, "%s",
                 text_cstr(&asked.out));
    cr_assert(slice_is(value_get(&v, SLICE_LITERAL("detail"))->str, "a \"b\"\n"));
    cr_assert(slice_is(value_get(&v, SLICE_LITERAL("title"))->str, "Conflict"));
    cr_assert_eq(value_get(&v, SLICE_LITERAL("status"))->i64, 409);
}

Test(request, errors_have_their_status) {
    static const int codes[][2] = {{WEIR_ERR_INVALID, 400},
                                   {WEIR_ERR_SYSTEM, 500},
                                   {WEIR_ERR_STATE, 503},
                                   {WEIR_ERR_TIMEOUT, 503},
                                   {WEIR_ERR_CONFLICT, 409},
                                   {WEIR_ERR_DENIED, 403},
                                   {99, 500},
                                   {-1, 500}};
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        const weir_error e = {.code = codes[i][0], .message = "why"};
        answer_error(&asked, &e);
        cr_expect_eq(asked.status, codes[i][1], "code %d", codes[i][0]);
    }
}

Test(request, who_asks) {
    snprintf(asked.who, sizeof asked.who, "127.0.0.1:7");
    cr_assert_str_eq(request_by(&asked).way, "http");
    asked.local = true;
    cr_assert_str_eq(request_by(&asked).way, "socket");
    cr_assert_str_eq(request_by(&asked).who, "127.0.0.1:7");
}
