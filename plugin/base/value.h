/* value.h - a Python value: what literals of a configuration, JSON texts and record attributes
 * are. Values live in an arena and are never changed once made.
 *
 * On the wire (ring entries, chunk queues) a value is a tag byte and its payload, see
 * value_encode; decoding checks every length, since a mapping may be damaged. */
#ifndef WEIR_BASE_VALUE_H
#define WEIR_BASE_VALUE_H

#include <stdint.h>

#include "base/arena.h"
#include "base/text.h"

typedef enum value_type {
    VALUE_NONE,
    VALUE_BOOL,
    VALUE_INT,    /* fits int64 */
    VALUE_BIGINT, /* any other integer: decimal digits in text, '-' first if negative */
    VALUE_FLOAT,
    VALUE_STR,
    VALUE_LIST,
    VALUE_TUPLE,
    VALUE_DICT
} value_type;

/* Streams, in arguments of handlers, are VALUE_STR with these texts: no real path has a NUL in it. */
#define LITERAL_STDOUT SLICE_LITERAL("\0stdout")
#define LITERAL_STDERR SLICE_LITERAL("\0stderr")
#define LITERAL_GMTIME SLICE_LITERAL("\0gmtime")
#define LITERAL_LOCALTIME SLICE_LITERAL("\0localtime")

typedef struct value value;
typedef struct value_pair value_pair;

struct value {
    value_type type;
    union {
        bool boolean;
        int64_t i64;
        double f64;
        slice str; /* STR and BIGINT */
        struct {
            const value *items;
            size_t count;
        } list; /* LIST and TUPLE */
        struct {
            const value_pair *pairs; /* in the order written */
            size_t count;
        } dict;
    };
};
struct value_pair {
    value key;
    value val;
};

/* The value of a string key, NULL if dict is no dict or has no such key (the last one wins). */
const value *value_get(const value *dict, slice key);
static inline value value_str(slice s) { return (value){.type = VALUE_STR, .str = s}; }
static inline value value_int(int64_t i) { return (value){.type = VALUE_INT, .i64 = i}; }
static inline value value_float(double f) { return (value){.type = VALUE_FLOAT, .f64 = f}; }
static inline value value_bool(bool b) { return (value){.type = VALUE_BOOL, .boolean = b}; }
static inline value value_none(void) { return (value){.type = VALUE_NONE}; }
/* "str", "int", "float", "list", … : Python's type names, for messages. */
const char *value_type_name(const value *v);

/* As Python's repr() and str() print it. */
void value_repr(const value *v, text *out);
void value_print(const value *v, text *out);
/* As JSON (RFC 8259 always: NaN and infinities become strings, tuples arrays, invalid UTF-8 U+FFFD). */
void value_json(const value *v, text *out);

/* Appends the wire form. */
void value_encode(const value *v, text *out);
/* Reads one value from data[*at…len); strings point into data. Returns 0 and moves *at, or -1
 * when the bytes are no value (or nested deeper than LIMIT_VALUE_DEPTH, or no memory). */
int value_decode(const char *data, size_t len, size_t *at, arena *a, value *out);

#endif
