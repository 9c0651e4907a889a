/* Passwords in a configuration: shown as '***' in either form, put back for the handler that has them, and
 * for nothing else. */
#include "config/secrets.h"

#include "support/check_fixture.h"

static text out;
static void begin(void) {
    check_begin();
    text_init(&out, 0);
}
static void end(void) {
    check_end();
    text_done(&out);
}
TestSuite(secrets, .init = begin, .fini = end);

#define MAIL(host, password)                                                                                 \
    INI_HANDLERS("m")                                                                                        \
    "[handler_m]\nclass=handlers.SMTPHandler\nargs=('" host "', 'a@b', ['c@d'], 's', ('me', " password "))"  \
    "\n"
#define JSON(host, password)                                                                                 \
    "{\"version\": 1, \"handlers\": {\"m\": {\"class\": \"handlers.SMTPHandler\", \"mailhost\": \"" host     \
    "\", \"fromaddr\": \"a@b\","                                                                             \
    " \"toaddrs\": [\"c@d\"], \"subject\": \"s\", \"credentials\": [\"me\", " password "]}}}"

static const char *masked(const char *in) {
    secrets_mask(must_check(in), slice_of(in), &out);
    return text_cstr(&out);
}

Test(secrets, are_masked_in_either_form) {
    cr_assert_str_eq(masked(MAIL("h", "'p%%w'")), MAIL("h", "'***'"));
    cr_assert_str_eq(masked(MAIL("h", "\"p'w\"")), MAIL("h", "\"***\""));
    cr_assert_null(strstr(masked(JSON("h", "\"p\\\"w\\u00e4\"")), "p\\\"w"));
    cr_assert_str_eq(masked(JSON("h", "\"pw\"")), JSON("h", "\"***\""));
}

Test(secrets, one_that_cannot_be_found_hides_the_whole_text) {
    cr_assert_eq(strncmp(masked(MAIL("h", "'p' 'w'")), "# not shown: ", 13), 0, "%s", text_cstr(&out));
    cr_assert_null(strstr(text_cstr(&out), "handlers.SMTPHandler"));
}

Test(secrets, a_text_without_one_stays_as_it_is) {
    static const char in[] = INI_HANDLERS("n") "[handler_n]\nclass=NullHandler\n# '***'\n";
    cr_assert_str_eq(masked(in), in);
    cr_assert_not(secrets_restore(checked.plan, slice_of(in), &out));
    cr_assert_eq(out.len, 0);
}

Test(secrets, are_put_back_for_the_handler_that_has_them) {
    const config_plan *plan = must_check(MAIL("h", "'p%%w'"));
    cr_assert(secrets_restore(plan, slice_of(MAIL("h", "'***'")), &out));
    cr_assert_str_eq(text_cstr(&out), MAIL("h", "'p%%w'"));
    cr_assert(secrets_restore(plan, slice_of(JSON("h", "\"***\"")), &out));
    cr_assert_str_eq(text_cstr(&out), JSON("h", "\"p%w\""));
    cr_assert_not(secrets_restore(plan, SLICE_LITERAL("[handler_other]\nargs=('me', '***')\n"), &out),
                  "another handler");
}

/* What the running configuration has must not go to a host that a push names. */
Test(secrets, go_only_where_they_went) {
    weir_error err;
    problems p;
    const config_rules rules = {.origin = CONFIG_START};
    problems_init(&p, "pushed");
    const config_plan *running = must_check(MAIL("h", "'pw'"));
    config_plan *elsewhere = config_check(SLICE_LITERAL(MAIL("evil", "'pw'")), "pushed", &rules, &p, &err);
    config_plan *same = config_check(SLICE_LITERAL(MAIL("h", "'pw'")), "pushed", &rules, &p, &err);
    config_plan *own = config_check(SLICE_LITERAL(MAIL("evil", "'its own'")), "pushed", &rules, &p, &err);
    secrets_hold(running, same, &p);
    secrets_hold(running, own, &p);
    cr_assert_eq(p.errors, 0);
    secrets_hold(running, elsewhere, &p);
    cr_assert_eq(p.errors, 1);
    cr_assert_not_null(strstr(p.list[p.count - 1].message, "'***' stands for the password"));
    config_plan_free(elsewhere), config_plan_free(same), config_plan_free(own);
    problems_done(&p);
}
