/* Lists of lines for answers. */
#include <criterion/criterion.h>

#include "admin/control/control_internal.h"

Test(name_list, grows_and_keeps_order) {
    name_list l = {0}, copy = {0};
    char expected[16];
    for (int i = 0; i < 1000; i++) cr_assert(name_list_addf(&l, "line %d", i));
    cr_assert(name_list_add(&l, SLICE_LITERAL("")));
    cr_assert(name_list_add(&l, slice_make("cut here", 3)));
    name_list_copy(&copy, &l);
    name_list_done(&l);
    cr_assert(l.count == 0 && l.names == NULL);
    cr_assert_eq(copy.count, 1002);
    for (int i = 0; i < 1000; i++) {
        snprintf(expected, sizeof expected, "line %d", i);
        cr_assert_str_eq(copy.names[i], expected);
    }
    cr_assert_str_eq(copy.names[1000], "");
    cr_assert_str_eq(copy.names[1001], "cut");
    name_list_done(&copy);
}
