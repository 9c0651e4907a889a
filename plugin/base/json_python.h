/* json_python.h - JSON as Python's json module reads it. Stateless; any thread. */
#ifndef WEIR_BASE_JSON_PYTHON_H
#define WEIR_BASE_JSON_PYTHON_H

#include "base/error.h"
#include "base/value.h"

/* As json_parse (base/json.h), with what Python's reader takes beyond JSON: NaN, Infinity, -Infinity; a key
 * given twice, whose last value counts; unpaired surrogates, which become three bytes of WTF-8
 * (utf8_surrogate). 0, or -1 with Python's words in err. Strings are copied into the arena. */
int json_parse_python(slice in, size_t max_depth, arena *a, value *out, weir_error *err);

#endif
