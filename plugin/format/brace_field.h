/* brace_field.h - a replacement field of a `{` format, run on a record: attribute, path, conversion,
 * specification, in that order, as str.format does it. Backend. */
#ifndef WEIR_FORMAT_BRACE_FIELD_H
#define WEIR_FORMAT_BRACE_FIELD_H

#include "format/asctime.h"
#include "format/brace_markup.h"
#include "record/attribute.h"

typedef struct brace_field {
    brace_piece piece; /* its slices live as long as the format */
    slice name;        /* the field up to its first '.' or '[' */
    slice path;        /* the rest */
    record_attr attr;
} brace_field;

brace_field brace_field_of(const brace_piece *piece);
/* Is it str(attribute) and nothing more? */
bool brace_field_is_plain(const brace_field *field);
int brace_field_run(const brace_field *field, asctime_text *time, record *rec, escape_mode escape, text *out,
                    weir_error *err);

/* brace_path.c: follows ".real", "[0]", "[key]" from v on. */
int brace_path_follow(slice path, value *v, weir_error *err);
/* The number that a part of a field is; -1: it is none, -2: too many digits (err). */
int64_t brace_path_number(slice s, weir_error *err);

#endif
