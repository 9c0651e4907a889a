/* A listener as the thread of its queue runs it: who gets a record, what is kept and when it goes on, what is
 * told, and what a stop leaves. */
#include "handler/listener.h"

#include "handler/handler_kinds.h"
#include "handler/hold.h"
#include "support/sink_fixture.h"

static fixture f;
static record_reader *reader;
static text payload, aligned, entry;
static uint32_t stop;
static const char queue_name[] = "listener-test";

static void begin(void) {
    weir_error err;
    fixture_begin(&f, 16 * 1024);
    reader = host_frame_reader(&err);
    text_init(&payload, 0);
    text_init(&aligned, 0);
    text_init(&entry, 0);
    stop = 0;
}
static void end(void) {
    record_reader_free(reader);
    text_done(&payload);
    text_done(&aligned);
    text_done(&entry);
    cr_assert_eq(fixture_end(&f, 5000), 0);
}
TestSuite(listener, .init = begin, .fini = end);

/* ---- a listener ---- */

static listener *new_listener(void) {
    listener *l = calloc(1, sizeof *l);
    text_init(&l->scratch, 0);
    text_init(&l->note, 0);
    text_init(&l->changed, 0);
    arena_init(&l->memory, 0);
    snprintf(l->base.queue, sizeof l->base.queue, "%s", queue_name);
    l->stall_timeout_ms = 20;
    l->targets = f.registry;
    l->handlers = calloc(8, sizeof *l->handlers);
    l->filters = calloc(8, sizeof *l->filters);
    l->formatters = calloc(8, sizeof *l->formatters);
    feed_add(&l->base);
    return l;
}
static void done(feed *own) { listener_free((listener *)own); }

static listened *add(listener *l, const char *name, const char *kind) {
    handler *h = calloc(1, sizeof *h);
    snprintf(h->name, sizeof h->name, "%s", name);
    h->kind = handler_kind_find(slice_of(kind));
    h->formatter = formatter_default();
    h->terminator = SLICE_LITERAL("\n");
    h->listened = true;
    h->stats = process_map_take_row(f.process, slice_of(name), 1);
    cr_assert_not_null(h->stats);
    l->handlers[l->count] = (listened){.h = h, .of = (ptrdiff_t)l->count, .direct = true};
    return &l->handlers[l->count++];
}

/* Its target has a writer only when it is activated: until then what is put there stays in its queue. */
static listened *add_file(listener *l, const char *name) {
    listened *at = add(l, name, "FileHandler");
    sink_spec spec = file_spec(fixture_path(&f, name));
    at->h->target = fixture_target(&f, &spec);
    chunk_queue_share(target_queue(at->h->target));
    return at;
}

static listened *add_memory(listener *l, const char *name, int64_t capacity, listened *to) {
    listened *at = add(l, name, "MemoryHandler");
    handler_args args = {.values = {value_int(capacity)}, .given = {true}};
    cr_assert_eq(at->h->kind->prepare(&args, at->h, NULL), 0);
    at->h->held = hold_create();
    at->h->whole = 7;
    at->feeds = calloc(1, sizeof *at->feeds);
    at->feeds[at->feed_count++] = to;
    to->direct = false;
    return at;
}

static void add_filter(listener *l, listened *at, const char *kind, const value *args, size_t count) {
    filter_args given = {.kind = filter_kind_find(slice_of(kind))};
    weir_error err;
    for (size_t i = 0; i < count; i++) {
        given.values[i] = args[i];
        given.given[i] = true;
    }
    filter **one = &l->filters[l->filter_count++];
    cr_assert_eq(given.kind->create(&given, one, &err), 0);
    at->h->filters = calloc(1, sizeof *at->h->filters);
    at->h->filters[at->h->filter_count++] = *one;
}

/* ---- records ---- */

static void decode(record *rec, const char *from, int level, const char *message) {
    value_pair pairs[] = {{value_str(SLICE_LITERAL("name")), value_str(slice_of(from))},
                          {value_str(SLICE_LITERAL("msg")), value_str(slice_of(message))}};
    value attributes = {.type = VALUE_DICT, .dict = {pairs, 2}};
    ring_entry head = {.kind = ENTRY_MADE, .level = level};
    text_clear(&entry);
    text_add(&entry, (const char *)&head, sizeof head);
    value_encode(&attributes, &entry);
    head.args_size = (uint32_t)(entry.len - sizeof head);
    text_add_repeat(&entry, '\0', (ENTRY_ALIGN - entry.len % ENTRY_ALIGN) % ENTRY_ALIGN);
    head.size = (uint32_t)entry.len;
    head.check = entry_check(&head);
    memcpy(entry.data, &head, sizeof head);
    cr_assert_eq(record_decode_kept(reader, (const ring_entry *)(const void *)entry.data, 1000000000, rec),
                 0);
}

