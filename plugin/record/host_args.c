/* host_args.c - what functions of the host's classes are given beside records: arguments to read, a text to
 * append to. In the thread of the function. */
#include <stdarg.h>

#include "record/host_class.h"
#include "record/value_number.h"

static const value *find(const weir_args *args, const char *name) {
    if (args->dict != NULL) return value_get(args->dict, slice_of(name));
    for (size_t i = 0; i < args->param_count; i++)
        if (args->params[i].name != NULL && strcmp(args->params[i].name, name) == 0)
            return args->given[i] ? &args->values[i] : NULL;
    return NULL;
}

static const char *printed(const weir_args *args, const value *v, size_t *length) {
    text out;
    if (v == NULL || v->type == VALUE_NONE) return NULL;
    text_init(&out, 0);
    value_print(v, &out);
    slice kept = out.failed ? SLICE_NONE : arena_copy(args->memory, text_slice(&out));
    text_done(&out);
    if (kept.data != NULL && length != NULL) *length = kept.len;
    return kept.data;
}

const char *weir_args_str(const weir_args *args, const char *name, size_t *length) {
    return printed(args, find(args, name), length);
}

int weir_args_int(const weir_args *args, const char *name, int64_t *out) {
    const value *v = find(args, name);
    if (v == NULL || (v->type != VALUE_INT && v->type != VALUE_BOOL)) return -1;
    *out = v->type == VALUE_INT ? v->i64 : v->boolean;
    return 0;
}

int weir_args_double(const weir_args *args, const char *name, double *out) {
    const value *v = find(args, name);
    return v != NULL && value_number(v, args->memory, out) ? 0 : -1;
}

static bool is_list(const value *v) { return v != NULL && (v->type == VALUE_LIST || v->type == VALUE_TUPLE); }

int weir_args_count(const weir_args *args, const char *name) {
    const value *v = find(args, name);
    return is_list(v) ? (int)v->list.count : -1;
}

const char *weir_args_item(const weir_args *args, const char *name, int index, size_t *length) {
    const value *v = find(args, name);
    if (!is_list(v) || index < 0 || (size_t)index >= v->list.count) return NULL;
    return printed(args, &v->list.items[index], length);
}

void weir_text_add(weir_text *out, const char *data, size_t length) { text_add(out->out, data, length); }

void weir_text_printf(weir_text *out, const char *format, ...) {
    va_list args;
    va_start(args, format);
    text_vaddf(out->out, format, args);
    va_end(args);
}
