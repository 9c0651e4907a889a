/* param.h - the arguments of a class that a configuration names (a handler, a filter): one table row each.
 * Checking, messages, the manual and docs/config.md come from the same rows. Constant data. */
#ifndef WEIR_BASE_PARAM_H
#define WEIR_BASE_PARAM_H

#include <stdbool.h>

typedef enum param_type {
    PARAM_STR,
    PARAM_PATH,
    PARAM_INT,
    PARAM_BOOL,
    PARAM_FLOAT,
    PARAM_STREAM,
    PARAM_DURATION,
    PARAM_SIZE,
    PARAM_ANY,
    PARAM_HANDLER,  /* another handler of the same configuration */
    PARAM_HANDLERS, /* several of them */
    PARAM_TEXT      /* any text, with NUL too */
} param_type;

/* How it may be given. A dictConfig's key "." (in a file, the key `attributes`) sets attributes of the object
 * that a class has made. Those that Python's class takes as attributes only are named in kwargs here, too,
 * but have no position in args; those that are arguments and mean the same as attributes may be given by
 * both. */
enum param_use { PARAM_OPTIONAL = 0, PARAM_REQUIRED = 1, PARAM_ATTRIBUTE = 2, PARAM_SETTABLE = 4 };

/* What config/check_args makes of a value of each type: PATH and STR are VALUE_STR without NUL (a PATH as
 * written), INT VALUE_INT, BOOL VALUE_BOOL, FLOAT VALUE_FLOAT, STREAM
 * one of value.h's two texts, DURATION VALUE_INT in milliseconds, SIZE VALUE_INT in bytes, both never
 * negative; HANDLER a VALUE_STR, its name; HANDLERS a VALUE_TUPLE of such; TEXT VALUE_STR. */
typedef struct kind_param {
    const char *name; /* Python's; NULL ends the table */
    param_type type;
    unsigned use;     /* of param_use */
    const char *help; /* with unit, limits and default */
} kind_param;

#endif
