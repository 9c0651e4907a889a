/* Classes that hosts register: names, bounds, rows that come back, and calls. */
#include "record/host_class.h"

#include <criterion/criterion.h>
#include <time.h>

static int pass_all(void *self, weir_record *r) { return (void)self, (void)r, 1; }

static weir_filter_class class_named(const char *name) {
    return (weir_filter_class){
        .size = sizeof(weir_filter_class), .abi = WEIR_CLASSES_ABI, .name = name, .filter = pass_all};
}

static int reg(const char *name, weir_error *err) {
    const weir_filter_class c = class_named(name);
    return weir_register_filter_class(&c, err);
}

Test(host_class, names_are_words_and_taken_once) {
    static const char *const wrong[] = {"", "a b", "a/b", "ä", "logging.Filter", NULL};
    weir_error err;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        err.message[0] = '\0';
        cr_assert_eq(reg(wrong[i], &err), -1, "%s", wrong[i]);
        cr_assert_neq(err.message[0], '\0');
    }
    char longest[80];
    memset(longest, 'x', sizeof longest);
    longest[63] = '\0';
    cr_assert_eq(reg(longest, NULL), 0);
    longest[63] = 'x';
    longest[64] = '\0';
    cr_assert_eq(reg(longest, &err), -1);
    cr_assert_eq(reg("a.B_c-1", NULL), 0);
    cr_assert_eq(reg("a.B_c-1", &err), -1);
    cr_assert_not_null(strstr(err.message, "already"));
    cr_assert_not_null(host_class_find(HOST_FILTER, SLICE_LITERAL("a.B_c-1")));
    cr_assert_null(host_class_find(HOST_HANDLER, SLICE_LITERAL("a.B_c-1")), "another sort");
}

Test(host_class, everything_is_copied) {
    char name[] = "app.F", help[] = "help", parameter[] = "n";
    weir_class_param params[] = {{parameter, 1, help}, {0}};
    weir_filter_class c = class_named(name);
    c.help = help;
    c.params = params;
    cr_assert_eq(weir_register_filter_class(&c, NULL), 0);
    memset(name, 'Z', sizeof name - 1);
    memset(help, 'Z', sizeof help - 1);
    parameter[0] = 'Z';
    memset(&c, 0x55, sizeof c);
    const host_class *row = host_class_find(HOST_FILTER, SLICE_LITERAL("app.F"));
    cr_assert_not_null(row);
    cr_assert_str_eq(row->help, "help");
    cr_assert(row->param_count == 1 && (row->params[0].use & PARAM_REQUIRED));
    cr_assert_str_eq(row->params[0].name, "n");
    cr_assert_eq(row->as.filter.filter, pass_all);
}

Test(host_class, an_older_struct_is_taken_a_wrong_one_is_not) {
    weir_error err;
    weir_filter_class c = class_named("old.F");
    c.size = offsetof(weir_filter_class, destroy);
    c.destroy = (void (*)(void *))(uintptr_t)1; /* beyond its size: not looked at */
    cr_assert_eq(weir_register_filter_class(&c, NULL), 0);
    cr_assert_null(host_class_find(HOST_FILTER, SLICE_LITERAL("old.F"))->as.filter.destroy);
    c = class_named("new.F");
    c.abi = 2;
    cr_assert_eq(weir_register_filter_class(&c, &err), -1);
    c = class_named("none.F");
    c.size = 0;
    cr_assert_eq(weir_register_filter_class(&c, &err), -1);
}

Test(host_class, so_many_and_no_more_and_rows_come_back) {
    char name[32];
    weir_error err;
    for (int i = 0; i < WEIR_CLASSES_MAX; i++) {
        snprintf(name, sizeof name, "c%d", i);
        cr_assert_eq(reg(name, &err), 0, "%s", err.message);
    }
    cr_assert_eq(reg("one.more", &err), -1);
    cr_assert_not_null(strstr(err.message, "64"));
    const host_class *row = host_class_find(HOST_FILTER, SLICE_LITERAL("c7"));
    for (int i = 0; i < 1000; i++) {
        cr_assert_eq(weir_unregister_filter_class("c7", &err), 0);
        cr_assert_null(host_class_find(HOST_FILTER, SLICE_LITERAL("c7")));
        cr_assert_eq(reg("c7", &err), 0);
    }
    cr_assert_eq(host_class_find(HOST_FILTER, SLICE_LITERAL("c7")), row, "the same row");
}

Test(host_class, one_in_use_stays) {
    weir_error err;
    cr_assert_eq(reg("used.F", NULL), 0);
    host_class *c = host_class_find(HOST_FILTER, SLICE_LITERAL("used.F"));
    cr_assert(host_class_hold(c) && host_class_hold(c));
    cr_assert_eq(weir_unregister_filter_class("used.F", &err), -1);
    cr_assert_eq(err.code, WEIR_ERR_STATE);
    cr_assert_not_null(strstr(err.message, "2 objects"), "%s", err.message);
    host_class_release(c);
    cr_assert_eq(weir_unregister_filter_class("used.F", &err), -1);
    host_class_release(c);
    cr_assert_eq(weir_unregister_filter_class("used.F", &err), 0);
    cr_assert_not(host_class_hold(c));
    cr_assert_eq(weir_unregister_filter_class("used.F", &err), -1);
    cr_assert_eq(err.code, WEIR_ERR_INVALID);
}

Test(host_class, calls_are_counted_and_slow_ones_seen) {
    cr_assert_eq(reg("slow.F", NULL), 0);
    host_class *c = host_class_find(HOST_FILTER, SLICE_LITERAL("slow.F"));
    host_call call = host_call_begin(c);
    cr_assert_eq(host_call_end(&call, 1), 1);
    call = host_call_begin(c);
    cr_assert_eq(host_call_end(&call, -1), -1);
    cr_assert(c->calls == 2 && c->errors == 1);
    cr_assert_not(host_class_is_slow(c));
    c->slowest_ns = HOST_SLOW_ONCE_NS + 1;
    cr_assert(host_class_is_slow(c));
    c->slowest_ns = 0;
    c->total_ns = 3 * (uint64_t)HOST_SLOW_MEAN_NS;
    cr_assert(host_class_is_slow(c), "on the average");
}
