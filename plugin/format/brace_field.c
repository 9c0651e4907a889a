/* brace_field.c - see brace_field.h. Backend. After CPython's output_markup. */
#include "format/brace_field.h"

#include "format/format_spec.h"
#include "queue/site.h"
#include "record/escape.h"
#include "record/python_percent.h"

/* str.format lets a specification have fields, and those none. */
#define NESTING 2

brace_field brace_field_of(const brace_piece *piece) {
    brace_field field = {.piece = *piece, .name = piece->field};
    size_t at = 0;
    while (at < piece->field.len && piece->field.data[at] != '.' && piece->field.data[at] != '[') at++;
    field.name.len = at;
    field.path = slice_make(piece->field.data + at, piece->field.len - at);
    field.attr = record_attr_find(field.name);
    return field;
}

bool brace_field_is_plain(const brace_field *field) {
    uint32_t kind = field->piece.conversion;
    return field->path.len == 0 && field->piece.spec.len == 0 && (kind == 0 || kind == 's') &&
           field->name.len > 0 && brace_path_number(field->name, NULL) == -1;
}

/* Python's StrFormatStyle.format turns a KeyError of the format into this. */
static int no_field(slice name, weir_error *err) {
    value key = value_str(name);
    text shown;
    text_init(&shown, 0);
    value_repr(&key, &shown);
    error_set(err, WEIR_ERR_INVALID, "ValueError: Formatting field not found in record: %s",
              text_cstr(&shown));
    text_done(&shown);
    return -1;
}

static int get_time(asctime_text *time, record *rec, value *out, weir_error *err) {
    text when;
    text_init(&when, 0);
    int rc = asctime_add(time, rec, &when, err);
    slice kept = rc == 0 && !when.failed ? arena_copy(rec->memory, text_slice(&when)) : SLICE_NONE;
    text_done(&when);
    if (rc == 0 && kept.data == NULL)
        rc = error_set(err, WEIR_ERR_SYSTEM, "no memory for a record's asctime");
    *out = value_str(kept);
    return rc;
}

static int get_value(const brace_field *field, asctime_text *time, record *rec, value *out, weir_error *err) {
    int64_t position = field->name.len == 0 ? 0 : brace_path_number(field->name, err);
    if (position == -2) return -1;
    if (position >= 0)
        return error_set(err, WEIR_ERR_INVALID,
                         "IndexError: Replacement index %lld out of range for positional args tuple",
                         (long long)position);
    if (field->attr == ATTR_ASCTIME) {
        if (get_time(time, rec, out, err) != 0) return -1;
    } else if (!record_attr_get(rec, field->attr, field->name, out)) {
        if (field->attr == ATTR_OTHER) return no_field(field->name, err);
        return error_set(err, WEIR_ERR_SYSTEM, "no memory for a record's %s", record_attr_names[field->attr]);
    }
    return brace_path_follow(field->path, out, err);
}

/* !r !s !a */
static int convert(const brace_field *field, arena *a, value *v, weir_error *err) {
    uint32_t kind = field->piece.conversion;
    if (kind == 0 || (kind == 's' && v->type == VALUE_STR)) return 0;
    if (kind != 'r' && kind != 's' && kind != 'a') {
        if (kind > 32 && kind < 127)
            return error_set(err, WEIR_ERR_INVALID, "ValueError: Unknown conversion specifier %c", (int)kind);
        return error_set(err, WEIR_ERR_INVALID, "ValueError: Unknown conversion specifier \\x%x", kind);
    }
    const percent_spec how = {.type = kind, .width = CONV_NONE, .precision = CONV_NONE};
    text shown;
    text_init(&shown, 0);
    percent_value(&how, v, false, &shown, NULL);
    slice kept = shown.failed ? SLICE_NONE : arena_copy(a, text_slice(&shown));
    text_done(&shown);
    if (kept.data == NULL) return error_set(err, WEIR_ERR_SYSTEM, "no memory for a formatted record");
    *v = value_str(kept);
    return 0;
}

static int run_nested(const brace_field *field, asctime_text *time, record *rec, escape_mode escape,
                      int depth, text *out, weir_error *err);

/* The specification with its own fields filled in. */
static int expand(slice in, asctime_text *time, record *rec, escape_mode escape, int depth, text *out,
                  weir_error *err) {
    size_t at = 0;
    brace_piece piece;
    int more;
    if (depth == 0) return error_set(err, WEIR_ERR_INVALID, "ValueError: Max string recursion exceeded");
    while ((more = brace_next(in, &at, &piece, err)) > 0) {
        text_add_slice(out, piece.literal);
        if (!piece.has_field) continue;
        brace_field inner = brace_field_of(&piece);
        if (run_nested(&inner, time, rec, escape, depth, out, err) != 0) return -1;
    }
    return more;
}

/* The message itself may be escaped in part only: what its call's literal format has is trusted. */
static int run_message(slice spec_text, record *rec, escape_mode escape, text *out, weir_error *err) {
    format_spec spec;
    text cut;
    int rc = 0;
    if (format_spec_of_text(spec_text, &spec, err) != 0) return -1;
    if (spec.precision < 0) {
        slice message = record_message(rec, escape);
        if (message.data == NULL) out->failed = true;
        format_padded(&spec, message, out);
        return 0;
    }
    text_init(&cut, 0);
    rc = record_message_add_cut(rec, escape, (size_t)spec.precision, &cut);
    if (cut.failed) out->failed = true;
    format_padded(&spec, text_slice(&cut), out);
    text_done(&cut);
    return rc == 0
               ? 0
               : error_set(err, WEIR_ERR_INVALID, "%.*s", (int)rec->render_error.len, rec->render_error.data);
}

static int run_nested(const brace_field *field, asctime_text *time, record *rec, escape_mode escape,
                      int depth, text *out, weir_error *err) {
    uint32_t kind = field->piece.conversion;
    bool message = field->attr == ATTR_MESSAGE && field->path.len == 0 && (kind == 0 || kind == 's');
    slice spec = field->piece.spec;
    text expanded;
    value v;
    text_init(&expanded, 0);
    int rc = message ? 0 : get_value(field, time, rec, &v, err);
    if (rc == 0 && !message) rc = convert(field, rec->memory, &v, err);
    if (rc == 0 && field->piece.nested) {
        rc = expand(spec, time, rec, escape, depth - 1, &expanded, err);
        if (expanded.failed) out->failed = true;
        spec = text_slice(&expanded);
    }
    if (rc == 0)
        rc = message ? run_message(spec, rec, escape, out, err)
                     : format_value(&v, spec, escape == ESCAPE_ARGUMENTS, out, err);
    text_done(&expanded);
    return rc;
}

int brace_field_run(const brace_field *field, asctime_text *time, record *rec, escape_mode escape, text *out,
                    weir_error *err) {
    return run_nested(field, time, rec, escape, NESTING, out, err);
}
