/* format_op.c - runs one operation of a compiled format. Backend. What records mostly are asked for
 * (message, time, names, numbers without width) goes straight into the output; all the rest goes the
 * way of Python's values. */
#include "format/format_op.h"

#include "format/brace_field.h"
#include "queue/site.h"
#include "record/escape.h"
#include "record/put.h"

/* Attributes that are text in every captured record. */
static bool text_offset(record_attr attr, size_t *offset) {
    switch (attr) {
    case ATTR_NAME: *offset = offsetof(record, name); return true;
    case ATTR_LEVELNAME: *offset = offsetof(record, level_name); return true;
    case ATTR_PATHNAME: *offset = offsetof(record, pathname); return true;
    case ATTR_FILENAME: *offset = offsetof(record, filename); return true;
    case ATTR_MODULE: *offset = offsetof(record, module); return true;
    case ATTR_FUNC_NAME: *offset = offsetof(record, func); return true;
    case ATTR_THREAD_NAME: *offset = offsetof(record, thread_name); return true;
    case ATTR_PROCESS_NAME: *offset = offsetof(record, process_name); return true;
    default: return false;
    }
}

static bool integer_offset(record_attr attr, size_t *offset) {
    switch (attr) {
    case ATTR_LINENO: *offset = offsetof(record, lineno); return true;
    case ATTR_THREAD: *offset = offsetof(record, thread); return true;
    case ATTR_PROCESS: *offset = offsetof(record, process); return true;
    default: return false;
    }
}

static op_kind kind_of(format_op *op) {
    bool plain = op->spec.flags == 0 && op->spec.width == CONV_NONE && op->spec.precision == CONV_NONE;
    bool is_s = op->spec.type == 's', is_d = op->spec.type == 'd';
    if (op->attr == ATTR_MESSAGE && is_s) return OP_MESSAGE;
    if (op->attr == ATTR_ASCTIME) return OP_ASCTIME;
    if (plain && is_s && text_offset(op->attr, &op->offset)) return OP_TEXT;
    if (plain && (is_s || is_d) && integer_offset(op->attr, &op->offset)) return OP_INTEGER;
    return OP_VALUE;
}

format_op format_op_literal(slice literal) { return (format_op){.kind = OP_LITERAL, .text = literal}; }

format_op format_op_field(slice key, const percent_spec *spec) {
    format_op op = {.attr = record_attr_find(key), .text = key, .spec = *spec};
    op.kind = kind_of(&op);
    return op;
}

/* Python's PercentStyle.format turns a KeyError of the format into this. */
static int no_field(slice key, weir_error *err) {
    value name = value_str(key);
    text shown;
    text_init(&shown, 0);
    value_repr(&name, &shown);
    error_set(err, WEIR_ERR_INVALID, "ValueError: Formatting field not found in record: %s",
              text_cstr(&shown));
    text_done(&shown);
    return -1;
}

/* s, padded as a %s with that width; it is cut and escaped already. */
static void put_padded(const percent_spec *spec, slice s, text *out) {
    percent_spec only_width = *spec;
    only_width.precision = CONV_NONE;
    value v = value_str(s);
    percent_value(&only_width, &v, false, out, NULL);
}

static int message_failed(const record *rec, weir_error *err) {
    return error_set(err, WEIR_ERR_INVALID, "%.*s", (int)rec->render_error.len, rec->render_error.data);
}

static int run_message(const format_op *op, record *rec, escape_mode escape, text *out, weir_error *err) {
    int result = 0;
    if (op->spec.width == CONV_NONE && op->spec.precision == CONV_NONE) {
        result = record_message_add(rec, escape, out);
    } else if (op->spec.precision == CONV_NONE) {
        slice message = record_message(rec, escape);
        if (message.data == NULL) out->failed = true;
        put_padded(&op->spec, message, out);
    } else {
        text cut;
        text_init(&cut, 0);
        result = record_message_add_cut(rec, escape, (size_t)op->spec.precision, &cut);
        if (cut.failed) out->failed = true;
        put_padded(&op->spec, text_slice(&cut), out);
        text_done(&cut);
    }
    return result == 0 ? 0 : message_failed(rec, err);
}

static int run_asctime(const format_op *op, asctime_text *time, record *rec, text *out, weir_error *err) {
    if (op->spec.type == 's' && op->spec.width == CONV_NONE && op->spec.precision == CONV_NONE)
        return asctime_add(time, rec, out, err);
    text when;
    text_init(&when, 0);
    int result = asctime_add(time, rec, &when, err);
    if (when.failed) out->failed = true;
    value v = value_str(text_slice(&when));
    if (result == 0) result = percent_value(&op->spec, &v, false, out, err);
    text_done(&when);
    return result;
}

static int run_value(const format_op *op, record *rec, escape_mode escape, text *out, weir_error *err) {
    value v;
    if (!record_attr_get(rec, op->attr, op->text, &v)) {
        if (op->attr == ATTR_OTHER) return no_field(op->text, err);
        return error_set(err, WEIR_ERR_SYSTEM, "no memory for a record's %s", record_attr_names[op->attr]);
    }
    return percent_value(&op->spec, &v, escape == ESCAPE_ARGUMENTS, out, err);
}

static int run_text(const format_op *op, record *rec, escape_mode escape, text *out, weir_error *err) {
    slice s;
    if (rec->given != NULL) return run_value(op, rec, escape, out, err);
    memcpy(&s, (const char *)rec + op->offset, sizeof s);
    if (escape == ESCAPE_NONE) {
        put_slice(out, s);
    } else {
        escape_add(out, s);
    }
    return 0;
}

static int run_integer(const format_op *op, record *rec, escape_mode escape, text *out, weir_error *err) {
    int64_t number;
    if (rec->given != NULL) return run_value(op, rec, escape, out, err);
    memcpy(&number, (const char *)rec + op->offset, sizeof number);
    text_add_i64(out, number);
    return 0;
}

int format_op_run(const format_op *op, asctime_text *time, record *rec, escape_mode escape, text *out,
                  weir_error *err) {
    switch (op->kind) {
    case OP_LITERAL: put_slice(out, op->text); return 0;
    case OP_MESSAGE: return run_message(op, rec, escape, out, err);
    case OP_ASCTIME: return run_asctime(op, time, rec, out, err);
    case OP_TEXT: return run_text(op, rec, escape, out, err);
    case OP_INTEGER: return run_integer(op, rec, escape, out, err);
    case OP_BRACE: return brace_field_run(op->brace, time, rec, escape, out, err);
    default: return run_value(op, rec, escape, out, err);
    }
}

int format_check_message(record *rec, weir_error *err) {
    if (rec->args != NULL) {
        record_message(rec, ESCAPE_NONE);
        if (rec->render_failed) return message_failed(rec, err);
    }
    rec->formatted = true;
    return 0;
}
