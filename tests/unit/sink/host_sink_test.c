/* The target of a handler of the host's own: each record comes to emit once, in its order, and what emit says
 * of it is counted. */
#include "sink/sink_kinds.h"

#include "support/frame_fixture.h"
#include "support/host_fixture.h"

static weir_error err;
static sink *s;
static text emitted; /* "text;" of each, "F" for a flush, "C" for close */
static int verdict;  /* of emit */

static int emit(void *self, const weir_record *view, const char *shown, size_t length) {
    host_listen();
    cr_assert_eq(self, objects.name);
    cr_assert_eq(strlen(shown), length);
    cr_assert_not_null(weir_record_message(view, NULL));
    text_addf(&emitted, "%s;", shown);
    return verdict;
}
static void flush(void *self) { (void)self, text_add_cstr(&emitted, "F"); }
static void close_it(void *self) { (void)self, text_add_cstr(&emitted, "C"); }

static void begin(void) {
    fixture_init();
    text_init(&queued, 0);
    text_init(&emitted, 0);
    const weir_handler_class c = {.size = sizeof c,
                                  .abi = WEIR_CLASSES_ABI,
                                  .name = "app.H",
                                  .params = host_params,
                                  .user = &objects,
                                  .create = host_create_object,
                                  .destroy = host_destroy_object,
                                  .emit = emit,
                                  .flush = flush,
                                  .close = close_it};
    cr_assert_eq(weir_register_handler_class(&c, &err), 0, "%s", err.message);
}
static void end(void) {
    text_done(&queued);
    text_done(&emitted);
    fixture_done();
}
TestSuite(host_sink, .init = begin, .fini = end);

static int open_with(const char *options) {
    char key[128];
    bool created = true;
    const sink_spec spec = {.kind = SLICE_LITERAL("host"),
                            .path = SLICE_LITERAL("h"),
                            .fd = -1,
                            .beneath_fd = -1,
                            .options = slice_of(options)};
    int rc = host_sink_kind.open(&spec, false, &s, key, &created, &err);
    cr_assert(rc != 0 || !created);
    return rc;
}

static void open_it(void) {
    cr_assert_eq(open_with("{\"class\":\"app.H\",\"args\":{\"name\":\"mine\"}}"), 0, "%s", err.message);
    cr_assert_str_eq(objects.name, "mine");
}

static void add(const char *shown) { queue_record(SLICE_LITERAL(""), shown); }

Test(host_sink, each_record_once_and_a_flush_when_nothing_waits) {
    open_it();
    add("one"), add("two");
    write_queued(s, SINK_OK, &err);
    cr_assert_str_eq(text_cstr(&emitted), "one;");
    write_queued(s, SINK_OK, &err);
    cr_assert_str_eq(text_cstr(&emitted), "one;two;F");
    s->close(s);
    cr_assert_str_eq(text_cstr(&emitted), "one;two;FC");
    cr_assert_eq(objects.destroyed, 1);
    cr_assert_not(objects.loud, "its code could have logged");
}

Test(host_sink, a_failure_is_one_record_lost) {
    open_it();
    add("one");
    verdict = -1;
    write_queued(s, SINK_OK, &err);
    cr_assert(given_up == 1 && queued.len == 0);
    cr_assert_str_eq(err.message, "emit of h failed");
    s->close(s);
}

Test(host_sink, what_it_cannot_take_now_comes_again) {
    open_it();
    add("one");
    verdict = 1;
    write_queued(s, SINK_AGAIN, &err);
    cr_assert_eq(given_up, 0);
    cr_assert_str_eq(err.message, "h takes nothing just now");
    verdict = 0;
    write_queued(s, SINK_OK, &err);
    cr_assert_str_eq(text_cstr(&emitted), "one;one;F");
    s->close(s);
}

Test(host_sink, one_that_was_never_used_is_not_closed_but_ended) {
    open_it();
    s->close(s);
    cr_assert_str_eq(text_cstr(&emitted), "");
    cr_assert_eq(objects.destroyed, 1);
    cr_assert_eq(weir_unregister_handler_class("app.H", &err), 0, "%s", err.message);
}

Test(host_sink, damage_is_told_and_passed_over) {
    open_it();
    add("one");
    queued.data[queued.len - 1] ^= 0x40;
    queued.data[FRAME_HEAD] = (char)0xff; /* a length that is none */
    write_queued(s, SINK_OK, &err);
    cr_assert_eq(given_up, 1);
    cr_assert_not_null(strstr(err.message, "cannot be read"));
    text_add_cstr(&queued, "abc");
    write_queued(s, SINK_LOST, &err);
    s->close(s);
}

Test(host_sink, a_class_that_is_not_there_or_cannot_make_one) {
    cr_assert_eq(open_with("{\"class\":\"app.Other\"}"), -1);
    cr_assert_str_eq(err.message, "the handler class app.Other is not registered");
    cr_assert_eq(open_with("{}"), -1);
    cr_assert_eq(open_with("not even JSON"), -1);
    objects.refuses = true;
    objects.words = "no";
    cr_assert_eq(open_with("{\"class\":\"app.H\"}"), -1);
    cr_assert_str_eq(err.message, "app.H: no");
    cr_assert_eq(weir_unregister_handler_class("app.H", &err), 0, "not in use");
}
