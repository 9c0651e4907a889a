/* format_spec.h - Python's format(value, specification) on values, as CPython 3.11 does it, with its errors
 * word for word; 'n' is as in the C locale. Pure functions; they need memory for what is no string. */
#ifndef WEIR_FORMAT_FORMAT_SPEC_H
#define WEIR_FORMAT_FORMAT_SPEC_H

#include "base/error.h"
#include "base/limits.h"
#include "base/value.h"

/* Python has no bound; here a width beyond a chunk is too big, and so is the precision of a number. */
#define FORMAT_WIDTH_MAX CHUNK_SIZE

typedef struct format_spec {
    slice fill; /* one character */
    char align; /* < > = ^ */
    char sign;  /* + - blank; 0: none */
    bool no_negative_zero, alternate;
    char separator;           /* ',' or '_'; 0: none */
    int64_t width, precision; /* -1: none */
    uint32_t type;            /* 0: none given */
} format_spec;

/* type_name: of the value, for the words. -1 with "ValueError: …". */
int format_spec_parse(slice in, const char *type_name, uint32_t type, char align, format_spec *out,
                      weir_error *err);
/* The code means nothing to values of that type. Returns -1. */
int format_spec_unknown(const format_spec *spec, const char *type_name, weir_error *err);

/* Appends format(v, spec); escape: what came from v, cut first, then escaped, then padded. */
int format_value(const value *v, slice spec, bool escape, text *out, weir_error *err);
/* A string that is cut and escaped already, by what its specification says of width and fill. The
 * specification is one of strings (format_spec_of_text). */
void format_padded(const format_spec *spec, slice s, text *out);
int format_spec_of_text(slice in, format_spec *out, weir_error *err);
/* format_number.c: v is an INT, BIGINT, BOOL or FLOAT, in is not empty. */
int format_number(const value *v, slice in, text *out, weir_error *err);

#endif
