/* [filters]: what they are, who has them, and what is told of those that are not right. */
#include "base/limits.h"
#include "support/check_fixture.h"

TestSuite(check_filters, .init = check_begin, .fini = check_end);

#define TWO                                                                                                  \
    "[filters]\nkeys=a,b\n[filter_a]\nargs=('app.net',)\n[filter_b]\nclass=logging.Filter\nkwargs={'name': " \
    "'app'}\n"
#define BASE "[handlers]\nkeys=h\n[formatters]\nkeys=\n[loggers]\nkeys=root\n"

Test(check_filters, loggers_and_handlers_have_them_in_the_order_given) {
    const config_plan *plan = must_check(BASE TWO "[logger_root]\nhandlers=h\nfilters=b, a, b\n"
                                                  "[handler_h]\nclass=NullHandler\nfilters=a\n");
    cr_assert_eq(plan->filter_count, 2);
    cr_assert_eq(plan->loggers[0].filters.count, 2, "one twice counts once");
    cr_assert(slice_is(plan->loggers[0].filters.items[0]->name, "b"));
    cr_assert(slice_is(plan->loggers[0].filters.items[1]->name, "a"));
    cr_assert_eq(plan->handlers[0].filters.count, 1);
    cr_assert_eq(plan->handlers[0].filters.items[0], &plan->filters[0]);
}

Test(check_filters, without_a_class_it_is_pythons_filter) {
    const config_plan *plan =
        must_check(BASE TWO "[logger_root]\nhandlers=\n[handler_h]\nclass=NullHandler\n");
    cr_assert_eq(plan->filters[0].kind, plan->filters[1].kind);
    cr_assert(slice_is(plan->filters[0].args.values[0].str, "app.net"));
    cr_assert(slice_is(plan->filters[1].args.values[0].str, "app"));
}

Test(check_filters, python_ignores_the_key_and_so_does_weir_without_the_section) {
    expect_warned(BASE "[logger_root]\nhandlers=\nfilters=a\n[handler_h]\nclass=NullHandler\n",
                  "t:9: [logger_root] filters: warning: ignored as in Python");
    cr_assert_eq(checked.plan->loggers[0].filters.count, 0);
}

#define ROOT "[logger_root]\nhandlers=\n[handler_h]\nclass=NullHandler\n"

Test(check_filters, what_is_wrong_is_told_at_its_line) {
    expect_told(BASE ROOT "filters=app\n[filters]\nkeys=apps\n[filter_apps]\n",
                "t:11: [handler_h] filters: unknown filter \"app\" (did you mean apps?)");
    expect_told(BASE ROOT "filters=a,\n" TWO, "an empty name in the list");
    expect_told(BASE ROOT "[filters]\nkeys=a\n", "no section [filter_a]");
    expect_told(BASE ROOT "[filters]\nkeys=a\n[filter_a]\nclass=logging.Fliter\n",
                "t:14: [filter_a] class: unknown class");
    expect_told(BASE ROOT "[filters]\nkeys=a\n[filter_a]\nargs=('x', 'y')\n", "t:14: [filter_a] args: ");
    expect_told(BASE ROOT
                "[filters]\nkeys=a\n[filter_a]\nclass=weir.RateLimitFilter\nkwargs={'rate': 'often'}\n",
                "t:15: [filter_a] kwargs: ");
}

Test(check_filters, there_may_not_be_more_than_the_bound) {
    text in;
    text_init(&in, 0);
    text_add_cstr(&in, BASE ROOT "[filters]\nkeys=f0");
    for (int i = 1; i <= LIMIT_FILTERS; i++) text_addf(&in, ",f%d", i);
    expect_told(text_cstr(&in), "filters (at most ");
    text_done(&in);
}
