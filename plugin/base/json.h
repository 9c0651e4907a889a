/* json.h - JSON in (through yajl, exact numbers, duplicates refused) and the strings of JSON out.
 * Stateless; any thread. */
#ifndef WEIR_BASE_JSON_H
#define WEIR_BASE_JSON_H

#include "base/error.h"
#include "base/limits.h"
#include "base/value.h"

/* Parses exactly one JSON text, all of it. Integers of any size, numbers with '.' or an exponent
 * are floats. Refuses nesting beyond max_depth (at most LIMIT_VALUE_DEPTH), duplicate keys, invalid
 * UTF-8, unpaired surrogates, integers of more than LIMIT_INTEGER_DIGITS digits, trailing text.
 * 0, or -1 with "line L: …" in err. Strings are copied into the arena. */
int json_parse(slice in, size_t max_depth, arena *a, value *out, weir_error *err);

/* Appends a quoted, escaped JSON string; invalid UTF-8 becomes U+FFFD; U+2028/9 are escaped too. */
void json_add_string(text *out, slice s);

/* A writer that places commas: json_begin_object(w), json_key(w, "a"), json_int(w, 1), json_end(w). */
typedef struct json_writer {
    text *out;
    int depth;
    bool first[LIMIT_VALUE_DEPTH + 1];
    bool closing_brace[LIMIT_VALUE_DEPTH + 1];
    bool after_key;
} json_writer;
void json_writer_init(json_writer *w, text *out);
void json_begin_object(json_writer *w);
void json_begin_array(json_writer *w);
void json_end(json_writer *w); /* of the innermost object or array */
void json_key(json_writer *w, const char *key);
void json_key_slice(json_writer *w, slice key);
void json_string(json_writer *w, slice s);
void json_cstr(json_writer *w, const char *s); /* NULL: null */
void json_int(json_writer *w, int64_t i);
void json_uint(json_writer *w, uint64_t u);
void json_double(json_writer *w, double d); /* shortest form; NaN and infinity: null */
void json_bool(json_writer *w, bool b);
void json_null(json_writer *w);
void json_value(json_writer *w, const value *v);
/* Already valid JSON, as it is. */
void json_raw(json_writer *w, slice json);

#endif
