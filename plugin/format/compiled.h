/* compiled.h - a logging.Formatter whose format is a list of operations: what the styles `{` and `$`
 * are made of. Made where configurations are built, used by the backend. */
#ifndef WEIR_FORMAT_COMPILED_H
#define WEIR_FORMAT_COMPILED_H

#include "format/format_op.h"
#include "format/formatter.h"

typedef struct compiled_formatter {
    formatter base;
    slice format;  /* owned; operations point into it */
    char *datefmt; /* owned */
    asctime_text time;
    arena memory; /* of what operations point at */
    format_op *ops;
    size_t op_count;
} compiled_formatter;

/* With room for so many operations. NULL: no memory (err). */
compiled_formatter *compiled_create(const formatter_options *options, size_t op_room, weir_error *err);
void compiled_free(compiled_formatter *f);
void compiled_add_literal(compiled_formatter *f, slice literal);
void compiled_add(compiled_formatter *f, format_op op);
/* str(attribute), as both styles print a field of which nothing else is said. */
void compiled_add_field(compiled_formatter *f, slice key);

#endif
