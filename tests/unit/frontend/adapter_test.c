/* adapter_test.c - which fields a call through an adapter has; what its process does is compared with
 * Python's by tests/compat/logging_test.py. */
#include "frontend/adapter.h"

#include <criterion/criterion.h>
#include <string.h>

#include "base/limits.h"

static void process(void *arg, const weir_adapter *a, weir_record *r) { (void)arg, (void)a, (void)r; }

static weir_field both[LIMIT_CALL_FIELDS + 1];

Test(adapter, copies_what_it_is_given) {
    char key[] = "ip", content[] = "1.2.3.4";
    const weir_field extra[] = {weir_str(key, content), weir_int("n", 5), weir_str("none", NULL)};
    weir_adapter *a = weir_adapter_create(weir_get_logger("a"), extra, 3, 0, NULL, NULL);
    key[0] = content[0] = 'X';
    cr_assert_eq(a->logger, weir_get_logger("a"));
    cr_assert_eq(adapter_fields(a, NULL, 0, both), 3);
    cr_assert_str_eq(both[0].key, "ip");
    cr_assert_str_eq(both[0].value.str, "1.2.3.4");
    cr_assert_eq(both[1].value.i64, 5);
    cr_assert_null(both[2].value.str);
    weir_adapter_free(a);
    weir_adapter_free(NULL);
}

Test(adapter, replaces_or_merges_the_calls_fields) {
    const weir_field extra = weir_str("a", "adapter"), call = weir_str("a", "call");
    weir_adapter *plain = weir_adapter_create(weir_get_logger("a"), &extra, 1, 0, NULL, NULL);
    weir_adapter *merged = weir_adapter_create(weir_get_logger("a"), &extra, 1, 1, NULL, NULL);
    weir_adapter *own = weir_adapter_create(weir_get_logger("a"), &extra, 1, 0, process, NULL);
    cr_assert_eq(adapter_fields(plain, &call, 1, both), 1);
    cr_assert_str_eq(both[0].value.str, "adapter");
    cr_assert_eq(adapter_fields(merged, &call, 1, both), 2);
    cr_assert_str_eq(both[1].value.str, "call", "later ones shadow");
    cr_assert_eq(adapter_fields(own, &call, 1, both), 1);
    cr_assert_str_eq(both[0].value.str, "call");
    cr_assert(adapter_has_process(own) && !adapter_has_process(plain));
    weir_adapter_free(plain);
    weir_adapter_free(merged);
    weir_adapter_free(own);
}

Test(adapter, has_so_many_fields_and_no_more) {
    static weir_field many[LIMIT_CALL_FIELDS + 1];
    for (size_t i = 0; i <= LIMIT_CALL_FIELDS; i++) many[i] = weir_int("n", (int64_t)i);
    cr_assert_null(weir_adapter_create(weir_get_logger("a"), many, LIMIT_CALL_FIELDS + 1, 0, NULL, NULL));
    weir_adapter *a = weir_adapter_create(weir_get_logger("a"), many, LIMIT_CALL_FIELDS, 1, NULL, NULL);
    cr_assert_eq(adapter_fields(a, many, LIMIT_CALL_FIELDS, both), LIMIT_CALL_FIELDS + 1,
                 "one too many tells the capture that some are left out");
    weir_adapter_free(a);
}
