/* json_scan.h - what must be looked at in a JSON text before yajl sees it. Stateless; any thread. */
#ifndef WEIR_BASE_JSON_SCAN_H
#define WEIR_BASE_JSON_SCAN_H

#include "base/error.h"

/* Refuses invalid UTF-8 and unpaired surrogates in escapes; all else is yajl's. */
int json_scan(slice in, weir_error *err);
/* The line, from 1, that the byte at `at` lies in. */
size_t json_line(slice in, size_t at);

#endif
