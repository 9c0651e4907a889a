/* value_print.c - repr(), str() and JSON of values. Runs on whatever thread formats. It never
 * parses, and never looks into strings for anything but what must be escaped. */
#include "base/decimal.h"
#include "base/json.h"
#include "base/unicode.h"
#include "base/utf8.h"
#include "base/value.h"

/* Python prefers single quotes, unless the string has some and no double ones. */
static char choose_quote(slice s) {
    bool has_single = s.len != 0 && memchr(s.data, '\'', s.len) != NULL;
    bool has_double = s.len != 0 && memchr(s.data, '"', s.len) != NULL;
    return has_single && !has_double ? '"' : '\'';
}

static void add_escaped_code(text *out, uint32_t code) {
    switch (code) {
    case '\n': text_add_cstr(out, "\\n"); return;
    case '\r': text_add_cstr(out, "\\r"); return;
    case '\t': text_add_cstr(out, "\\t"); return;
    default: break;
    }
    if (code < 0x100) {
        text_addf(out, "\\x%02x", code);
    } else if (code < 0x10000) {
        text_addf(out, "\\u%04x", code);
    } else {
        text_addf(out, "\\U%08x", code);
    }
}

static void repr_str(slice s, text *out) {
    char quote = choose_quote(s);
    text_add_char(out, quote);
    for (size_t at = 0; at < s.len;) {
        uint32_t code;
        size_t len = utf8_decode(s.data + at, s.len - at, &code);
        if (len == 0 && (len = utf8_surrogate(s.data + at, s.len - at, &code)) != 0) {
            add_escaped_code(out, code);
        } else if (len == 0) { /* what Python's surrogateescape makes of a byte that is no UTF-8 */
            text_addf(out, "\\udc%02x", (unsigned char)s.data[at]);
            len = 1;
        } else if (code == (unsigned char)quote || code == '\\') {
            text_add_char(out, '\\');
            text_add_char(out, (char)code);
        } else if (unicode_is_printable(code)) {
            text_add(out, s.data + at, len);
        } else {
            add_escaped_code(out, code);
        }
        at += len;
    }
    text_add_char(out, quote);
}

static void repr_list(const value *v, text *out) {
    bool tuple = v->type == VALUE_TUPLE;
    text_add_char(out, tuple ? '(' : '[');
    for (size_t i = 0; i < v->list.count; i++) {
        if (i > 0) text_add_cstr(out, ", ");
        value_repr(&v->list.items[i], out);
    }
    if (tuple && v->list.count == 1) text_add_char(out, ',');
    text_add_char(out, tuple ? ')' : ']');
}

static void repr_dict(const value *v, text *out) {
    text_add_char(out, '{');
    for (size_t i = 0; i < v->dict.count; i++) {
        if (i > 0) text_add_cstr(out, ", ");
        value_repr(&v->dict.pairs[i].key, out);
        text_add_cstr(out, ": ");
        value_repr(&v->dict.pairs[i].val, out);
    }
    text_add_char(out, '}');
}

void value_repr(const value *v, text *out) {
    switch (v->type) {
    case VALUE_NONE: text_add_cstr(out, "None"); break;
    case VALUE_BOOL: text_add_cstr(out, v->boolean ? "True" : "False"); break;
    case VALUE_INT: text_add_i64(out, v->i64); break;
    case VALUE_BIGINT: text_add_slice(out, v->str); break;
    case VALUE_FLOAT: decimal_repr(out, v->f64); break;
    case VALUE_STR: repr_str(v->str, out); break;
    case VALUE_LIST:
    case VALUE_TUPLE: repr_list(v, out); break;
    case VALUE_DICT: repr_dict(v, out); break;
    }
}

void value_print(const value *v, text *out) {
    if (v->type == VALUE_STR) {
        text_add_slice(out, v->str);
    } else {
        value_repr(v, out);
    }
}

/* JSON has no words for these; as strings they survive, under the names of Python's json. */
static void json_float(double d, text *out) {
    if (__builtin_isnan(d)) {
        text_add_cstr(out, "\"NaN\"");
    } else if (__builtin_isinf(d)) {
        text_add_cstr(out, d < 0 ? "\"-Infinity\"" : "\"Infinity\"");
    } else {
        decimal_repr(out, d);
    }
}

/* Keys of JSON are strings; others become what Python's json.dumps makes of them, tuples their repr. */
static void json_dict_key(const value *key, text *out) {
    if (key->type == VALUE_STR) {
        json_add_string(out, key->str);
        return;
    }
    text name;
    text_init(&name, 0);
    switch (key->type) {
    case VALUE_NONE: text_add_cstr(&name, "null"); break;
    case VALUE_BOOL: text_add_cstr(&name, key->boolean ? "true" : "false"); break;
    default: value_repr(key, &name); break;
    }
    if (name.failed) out->failed = true;
    json_add_string(out, text_slice(&name));
    text_done(&name);
}

static void json_list(const value *v, text *out) {
    text_add_char(out, '[');
    for (size_t i = 0; i < v->list.count; i++) {
        if (i > 0) text_add_char(out, ',');
        value_json(&v->list.items[i], out);
    }
    text_add_char(out, ']');
}

static void json_dict(const value *v, text *out) {
    text_add_char(out, '{');
    for (size_t i = 0; i < v->dict.count; i++) {
        if (i > 0) text_add_char(out, ',');
        json_dict_key(&v->dict.pairs[i].key, out);
        text_add_char(out, ':');
        value_json(&v->dict.pairs[i].val, out);
    }
    text_add_char(out, '}');
}

void value_json(const value *v, text *out) {
    switch (v->type) {
    case VALUE_NONE: text_add_cstr(out, "null"); break;
    case VALUE_BOOL: text_add_cstr(out, v->boolean ? "true" : "false"); break;
    case VALUE_INT: text_add_i64(out, v->i64); break;
    case VALUE_BIGINT: text_add_slice(out, v->str); break;
    case VALUE_FLOAT: json_float(v->f64, out); break;
    case VALUE_STR: json_add_string(out, v->str); break;
    case VALUE_LIST:
    case VALUE_TUPLE: json_list(v, out); break;
    case VALUE_DICT: json_dict(v, out); break;
    }
}
