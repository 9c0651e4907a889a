/* percent.c - logging.Formatter in Python's `%` style: the format is compiled once into operations,
 * each record runs through them. Made where configurations are built, used by the backend.
 *
 * A format that is more than literals and %(name)… (stars, conversions without a key, trailing
 * junk) is not compiled: it runs through python_percent with the record's attributes as the mapping,
 * which also has Python's words for what is wrong with it. */
#include <stdlib.h>

#include "format/format_op.h"
#include "format/style.h"
#include "format/traces.h"
#include "queue/site.h"

typedef struct percent_formatter {
    formatter base;
    slice format;  /* owned */
    char *datefmt; /* owned */
    bool compiled;
    bool uses_time;
    asctime_text time;
    size_t op_count;
    format_op *ops;
} percent_formatter;

/* ---- compiling */

static void add_literal(percent_formatter *f, slice literal) {
    if (literal.len > 0) f->ops[f->op_count++] = format_op_literal(literal);
}

/* Fills ops, which has room for two each '%' and one; false: not a format that can be compiled. */
static bool compile(percent_formatter *f) {
    slice format = f->format;
    for (size_t at = 0; at < format.len;) {
        const char *from = format.data + at;
        const char *percent = memchr(from, '%', format.len - at);
        add_literal(f, slice_make(from, percent == NULL ? format.len - at : (size_t)(percent - from)));
        if (percent == NULL) break;
        at = (size_t)(percent - format.data);
        slice key;
        percent_spec spec;
        switch (percent_read(format, &at, &key, &spec)) {
        case PIECE_OTHER: return false;
        case PIECE_LITERAL: add_literal(f, SLICE_LITERAL("%")); break;
        case PIECE_KEYED: f->ops[f->op_count++] = format_op_field(key, &spec); break;
        }
    }
    return true;
}

/* ---- running */

/* record.__dict__ with asctime, where the format has it. */
static bool whole_mapping(const value *all, slice asctime, bool with_time, arena *a, value *out) {
    size_t count = all->dict.count + (with_time ? 1 : 0);
    value_pair *pairs = arena_alloc(a, count * sizeof *pairs);
    if (pairs == NULL) return false;
    memcpy(pairs, all->dict.pairs, all->dict.count * sizeof *pairs);
    if (with_time)
        pairs[count - 1] =
            (value_pair){value_str(slice_of(record_attr_names[ATTR_ASCTIME])), value_str(asctime)};
    *out = (value){.type = VALUE_DICT, .dict = {pairs, count}};
    return true;
}

static int run_uncompiled(percent_formatter *f, record *rec, escape_mode escape, text *out, weir_error *err) {
    value all, mapping;
    text when;
    weir_error failed;
    text_init(&when, 0);
    int result = f->uses_time ? asctime_add(&f->time, rec, &when, err) : 0;
    if (result != 0) goto cleanup;
    result = -1;
    error_set(&failed, WEIR_ERR_SYSTEM, "no memory for a record's attributes");
    if (!when.failed && record_dict(rec, &all) &&
        whole_mapping(&all, text_slice(&when), f->uses_time, rec->memory, &mapping)) {
        unsigned what = escape == ESCAPE_ARGUMENTS ? PERCENT_ESCAPE_VALUES : PERCENT_ESCAPE_NONE;
        result = python_percent(f->format, &mapping, what, out, &failed);
    }
    if (result == 0) goto cleanup;
    static const char key_error[] = "KeyError: ";
    bool is_key = strncmp(failed.message, key_error, sizeof key_error - 1) == 0;
    error_set(err, failed.code, "%s%s", is_key ? "ValueError: Formatting field not found in record: " : "",
              failed.message + (is_key ? sizeof key_error - 1 : 0));
cleanup:
    text_done(&when);
    return result;
}

static int percent_format(formatter *base, record *rec, escape_mode escape, text *out, weir_error *err) {
    percent_formatter *f = (percent_formatter *)base;
    size_t start = out->len;
    if (format_check_message(rec, err) != 0) return -1;
    if (f->compiled) {
        for (const format_op *op = f->ops, *end = op + f->op_count; op < end; op++) {
            if (format_op_run(op, &f->time, rec, escape, out, err) != 0) return -1;
        }
    } else if (run_uncompiled(f, rec, escape, out, err) != 0) {
        return -1;
    }
    if (traces_add(rec, escape, start, out, err) != 0) return -1;
    return out->failed ? error_set(err, WEIR_ERR_SYSTEM, "no memory for a formatted record") : 0;
}

