/* Formatters of the host's own class: `format`, or Python's with some methods overridden; what they return is
 * text from outside. */
#include "format/host_formatter.h"

#include "support/formatter_fixture.h"
#include "support/host_fixture.h"

static void end(void) {
    text_done(&formatted);
    fixture_done();
}
TestSuite(host_formatter, .init = fixture_init, .fini = end);

static weir_error err;

static int format_all(void *self, const weir_record *view, weir_text *out) {
    host_listen();
    cr_assert_eq(self, objects.name);
    weir_text_printf(out, "<%s>", weir_record_message(view, NULL));
    return objects.refuses ? -1 : 0;
}

static int time_of_mine(void *self, const weir_record *view, const char *datefmt, weir_text *out) {
    (void)self, (void)view;
    host_listen();
    weir_text_printf(out, "at %s", datefmt != NULL ? datefmt : "any time");
    return 0;
}

static int exception_of_mine(void *self, const weir_record *view, weir_text *out) {
    (void)self, (void)view;
    weir_text_add(out, "oops\nsecond", 11);
    return 0;
}

static weir_formatter_class class_of_mine(void) {
    return (weir_formatter_class){.size = sizeof(weir_formatter_class),
                                  .abi = WEIR_CLASSES_ABI,
                                  .name = "app.F",
                                  .params = host_params,
                                  .user = &objects,
                                  .create = host_create_object,
                                  .destroy = host_destroy_object};
}

static formatter *make(const weir_formatter_class *c, formatter_options options) {
    cr_assert_eq(weir_register_formatter_class(c, &err), 0, "%s", err.message);
    options.kind = formatter_kind_find(SLICE_LITERAL("app.F"));
    options.zone = zone_utc();
    return make_formatter("app.F", &options);
}

static const fixture_extra with_exception = {
    .logger = "a", .thread = "t", .level = 40, .fields = {"", 0}, .exc_text = "Traceback\n  boom"};

Test(host_formatter, the_whole_text_is_its_own_and_escaped) {
    weir_formatter_class c = class_of_mine();
    c.format = format_all;
    formatter *f = make(&c, (formatter_options){0});
    cr_assert_not_null(f, "%s", formatter_error.message);
    cr_assert_str_eq(line_of(f, fixture_call("a %s", "b\x1b"), ESCAPE_NONE), "<a b\x1b>");
    cr_assert_str_eq(line_of(f, fixture_call("a %s", "b\x1b"), ESCAPE_ARGUMENTS), "<a b\\x1b>");
    cr_assert(fixture.rec.formatted);
    objects.refuses = true;
    cr_assert_str_eq(line_of(f, fixture_call("x"), ESCAPE_NONE), "the formatter class app.F failed");
    f->free(f);
    cr_assert(objects.created == 1 && objects.destroyed == 1);
    cr_assert_not(objects.loud, "its code could have logged");
}

Test(host_formatter, what_it_does_not_override_is_pythons) {
    weir_formatter_class c = class_of_mine();
    c.format_time = time_of_mine;
    c.format_exception = exception_of_mine;
    formatter *f = make(&c, (formatter_options){.format = SLICE_LITERAL("%(asctime)s %(message)s")});
    cr_assert_not_null(f, "%s", formatter_error.message);
    cr_assert_str_eq(line_of(f, fixture_call("x"), ESCAPE_NONE), "at any time x");
    cr_assert_str_eq(line_of(f, fixture_call_with(&with_exception, "x"), ESCAPE_NONE),
                     "at any time x\noops\nsecond");
    f->free(f);
}

Test(host_formatter, it_is_given_the_date_format) {
    weir_formatter_class c = class_of_mine();
    c.format_time = time_of_mine;
    formatter *f = make(
        &c, (formatter_options){.format = SLICE_LITERAL("%(asctime)s"), .datefmt = SLICE_LITERAL("%H:%M")});
    cr_assert_str_eq(line_of(f, fixture_call("x"), ESCAPE_NONE), "at %H:%M");
    f->free(f);
}

Test(host_formatter, arguments_are_those_of_its_table) {
    static weir_class_param needs[] = {{"name", 1, "a name"}, {0}};
    weir_formatter_class c = class_of_mine();
    value kwargs;
    c.format = format_all;
    c.params = needs;
    cr_assert_null(make(&c, (formatter_options){0}));
    cr_assert_str_eq(formatter_error.message, "name is missing: app.F needs it (kwargs = {'name': value})");
    cr_assert_eq(json_parse(SLICE_LITERAL("{\"nmae\": 1}"), 4, &fixture.memory, &kwargs, &err), 0);
    const formatter_options wrong = {.kind = formatter_kind_find(SLICE_LITERAL("app.F")), .kwargs = &kwargs};
    cr_assert_null(make_formatter("app.F", &wrong));
    cr_assert_str_eq(formatter_error.message, "app.F has no argument \"nmae\"");
    cr_assert_eq(objects.created, 0);
    cr_assert_eq(weir_unregister_formatter_class("app.F", &err), 0, "not in use");
}

Test(host_formatter, a_wrong_format_is_refused_where_python_formats) {
    weir_formatter_class c = class_of_mine();
    c.format_time = time_of_mine;
    cr_assert_null(make(&c, (formatter_options){.format = SLICE_LITERAL("no field")}));
    cr_assert_eq(objects.created, 0);
    cr_assert_eq(weir_unregister_formatter_class("app.F", &err), 0, "not in use");
}

Test(host_formatter, a_class_that_overrides_nothing_is_none) {
    const weir_formatter_class c = class_of_mine();
    cr_assert_eq(weir_register_formatter_class(&c, &err), -1);
    cr_assert_not_null(strstr(err.message, "wants a method"));
}
