/* QueueHandler: its arguments, and what it puts into the queue. */
#include "handler/queue_handler.h"

#include "handler/handler_kinds.h"
#include "sink/feed.h"
#include "support/record_fixture.h"

static handler h;
static feed reader;
static text out, aligned;

static void begin(void) {
    fixture_init();
    h = (handler){.kind = &queue_handler_kind, .name = "q", .formatter = formatter_default()};
    reader = (feed){.number = 42};
    h.feed = &reader;
    text_init(&out, 0);
    text_init(&aligned, 0);
}
static void end(void) {
    text_done(&out);
    text_done(&aligned);
    fixture_done();
}
TestSuite(queue_handler, .init = begin, .fini = end);

enum { QUEUE, HANDLERS, RESPECT, CAPACITY };

static weir_error err;
static bool is_good(int param, value v) {
    handler_args args = {.kind = &queue_handler_kind, .handler_name = SLICE_LITERAL("mine")};
    args.values[param] = v;
    args.given[param] = true;
    return queue_handler_kind.check(&args, &err) == 0;
}

static value factory(const char *class_name, const char *key, value v) {
    static value_pair pairs[2];
    pairs[0] = (value_pair){value_str(SLICE_LITERAL("()")), value_str(slice_of(class_name))};
    pairs[1] = (value_pair){value_str(slice_of(key)), v};
    return (value){.type = VALUE_DICT, .dict = {pairs, key[0] != '\0' ? 2 : 1}};
}

Test(queue_handler, a_queue_is_a_name_or_pythons_factory) {
    cr_assert(is_good(QUEUE, value_str(SLICE_LITERAL("q-1"))));
    cr_assert_not(is_good(QUEUE, value_str(SLICE_LITERAL(""))));
    cr_assert_not(is_good(QUEUE, value_str(SLICE_LITERAL("a/b"))));
    cr_assert_not(is_good(QUEUE, value_str(SLICE_LITERAL("a b"))));
    cr_assert_not(is_good(
        QUEUE, value_str(SLICE_LITERAL("a-name-that-is-longer-than-48-bytes-is-none-that-people-give"))));
    cr_assert(is_good(QUEUE, factory("queue.Queue", "", value_none())));
    cr_assert(is_good(QUEUE, factory("queue.Queue", "maxsize", value_int(5))));
    cr_assert_not(is_good(QUEUE, factory("queue.Queue", "maxsize", value_int(-1))));
    cr_assert_not(is_good(QUEUE, factory("os.system", "", value_none())));
    cr_assert_not_null(strstr(err.message, "no code in data"));
    cr_assert(is_good(CAPACITY, value_int(0)));
    cr_assert_not(is_good(CAPACITY, value_int(-1)));
}

Test(queue_handler, without_a_name_the_queue_has_the_handlers) {
    handler_args args = {.handler_name = SLICE_LITERAL("mine")};
    cr_assert(slice_is(queue_handler_queue(&args), "mine"));
    args.given[QUEUE] = true;
    args.values[QUEUE] = factory("queue.Queue", "maxsize", value_int(5));
    cr_assert(slice_is(queue_handler_queue(&args), "mine"));
    cr_assert_eq(queue_handler_kind.prepare(&args, &h, &err), 0);
    cr_assert_eq(h.capacity, 5);
    args.values[QUEUE] = value_str(SLICE_LITERAL("shared"));
    cr_assert(slice_is(queue_handler_queue(&args), "shared"));
    cr_assert_not(queue_handler_respects_level(&args));
    args.given[RESPECT] = true;
    args.values[RESPECT] = (value){.type = VALUE_BOOL, .boolean = true};
    cr_assert(queue_handler_respects_level(&args));
}

/* What stands in the queue: for which feed, the prepared message, the record. */
static const parcel_head *encoded(record *rec, uint64_t *number, slice *shown, slice *raw) {
    const parcel_head *parcel;
    slice all, one;
    text_clear(&out);
    cr_assert_eq(queue_handler_kind.encode(&h, rec, &out, &err), 0, "%s", err.message);
    all = text_slice(&out);
    cr_assert(frame_next(&all, &one));
    cr_assert_eq(all.len, 0);
    memcpy(number, one.data, sizeof *number);
    one = slice_make(one.data + sizeof *number, one.len - sizeof *number);
    cr_assert(host_frame_read(one, &aligned, shown, raw, &parcel));
    return parcel;
}

Test(queue_handler, the_message_is_prepared_as_it_is_and_escaped) {
    uint64_t number;
    slice shown, raw;
    h.escape = ESCAPE_ARGUMENTS;
    const parcel_head *p = encoded(fixture_call("m %s", "a\nb"), &number, &shown, &raw);
    cr_assert_eq(number, 42);
    cr_assert(slice_is(raw, "m a\nb"));
    cr_assert(slice_is(shown, "m a\\nb"), "%.*s", (int)shown.len, shown.data);
    record rec;
    record_reader *other = host_frame_reader(&err);
    cr_assert_eq(parcel_open(other, p, &rec), 0);
    cr_assert(slice_is(record_message(&rec, ESCAPE_NONE), "m a\nb"));
    cr_assert_eq(rec.level, fixture.rec.level);
    record_reader_free(other);
    h.escape = ESCAPE_NONE;
    encoded(fixture_call("m %s", "a\nb"), &number, &shown, &raw);
    cr_assert(slice_is(shown, "m a\nb"));
}
