/* site.h - a printf format taken apart once: which arguments a call has (the front end, to
 * capture them) and how each is printed (record/message.c, to render them). Pure functions. */
#ifndef WEIR_QUEUE_SITE_H
#define WEIR_QUEUE_SITE_H

#include <stdint.h>

#include "base/limits.h"
#include "base/slice.h"

/* How an argument is fetched by va_arg and kept. */
typedef enum arg_type {
    ARG_INT,  /* int, and what is promoted to it; kept as int64 */
    ARG_UINT, /* unsigned int; kept as uint64 */
    ARG_LONG, /* long, long long, intmax_t, ssize_t, ptrdiff_t (all 64 bits on LP64) */
    ARG_ULONG,
    ARG_DOUBLE,
    ARG_LONG_DOUBLE,
    ARG_POINTER,
    ARG_STRING,         /* by value up to its NUL */
    ARG_STRING_LIMITED, /* by value, at most as many bytes as the ARG_INT before it (%.*s) or its literal
                           precision */
    ARG_ERRNO           /* %m: no argument, errno at the call, kept as int64 */
} arg_type;

enum conversion_flags {
    CONV_MINUS = 1,
    CONV_PLUS = 2,
    CONV_SPACE = 4,
    CONV_ALT = 8,
    CONV_ZERO = 16,
    CONV_GROUP = 32
};
#define CONV_NONE (-1) /* no width, no precision */
#define CONV_STAR (-2) /* taken from an ARG_INT that comes just before */

typedef struct conversion {
    slice literal; /* text before it, "%%" already one '%': points into the format, see site_parse */
    char type;     /* d i u o x X c s p e E f F g G a A m; 0: literal only, the last one */
    char length;   /* 0, 'h', 'H' (hh), 'l', 'L' (long double): what narrows d i u o x */
    uint8_t flags;
    int width, precision;
} conversion;

typedef struct site_format {
    bool capturable; /* false: positional arguments, wide strings, unknown conversions, %n, too many */
    uint8_t arg_count;
    uint8_t conversion_count;
    uint8_t types[LIMIT_CALL_ARGS];                  /* enum arg_type, stars included */
    int32_t limits[LIMIT_CALL_ARGS];                 /* literal precision of a %.Ns, else CONV_NONE */
    conversion conversions[LIMIT_CALL_ARGS * 2 + 1]; /* a "%%" ends a literal and begins another (type 0) */
} site_format;

/* Takes format apart; the slices point into it. Never fails: what it cannot take apart is
 * capturable == false. */
void site_parse(slice format, site_format *out);

#endif
