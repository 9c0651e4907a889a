/* module_state_test.c - lastResort, raiseExceptions, handleError: what is set is what is found. */
#include "frontend/module_state.h"

#include <criterion/criterion.h>
#include <stdio.h>

static void call(void *arg, weir_record *r) { (void)arg, (void)r; }

Test(module_state, last_resort) {
    weir_last_resort found = call;
    void *arg = &found;
    cr_assert_eq(weir_get_last_resort(&found, &arg), WEIR_LEVEL_WARNING);
    cr_assert(found == NULL && arg == NULL);
    cr_assert(last_resort_wants(30) && !last_resort_wants(29));
    weir_set_last_resort(WEIR_LEVEL_ERROR, call, &arg);
    cr_assert_eq(weir_get_last_resort(&found, &arg), WEIR_LEVEL_ERROR);
    cr_assert(found == call && arg == &arg);
    cr_assert(last_resort_wants(40) && !last_resort_wants(39));
    weir_set_last_resort(WEIR_LAST_RESORT_NONE, NULL, NULL);
    cr_assert(last_resort_wants(1), "it is told that there is none");
    cr_assert_eq(weir_get_last_resort(NULL, NULL), WEIR_LAST_RESORT_NONE);
}

Test(module_state, no_handlers_is_said_once_and_not_in_silence) {
    cr_assert_eq(weir_get_raise_exceptions(), 1);
    weir_set_raise_exceptions(0);
    cr_assert_not(module_may_say_no_handlers());
    weir_set_raise_exceptions(5);
    cr_assert_eq(weir_get_raise_exceptions(), 1);
    cr_assert(module_may_say_no_handlers());
    cr_assert_not(module_may_say_no_handlers());
}

static void on_error(void *arg, const char *handler, const char *reason, weir_record *r) {
    cr_assert_null(r);
    snprintf(arg, 100, "%s %s", handler, reason);
    weir_set_handle_error(NULL, NULL); /* from inside it */
}

Test(module_state, errors_are_handed_over) {
    char seen[100] = "";
    module_handle_error("h", "nobody listens", NULL);
    cr_assert_not(module_handles_errors());
    weir_set_handle_error(on_error, seen);
    cr_assert(module_handles_errors());
    module_handle_error("file", "broken", NULL);
    cr_assert_str_eq(seen, "file broken");
    cr_assert_not(module_handles_errors());
}