/* As the queue's sink does with what a QueueHandler has put there. */
static feed_result give(listener *l, const char *from, int level, const char *message) {
    record rec;
    weir_error err;
    feed_record r = {.reader = reader, .stop = &stop};
    decode(&rec, from, level, message);
    text_clear(&payload);
    cr_assert_eq(host_frame_add(&rec, SLICE_NONE, slice_of(message), slice_of(message), &payload, &err), 0);
    cr_assert(host_frame_read(text_slice(&payload), &aligned, &r.shown, &r.raw, &r.parcel));
    return listener_take(&l->base, &r, &err);
}
static void give_some(listener *l, int from, int to) {
    char message[16];
    for (int i = from; i < to; i++) {
        snprintf(message, sizeof message, "n %d", i);
        cr_assert_eq(give(l, "app", 20, message), FEED_DONE);
    }
}

static void expect(const listened *at, const char *want) {
    target_activate(at->h->target);
    cr_assert(drain(at->h->target, FIXTURE_PATIENCE_MS));
    expect_file(fixture_path(&f, at->h->name), want);
}
static void expect_counts(const listened *at, uint64_t given, uint64_t delivered, uint64_t dropped) {
    const handler_stats *s = at->h->stats;
    uint64_t sum = 0;
    for (int i = 0; i < DROP_COUNT; i++) sum += s->dropped[i];
    cr_assert(s->given == given && s->delivered == delivered && sum == dropped, "%s: %lu %lu %lu",
              at->h->name, s->given, s->delivered, sum);
}

/* ---- who gets a record ---- */

Test(listener, each_handler_has_each_record_that_its_filters_let_through) {
    listener *l = new_listener();
    listened *a = add_file(l, "a"), *b = add_file(l, "b");
    const value name = value_str(SLICE_LITERAL("app"));
    add_filter(l, b, "logging.Filter", &name, 1);
    a->h->level = b->h->level = 40;
    cr_assert_eq(give(l, "app.x", 20, "one"), FEED_DONE);
    cr_assert_eq(give(l, "other", 20, "two"), FEED_DONE);
    expect(a, "one\ntwo\n");
    expect(b, "one\n");
    expect_counts(a, 2, 2, 0);
    expect_counts(b, 1, 1, 0);
    done(&l->base);
}

Test(listener, levels_are_asked_if_so_told) {
    listener *l = new_listener();
    listened *a = add_file(l, "a");
    a->h->level = 40;
    l->respects_level = true;
    cr_assert_eq(give(l, "app", 30, "low"), FEED_DONE);
    cr_assert_eq(give(l, "app", 40, "high"), FEED_DONE);
    expect(a, "high\n");
    done(&l->base);
}

/* ---- targets that are full ---- */

Test(listener, one_that_stands_still_has_its_records_dropped_and_counted) {
    listener *l = new_listener();
    listened *a = add_file(l, "a"); /* its writer does not run yet */
    for (int i = 0; i < 20000 && a->h->stats->dropped[DROP_STALLED] == 0; i++) give_some(l, i, i + 1);
    cr_assert_eq(a->h->stats->dropped[DROP_STALLED], 1);
    cr_assert_eq(f.notices, 0);
    target_activate(a->h->target);
    cr_assert(drain(a->h->target, FIXTURE_PATIENCE_MS));
    cr_assert_eq(a->h->stats->given, a->h->stats->delivered + 1);
    give_some(l, 0, 1);
    cr_assert_eq(f.notices, 1);
    cr_assert_str_eq(f.last_notice, "30 a: handler a, by way of queue listener-test: 1 record dropped");
    done(&l->base);
}

Test(listener, a_stop_leaves_the_record_to_the_queue) {
    listener *l = new_listener();
    listened *a = add_file(l, "a");
    l->overflow = OVERFLOW_BLOCK;
    stop = 1; /* a wait ends at once */
    int i = 0;
    while (give(l, "app", 20, "again and again") == FEED_DONE) i++;
    expect_counts(a, (uint64_t)i, 0, 0);
    target_activate(a->h->target);
    cr_assert(drain(a->h->target, FIXTURE_PATIENCE_MS));
    expect_counts(a, (uint64_t)i, (uint64_t)i, 0);
    done(&l->base);
}

