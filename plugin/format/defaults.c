/* defaults.c - Formatter(defaults=…): what a record's format asks for and the record has not. Made where
 * configurations are built, used by the backend: the record has further fields while the formatter runs,
 * before its own, so that its own win. */
#include <stdlib.h>

#include "format/style.h"

typedef struct defaults_formatter {
    formatter base;
    formatter *inner;
    arena memory; /* of the fields */
    record_field *fields;
    size_t count;
} defaults_formatter;

static int format_with(formatter *base, record *rec, escape_mode escape, text *out, weir_error *err) {
    const defaults_formatter *f = (const defaults_formatter *)base;
    const record_field *own = rec->fields;
    size_t own_count = rec->field_count;
    record_field *all = arena_alloc(rec->memory, (f->count + own_count + 1) * sizeof *all);
    if (all == NULL) return error_set(err, WEIR_ERR_SYSTEM, "no memory for a formatted record");
    memcpy(all, f->fields, f->count * sizeof *all);
    if (own_count > 0) memcpy(all + f->count, own, own_count * sizeof *all);
    rec->fields = all;
    rec->field_count = f->count + own_count;
    int rc = f->inner->format(f->inner, rec, escape, out, err);
    rec->fields = own;
    rec->field_count = own_count;
    return rc;
}

static void release(formatter *base) {
    defaults_formatter *f = (defaults_formatter *)base;
    f->inner->free(f->inner);
    arena_done(&f->memory);
    free(f);
}

/* The configuration's values do not outlive it: by the wire form, which copies all. */
static bool copy(const value *in, arena *a, value *out) {
    text wire;
    size_t at = 0;
    text_init(&wire, 0);
    value_encode(in, &wire);
    slice kept = wire.failed ? SLICE_NONE : arena_copy(a, text_slice(&wire));
    text_done(&wire);
    return kept.data != NULL && value_decode(kept.data, kept.len, &at, a, out) == 0;
}

formatter *defaults_wrap(formatter *inner, const value *defaults, weir_error *err) {
    defaults_formatter *f = calloc(1, sizeof *f);
    value kept;
    if (f == NULL) {
        inner->free(inner);
        error_set(err, WEIR_ERR_SYSTEM, "no memory for a formatter");
        return NULL;
    }
    f->base = (formatter){.kind = inner->kind, .format = format_with, .free = release, .time = inner->time};
    f->inner = inner;
    arena_init(&f->memory, 0);
    f->fields = arena_alloc(&f->memory, (defaults->dict.count + 1) * sizeof *f->fields);
    if (f->fields == NULL || !copy(defaults, &f->memory, &kept)) {
        release(&f->base);
        error_set(err, WEIR_ERR_SYSTEM, "no memory for a formatter");
        return NULL;
    }
    for (size_t i = 0; i < kept.dict.count; i++)
        if (kept.dict.pairs[i].key.type == VALUE_STR)
            f->fields[f->count++] = (record_field){kept.dict.pairs[i].key.str, kept.dict.pairs[i].val};
    return &f->base;
}
