/* brace_markup.h - the syntax of str.format: literal text and replacement fields. Pure functions. */
#ifndef WEIR_FORMAT_BRACE_MARKUP_H
#define WEIR_FORMAT_BRACE_MARKUP_H

#include "base/error.h"
#include "base/value.h"

/* What one step finds: literal text, then perhaps a field. */
typedef struct brace_piece {
    slice literal; /* its braces are single already */
    bool has_field;
    slice field;         /* "name.attribute[index]" */
    uint32_t conversion; /* the code point behind '!'; 0: none */
    slice spec;          /* what stands behind ':' */
    bool nested;         /* the specification has fields of its own */
} brace_piece;

/* 1: a piece, *at is behind it; 0: the end; -1: no format, with CPython's words in err. */
int brace_next(slice format, size_t *at, brace_piece *out, weir_error *err);
/* StrFormatStyle.validate. *pieces: how many there are. */
int brace_validate(slice format, bool fields_wanted, size_t *pieces, weir_error *err);

#endif
