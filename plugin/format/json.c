/* json.c - weir.JSONFormatter: one JSON object a line, valid by RFC 8259 whatever the record holds
 * (bytes that are no UTF-8 become U+FFFD, NaN a string). Made where configurations are built, used by
 * the backend. `escape` plays no part: JSON has its own.
 *
 *   {"timestamp":"2026-11-20T10:06:00.123456Z","level":"info","logger":"a.b","event":"…", fields…}
 *
 * then "exception" and "stack", if the record has them. kwargs: a name for any of these (a string),
 * False to leave one out; 'template': True or a name adds the call's format, 'source': True adds
 * pathname, lineno, func. A field whose name is taken gets a '_' behind its name. */
#include <stdlib.h>

#include "base/date.h"
#include "base/json.h"
#include "base/level.h"
#include "format/format_op.h"
#include "format/style.h"
#include "record/scratch.h"

enum part {
    PART_TIMESTAMP,
    PART_LEVEL,
    PART_LOGGER,
    PART_EVENT,
    PART_EXCEPTION,
    PART_STACK,
    PART_TEMPLATE,
    PART_SOURCE
};
#define PART_COUNT (PART_SOURCE + 1)
static const char *const part_names[PART_COUNT] = {"timestamp", "level", "logger",   "event",
                                                   "exception", "stack", "template", "source"};
/* What 'source' adds. */
enum { SOURCE_PATHNAME, SOURCE_LINENO, SOURCE_FUNC, SOURCE_COUNT };
static const char *const source_names[SOURCE_COUNT] = {"pathname", "lineno", "func"};

typedef struct json_formatter {
    formatter base;
    slice names[PART_COUNT]; /* data NULL: left out. Owned: memory */
    arena memory;
} json_formatter;

static bool has(const json_formatter *f, enum part p) { return f->names[p].data != NULL; }

static bool is_taken(const json_formatter *f, slice key) {
    for (size_t i = 0; i < PART_SOURCE; i++) {
        if (has(f, (enum part)i) && slice_equal(key, f->names[i])) return true;
    }
    for (size_t i = 0; has(f, PART_SOURCE) && i < SOURCE_COUNT; i++) {
        if (slice_is(key, source_names[i])) return true;
    }
    return false;
}

/* ---- running */

static bool is_other_field(const record *rec, size_t self, slice key) {
    for (size_t i = 0; i < rec->field_count; i++) {
        if (i != self && slice_equal(key, rec->fields[i].key)) return true;
    }
    return false;
}

static void add_field(const json_formatter *f, record *rec, size_t index, json_writer *w) {
    const record_field *field = &rec->fields[index];
    slice key = field->key;
    if (is_taken(f, key)) {
        text *name = &rec->scratch->work;
        text_clear(name);
        text_add_slice(name, key);
        do text_add_char(name, '_');
        while (!name->failed &&
               (is_taken(f, text_slice(name)) || is_other_field(rec, index, text_slice(name))));
        if (name->failed) w->out->failed = true;
        key = text_slice(name);
    }
    json_key_slice(w, key);
    json_value(w, &field->val);
}

static void add_string(const json_formatter *f, enum part p, slice s, json_writer *w) {
    if (!has(f, p) || s.data == NULL) return;
    json_key_slice(w, f->names[p]);
    json_string(w, s);
}

/* A given `created` may lie beyond what nanoseconds can count. */
static bool has_timestamp(const record *rec) {
    int64_t second = rec->created_ns / 1000000000;
    return rec->second >= second - 1 && rec->second <= second + 1;
}

static void add_timestamp(const json_formatter *f, record *rec, json_writer *w) {
    text *work = &rec->scratch->work;
    if (!has(f, PART_TIMESTAMP)) return;
    text_clear(work);
    date_iso_utc(work, rec->created_ns / 1000);
    if (work->failed) w->out->failed = true;
    add_string(f, PART_TIMESTAMP, text_slice(work), w);
}

static void add_level(const json_formatter *f, record *rec, json_writer *w) {
    text *work = &rec->scratch->work;
    if (!has(f, PART_LEVEL)) return;
    text_clear(work);
    level_lower(rec->level_name, work);
    if (work->failed) w->out->failed = true;
    add_string(f, PART_LEVEL, text_slice(work), w);
}

static void add_source(const json_formatter *f, const record *rec, json_writer *w) {
    if (!has(f, PART_SOURCE)) return;
    json_key(w, source_names[SOURCE_PATHNAME]);
    json_string(w, rec->pathname);
    json_key(w, source_names[SOURCE_LINENO]);
    json_int(w, rec->lineno);
    json_key(w, source_names[SOURCE_FUNC]);
    json_string(w, rec->func);
}

