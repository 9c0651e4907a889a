/* [formatters]: the texts are raw, arguments may stand in kwargs, one is tried before it is taken. */
#include "support/check_fixture.h"

TestSuite(check_formatters, .init = check_begin, .fini = check_end);

#define BASE                                                                                                 \
    "[loggers]\nkeys=root\n[handlers]\nkeys=\n[logger_root]\nhandlers=\n[formatters]\nkeys=f\n[formatter_f]" \
    "\n"

static const formatter_options *options_of(const char *in) { return &must_check(in)->formatters[0].options; }

Test(check_formatters, percent_signs_are_no_interpolation) {
    const formatter_options *o = options_of(BASE "format=%(asctime)s %(message)s\ndatefmt=%d.%m. %%\n");
    cr_assert(slice_is(o->format, "%(asctime)s %(message)s"));
    cr_assert(slice_is(o->datefmt, "%d.%m. %%"));
}

Test(check_formatters, arguments_by_name_are_those_of_the_keys) {
    const formatter_options *o = options_of(BASE "kwargs={'fmt': ' {message} ', 'style': '{', 'datefmt': "
                                                 "None, 'defaults': {'user': '-'}, 'validate': True}\n");
    cr_assert(slice_is(o->format, " {message} "), "blanks at an end stay");
    cr_assert(slice_is(o->style, "{"));
    cr_assert_null(o->datefmt.data);
    cr_assert_not_null(o->defaults);
    cr_assert_not(o->unchecked);
}

Test(check_formatters, only_validate_lets_a_wrong_format_pass) {
    expect_told(BASE "format=no field at all\n", "t:10: [formatter_f] format: ");
    cr_assert(options_of(BASE "format=no field at all\nkwargs={'validate': False}\n")->unchecked);
}

Test(check_formatters, a_field_with_a_default_may_be_named) {
    must_check(BASE "format={message} {user}\nstyle={\nkwargs={'defaults': {'user': '-'}}\n");
    must_check(BASE "format=$message $$\nstyle=$\n");
}

Test(check_formatters, what_is_wrong_is_told_at_its_line) {
    expect_told(BASE "format=%(message)s\nkwargs={'fmt': 'x'}\n",
                "t:11: [formatter_f] kwargs: given twice (by a key of its own, and in kwargs): \"fmt\"");
    expect_told(BASE "kwargs={'fmt': 7}\n", "t:10: [formatter_f] kwargs: a string is wanted for \"fmt\"");
    expect_told(BASE "kwargs={'defaults': [1]}\n", "a dict with strings as keys is wanted for \"defaults\"");
    expect_told(BASE "kwargs={'defaults': {1: 2}}\n",
                "a dict with strings as keys is wanted for \"defaults\"");
    expect_told(BASE "kwargs={'validate': 1}\n", "True or False is wanted for \"validate\"");
    expect_told(BASE "kwargs={'colour': 1}\n",
                "has no argument (known: fmt, datefmt, style, validate, defaults; ");
    expect_told(BASE "kwargs=('fmt',)\n", "a tuple where a dict should be");
    expect_told(BASE "\nformat=x\nstyle=%%\n", "t:12: [formatter_f] style: unknown style \"%%\"");
    expect_told(BASE "kwargs={'style': '&'}\n", "t:10: [formatter_f] style: unknown style \"&\"");
    expect_told(BASE "class=weir.JSONFormatter\nkwargs={'colour': True}\n", "t:11: [formatter_f] kwargs: ");
}

Test(check_formatters, one_that_is_listed_twice_is_one) {
    cr_assert_eq(must_check("[loggers]\nkeys=root\n[handlers]\nkeys=\n[logger_root]\nhandlers=\n"
                            "[formatters]\nkeys=f,f\n[formatter_f]\n")
                     ->formatter_count,
                 1);
}
