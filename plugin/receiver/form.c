/* form.c - the url-encoded form of Python's HTTPHandler: record.__dict__, each value as str() prints it.
 * `args` is read by the literal grammar; what is no literal (an object's repr) cannot be formatted into the
 * message and stands in the field args_text. Pure. */
#include <stdlib.h>

#include "base/decimal.h"
#include "base/limits.h"
#include "config/literal.h"
#include "receiver/decode.h"

#define FIELDS_MAX 1000
/* The longest repr of a float has 24 characters. */
#define FLOAT_MAX 64

static const struct typed {
    const char *key;
    enum { FORM_INT, FORM_FLOAT, FORM_OPTIONAL, FORM_ARGS, FORM_EXC_INFO } type;
} typed[] = {{"levelno", FORM_INT},           {"lineno", FORM_INT},        {"thread", FORM_INT},
             {"process", FORM_INT},           {"created", FORM_FLOAT},     {"msecs", FORM_FLOAT},
             {"relativeCreated", FORM_FLOAT}, {"exc_text", FORM_OPTIONAL}, {"stack_info", FORM_OPTIONAL},
             {"taskName", FORM_OPTIONAL},     {"args", FORM_ARGS},         {"exc_info", FORM_EXC_INFO}};

/* ---- decoding ---- */

static int hex(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static int unquote(slice in, arena *a, slice *out, weir_error *err) {
    char *copy = arena_alloc(a, in.len);
    size_t len = 0;
    if (copy == NULL) return error_set(err, WEIR_ERR_SYSTEM, "the form needs too much memory");
    for (size_t i = 0; i < in.len; i++) {
        if (in.data[i] != '%') {
            copy[len++] = in.data[i] == '+' ? ' ' : in.data[i];
            continue;
        }
        int high = in.len - i > 2 ? hex(in.data[i + 1]) : -1, low = in.len - i > 2 ? hex(in.data[i + 2]) : -1;
        if (high < 0 || low < 0)
            return error_set(err, WEIR_ERR_INVALID, "a %% in the form without two hex digits");
        copy[len++] = (char)(high << 4 | low);
        i += 2;
    }
    *out = slice_make(copy, len);
    return 0;
}

/* ---- values ---- */

static bool read_float(slice in, double *out) {
    char copy[FLOAT_MAX + 1], *end;
    if (in.len == 0 || in.len > FLOAT_MAX) return false;
    for (size_t i = 0; i < in.len; i++)
        if (in.data[i] == '\0' || strchr("0123456789+-.einfa", in.data[i]) == NULL) return false;
    memcpy(copy, in.data, in.len);
    copy[in.len] = '\0';
    *out = strtod_l(copy, &end, decimal_c_locale());
    return *end == '\0';
}

/* How deep lists, tuples and dicts lie in each other. */
static unsigned depth_of(const value *v) {
    unsigned deepest = 0;
    size_t count = v->type == VALUE_DICT ? v->dict.count : v->list.count;
    if (v->type != VALUE_DICT && v->type != VALUE_LIST && v->type != VALUE_TUPLE) return 0;
    for (size_t i = 0; i < count; i++) {
        unsigned depth = depth_of(v->type == VALUE_DICT ? &v->dict.pairs[i].val : &v->list.items[i]);
        unsigned key = v->type == VALUE_DICT ? depth_of(&v->dict.pairs[i].key) : 0;
        if (key > depth) depth = key;
        if (depth > deepest) deepest = depth;
    }
    return deepest + 1;
}

static void add_args(attribute_list *to, slice shown) {
    value args;
    if (slice_is(shown, "None") || slice_is(shown, "()")) return;
    if (literal_parse(shown, to->memory, &args, NULL) == 0 && depth_of(&args) < LIMIT_VALUE_DEPTH)
        attributes_add(to, "args", args);
    else
        attributes_add(to, "args_text", value_str(shown));
}

/* The exception itself does not come over; its repr is better than nothing where there is no exc_text. */
static void add_exception(attribute_list *to, slice shown) {
    if (!slice_is(shown, "None")) attributes_add(to, "exc_info_text", value_str(shown));
}

static int add_typed(attribute_list *to, size_t row, slice shown, weir_error *err) {
    const char *key = typed[row].key;
    bool none = slice_is(shown, "None");
    int64_t n;
    double d;
    switch (typed[row].type) {
    case FORM_INT:
        if (none) return 0;
        if (!read_integer(shown, &n)) return error_set(err, WEIR_ERR_INVALID, "%s is no integer", key);
        attributes_add(to, key, value_int(n));
        return 0;
    case FORM_FLOAT:
        if (none) return 0;
        if (!read_float(shown, &d)) return error_set(err, WEIR_ERR_INVALID, "%s is no number", key);
        attributes_add(to, key, value_float(d));
        return 0;
    case FORM_OPTIONAL:
        if (!none) attributes_add(to, key, value_str(shown));
        return 0;
    case FORM_ARGS: add_args(to, shown); return 0;
    case FORM_EXC_INFO: add_exception(to, shown); return 0;
    }
    return 0;
}

static int add_field(attribute_list *to, slice pair, weir_error *err) {
    slice key, shown;
    const char *equals = memchr(pair.data, '=', pair.len);
    size_t len = equals == NULL ? pair.len : (size_t)(equals - pair.data);
    slice raw = equals == NULL ? SLICE_LITERAL("") : slice_make(equals + 1, pair.len - len - 1);
    if (unquote(slice_make(pair.data, len), to->memory, &key, err) != 0) return -1;
    if (unquote(raw, to->memory, &shown, err) != 0) return -1;
    if (to->count == to->room)
        return error_set(err, WEIR_ERR_INVALID, "a form of more than %d fields", FIELDS_MAX);
    for (size_t i = 0; i < to->count; i++)
        if (slice_equal(to->pairs[i].key.str, key))
            return error_set(err, WEIR_ERR_INVALID, "a field is given twice");
    for (size_t i = 0; i < sizeof typed / sizeof typed[0]; i++)
        if (slice_is(key, typed[i].key)) return add_typed(to, i, shown, err);
    attributes_add_slice(to, key, value_str(shown));
    return 0;
}

static size_t count_fields(slice form) {
    size_t count = 1;
    for (size_t i = 0; i < form.len; i++) count += form.data[i] == '&';
    return count;
}

int decode_form(slice form, arena *a, value *out, weir_error *err) {
    attribute_list to;
    size_t room = count_fields(form);
    if (room > FIELDS_MAX)
        return error_set(err, WEIR_ERR_INVALID, "a form of more than %d fields", FIELDS_MAX);
    if (attributes_begin(&to, a, room) != 0)
        return error_set(err, WEIR_ERR_SYSTEM, "no memory for the record");
    while (form.len > 0) {
        const char *amp = memchr(form.data, '&', form.len);
        size_t len = amp == NULL ? form.len : (size_t)(amp - form.data);
        if (len > 0 && add_field(&to, slice_make(form.data, len), err) != 0) return -1;
        form = amp == NULL ? SLICE_NONE : slice_make(amp + 1, form.len - len - 1);
    }
    *out = attributes_dict(&to);
    return 0;
}