/* ---- handlers that keep records ---- */

Test(listener, what_is_kept_goes_on_when_there_is_enough_or_it_is_asked_for) {
    listener *l = new_listener();
    listened *a = add_file(l, "a"), *m = add_memory(l, "m", 3, a);
    a->h->level = 50; /* is not asked */
    give_some(l, 0, 2);
    expect_counts(m, 2, 0, 0);
    give_some(l, 2, 4);
    expect_counts(m, 4, 3, 0);
    expect(a, "n 0\nn 1\nn 2\n");
    listener_rest(&l->base, FEED_IDLE, &stop);
    expect_counts(m, 4, 3, 0);
    listener_rest(&l->base, FEED_FLUSH, &stop);
    expect(a, "n 0\nn 1\nn 2\nn 3\n");
    expect_counts(m, 4, 4, 0);
    done(&l->base);
}

Test(listener, the_next_one_goes_on_with_what_the_same_handler_keeps) {
    listener *old = new_listener(), *l = new_listener();
    listened *was = add_memory(old, "m", 4, add_file(old, "a"));
    listened *a = add_file(l, "b"), *m = add_memory(l, "m", 4, a);
    process_map_free_row(m->h->stats);
    process_map_share_row(m->h->stats = was->h->stats);
    give_some(old, 0, 2);
    give_some(l, 2, 3); /* its first record: the other one has had its last */
    cr_assert_eq(was->h->held->count, 0);
    cr_assert_eq(m->h->held->count, 3);
    give_some(l, 3, 4);
    expect(a, "n 0\nn 1\nn 2\nn 3\n");
    done(&old->base);
    done(&l->base);
}

Test(listener, another_one_has_it_handed_over_before) {
    listener *old = new_listener(), *l = new_listener();
    listened *a = add_file(old, "a"), *was = add_memory(old, "m", 4, a);
    listened *m = add_memory(l, "m", 5, add_file(l, "b"));
    cr_assert_eq(m->h->whole, was->h->whole, "but it has other counters");
    give_some(old, 0, 2);
    give_some(l, 2, 3);
    cr_assert_eq(m->h->held->count, 1);
    expect(a, "n 0\nn 1\n");
    expect_counts(was, 2, 2, 0);
    done(&old->base);
    done(&l->base);
}

Test(listener, at_the_end_it_goes_on_or_is_counted_as_dropped) {
    listener *l = new_listener();
    listened *a = add_file(l, "a"), *m = add_memory(l, "m", 100, a), *n = add_memory(l, "n", 100, a);
    n->feed_count = 0; /* it has no target */
    give_some(l, 0, 2);
    listener_rest(&l->base, FEED_CLOSES, &stop);
    expect(a, "n 0\nn 1\n");
    expect_counts(m, 2, 2, 0);
    expect_counts(n, 2, 0, 2);
    cr_assert_eq(n->h->stats->dropped[DROP_STOPPED], 2);
    done(&l->base);
}

/* ---- what filters held back ---- */

Test(listener, what_a_filter_held_back_is_told_to_the_handler_that_has_it) {
    listener *l = new_listener();
    listened *a = add_file(l, "a"), *b = add_file(l, "b");
    const value limit[] = {value_int(1), value_int(3600 * 1000), value_str(SLICE_LITERAL("logger"))};
    add_filter(l, a, "weir.RateLimitFilter", limit, 3);
    give_some(l, 0, 3);
    listener_rest(&l->base, FEED_IDLE, &stop); /* it is not due */
    expect(a, "n 0\n");
    filter_share(a->h->filters[0]);
    listener_rest(&l->base, FEED_ENDS, &stop); /* the next listener has it */
    expect(a, "n 0\n");
    filter_release(a->h->filters[0]);
    listener_rest(&l->base, FEED_ENDS, &stop);
    listener_rest(&l->base, FEED_CLOSES, &stop);
    expect(a, "n 0\n2 similar suppressed in 1h: n 1\n");
    expect(b, "n 0\nn 1\nn 2\n");
    expect_counts(a, 1, 1, 0);
    cr_assert_eq(a->h->stats->notices, 1);
    done(&l->base);
}
