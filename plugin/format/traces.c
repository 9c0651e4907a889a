/* traces.c - appends exception and stack text to a formatted line. Backend. It changes nothing in
 * the text but for escaping. */
#include "format/traces.h"

#include "format/hooks.h"
#include "record/attribute.h"
#include "record/escape.h"
#include "record/put.h"

static int add_block(slice block, escape_mode escape, size_t start, text *out) {
    if (block.len == 0) return 0;
    if (out->len == start || out->data[out->len - 1] != '\n') put_char(out, '\n');
    if (escape == ESCAPE_NONE) {
        put_slice(out, block);
    } else {
        put(out, "    ", 4);
        escape_add_block(out, block);
    }
    return 0;
}

static bool is_true(const value *v) {
    switch (v->type) {
    case VALUE_NONE: return false;
    case VALUE_BOOL: return v->boolean;
    case VALUE_INT: return v->i64 != 0;
    case VALUE_FLOAT: return v->f64 != 0;
    case VALUE_STR: return v->str.len > 0;
    case VALUE_LIST:
    case VALUE_TUPLE: return v->list.count > 0;
    case VALUE_DICT: return v->dict.count > 0;
    default: return true;
    }
}

static int add_attribute(record *rec, record_attr attr, slice block, escape_mode escape, size_t start,
                         text *out, weir_error *err) {
    const value *given = record_attr_given(rec, attr);
    if (given != NULL && given->type != VALUE_STR && is_true(given))
        return error_set(err, WEIR_ERR_INVALID, "TypeError: can only concatenate str (not \"%s\") to str",
                         value_type_name(given));
    return add_block(block, escape, start, out);
}

/* What the host's formatter makes of a block. */
static int add_hooked(record *rec, int (*hook)(void *, record *, text *, weir_error *), escape_mode escape,
                      size_t start, text *out, weir_error *err) {
    text made;
    text_init(&made, 0);
    int rc = hook(rec->hooks->arg, rec, &made, err);
    if (made.failed) out->failed = true;
    if (rc == 0) rc = add_block(text_slice(&made), escape, start, out);
    text_done(&made);
    return rc;
}

static int traces_hooked(record *rec, escape_mode escape, size_t start, text *out, weir_error *err) {
    const format_hooks *hooks = rec->hooks;
    int rc = 0;
    if (hooks->exception == NULL || rec->exc_text.len == 0)
        rc = add_attribute(rec, ATTR_EXC_TEXT, rec->exc_text, escape, start, out, err);
    else
        rc = add_hooked(rec, hooks->exception, escape, start, out, err);
    if (rc != 0) return -1;
    if (hooks->stack == NULL || rec->stack_info.len == 0)
        return add_attribute(rec, ATTR_STACK_INFO, rec->stack_info, escape, start, out, err);
    return add_hooked(rec, hooks->stack, escape, start, out, err);
}

int traces_add(record *rec, escape_mode escape, size_t start, text *out, weir_error *err) {
    if (rec->exc_text.len == 0 && rec->stack_info.len == 0 && rec->given == NULL) return 0;
    if (__builtin_expect(rec->hooks != NULL, 0)) return traces_hooked(rec, escape, start, out, err);
    if (add_attribute(rec, ATTR_EXC_TEXT, rec->exc_text, escape, start, out, err) != 0) return -1;
    return add_attribute(rec, ATTR_STACK_INFO, rec->stack_info, escape, start, out, err);
}
