/* level_rule_test.c - level by context: what a rule lets through, where it looks, and that a call which it
 * does not let through leaves nothing. */
#include "frontend/level_rule.h"

#include <limits.h>
#include <pthread.h>

#include "front_fixture.h"
#include "weir_logging.h"

static front_fixture f;
static record rec;
static void open_front(void) { fixture_open(&f); }
static void close_front(void) { fixture_close(&f); }
TestSuite(level_rule, .init = open_front, .fini = close_front);

static logger *get(const char *name) { return logger_get(slice_of(name), NULL); }
static int threshold(const logger *l) { return __atomic_load_n(&l->self.head.threshold, __ATOMIC_RELAXED); }
static int own(const logger *l) { return __atomic_load_n(&l->self.head.own, __ATOMIC_RELAXED); }

static level_rules *rules_of(const char *field, const char *v, int level) {
    const slice values[] = {slice_of("nobody"), slice_of(v)};
    const level_rule wanted = {.field = slice_of(field), .values = values, .value_count = 2, .level = level};
    level_rules *list = level_rules_create(1);
    level_rule *rule = level_rule_create(&wanted);
    level_rules_add(list, rule);
    level_rule_drop(rule);
    return list;
}

/* A configuration of the root at WARNING and one logger with a rule; field NULL: without. */
static void prepare(tree_plan *plan, tree_plan_row rows[2], logger *l, const char *field, const char *v) {
    rows[0] = (tree_plan_row){.logger = logger_root(), .level = WEIR_LEVEL_WARNING};
    rows[1] = (tree_plan_row){.logger = l, .level = WEIR_LEVEL_ERROR};
    if (field != NULL) rows[1].rules = rules_of(field, v, WEIR_LEVEL_DEBUG);
    *plan = (tree_plan){.rows = rows, .count = 2};
    logger_tree_prepare(plan);
}

static void configure(logger *l, const char *field, const char *v) {
    tree_plan_row rows[2];
    tree_plan plan;
    prepare(&plan, rows, l, field, v);
    logger_tree_commit(&plan, NULL, NULL);
}

static void end(void) {
    logger_tree_drop_rules();
    configure(get("shop"), NULL, NULL);
}

static void expect_none(void) { cr_assert_not(fixture_next(&f, &rec), "nothing more is in a ring"); }

/* ---- thresholds ---- */

Test(level_rule, thresholds_go_down_for_the_logger_and_all_below_it_and_levels_stay) {
    logger *shop = get("shop"), *cart = get("shop.cart"), *other = get("other");
    weir_logger *bound = weir_bind(&cart->self.head, "k", "v");
    configure(shop, "user", "bob");
    logger_set_level(cart, WEIR_LEVEL_CRITICAL);
    cr_assert_eq(threshold(shop), WEIR_LEVEL_DEBUG);
    cr_assert_eq(own(shop), WEIR_LEVEL_ERROR);
    cr_assert_eq(threshold(cart), WEIR_LEVEL_DEBUG, "a level of its own does not shield it");
    cr_assert_eq(own(cart), WEIR_LEVEL_CRITICAL);
    cr_assert(bound->threshold == WEIR_LEVEL_DEBUG && bound->own == WEIR_LEVEL_CRITICAL);
    cr_assert_eq(threshold(get("shop.cart.made.later")), WEIR_LEVEL_DEBUG);
    cr_assert_eq(logger_effective_level(cart), WEIR_LEVEL_CRITICAL);
    cr_assert_eq(threshold(other), WEIR_LEVEL_WARNING, "not beside it");
    cr_assert_eq(own(other), WEIR_LEVEL_WARNING);
    logger_set_level(cart, 5);
    cr_assert_eq(threshold(cart), 5, "a level below the rule's");
    logger_tree_drop_rules();
    cr_assert_eq(threshold(shop), WEIR_LEVEL_ERROR);
    end();
}

