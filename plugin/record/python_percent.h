/* python_percent.h - Python's `format % args` on values, as CPython 3.11 does it: every conversion,
 * mapping keys, '*', integers of any size, widths in code points, and its errors word for word.
 * Pure functions; they need memory for what is no string. */
#ifndef WEIR_RECORD_PYTHON_PERCENT_H
#define WEIR_RECORD_PYTHON_PERCENT_H

#include "base/error.h"
#include "base/limits.h"
#include "base/value.h"

/* Python has no bound; here a width beyond a chunk is "width too big", and so is the precision of
 * a number. */
#define PERCENT_WIDTH_MAX CHUNK_SIZE

/* What is escaped: the text of the format itself, and what values print as. */
enum percent_escape { PERCENT_ESCAPE_NONE = 0, PERCENT_ESCAPE_FORMAT = 1, PERCENT_ESCAPE_VALUES = 2 };

/* One conversion, its stars taken. flags are queue/site.h's CONV_…. */
typedef struct percent_spec {
    uint32_t type; /* the code point that ends it */
    uint8_t flags;
    int width, precision; /* CONV_NONE: none */
} percent_spec;

/* Appends format % args. args: a tuple, or any other value as the only argument, a dict as the
 * mapping. 0, or -1 with "TypeError: …" in err; out then has the beginning of the result. */
int python_percent(slice format, const value *args, unsigned escape, text *out, weir_error *err);

/* A conversion on its own. type is one of r s a d i u o x X e E f F g G c. */
int percent_value(const percent_spec *spec, const value *v, bool escape, text *out, weir_error *err);

/* For a format that is compiled: the conversion that begins at format.data[*at], which is '%'.
 * PIECE_KEYED has key and spec; PIECE_LITERAL is "%%". PIECE_OTHER: stars, no key, or an error,
 * which only python_percent tells. Moves *at past it, but not for PIECE_OTHER. */
typedef enum percent_piece { PIECE_KEYED, PIECE_LITERAL, PIECE_OTHER } percent_piece;
percent_piece percent_read(slice format, size_t *at, slice *key, percent_spec *spec);

#endif
