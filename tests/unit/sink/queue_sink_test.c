/* The queue of a QueueHandler as a target: records go to the feed whose number they bear, in order; one that
 * cannot be read is one lost; a stop leaves the rest where it is. */
#include "sink/feed.h"
#include "sink/sink_kinds.h"
#include "support/frame_fixture.h"

static weir_error err;
static sink *s;
static text taken; /* "text;" of each */
static feed_result verdict;
static int stop_after;
static feed *f;

static feed_result take(feed *own, const feed_record *r, weir_error *e) {
    (void)e;
    cr_assert_eq(own, f);
    if (verdict != FEED_DONE) return verdict;
    text_add_slice(&taken, r->shown);
    text_add_char(&taken, ';');
    if (--stop_after == 0) stop = 1;
    return FEED_DONE;
}
static void rest(feed *own, feed_rest why, const uint32_t *word) {
    (void)own, (void)word;
    if (why == FEED_IDLE) text_add_char(&taken, 'R');
}
static void release(feed *own) { free(own); }

static void begin(void) {
    char key[128];
    bool created = true;
    const sink_spec spec = {
        .kind = SLICE_LITERAL("queue"), .path = SLICE_LITERAL("q"), .fd = -1, .beneath_fd = -1};
    fixture_init();
    text_init(&queued, 0);
    text_init(&taken, 0);
    cr_assert_eq(queue_sink_kind.open(&spec, false, &s, key, &created, &err), 0, "%s", err.message);
    cr_assert_str_eq(key, "queue:q");
    cr_assert_not(created);
    f = calloc(1, sizeof *f);
    *f = (feed){.queue = "q", .take = take, .rest = rest, .free = release};
    feed_add(f);
}
static void end(void) {
    feed_end(f);
    s->close(s);
    text_done(&queued);
    text_done(&taken);
    fixture_done();
}
TestSuite(queue_sink, .init = begin, .fini = end);

static void add_to(uint64_t number, const char *shown) {
    queue_record(slice_make((const char *)&number, sizeof number), shown);
}
static void add(const char *shown) { add_to(f->number, shown); }

Test(queue_sink, all_in_order) {
    add("one"), add("two"), add("three");
    write_queued(s, SINK_OK, &err);
    cr_assert(queued.len == 0 && given_up == 0);
    cr_assert_str_eq(text_cstr(&taken), "one;two;three;");
    s->idle(s);
    cr_assert_str_eq(text_cstr(&taken), "one;two;three;R");
}

Test(queue_sink, a_stop_leaves_the_rest) {
    add("one");
    size_t one = queued.len;
    add("two");
    stop_after = 1;
    cr_assert_eq(write_queued(s, SINK_OK, &err), one);
    cr_assert_str_eq(text_cstr(&taken), "one;");
    verdict = FEED_STOPPED;
    cr_assert_eq(write_queued(s, SINK_AGAIN, &err), 0);
}

Test(queue_sink, lost_ones_are_counted_and_passed_over) {
    add_to(f->number + 1000, "of nobody");
    add("one");
    write_queued(s, SINK_OK, &err);
    cr_assert(queued.len == 0 && given_up == 1);
    cr_assert_str_eq(text_cstr(&taken), "one;");
    verdict = FEED_LOST;
    add("two");
    write_queued(s, SINK_OK, &err);
    cr_assert(queued.len == 0 && given_up == 1);
}

Test(queue_sink, damage_is_told) {
    text_add_cstr(&queued, "abc");
    write_queued(s, SINK_LOST, &err);
    cr_assert_str_eq(err.message, "the queue q is damaged");
    text_clear(&queued);
    size_t frame = frame_begin(&queued);
    text_add_cstr(&queued, "short");
    frame_end(&queued, frame);
    write_queued(s, SINK_OK, &err);
    cr_assert(given_up == 1 && queued.len == 0);
}