static int json_format(formatter *base, record *rec, escape_mode escape, text *out, weir_error *err) {
    const json_formatter *f = (const json_formatter *)base;
    json_writer w;
    (void)escape;
    if (format_check_message(rec, err) != 0) return -1;
    if (!has_timestamp(rec))
        return error_set(err, WEIR_ERR_INVALID, "OverflowError: timestamp out of range for platform time_t");
    slice message = record_message(rec, ESCAPE_NONE);
    if (message.data == NULL) out->failed = true;
    json_writer_init(&w, out);
    json_begin_object(&w);
    add_timestamp(f, rec, &w);
    add_level(f, rec, &w);
    add_string(f, PART_LOGGER, rec->name, &w);
    add_string(f, PART_EVENT, message, &w);
    add_string(f, PART_TEMPLATE, rec->template, &w);
    add_source(f, rec, &w);
    for (size_t i = 0; i < rec->field_count; i++) add_field(f, rec, i, &w);
    add_string(f, PART_EXCEPTION, rec->exc_text, &w);
    add_string(f, PART_STACK, rec->stack_info, &w);
    json_end(&w);
    return out->failed ? error_set(err, WEIR_ERR_SYSTEM, "no memory for a formatted record") : 0;
}

/* ---- making */

static int read_name(json_formatter *f, enum part p, const value *v, weir_error *err) {
    const char *key = part_names[p];
    if (v->type == VALUE_BOOL) {
        f->names[p] = v->boolean ? slice_of(key) : SLICE_NONE;
        return 0;
    }
    if (p == PART_SOURCE) return error_set(err, WEIR_ERR_INVALID, "'source' is True or False");
    if (v->type != VALUE_STR || v->str.len == 0)
        return error_set(err, WEIR_ERR_INVALID, "'%s' is a name, True or False, not %s", key,
                         v->type == VALUE_STR ? "''" : value_type_name(v));
    f->names[p] = arena_copy(&f->memory, v->str);
    return f->names[p].data != NULL ? 0 : error_set(err, WEIR_ERR_SYSTEM, "no memory for a formatter");
}

static int read_kwarg(json_formatter *f, const value_pair *pair, weir_error *err) {
    for (int p = 0; p < PART_COUNT; p++) {
        if (pair->key.type == VALUE_STR && slice_is(pair->key.str, part_names[p]))
            return read_name(f, (enum part)p, &pair->val, err);
    }
    slice name = pair->key.type == VALUE_STR ? pair->key.str : SLICE_LITERAL("?");
    return error_set(err, WEIR_ERR_INVALID,
                     "weir.JSONFormatter knows no '%.*s' (timestamp, level, logger, event, exception, stack, "
                     "template, source)",
                     (int)name.len, name.data);
}

static int check_distinct(const json_formatter *f, weir_error *err) {
    json_formatter others = *f;
    for (int p = 0; p < PART_SOURCE; p++) {
        others.names[p] = SLICE_NONE;
        if (has(f, (enum part)p) && is_taken(&others, f->names[p]))
            return error_set(err, WEIR_ERR_INVALID, "two keys of the object are called '%.*s'",
                             (int)f->names[p].len, f->names[p].data);
        others.names[p] = f->names[p];
    }
    return 0;
}

static int read_options(json_formatter *f, const formatter_options *options, weir_error *err) {
    if (options->format.len > 0 || options->datefmt.len > 0)
        return error_set(err, WEIR_ERR_INVALID, "weir.JSONFormatter makes the whole line: leave out %s",
                         options->format.len > 0 ? "format" : "datefmt");
    for (int p = 0; p < PART_TEMPLATE; p++) f->names[p] = slice_of(part_names[p]);
    if (options->kwargs == NULL || options->kwargs->type == VALUE_NONE) return 0;
    if (options->kwargs->type != VALUE_DICT)
        return error_set(err, WEIR_ERR_INVALID, "kwargs is a dict, not %s", value_type_name(options->kwargs));
    for (size_t i = 0; i < options->kwargs->dict.count; i++) {
        if (read_kwarg(f, &options->kwargs->dict.pairs[i], err) != 0) return -1;
    }
    return check_distinct(f, err);
}

static void json_free(formatter *base) {
    json_formatter *f = (json_formatter *)base;
    arena_done(&f->memory);
    free(f);
}

static int create(const formatter_options *options, formatter **out, weir_error *err) {
    json_formatter *f = calloc(1, sizeof *f);
    if (f == NULL) return error_set(err, WEIR_ERR_SYSTEM, "no memory for a formatter");
    f->base = (formatter){.kind = &json_formatter_kind, .format = json_format, .free = json_free};
    arena_init(&f->memory, 0);
    if (read_options(f, options, err) != 0) {
        json_free(&f->base);
        return -1;
    }
    *out = &f->base;
    return 0;
}

const formatter_kind json_formatter_kind = {
    .name = "weir.JSONFormatter",
    .help = "one JSON object a line: timestamp, level, logger, event, then the fields",
    .create = create,
};