Test(level_rule, disable_and_a_disabled_logger_win) {
    logger *shop = get("shop");
    configure(shop, "user", "bob");
    logger_disable_all(WEIR_LEVEL_INFO);
    cr_assert_eq(threshold(shop), WEIR_LEVEL_INFO + 1);
    logger_disable_all(INT_MAX);
    cr_assert_eq(threshold(shop), INT_MAX);
    logger_disable_all(0);
    logger_set_disabled(shop, true);
    cr_assert_eq(threshold(shop), INT_MAX);
    cr_assert_not(weir_is_enabled(&shop->self.head, WEIR_LEVEL_CRITICAL));
    logger_set_disabled(shop, false);
    cr_assert_eq(threshold(shop), WEIR_LEVEL_DEBUG);
    end();
}

Test(level_rule, a_swap_is_prepared_with_the_rules_of_both_and_can_be_cancelled) {
    logger *shop = get("shop");
    tree_plan_row rows[2];
    tree_plan plan;
    configure(shop, "user", "bob");
    prepare(&plan, rows, shop, "user", "eve");
    cr_assert_null(rows[1].rules, "the tree has them");
    const weir_field bob[] = {weir_str("user", "bob")}, eve[] = {weir_str("user", "eve")};
    const rule_fields of_bob = {bob, 1, NULL}, of_eve = {eve, 1, NULL};
    cr_assert(level_rules_pass(&shop->self, WEIR_LEVEL_DEBUG, &of_bob));
    cr_assert(level_rules_pass(&shop->self, WEIR_LEVEL_DEBUG, &of_eve));
    logger_tree_cancel();
    cr_assert(level_rules_pass(&shop->self, WEIR_LEVEL_DEBUG, &of_bob));
    cr_assert_not(level_rules_pass(&shop->self, WEIR_LEVEL_DEBUG, &of_eve));
    prepare(&plan, rows, shop, "user", "eve");
    logger_tree_commit(&plan, NULL, NULL);
    cr_assert_not(level_rules_pass(&shop->self, WEIR_LEVEL_DEBUG, &of_bob));
    cr_assert(level_rules_pass(&shop->self, WEIR_LEVEL_DEBUG, &of_eve));
    cr_assert_not(level_rules_pass(&shop->self, WEIR_LEVEL_DEBUG - 1, &of_eve), "below the rule's level");
    end();
}

Test(level_rule, a_cancelled_swap_enables_nobody) {
    logger *off = get("off");
    tree_plan_row rows[2];
    tree_plan plan;
    logger_set_disabled(off, true);
    prepare(&plan, rows, get("shop"), "user", "eve");
    logger_tree_cancel();
    cr_assert(logger_is_disabled(off));
    cr_assert_eq(threshold(off), INT_MAX);
    cr_assert_eq(threshold(get("shop")), logger_effective_level(get("shop")));
    logger_set_disabled(off, false);
    end();
}

/* ---- calls ---- */

