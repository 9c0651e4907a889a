/* Handlers that hand records to handlers: found wherever they stand, never in a ring, never too many one
 * behind the other; and what tells one that changed from one that did not. */
#include "base/limits.h"
#include "handler/handler.h"
#include "support/check_fixture.h"

TestSuite(check_feeds, .init = check_begin, .fini = check_end);

#define MEMORY(name, target)                                                                                 \
    "[handler_" name "]\nclass=handlers.MemoryHandler\nargs=(10,)\ntarget=" target "\n"
#define NOTHING(name) "[handler_" name "]\nclass=NullHandler\n"

static const plan_handler *handler_of(const config_plan *plan, const char *name) {
    for (size_t i = 0; i < plan->handler_count; i++)
        if (slice_is(plan->handlers[i].name, name)) return &plan->handlers[i];
    cr_assert_fail("no handler %s", name);
    return NULL;
}

Test(check_feeds, a_target_may_stand_behind_what_names_it) {
    const config_plan *plan = must_check(INI_HANDLERS("m,n") MEMORY("m", "n") NOTHING("n"));
    cr_assert_eq(plan->handlers[0].feed_count, 1);
    cr_assert_eq(plan->handlers[0].feeds[0], &plan->handlers[1]);
    cr_assert_eq(plan->handlers[1].feed_count, 0);
}

Test(check_feeds, an_argument_names_it_as_a_key_does) {
    static const char *const ways[] = {"kwargs={'target': 'n'}\n", "args=(10, logging.ERROR, 'n')\n",
                                       "target=n\n"};
    for (size_t i = 0; i < 3; i++) {
        char in[512];
        snprintf(in, sizeof in, "%s%s%s",
                 INI_HANDLERS("m,n") NOTHING("n") "[handler_m]\nclass=handlers.MemoryHandler\n",
                 i == 1 ? "" : "args=(10,)\n", ways[i]);
        const plan_handler *m = handler_of(must_check(in), "m");
        cr_assert(m->feed_count == 1 && slice_is(m->feeds[0]->name, "n"), "%s", ways[i]);
    }
}

Test(check_feeds, no_target_is_none) {
    cr_assert_eq(must_check(INI_HANDLERS("m") MEMORY("m", ""))->handlers[0].feed_count, 0);
}

Test(check_feeds, an_unknown_target_is_told_where_it_stands) {
    expect_told(INI_HANDLERS("m,file") MEMORY("m", "fill") NOTHING("file"),
                "t:14: [handler_m] target: unknown handler \"fill\" (did you mean file?)");
    expect_told(
        INI_HANDLERS(
            "m") "[handler_m]\nclass=handlers.MemoryHandler\n\nargs=(10, logging.ERROR, 'elsewhere')\n",
        "t:14: [handler_m] args: unknown handler \"elsewhere\" (list it in [handlers] keys)");
    expect_told(
        "{\"version\": 1, \"handlers\": {\n\"m\": {\"class\": \"handlers.MemoryHandler\", \"capacity\": 10,\n"
        "\"target\": \"elsewhere\"}}}",
        "unknown handler \"elsewhere\"");
}

Test(check_feeds, a_ring_is_refused_and_shown_whole) {
    expect_told(INI_HANDLERS("m") MEMORY("m", "m"),
                "handlers hand their records round in a ring: m (line 11) -> m");
    expect_told(INI_HANDLERS("x,a,b,c") MEMORY("x", "a") MEMORY("a", "b") MEMORY("b", "c") MEMORY("c", "a"),
                "in a ring: a (line 15) -> b (line 19) -> c (line 23) -> a");
}

Test(check_feeds, two_ways_to_one_handler_are_no_ring) {
    const config_plan *plan =
        must_check(INI_HANDLERS("a,b,n") MEMORY("a", "n") MEMORY("b", "n") NOTHING("n"));
    cr_assert_eq(plan->handlers[0].feeds[0], plan->handlers[1].feeds[0]);
}

/* h0 -> h1 -> … -> hN, which is a NullHandler. */
static void row_of(int memories, text *out) {
    text_clear(out);
    text_add_cstr(out,
                  "[loggers]\nkeys=root\n[formatters]\nkeys=\n[logger_root]\nhandlers=h0\n[handlers]\nkeys=");
    for (int i = 0; i <= memories; i++) text_addf(out, "%sh%d", i > 0 ? "," : "", i);
    for (int i = 0; i < memories; i++)
        text_addf(out, "\n[handler_h%d]\nclass=handlers.MemoryHandler\nargs=(1,)\ntarget=h%d\n", i, i + 1);
    text_addf(out, "\n[handler_h%d]\nclass=NullHandler\n", memories);
}

