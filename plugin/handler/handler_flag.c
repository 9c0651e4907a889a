/* handler_flag.c - parameters that are on or off, as Python code and INI files write it: True, 1, 'yes'. Runs
 * on the thread that checks or builds a configuration. */
#include "handler/handler_kinds.h"

static bool read_flag(const value *v, bool *out) {
    if (v->type == VALUE_BOOL) {
        *out = v->boolean;
    } else if (v->type == VALUE_INT && (v->i64 == 0 || v->i64 == 1)) {
        *out = v->i64 == 1;
    } else if (v->type == VALUE_STR && (slice_is(v->str, "yes") || slice_is(v->str, "no"))) {
        *out = slice_is(v->str, "yes");
    } else {
        return false;
    }
    return true;
}

int handler_check_flag(const handler_args *args, size_t index, const char *name, weir_error *err) {
    bool on;
    if (!args->given[index] || read_flag(&args->values[index], &on)) return 0;
    return error_set(err, WEIR_ERR_INVALID, "%s is neither on nor off (right are True, False, 'yes', 'no')",
                     name);
}

bool handler_flag(const handler_args *args, size_t index) {
    bool on = false;
    return args->given[index] && read_flag(&args->values[index], &on) && on;
}
