/* format_probe.c - what Weir's formatting makes of one JSON line on stdin, one JSON line on stdout;
 * tests/compat compares it with Python.
 *
 *   {"op":"percent","msg":"%s","args":["x"]}       args: a list (the tuple), or any value as it is
 *   {"op":"format","format":…,"datefmt":…,"style":…,"timezone":…,"record":{…},"escape":bool}
 *   -> {"ok":"text"} or {"error":"TypeError: …"} */
#include <stdio.h>
#include <stdlib.h>

#include "base/json.h"
#include "base/level.h"
#include "format/formatter.h"
#include "record/made.h"
#include "record/python_percent.h"
#include "record/scratch.h"

#define DEPTH 16

static slice text_of(const value *operation, const char *key) {
    const value *v = value_get(operation, slice_of(key));
    return v != NULL && v->type == VALUE_STR ? v->str : SLICE_NONE;
}

static int run_percent(const value *operation, text *out, weir_error *err) {
    const value *args = value_get(operation, SLICE_LITERAL("args"));
    value given = args != NULL ? *args : value_none();
    if (given.type == VALUE_LIST) given.type = VALUE_TUPLE;
    return python_percent(text_of(operation, "msg"), &given, PERCENT_ESCAPE_NONE, out, err);
}

static int format_with(const formatter_options *options, record *rec, escape_mode escape, text *out,
                       weir_error *err) {
    formatter *f = NULL;
    const formatter_kind *kind = formatter_kind_find(SLICE_LITERAL("logging.Formatter"));
    if (kind->create(options, &f, err) != 0) return -1;
    int result = f->format(f, rec, escape, out, err);
    f->free(f);
    return result;
}

static int run_format(const value *operation, arena *a, text *out, weir_error *err) {
    record_scratch scratch;
    record rec = {.memory = a, .scratch = &scratch, .process_name = SLICE_LITERAL("MainProcess")};
    char buffer[32];
    char *zone_text = strndup(text_of(operation, "timezone").data, text_of(operation, "timezone").len);
    zone *z = zone_create(zone_text);
    const formatter_options options = {.format = text_of(operation, "format"),
                                       .datefmt = text_of(operation, "datefmt"),
                                       .style = text_of(operation, "style"),
                                       .zone = z};
    const value *escape = value_get(operation, SLICE_LITERAL("escape"));
    const value *attributes = value_get(operation, SLICE_LITERAL("record"));
    scratch_init(&scratch);
    int result = attributes == NULL ? -1 : record_made_fill(&rec, attributes, 0);
    if (result == 0 && rec.level_name.data == NULL) rec.level_name = level_name(rec.level, buffer);
    if (result != 0) error_set(err, WEIR_ERR_INVALID, "no record");
    bool escaped = escape != NULL && escape->type == VALUE_BOOL && escape->boolean;
    if (result == 0) result = format_with(&options, &rec, escaped ? ESCAPE_ARGUMENTS : ESCAPE_NONE, out, err);
    scratch_done(&scratch);
    zone_free(z);
    free(zone_text);
    return result;
}

static void answer(slice line) {
    arena memory;
    value operation;
    weir_error err = {.code = 0};
    text out, said;
    json_writer w;
    arena_init(&memory, 0);
    text_init(&out, 0);
    text_init(&said, 0);
    int result = json_parse(line, DEPTH, &memory, &operation, &err);
    if (result == 0 && slice_is(text_of(&operation, "op"), "percent")) {
        result = run_percent(&operation, &out, &err);
    } else if (result == 0) {
        result = run_format(&operation, &memory, &out, &err);
    }
    json_writer_init(&w, &said);
    json_begin_object(&w);
    json_key(&w, result == 0 ? "ok" : "error");
    json_string(&w, result == 0 ? text_slice(&out) : slice_of(err.message));
    json_end(&w);
    puts(text_cstr(&said));
    fflush(stdout);
    text_done(&out);
    text_done(&said);
    arena_done(&memory);
}

int main(void) {
    char *line = NULL;
    size_t size = 0;
    ssize_t len;
    while ((len = getline(&line, &size, stdin)) > 0) answer(slice_make(line, (size_t)len));
    free(line);
    return 0;
}
