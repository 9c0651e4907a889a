/* Filters of the host's own class: made with its arguments, asked, counted, and ended. */
#include "filter/host_filter.h"

#include "support/host_fixture.h"

TestSuite(host_filter, .init = fixture_init, .fini = fixture_done);

static weir_error err;

/* Lets through what is above INFO; fails for records of the level CRITICAL. */
static int above_info(void *self, weir_record *view) {
    int64_t level = 0;
    host_listen();
    cr_assert_eq(self, objects.name);
    weir_record_int(view, "levelno", &level);
    return level >= 50 ? -1 : level > 20;
}

static weir_filter_class class_of_mine(unsigned flags) {
    return (weir_filter_class){.size = sizeof(weir_filter_class),
                               .abi = WEIR_CLASSES_ABI,
                               .flags = flags,
                               .name = "app.Above",
                               .params = host_params,
                               .user = &objects,
                               .create = host_create_object,
                               .filter = above_info,
                               .destroy = host_destroy_object};
}

static filter *make(const char *name) {
    filter_args args = {.kind = filter_kind_find(SLICE_LITERAL("app.Above"))};
    filter *f = NULL;
    cr_assert_not_null(args.kind);
    args.given[0] = name != NULL;
    if (name != NULL) args.values[0] = value_str(slice_of(name));
    err = (weir_error){0};
    return args.kind->create(&args, &f, &err) == 0 ? f : NULL;
}

static void reg(unsigned flags) {
    const weir_filter_class c = class_of_mine(flags);
    cr_assert_eq(weir_register_filter_class(&c, &err), 0, "%s", err.message);
}

static bool passes(filter *f, int level) {
    fixture_extra extra = fixture_plain;
    extra.level = level;
    return f->pass(f, fixture_call_with(&extra, "x"));
}

Test(host_filter, decides_and_a_failure_keeps_the_record_away) {
    reg(0);
    filter *f = make("mine");
    cr_assert_not_null(f, "%s", err.message);
    cr_assert_str_eq(objects.name, "mine");
    cr_assert(passes(f, 30));
    cr_assert_not(passes(f, 20));
    cr_assert_not(passes(f, 50), "it failed");
    const host_class *c = host_class_find(HOST_FILTER, SLICE_LITERAL("app.Above"));
    cr_assert_eq(c->errors, 1);
    cr_assert_eq(c->calls, 4, "create is one of them");
    cr_assert_null(f->at_call);
    f->free(f);
    cr_assert(objects.created == 1 && objects.destroyed == 1);
    cr_assert_not(objects.loud, "its code could have logged");
}

Test(host_filter, at_the_call_only_where_its_class_says_so) {
    reg(WEIR_FILTER_AT_CALL);
    filter *f = make(NULL);
    weir_record view;
    cr_assert_not_null(f->at_call);
    record_view_of(&view, fixture_call("x"), SLICE_NONE);
    cr_assert_eq(f->at_call(f->at_call_arg, &view), 0);
    f->free(f);
}

Test(host_filter, one_that_cannot_be_made_says_why_and_is_not_in_use) {
    reg(0);
    objects.refuses = true;
    objects.words = "no such place";
    cr_assert_null(make("x"));
    cr_assert_str_eq(err.message, "app.Above: no such place");
    objects.words = NULL;
    cr_assert_null(make("x"));
    cr_assert_str_eq(err.message, "app.Above: its create failed");
    cr_assert_eq(objects.destroyed, 0);
    cr_assert_eq(weir_unregister_filter_class("app.Above", &err), 0, "%s", err.message);
}

Test(host_filter, a_class_in_use_stays_and_one_that_is_gone_makes_nothing) {
    reg(0);
    filter *f = make("x");
    const filter_args args = {.kind = f->kind};
    filter *none = NULL;
    cr_assert_eq(weir_unregister_filter_class("app.Above", &err), -1);
    f->free(f);
    cr_assert_eq(weir_unregister_filter_class("app.Above", &err), 0);
    cr_assert_null(filter_kind_find(SLICE_LITERAL("app.Above")));
    cr_assert_eq(args.kind->create(&args, &none, &err), -1, "a plan may still name it");
    cr_assert_not_null(strstr(err.message, "is not registered any more"));
}

Test(host_filter, a_class_without_filter_is_none) {
    weir_filter_class c = class_of_mine(0);
    c.filter = NULL;
    cr_assert_eq(weir_register_filter_class(&c, &err), -1);
    c = class_of_mine(0);
    c.name = "weir.DuplicateFilter";
    cr_assert_eq(weir_register_filter_class(&c, &err), -1);
}
