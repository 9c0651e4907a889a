/* filter.c - options to query parameters, and the records that they find. */
#include "admin/cli/filter.h"

#include "admin/cli/print.h"

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

static void print_oldest_first(const invocation *call, const value *records, bool head) {
    text json;
    text_init(&json, 0);
    if (head || records->list.count > 0) print_head(call);
    for (size_t i = records->list.count; i > 0; i--) {
        text_clear(&json);
        value_json(&records->list.items[i - 1], &json);
        print_record(call, &records->list.items[i - 1], text_slice(&json));
    }
    text_done(&json);
}

int filter_newest(const invocation *call, long count, bool head, answer *out) {
    text path, number;
    text_init(&path, 0);
    text_init(&number, 0);
    text_add_cstr(&path, "/api/records");
    text_add_i64(&number, count);
    client_query(&path, "limit", text_cstr(&number));
    client_query(&path, "since", call->option[OPT_SINCE]);
    client_query(&path, "until", call->option[OPT_UNTIL]);
    filter_add(call, &path);
    int status = client_request(call, "GET", text_cstr(&path), NULL, out);
    if (status == 0) print_oldest_first(call, get_list(&out->json, "records"), head);
    text_done(&path);
    text_done(&number);
    return status;
}
