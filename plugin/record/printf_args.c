/* printf_args.c - captured arguments as Python values, for who asks a record for `args`. Runs on the
 * thread of the record's reader. It checks no lengths: record_decode did. */
#include "base/number.h"
#include "record/captured.h"
#include "record/printf_render.h"

/* Beyond int64 Python's int has no bound: as digits. */
static bool unsigned_value(uint64_t v, arena *a, value *out) {
    if (v <= INT64_MAX) {
        *out = value_int((int64_t)v);
        return true;
    }
    char digits[NUMBER_SIZE];
    *out = (value){.type = VALUE_BIGINT, .str = arena_copy(a, slice_make(digits, number_u64(digits, v)))};
    return out->str.data != NULL;
}

bool printf_args(const site_info *site, const char *args, arena *a, value *out) {
    value *items = arena_alloc(a, site->arg_count * sizeof *items);
    if (items == NULL) return false;
    for (size_t i = 0; i < site->arg_count; i++) {
        switch ((arg_type)site->types[i]) {
        case ARG_DOUBLE: items[i] = value_float(captured_double(&args)); break;
        case ARG_LONG_DOUBLE: items[i] = value_float((double)captured_long_double(&args)); break;
        case ARG_STRING:
        case ARG_STRING_LIMITED: {
            slice s = captured_string(&args);
            items[i] = s.data == NULL ? value_none() : value_str(s);
            break;
        }
        case ARG_UINT:
        case ARG_ULONG:
        case ARG_POINTER:
            if (!unsigned_value(captured_u64(&args), a, &items[i])) return false;
            break;
        default: items[i] = value_int((int64_t)captured_u64(&args)); break;
        }
    }
    *out = (value){.type = VALUE_TUPLE, .list = {items, site->arg_count}};
    return true;
}
