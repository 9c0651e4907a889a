/* query.c - weir query: searches records, in a running service or in a history file. */
#include <stdlib.h>
#include <string.h>

#include "admin/cli/filter.h"
#include "admin/cli/print.h"
#include "base/clock.h"
#include "base/level.h"
#include "store/history.h"

#define QUERY_FIRST 100
#define QUERY_DEADLINE_MS 10000 /* of a file: nobody else waits for this process */

static int query_service(invocation *call, long count) {
    answer a;
    int status = filter_newest(call, count, false, &a);
    if (status == 0 && get_list(&a.json, "records")->list.count == 0)
        status = complain(EXIT_NOTHING, "no record found");
    answer_done(&a);
    return status;
}

/* ---- a history file ---- */

static int read_terms(const invocation *call, record_query *q, arena *a, weir_error *err) {
    int64_t now = clock_realtime_ns() / 1000;
    const char *const *o = call->option;
    if (o[OPT_SINCE] && query_parse_time(slice_of(o[OPT_SINCE]), now, &q->since_us, err) != 0) return -1;
    if (o[OPT_UNTIL] && query_parse_time(slice_of(o[OPT_UNTIL]), now, &q->until_us, err) != 0) return -1;
    if (o[OPT_LEVEL] && !level_parse(slice_of(o[OPT_LEVEL]), &q->min_level))
        return error_set(err, WEIR_ERR_INVALID,
                         "unknown level '%s' (DEBUG, INFO, WARNING, ERROR, CRITICAL or a number)",
                         o[OPT_LEVEL]);
    if (o[OPT_GREP] && query_set_words(q, slice_of(o[OPT_GREP]), a, err) != 0) return -1;
    if (o[OPT_LOGGER]) q->logger = slice_of(o[OPT_LOGGER]);
    for (size_t i = 0; i < call->where_count && q->field_count < QUERY_TERMS; i++) {
        const char *equals = strchr(call->where[i], '=');
        q->fields[q->field_count].key = slice_make(call->where[i], (size_t)(equals - call->where[i]));
        q->fields[q->field_count++].val = slice_of(equals + 1);
    }
    return 0;
}

/* Rows come newest first and are shown oldest first: the last of them is what one reads next. */
typedef struct kept_rows {
    arena memory;
    row *rows;
    size_t count;
} kept_rows;

static int keep(void *arg, const row *r) {
    kept_rows *k = arg;
    row *copy = &k->rows[k->count++];
    slice *fields[] = {&copy->level_name, &copy->logger, &copy->message,     &copy->template,
                       &copy->pathname,   &copy->func,   &copy->thread_name, &copy->process_name,
                       &copy->exc_text,   &copy->fields};
    *copy = *r;
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        if (fields[i]->len > 0) *fields[i] = arena_copy(&k->memory, *fields[i]);
    return 0;
}

static int query_file(invocation *call, long count) {
    weir_error err;
    history *h = NULL;
    kept_rows kept = {0};
    record_query q;
    int status = EXIT_USAGE;
    arena_init(&kept.memory, 0);
    query_init(&q);
    q.limit = (size_t)count;
    kept.rows = calloc((size_t)count, sizeof *kept.rows);
    if (kept.rows == NULL || read_terms(call, &q, &kept.memory, &err) != 0) {
        complain(0, "%s", kept.rows ? err.message : "no memory");
        goto cleanup;
    }
    if (history_open(call->option[OPT_HISTORY], &h, &err) != 0 ||
        history_query(h, &q, QUERY_DEADLINE_MS, keep, &kept, &err) != 0) {
        status = complain(EXIT_UNREACHABLE, "%s", err.message);
        goto cleanup;
    }
    if (kept.count > 0) print_head(call);
    for (size_t i = kept.count; i > 0; i--) print_row(call, &kept.rows[i - 1]);
    status = kept.count > 0 ? EXIT_DONE : complain(EXIT_NOTHING, "no record found");
cleanup:
    if (h) history_close(h);
    free(kept.rows);
    arena_done(&kept.memory);
    return status;
}

static int run(invocation *call) {
    long count = filter_number(call, QUERY_FIRST, LIMIT_PAGE_RECORDS);
    if (count < 0) return EXIT_USAGE;
    if (call->option[OPT_HISTORY] &&
        (call->option[OPT_SERVICE] || call->option[OPT_PID] || call->option[OPT_TO]))
        return complain(EXIT_USAGE, "--history reads a file; --service, --pid and --to ask a service");
    return call->option[OPT_HISTORY] ? query_file(call, count) : query_service(call, count);
}

const verb verb_query = {
    .name = "query",
    .words = "",
    .summary = "Search records, of a running service or of a history file",
    .more = "Shows the newest that match (-n, 100), oldest first. A running service answers from its recent "
            "records\n"
            "and its history as one; --history FILE reads the database itself, also when no service runs.",
    .options = {OPT_SINCE, OPT_UNTIL, FILTER_OPTIONS, OPT_NUMBER, OPT_HISTORY, SERVICE_OPTIONS, OPT_HELP},
    .run = run,
};
