/* value_number.c - see value_number.h. Any thread. */
#include "record/value_number.h"

#include <errno.h>
#include <stdlib.h>

#include "base/decimal.h"

static bool big_number(slice digits, arena *a, double *out) {
    int saved = errno;
    slice copy = arena_copy(a, digits); /* with a NUL behind it */
    if (copy.data == NULL) return false;
    *out = strtod_l(copy.data, NULL, decimal_c_locale());
    errno = saved;
    return true;
}

bool value_number(const value *v, arena *a, double *out) {
    switch (v->type) {
    case VALUE_FLOAT: *out = v->f64; return true;
    case VALUE_INT: *out = (double)v->i64; return true;
    case VALUE_BOOL: *out = v->boolean; return true;
    case VALUE_BIGINT: return big_number(v->str, a, out);
    default: return false;
    }
}