Test(check_feeds, a_row_has_a_bound) {
    text in;
    text_init(&in, 0);
    row_of(LIMIT_HOLD_CHAIN, &in);
    cr_assert_eq(must_check(text_cstr(&in))->handler_count, LIMIT_HOLD_CHAIN + 1);
    row_of(LIMIT_HOLD_CHAIN + 1, &in);
    expect_told(text_cstr(&in), "handlers hand records on one behind the other");
    text_done(&in);
}

Test(check_feeds, what_it_feeds_is_part_of_what_a_handler_is) {
    const char *const plain = INI_HANDLERS("m,n") MEMORY("m", "n") NOTHING("n");
    uint64_t definition = must_check(plain)->handlers[0].definition, whole = checked.plan->handlers[0].whole;
    cr_assert_eq(must_check(plain)->handlers[0].whole, whole);
    must_check(INI_HANDLERS("m,n") MEMORY("m", "n") NOTHING("n") "level=ERROR\n");
    cr_assert_eq(checked.plan->handlers[0].definition, definition);
    cr_assert_neq(checked.plan->handlers[0].whole, whole, "its target has another level");
    must_check(INI_HANDLERS("m,n") MEMORY("m", "n") "formatter=f\n" NOTHING("n"));
    cr_assert_neq(checked.plan->handlers[0].whole, whole, "it has a formatter");
}

static uint64_t whole_with(const char *kwargs) {
    char in[512];
    snprintf(in, sizeof in, "%s%s[formatter_f]\nformat=%%(message)s %%(user)s\n%s",
             "[loggers]\nkeys=root\n[handlers]\nkeys=m\n[formatters]\nkeys=f\n[logger_root]\nhandlers=\n",
             MEMORY("m", "") "formatter=f\n", kwargs);
    return must_check(in)->handlers[0].whole;
}

Test(check_feeds, so_are_all_arguments_of_its_formatter) {
    uint64_t plain = whole_with("");
    cr_assert_eq(whole_with(""), plain);
    cr_assert_neq(whole_with("kwargs={'defaults': {'user': '-'}}\n"), plain);
    cr_assert_neq(whole_with("kwargs={'defaults': {'user': 'x'}}\n"),
                  whole_with("kwargs={'defaults': {'user': '-'}}\n"));
}

/* ---- queues ---- */

#define QUEUE(name, handlers) "[handler_" name "]\nclass=handlers.QueueHandler\nhandlers=" handlers "\n"

Test(check_feeds, a_queue_may_be_read_into_a_buffer_or_another_queue) {
    const config_plan *plan =
        must_check(INI_HANDLERS("q,r,m,n") QUEUE("q", "r,n") QUEUE("r", "m") MEMORY("m", "n") NOTHING("n"));
    const plan_handler *q = handler_of(plan, "q"), *r = handler_of(plan, "r");
    cr_assert(q->reader == q && q->rank == 2 && r->rank == 1);
    cr_assert_eq(handler_of(plan, "m")->rank, 0);
}

Test(check_feeds, one_that_shares_a_queue_stands_where_its_reader_stands) {
    const config_plan *plan = must_check(INI_HANDLERS(
        "a,q,r,n") "[handler_a]\nclass=handlers.QueueHandler\nkwargs={'queue': 'q'}\n" QUEUE("q", "r")
                                             QUEUE("r", "n") NOTHING("n"));
    cr_assert_eq(handler_of(plan, "a")->reader, handler_of(plan, "q"));
    cr_assert_eq(handler_of(plan, "a")->rank, 2);
}

Test(check_feeds, no_ring_goes_through_a_queue) {
    expect_told(INI_HANDLERS("q,r") QUEUE("q", "r") QUEUE("r", "q"), "in a ring");
    expect_told(INI_HANDLERS("q,m") QUEUE("q", "m") MEMORY("m", "q"), "in a ring");
    expect_told(INI_HANDLERS("q,r")
                    QUEUE("q", "r") "[handler_r]\nclass=handlers.QueueHandler\nkwargs={'queue': "
                                    "'q'}\n",
                "in a ring");
}