Test(level_rule, a_call_passes_by_what_its_own_fields_say_before_all_others) {
    logger *shop = get("shop");
    weir_logger *l = &shop->self.head, *of_bob = weir_bind(l, "user", "bob");
    configure(shop, "user", "bob");
    for (int turn = 0; turn < 3; turn++) { /* its first call goes another way than later ones */
        WEIR_DEBUG(l, "nobody's");
        WEIR_LOG_FIELDS(l, WEIR_LEVEL_DEBUG, (weir_str("user", "alice")), "alice's");
        WEIR_LOG_FIELDS(of_bob, WEIR_LEVEL_DEBUG, (weir_str("user", "alice")), "alice's through bob's");
        expect_none();
        WEIR_LOG_FIELDS(l, WEIR_LEVEL_DEBUG, (weir_str("user", "alice"), weir_str("user", "bob")), "bob's %d",
                        turn);
        expect_message(&f, &rec, turn == 0 ? "bob's 0" : turn == 1 ? "bob's 1" : "bob's 2");
        WEIR_DEBUG(of_bob, "bound");
        expect_message(&f, &rec, "bound");
        cr_assert_eq(weir_context_push("user", "eve"), 0);
        WEIR_DEBUG(of_bob, "eve's through bob's");
        expect_none();
        cr_assert_eq(weir_context_push("user", "bob"), 0);
        WEIR_DEBUG(l, "the thread's");
        expect_message(&f, &rec, "the thread's");
        cr_assert_eq(weir_context_pop("user"), 0);
        WEIR_DEBUG(l, "eve's again");
        expect_none();
        cr_assert_eq(weir_context_pop("user"), 0);
        WEIR_ERROR(l, "at its level");
        expect_message(&f, &rec, "at its level");
    }
    ring_totals totals;
    ring_set_totals(f.rings, &totals);
    cr_assert_eq(totals.accepted, 12, "what does not pass is not counted");
    for (int i = 0; i < EARLY_COUNT; i++) cr_assert_eq(f.process->early[i], 0);
    end();
}

Test(level_rule, values_are_compared_as_text) {
    static const struct {
        const char *value;
        bool pass[7];
    } rows[] = {{"-7", {1}},
                {"18446744073709551615", {0, 1}},
                {"0.1", {0, 0, 1}},
                {"True", {0, 0, 0, 1}},
                {"None", {0, 0, 0, 0, 1}},
                {"*", {1, 1, 1, 1, 1, 1, 1}},
                {"r-?2*", {0, 0, 0, 0, 0, 1}},
                {"", {0, 0, 0, 0, 0, 0, 1}},
                {"-", {0}}};
    const weir_field fields[] = {weir_int("id", -7), weir_uint("id", UINT64_MAX), weir_double("id", 0.1),
                                 weir_bool("id", 1), weir_str("id", NULL),        weir_str("id", "r-42/7"),
                                 weir_str("id", "")};
    logger *shop = get("shop");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        configure(shop, "id", rows[i].value);
        for (size_t n = 0; n < 7; n++) {
            const rule_fields where = {&fields[n], 1, NULL};
            cr_assert_eq(level_rules_pass(&shop->self, WEIR_LEVEL_DEBUG, &where), rows[i].pass[n],
                         "%s, field %zu", rows[i].value, n);
        }
    }
    end();
}

Test(level_rule, a_value_longer_than_a_context_matches_nothing) {
    static char letters[4098];
    memset(letters, 'x', sizeof letters - 1);
    logger *shop = get("shop");
    configure(shop, "id", "x*");
    const weir_field field = weir_str("id", letters);
    const rule_fields where = {&field, 1, NULL};
    cr_assert_not(level_rules_pass(&shop->self, WEIR_LEVEL_DEBUG, &where));
    letters[4096] = '\0';
    cr_assert(level_rules_pass(&shop->self, WEIR_LEVEL_DEBUG, &where));
    end();
}

Test(level_rule, is_enabled_answers_by_the_thread_and_what_is_bound) {
    logger *shop = get("shop");
    weir_logger *l = &shop->self.head;
    configure(shop, "user", "bob");
    cr_assert_not(weir_is_enabled(l, WEIR_LEVEL_DEBUG));
    cr_assert(weir_is_enabled(l, WEIR_LEVEL_ERROR));
    cr_assert(weir_is_enabled(weir_bind(l, "user", "bob"), WEIR_LEVEL_DEBUG));
    weir_context_push("user", "bob");
    cr_assert(weir_is_enabled(l, WEIR_LEVEL_DEBUG));
    cr_assert_not(weir_is_enabled(l, WEIR_LEVEL_DEBUG - 1));
    weir_context_pop("user");
    end();
}

