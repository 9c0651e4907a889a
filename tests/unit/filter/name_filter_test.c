/* logging.Filter: a logger and its children. */
#include "filter/filter.h"

#include <criterion/criterion.h>

static filter *made(const char *name) {
    filter_args args = {.kind = filter_kind_find(SLICE_LITERAL("logging.Filter"))};
    filter *f = NULL;
    args.given[0] = name != NULL;
    if (name != NULL) args.values[0] = value_str(slice_of(name));
    cr_assert_eq(args.kind->create(&args, &f, NULL), 0);
    cr_assert_eq(f->kind, args.kind);
    return f;
}

static bool passes(const char *name, const char *logger) {
    filter *f = made(name);
    record rec = {.name = slice_of(logger)};
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

Test(name_filter, without_a_name_all_pass) {
    cr_assert(passes(NULL, "anything"));
    cr_assert(passes(NULL, "root"));
}

Test(name_filter, is_found_by_its_whole_name) {
    cr_assert_null(filter_kind_find(SLICE_LITERAL("Filter")));
    cr_assert_not_null(filter_kind_at(0));
}
