/* The options of tail and query as parameters of the API: everything encoded. */
#include "admin/cli/filter.h"

#include <criterion/criterion.h>

static invocation call;
static text path;

static void begin(void) {
    text_init(&path, 0);
    text_add_cstr(&path, "/api/records");
}
static void end(void) { text_done(&path); }
TestSuite(filter, .init = begin, .fini = end);

Test(filter, nothing_given_is_nothing_asked) {
    filter_add(&call, &path);
    cr_assert_str_eq(text_cstr(&path), "/api/records");
}

Test(filter, all_of_it_encoded) {
    call.option[OPT_LEVEL] = "INFO";
    call.option[OPT_LOGGER] = "app.*";
    call.option[OPT_GREP] = "two words & more";
    call.where[call.where_count++] = "user=a=b";
    call.where[call.where_count++] = "k y=\xc3\xa4";
    filter_add(&call, &path);
    cr_assert_str_eq(text_cstr(&path), "/api/records?level=INFO&logger=app.%2A&q=two%20words%20%26%20more"
                                       "&field.user=a%3Db&field.k%20y=%C3%A4");
}

Test(filter, a_field_alone_begins_the_query) {
    call.where[call.where_count++] = "a=1";
    filter_add(&call, &path);
    cr_assert_str_eq(text_cstr(&path), "/api/records?field.a=1");
}

Test(filter, a_number_has_bounds) {
    static const char *const wrong[] = {"", "0", "-1", "101", "1x", "x", "99999999999999999999"};
    cr_assert_eq(filter_number(&call, 20, 100), 20);
    call.option[OPT_NUMBER] = "100";
    cr_assert_eq(filter_number(&call, 20, 100), 100);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        call.option[OPT_NUMBER] = wrong[i];
        cr_expect_eq(filter_number(&call, 20, 100), -1, "%s", wrong[i]);
    }
}
