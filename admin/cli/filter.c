/* filter.c - options to query parameters. */
#include "admin/cli/filter.h"

#include <stdlib.h>
#include <string.h>

void filter_add(const invocation *call, text *path) {
    client_query(path, "level", call->option[OPT_LEVEL]);
    client_query(path, "logger", call->option[OPT_LOGGER]);
    client_query(path, "q", call->option[OPT_GREP]);
    for (size_t i = 0; i < call->where_count; i++) {
        const char *equals = strchr(call->where[i], '=');
        text_add_char(path, memchr(text_cstr(path), '?', path->len) ? '&' : '?');
        text_add_cstr(path, "field.");
        client_encode(path, slice_make(call->where[i], (size_t)(equals - call->where[i])));
        text_add_char(path, '=');
        client_encode(path, slice_of(equals + 1));
    }
}

long filter_number(const invocation *call, long otherwise, long max) {
    const char *given = call->option[OPT_NUMBER];
    char *end;
    if (given == NULL) return otherwise;
    long n = strtol(given, &end, 10);
    if (*given != '\0' && *end == '\0' && n >= 1 && n <= max) return n;
    complain(EXIT_USAGE, "--number %s: expected 1 to %ld", given, max);
    return -1;
}
