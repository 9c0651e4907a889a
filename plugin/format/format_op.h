/* format_op.h - one operation of a compiled format: a literal, or an attribute and how to print it.
 * What every style compiles to. Backend. */
#ifndef WEIR_FORMAT_FORMAT_OP_H
#define WEIR_FORMAT_FORMAT_OP_H

#include "format/asctime.h"
#include "record/attribute.h"
#include "record/python_percent.h"

typedef enum op_kind { OP_LITERAL, OP_MESSAGE, OP_ASCTIME, OP_TEXT, OP_INTEGER, OP_VALUE, OP_BRACE } op_kind;

typedef struct format_op {
    op_kind kind;
    record_attr attr;
    size_t offset; /* OP_TEXT, OP_INTEGER: of the attribute in the record */
    slice text;    /* the literal, or the key */
    percent_spec spec;
    const struct brace_field *brace; /* OP_BRACE: a field of style `{` with more than a name */
} format_op;

format_op format_op_literal(slice literal);
/* key must live as long as the operation. */
format_op format_op_field(slice key, const percent_spec *spec);

/* Appends what the operation makes of rec. 0, or -1 with Python's words in err. */
int format_op_run(const format_op *op, asctime_text *time, record *rec, escape_mode escape, text *out,
                  weir_error *err);
/* Python merges msg and args before it looks at the format: -1 with the words of that error. */
int format_check_message(record *rec, weir_error *err);

#endif
