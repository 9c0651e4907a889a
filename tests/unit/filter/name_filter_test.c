/* logging.Filter: a logger and its children. */
#include "filter/filter.h"

#include <criterion/criterion.h>

static bool passes(const char *name, const char *logger) {
    const value only = value_str(slice_of(name));
    const value args = {.type = VALUE_TUPLE, .list = {&only, 1}};
    filter *f = NULL;
    record rec = {.name = slice_of(logger)};
    cr_assert_eq(filter_kind_find(SLICE_LITERAL("logging.Filter"))->create(&args, NULL, &f, NULL), 0);
    bool result = f->pass(f, &rec);
    f->free(f);
    return result;
}

Test(name_filter, passes_a_logger_and_its_children) {
    cr_assert(passes("A.B", "A.B"));
    cr_assert(passes("A.B", "A.B.C"));
    cr_assert_not(passes("A.B", "A.BB"));
    cr_assert_not(passes("A.B", "A"));
    cr_assert_not(passes("A.B", "B.A.B"));
    cr_assert(passes("", "anything"));
    cr_assert(passes("", "root"));
}

Test(name_filter, arguments) {
    weir_error err;
    filter *f = NULL;
    const filter_kind *kind = filter_kind_find(SLICE_LITERAL("logging.Filter"));
    const value_pair named = {value_str(SLICE_LITERAL("name")), value_str(SLICE_LITERAL("A"))};
    const value_pair wrong = {value_str(SLICE_LITERAL("nam")), value_str(SLICE_LITERAL("A"))};
    const value kwargs = {.type = VALUE_DICT, .dict = {&named, 1}},
                bad = {.type = VALUE_DICT, .dict = {&wrong, 1}};
    const value number = value_int(5), args = {.type = VALUE_TUPLE, .list = {&number, 1}};
    cr_assert_eq(kind->create(NULL, &kwargs, &f, &err), 0);
    f->free(f);
    cr_assert_eq(kind->create(NULL, NULL, &f, &err), 0);
    f->free(f);
    cr_assert_eq(kind->create(NULL, &bad, &f, &err), -1);
    cr_assert_eq(kind->create(&args, NULL, &f, &err), -1);
    cr_assert_str_eq(err.message, "logging.Filter: name is a string, not int");
    cr_assert_null(filter_kind_find(SLICE_LITERAL("Filter")));
    cr_assert_null(filter_kind_at(1));
}