/* ---- making */

static bool is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           (unsigned char)c >= 0x80; /* \w takes letters of all scripts */
}

static size_t skip_set(slice s, size_t at, const char *set) {
    while (at < s.len && s.data[at] != '\0' && strchr(set, s.data[at]) != NULL) at++;
    return at;
}

static size_t skip_width(slice s, size_t at) {
    if (at < s.len && s.data[at] == '*') return at + 1;
    return skip_set(s, at, "0123456789");
}

/* Does %\(\w+\)[#0+ -]*(\*|\d+)?(\.(\*|\d+))?[diouxefgcrsa%], in any case, match at `at`? */
static bool field_at(slice s, size_t at) {
    if (s.len - at < 2 || s.data[at] != '%' || s.data[at + 1] != '(') return false;
    size_t key = at += 2;
    while (at < s.len && is_word(s.data[at])) at++;
    if (at == key || at == s.len || s.data[at++] != ')') return false;
    at = skip_width(s, skip_set(s, at, "#0+ -"));
    if (at < s.len && s.data[at] == '.') {
        size_t behind = skip_width(s, at + 1);
        if (behind == at + 1) return false;
        at = behind;
    }
    return at < s.len && s.data[at] != '\0' && strchr("diouxefgcrsaDIOUXEFGCRSA%", s.data[at]) != NULL;
}

/* PercentStyle.validate: one such field somewhere is enough. */
static int validate(slice format, weir_error *err) {
    for (size_t at = 0; at < format.len; at++) {
        if (field_at(format, at)) return 0;
    }
    return error_set(err, WEIR_ERR_INVALID,
                     "Invalid format '%.*s' for '%%' style (write one like %%(message)s)", (int)format.len,
                     format.data);
}

static void percent_free(formatter *base) {
    percent_formatter *f = (percent_formatter *)base;
    asctime_done(&f->time);
    free(f->datefmt);
    free((char *)(uintptr_t)f->format.data);
    free(f->ops);
    free(f);
}

static size_t count_percents(slice s) {
    size_t count = 0;
    for (size_t i = 0; i < s.len; i++) count += s.data[i] == '%';
    return count;
}

static char *copy(slice s) {
    char *data = malloc(s.len + 1);
    if (data == NULL) return NULL;
    if (s.len > 0) memcpy(data, s.data, s.len);
    data[s.len] = '\0';
    return data;
}

int percent_style_create(const formatter_options *options, formatter **out, weir_error *err) {
    if (!options->unchecked && validate(options->format, err) != 0) return -1;
    percent_formatter *f = calloc(1, sizeof *f);
    if (f == NULL) return error_set(err, WEIR_ERR_SYSTEM, "no memory for a formatter");
    f->base = (formatter){.kind = &logging_formatter_kind, .format = percent_format, .free = percent_free};
    f->format = slice_make(copy(options->format), options->format.len);
    f->datefmt = copy(options->datefmt);
    f->ops = calloc(2 * count_percents(options->format) + 1, sizeof *f->ops);
    if (f->format.data == NULL || f->datefmt == NULL || f->ops == NULL) {
        percent_free(&f->base);
        return error_set(err, WEIR_ERR_SYSTEM, "no memory for a formatter");
    }
    if (asctime_init_from(&f->time, options, slice_make(f->datefmt, options->datefmt.len), err) != 0) {
        percent_free(&f->base);
        return -1;
    }
    f->base.time = &f->time;
    f->uses_time = memmem(f->format.data, f->format.len, "%(asctime)", 10) != NULL;
    f->compiled = compile(f);
    *out = &f->base;
    return 0;
}

/* The default: nothing but the message. It has no state, so any thread may use it. */
formatter *formatter_default(void) {
    static format_op message = {
        .kind = OP_MESSAGE,
        .attr = ATTR_MESSAGE,
        .spec = {.type = 's', .width = CONV_NONE, .precision = CONV_NONE},
    };
    static percent_formatter f = {
        .base = {.kind = &logging_formatter_kind, .format = percent_format},
        .compiled = true,
        .op_count = 1,
        .ops = &message,
    };
    return &f.base;
}
