/* brace_path.c - what stands behind a field's name: ".attribute" and "[index]". Backend; pure. Values have
 * the attributes that are data (the parts of numbers); Python's methods and classes are code, and refused. */
#include "base/utf8.h"
#include "format/brace_field.h"

int64_t brace_path_number(slice s, weir_error *err) {
    int64_t number = 0;
    if (s.len == 0) return -1;
    for (size_t i = 0; i < s.len; i++) {
        int digit = s.data[i] - '0';
        if (digit < 0 || digit > 9) return -1;
        if (number > (INT64_MAX - digit) / 10) {
            error_set(err, WEIR_ERR_INVALID, "ValueError: Too many decimal digits in format string");
            return -2;
        }
        number = number * 10 + digit;
    }
    return number;
}

static int get_attribute(slice name, value *v, weir_error *err) {
    bool integer = v->type == VALUE_INT || v->type == VALUE_BIGINT || v->type == VALUE_BOOL;
    bool real = slice_is(name, "real"), imaginary = slice_is(name, "imag");
    if ((integer || v->type == VALUE_FLOAT) && (real || imaginary)) {
        if (v->type == VALUE_BOOL) *v = value_int(v->boolean);
        if (imaginary) *v = integer ? value_int(0) : value_float(0);
        return 0;
    }
    if (integer && (slice_is(name, "numerator") || slice_is(name, "denominator"))) {
        if (slice_is(name, "denominator")) *v = value_int(1);
        if (v->type == VALUE_BOOL) *v = value_int(v->boolean);
        return 0;
    }
    return error_set(err, WEIR_ERR_INVALID, "AttributeError: '%s' object has no attribute '%.*s'",
                     value_type_name(v), (int)name.len, name.data);
}

static int no_key(const value *key, weir_error *err) {
    text shown;
    text_init(&shown, 0);
    value_repr(key, &shown);
    error_set(err, WEIR_ERR_INVALID, "ValueError: Formatting field not found in record: %s",
              text_cstr(&shown));
    text_done(&shown);
    return -1;
}

/* One number is a key whichever type it has: d[1] finds True and 1.0. */
static bool same_key(const value *a, const value *key) {
    if (key->type == VALUE_STR) return a->type == VALUE_STR && slice_equal(a->str, key->str);
    if (a->type == VALUE_INT) return a->i64 == key->i64;
    if (a->type == VALUE_BOOL) return a->boolean == key->i64;
    return a->type == VALUE_FLOAT && a->f64 == (double)key->i64;
}

static int get_key(slice name, int64_t number, value *v, weir_error *err) {
    const value key = number >= 0 ? value_int(number) : value_str(name);
    for (size_t i = v->dict.count; i-- > 0;) {
        if (!same_key(&v->dict.pairs[i].key, &key)) continue;
        *v = v->dict.pairs[i].val;
        return 0;
    }
    return no_key(&key, err);
}

static int get_item(slice name, int64_t number, value *v, weir_error *err) {
    const char *type = value_type_name(v);
    if (v->type == VALUE_DICT) return get_key(name, number, v, err);
    bool sequence = v->type == VALUE_STR || v->type == VALUE_LIST || v->type == VALUE_TUPLE;
    if (!sequence)
        return error_set(err, WEIR_ERR_INVALID, "TypeError: '%s' object is not subscriptable", type);
    if (number < 0)
        return error_set(err, WEIR_ERR_INVALID,
                         v->type == VALUE_STR ? "TypeError: string indices must be integers, not 'str'"
                         : v->type == VALUE_LIST
                             ? "TypeError: list indices must be integers or slices, not str"
                             : "TypeError: tuple indices must be integers or slices, not str");
    size_t count = v->type == VALUE_STR ? utf8_count(v->str) : v->list.count;
    if ((uint64_t)number >= count)
        return error_set(err, WEIR_ERR_INVALID, "IndexError: %s index out of range",
                         v->type == VALUE_STR ? "string" : type);
    if (v->type != VALUE_STR) {
        *v = v->list.items[number];
        return 0;
    }
    slice before = utf8_prefix(v->str, (size_t)number), with = utf8_prefix(v->str, (size_t)number + 1);
    *v = value_str(slice_make(with.data + before.len, with.len - before.len));
    return 0;
}

static int bad(weir_error *err, const char *words) {
    return error_set(err, WEIR_ERR_INVALID, "ValueError: %s", words);
}

int brace_path_follow(slice path, value *v, weir_error *err) {
    for (size_t at = 0; at < path.len;) {
        char kind = path.data[at++];
        size_t from = at;
        if (kind != '.' && kind != '[')
            return bad(err, "Only '.' or '[' may follow ']' in format field specifier");
        while (at < path.len &&
               (kind == '[' ? path.data[at] != ']' : path.data[at] != '.' && path.data[at] != '['))
            at++;
        slice name = slice_make(path.data + from, at - from);
        if (kind == '[' && at++ == path.len) return bad(err, "Missing ']' in format string");
        int64_t number = kind == '[' ? brace_path_number(name, err) : -1;
        if (number == -2) return -1;
        if (name.len == 0) return bad(err, "Empty attribute in format string");
        int rc = kind == '.' ? get_attribute(name, v, err) : get_item(name, number, v, err);
        if (rc != 0) return -1;
    }
    return 0;
}
