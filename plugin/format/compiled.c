/* compiled.c - runs the operations of a format in their order. Made where configurations are built, used by
 * the backend. It knows no style. */
#include "format/compiled.h"

#include <stdlib.h>

#include "format/style.h"
#include "format/traces.h"
#include "queue/site.h"

static int compiled_format(formatter *base, record *rec, escape_mode escape, text *out, weir_error *err) {
    compiled_formatter *f = (compiled_formatter *)base;
    size_t start = out->len;
    if (format_check_message(rec, err) != 0) return -1;
    for (const format_op *op = f->ops, *end = op + f->op_count; op < end; op++) {
        if (format_op_run(op, &f->time, rec, escape, out, err) != 0) return -1;
    }
    if (traces_add(rec, escape, start, out, err) != 0) return -1;
    return out->failed ? error_set(err, WEIR_ERR_SYSTEM, "no memory for a formatted record") : 0;
}

void compiled_free(compiled_formatter *f) {
    asctime_done(&f->time);
    arena_done(&f->memory);
    free(f->datefmt);
    free((char *)(uintptr_t)f->format.data);
    free(f->ops);
    free(f);
}

static void free_base(formatter *base) { compiled_free((compiled_formatter *)base); }

static char *copy(slice s) {
    char *data = malloc(s.len + 1);
    if (data == NULL) return NULL;
    if (s.len > 0) memcpy(data, s.data, s.len);
    data[s.len] = '\0';
    return data;
}

compiled_formatter *compiled_create(const formatter_options *options, size_t op_room, weir_error *err) {
    compiled_formatter *f = calloc(1, sizeof *f);
    if (f == NULL) {
        error_set(err, WEIR_ERR_SYSTEM, "no memory for a formatter");
        return NULL;
    }
    f->base = (formatter){.kind = &logging_formatter_kind, .format = compiled_format, .free = free_base};
    f->format = slice_make(copy(options->format), options->format.len);
    f->datefmt = copy(options->datefmt);
    f->ops = calloc(op_room + 1, sizeof *f->ops);
    arena_init(&f->memory, 0);
    if (f->format.data == NULL || f->datefmt == NULL || f->ops == NULL) {
        compiled_free(f);
        error_set(err, WEIR_ERR_SYSTEM, "no memory for a formatter");
        return NULL;
    }
    if (asctime_init_from(&f->time, options, slice_make(f->datefmt, options->datefmt.len), err) != 0) {
        compiled_free(f);
        return NULL;
    }
    f->base.time = &f->time;
    return f;
}

void compiled_add(compiled_formatter *f, format_op op) { f->ops[f->op_count++] = op; }

void compiled_add_literal(compiled_formatter *f, slice literal) {
    if (literal.len > 0) compiled_add(f, format_op_literal(literal));
}

void compiled_add_field(compiled_formatter *f, slice key) {
    const percent_spec plain = {.type = 's', .width = CONV_NONE, .precision = CONV_NONE};
    compiled_add(f, format_op_field(key, &plain));
}
