/* tail.c - weir tail: the newest records, then new ones as they come. */
#include <stdlib.h>
#include <string.h>

#include "admin/cli/filter.h"
#include "admin/cli/print.h"

#define TAIL_FIRST 10 /* as tail(1) */

typedef struct tail_state {
    const invocation *call;
    arena memory;
    bool in_gap, ended;
    unsigned long long last_id; /* what the stream is to follow on; 0: begins with the first record */
} tail_state;

static void remember(tail_state *t, const value *object) {
    slice id = get_str(object, "id");
    unsigned long long n = 0;
    for (size_t i = 0; i < id.len; i++) n = n * 10 + (unsigned long long)(id.data[i] - '0');
    if (n > t->last_id) t->last_id = n;
}

/* Of a filter's records the newest may be so old that the stream knows it no more. So it is to follow on
 * the newest record of all; a record between this request and the next one is listed by that. */
static int find_newest(tail_state *t) {
    answer a;
    int status = client_request(t->call, "GET", "/api/records?limit=1", NULL, &a);
    const value *list = get_list(&a.json, "records");
    if (status == 0 && list->list.count > 0) remember(t, &list->list.items[0]);
    answer_done(&a);
    return status;
}

/* The newest N, oldest first. */
static int show_newest(tail_state *t, long count) {
    answer a;
    int status = filter_newest(t->call, count, true, &a);
    const value *list = get_list(&a.json, "records");
    for (size_t i = 0; status == 0 && i < list->list.count; i++) remember(t, &list->list.items[i]);
    fflush(stdout);
    answer_done(&a);
    return status;
}

/* 0: nobody knows how many. */
static void tell_gap(int64_t count) {
    if (count > 0)
        complain(0, "%lld records came faster than they could be shown", (long long)count);
    else
        complain(0, "records may be missing here: more came than the service keeps, or it was started anew");
}

static int on_line(void *arg, slice line) {
    tail_state *t = arg;
    const slice event = SLICE_LITERAL("event: "), data = SLICE_LITERAL("data: ");
    if (line.len > event.len && memcmp(line.data, event.data, event.len) == 0) {
        slice name = slice_make(line.data + event.len, line.len - event.len);
        t->in_gap = slice_is(name, "gap");
        t->ended = slice_is(name, "end");
        return 0;
    }
    if (line.len <= data.len || memcmp(line.data, data.data, data.len) != 0) return 0;
    slice json = slice_make(line.data + data.len, line.len - data.len);
    value parsed;
    arena_reset(&t->memory);
    if (t->ended) return 1;
    if (json_parse(json, LIMIT_VALUE_DEPTH, &t->memory, &parsed, NULL) != 0) return 0;
    if (t->in_gap)
        tell_gap(get_int(&parsed, "count"));
    else
        print_record(t->call, &parsed, json);
    t->in_gap = false;
    return fflush(stdout) != 0;
}

static int run(invocation *call) {
    tail_state t = {.call = call};
    long count = filter_number(call, TAIL_FIRST, 1000);
    if (count < 0) return EXIT_USAGE;
    arena_init(&t.memory, 0);
    int status = find_newest(&t);
    if (status == 0) status = show_newest(&t, count);
    if (status == 0) {
        text path, last_id;
        text_init(&path, 0);
        text_init(&last_id, 0);
        text_addf(&last_id, "%llu", t.last_id);
        text_add_cstr(&path, "/api/tail");
        filter_add(call, &path);
        client_query(&path, "last_id", text_cstr(&last_id));
        status = client_stream(call, text_cstr(&path), on_line, &t);
        if (status == 0 && t.ended) complain(0, "the service stopped");
        text_done(&path);
        text_done(&last_id);
    }
    arena_done(&t.memory);
    return status;
}

const verb verb_tail = {
    .name = "tail",
    .words = "",
    .summary = "Show the newest records, then new ones as they come",
    .more = "-n says how many to begin with (10). Ctrl-C ends it. Times are local.",
    .options = {FILTER_OPTIONS, OPT_NUMBER, SERVICE_OPTIONS, OPT_HELP},
    .run = run,
};