Test(level_rule, given_attributes_are_looked_at) {
    logger *shop = get("shop");
    configure(shop, "id", "[1, 'a']");
    const value items[] = {value_int(1), value_str(SLICE_LITERAL("a"))};
    const value_pair pair = {value_str(SLICE_LITERAL("id")), {.type = VALUE_LIST, .list = {items, 2}}};
    const value extra = {.type = VALUE_DICT, .dict = {&pair, 1}}, none = {.type = VALUE_DICT};
    const rule_fields with = {.extra = &extra}, without = {.extra = &none};
    cr_assert(level_rules_pass(&shop->self, WEIR_LEVEL_DEBUG, &with));
    cr_assert_not(level_rules_pass(&shop->self, WEIR_LEVEL_DEBUG, &without));
    end();
}

/* ---- the shorter ways ---- */

Test(level_rule, a_lowered_logger_takes_the_longest_way_until_a_while_after_its_last_rule) {
    logger *shop = get("shop");
    weir_logger *l = &shop->self.head;
    WEIR_ERROR(l, "%d", 1);
    cr_assert_eq(shop->token, shop->number);
    configure(shop, "user", "bob");
    WEIR_ERROR(l, "%d", 2);
    cr_assert_eq(shop->token >> 32, 0);
    cr_assert_eq(logger_tree_unlower(INT64_MAX), 0, "nothing to do");
    WEIR_ERROR(l, "%d", 3);
    cr_assert_eq(shop->token >> 32, 0, "as long as there is a rule");
    configure(shop, NULL, NULL);
    int64_t now = clock_monotonic_ns(), again = logger_tree_unlower(now);
    cr_assert(again > now && again <= now + INT64_C(1000000000));
    WEIR_ERROR(l, "%d", 4);
    cr_assert_eq(shop->token >> 32, 0, "a thread may have read the old threshold");
    cr_assert_eq(logger_tree_unlower(again), 0);
    WEIR_ERROR(l, "%d", 5);
    cr_assert_eq(shop->token, shop->number);
    expect_message(&f, &rec, "1");
    expect_message(&f, &rec, "2");
    expect_message(&f, &rec, "3");
    expect_message(&f, &rec, "4");
    expect_message(&f, &rec, "5");
}

/* A thread that has read the old threshold when the rule goes. */
Test(level_rule, what_comes_late_does_not_pass) {
    logger *shop = get("shop");
    static weir_call_site site = WEIR_SITE_("late", 0u);
    configure(shop, "user", "bob");
    configure(shop, NULL, NULL);
    weir_log_call(&shop->self.head, &site, WEIR_LEVEL_DEBUG, "late");
    expect_none();
}

static uint32_t asked, halt;

static void *ask(void *arg) {
    const weir_field field = weir_str("user", "bob");
    const rule_fields where = {&field, 1, NULL};
    for (unsigned n = 0; !__atomic_load_n(&halt, __ATOMIC_RELAXED); n++) {
        level_rules_pass(&((logger *)arg)->self, WEIR_LEVEL_DEBUG, &where);
        WEIR_LOG_FIELDS(&((logger *)arg)->self.head, WEIR_LEVEL_DEBUG, (weir_str("user", "alice")), "never");
        __atomic_fetch_add(&asked, 1, __ATOMIC_RELAXED);
    }
    return NULL;
}

/* Under a sanitizer this finds a rule that is freed under a reader. */
Test(level_rule, rules_come_and_go_while_they_are_asked) {
    logger *shop = get("shop");
    pthread_t threads[3];
    for (int i = 0; i < 3; i++) cr_assert_eq(pthread_create(&threads[i], NULL, ask, shop), 0);
    for (int i = 0; i < 500 || __atomic_load_n(&asked, __ATOMIC_RELAXED) < 1000; i++)
        configure(shop, i % 3 ? "user" : NULL, i % 2 ? "bob" : "eve");
    __atomic_store_n(&halt, 1, __ATOMIC_RELAXED);
    for (int i = 0; i < 3; i++) pthread_join(threads[i], NULL);
    expect_none();
    end();
}
