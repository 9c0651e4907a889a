/* Times as the API writes them. */
#include "admin/control/when.h"

#include <criterion/criterion.h>

Test(when, microseconds_of_utc) {
    char out[WHEN_SIZE];
    cr_assert_str_eq(when_utc(1763633160123456, out), "2025-11-20T10:06:00.123456Z");
    cr_assert_str_eq(when_utc(0, out), "1970-01-01T00:00:00.000000Z");
    cr_assert_str_eq(when_utc(-1, out), "1969-12-31T23:59:59.999999Z");
}
