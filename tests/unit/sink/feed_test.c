/* When a listener ends: with its generation, but not before its queue has no record of it any more. */
#include "sink/feed.h"

#include <criterion/criterion.h>
#include <stdlib.h>

static int freed, rested;

static feed_result take(feed *f, const feed_record *r, weir_error *err) {
    return (void)f, (void)r, (void)err, FEED_DONE;
}
static int ended, closed, flushed;
static void rest(feed *f, feed_rest why, const uint32_t *word) {
    (void)f, (void)word;
    rested += why == FEED_IDLE;
    flushed += why == FEED_FLUSH;
    ended += why == FEED_ENDS;
    closed += why == FEED_CLOSES;
}
static void release(feed *f) {
    freed++;
    free(f);
}

static feed *make(const char *queue) {
    feed *f = calloc(1, sizeof *f);
    *f = (feed){.take = take, .rest = rest, .free = release};
    snprintf(f->queue, sizeof f->queue, "%s", queue);
    feed_add(f);
    return f;
}

Test(feed, has_a_number_of_its_own) {
    feed *a = make("q"), *b = make("q");
    cr_assert_neq(a->number, b->number);
    cr_assert_eq(feed_find(a->number), a);
    cr_assert_eq(feed_find(b->number), b);
    cr_assert_null(feed_find(b->number + 1));
}

Test(feed, without_a_queue_it_ends_at_once) {
    feed_end(make("q"));
    cr_assert_eq(freed, 1);
    feed_end(NULL);
}

Test(feed, with_one_it_ends_when_the_queue_was_found_empty_twice) {
    feed_sink_opened("q");
    feed_sink_opened("r");
    feed *old = make("q"), *now = make("q");
    uint64_t number = old->number;
    feed_end(old);
    cr_assert_eq(freed, 0);
    feed_sink_idle("r", NULL);
    feed_sink_idle("r", NULL);
    cr_assert_eq(freed, 0, "another queue");
    feed_sink_idle("q", NULL);
    cr_assert_eq(feed_find(number), old, "a record of its may have come meanwhile");
    feed_sink_idle("q", NULL);
    cr_assert_eq(freed, 1);
    cr_assert_eq(ended, 1, "it was asked for its last words");
    cr_assert_null(feed_find(number));
    cr_assert_eq(feed_find(now->number), now);
    cr_assert_eq(rested, 2);
}

Test(feed, ends_with_the_last_sink_of_its_queue) {
    feed_sink_opened("q");
    feed_sink_opened("q"); /* a definition that is tried out */
    feed_end(make("q"));
    feed_sink_closed("q");
    cr_assert_eq(freed, 0);
    feed_sink_closed("q");
    cr_assert_eq(freed, 1);
}

Test(feed, is_asked_a_last_time_before_its_thread_ends) {
    feed_sink_opened("q");
    feed_sink_opened("r");
    make("q");
    feed_end(make("q"));
    make("r");
    feed_sink_closing("q", NULL);
    cr_assert_eq(closed, 2);
    feed_sink_opened("q");
    feed_sink_closing("q", NULL);
    cr_assert_eq(closed, 2, "another thread has the queue still");
}

Test(feed, stays_as_long_as_anybody_uses_it) {
    feed *f = make("q");
    feed_hold(f);
    feed_end(f);
    cr_assert_eq(freed, 0);
    cr_assert_eq(feed_find(f->number), f);
    feed_end(f);
    cr_assert_eq(freed, 1);
}

Test(feed, knows_those_before_it_and_the_newest_that_is_used) {
    feed_sink_opened("q");
    feed *a = make("q"), *other = make("r"), *b = make("q"), *refused = make("q");
    feed_end(refused);
    cr_assert_eq(feed_older(b), a);
    cr_assert_null(feed_older(a));
    cr_assert_null(feed_older(other));
    cr_assert_eq(feed_newest(a), b);
    feed_end(b);
    cr_assert_eq(feed_newest(a), a);
}

Test(feed, what_is_asked_for_is_done_by_the_queues_thread) {
    feed_sink_opened("q");
    feed *keeps = make("q");
    make("q");
    keeps->keeps = 1;
    cr_assert_not(feed_is_asked());
    feed_ask();
    cr_assert(feed_is_asked());
    feed_sink_busy("r", NULL);
    cr_assert(feed_is_asked());
    feed_sink_busy("q", NULL);
    cr_assert_not(feed_is_asked());
    cr_assert_eq(flushed, 1, "the other one keeps nothing");
    feed_ask();
    feed_sink_idle("q", NULL);
    cr_assert_not(feed_is_asked());
    cr_assert_eq(flushed, 2);
    keeps->keeps = 0;
    feed_ask();
    cr_assert_not(feed_is_asked());
}
