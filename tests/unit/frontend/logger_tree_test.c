/* logger_tree_test.c - names, levels and thresholds by Python's rules. */
#include "frontend/logger_tree.h"

#include <criterion/criterion.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/limits.h"
#include "weir_logging.h"

static logger *get(const char *name) { return logger_get(slice_of(name), NULL); }
static int threshold(const logger *l) { return __atomic_load_n(&l->self.head.threshold, __ATOMIC_RELAXED); }

Test(tree, names) {
    bool created = true;
    cr_assert_eq(logger_get(slice_of("root"), &created), logger_root());
    cr_assert_not(created);
    cr_assert_eq(get(""), logger_root());
    cr_assert_eq((logger *)logger_of_handle(weir_get_logger(NULL)), logger_root());
    logger *abc = logger_get(slice_of("a.b.c"), &created);
    cr_assert(created);
    cr_assert_eq(logger_get(slice_of("a.b.c"), &created), abc);
    cr_assert_not(created);
    cr_assert(slice_is(abc->parent->name, "a.b"));
    cr_assert_not(abc->parent->requested);
    cr_assert_eq(logger_get(slice_of("a.b"), &created), abc->parent);
    cr_assert(created, "asked for the first time");
    cr_assert_eq(abc->parent->parent->parent, logger_root());
    cr_assert_eq(get(".x")->parent, logger_root());
    cr_assert(slice_is(get("a..b")->parent->name, "a."));
    cr_assert_null(logger_find(SLICE_LITERAL("never")));
    for (uint32_t i = 0; i < logger_count(); i++) cr_assert_eq(logger_at(i)->index, i);
    cr_assert_null(logger_at(logger_count()));
    cr_assert_str_eq(weir_logger_name(weir_get_logger("a.b.c")), "a.b.c");
    cr_assert_eq(weir_get_child(weir_get_logger("a.b"), "c"), weir_get_logger("a.b.c"));
    cr_assert_eq(weir_get_child(weir_get_logger(NULL), "a.b"), weir_get_logger("a.b"));
}

Test(tree, names_that_are_too_long_are_the_root_and_counted) {
    static char name[LIMIT_LOGGER_NAME + 2];
    memset(name, 'n', LIMIT_LOGGER_NAME + 1);
    cr_assert_eq(weir_get_logger(name), weir_get_logger(NULL));
    cr_assert_eq(logger_names_refused(), 1);
    name[LIMIT_LOGGER_NAME] = '\0';
    weir_logger *longest = weir_get_logger(name);
    cr_assert_neq(longest, weir_get_logger(NULL));
    cr_assert_eq(weir_get_child(longest, "x"), weir_get_logger(NULL));
    cr_assert_eq(logger_names_refused(), 2);
}

Test(tree, levels_are_inherited) {
    logger *a = get("a"), *ab = get("a.b"), *abc = get("a.b.c");
    cr_assert_eq(threshold(abc), WEIR_LEVEL_WARNING, "unconfigured Python");
    logger_set_level(a, WEIR_LEVEL_DEBUG);
    cr_assert_eq(threshold(abc), WEIR_LEVEL_DEBUG);
    logger_set_level(ab, WEIR_LEVEL_ERROR);
    logger_set_level(a, WEIR_LEVEL_INFO);
    cr_assert_eq(threshold(abc), WEIR_LEVEL_ERROR);
    cr_assert_eq(threshold(a), WEIR_LEVEL_INFO);
    logger_set_level(ab, WEIR_LEVEL_NOTSET);
    cr_assert_eq(threshold(abc), WEIR_LEVEL_INFO);
    cr_assert_eq(weir_get_effective_level(weir_get_logger("a.b.c")), WEIR_LEVEL_INFO);
    cr_assert_eq(threshold(get("a.b.c.d.e")), WEIR_LEVEL_INFO, "made later");
    logger_set_level(logger_root(), WEIR_LEVEL_NOTSET);
    cr_assert_eq(threshold(get("other")), 1, "records of level 0 never come out");
    cr_assert_eq(logger_effective_level(get("other")), 0);
}

Test(tree, a_level_over_the_configuration) {
    logger *a = get("a"), *ab = get("a.b");
    logger_set_level(a, WEIR_LEVEL_ERROR);
    logger_set_over(a, WEIR_LEVEL_DEBUG);
    cr_assert_eq(threshold(ab), WEIR_LEVEL_DEBUG);
    weir_set_level(&a->self.head, WEIR_LEVEL_CRITICAL);
    cr_assert_eq(threshold(ab), WEIR_LEVEL_DEBUG);
    logger_set_over(a, LEVEL_UNSET);
    cr_assert_eq(threshold(ab), WEIR_LEVEL_CRITICAL);
    logger_set_over(a, WEIR_LEVEL_NOTSET);
    cr_assert_eq(threshold(ab), WEIR_LEVEL_WARNING, "NOTSET over it: the parent's");
}

Test(tree, disable) {
    logger *a = get("a");
    logger_set_level(a, WEIR_LEVEL_DEBUG);
    weir_disable(WEIR_LEVEL_WARNING);
    cr_assert_eq(threshold(a), WEIR_LEVEL_WARNING + 1);
    cr_assert_eq(threshold(get("a.new")), WEIR_LEVEL_WARNING + 1);
    weir_disable(INT_MAX);
    cr_assert_eq(threshold(a), INT_MAX);
    weir_disable(0);
    cr_assert_eq(threshold(a), WEIR_LEVEL_DEBUG);
    logger_tree_open(false);
    cr_assert_eq(threshold(a), INT_MAX);
    logger_tree_open(true);
    cr_assert_eq(threshold(a), WEIR_LEVEL_DEBUG);
}

Test(tree, bound_loggers_follow_their_core) {
    logger *a = get("a");
    bound_logger *b = logger_bind(&a->self, SLICE_LITERAL("k"), SLICE_LITERAL("v"));
    cr_assert_neq(b, &a->self);
    cr_assert_eq(b, logger_bind(&a->self, SLICE_LITERAL("k"), SLICE_LITERAL("v")));
    cr_assert_neq(b, logger_bind(&a->self, SLICE_LITERAL("k"), SLICE_LITERAL("w")));
    cr_assert_neq(b, logger_bind(&get("b")->self, SLICE_LITERAL("k"), SLICE_LITERAL("v")));
    bound_logger *two = logger_bind(b, SLICE_LITERAL("l"), SLICE_LITERAL("m"));
    cr_assert_eq(two->core, a);
    cr_assert_gt(two->fields.len, b->fields.len);
    logger_set_level(a, WEIR_LEVEL_DEBUG);
    cr_assert_eq(b->head.threshold, WEIR_LEVEL_DEBUG);
    cr_assert_eq(two->head.threshold, WEIR_LEVEL_DEBUG);
    char large[LIMIT_CONTEXT];
    memset(large, 'x', sizeof large);
    cr_assert_eq(logger_bind(b, SLICE_LITERAL("k"), slice_make(large, sizeof large)), b);
    cr_assert_eq(logger_bind(b, SLICE_LITERAL(""), SLICE_LITERAL("v")), b);
    char number[32];
    for (int i = 0; i < 1000; i++) {
        snprintf(number, sizeof number, "%d", i);
        cr_assert_eq(logger_bind(b, SLICE_LITERAL("i"), slice_of(number)),
                     logger_bind(b, SLICE_LITERAL("i"), slice_of(number)));
    }
}

/* ---- a configuration's levels ---- */

static char disabled_names[256];
static void note(void *arg, logger *l) {
    (void)arg;
    size_t len = strlen(disabled_names);
    snprintf(disabled_names + len, sizeof disabled_names - len, "%s ", l->name.data);
}

Test(tree, a_plan_disables_what_it_does_not_name_as_python_does) {
    logger *named = get("named"), *below = get("named.sub.child"),
           *between = logger_find(SLICE_LITERAL("named.sub"));
    logger *other = get("other"), *deep = get("x.y.z"), *x = logger_find(SLICE_LITERAL("x"));
    logger_set_level(below, WEIR_LEVEL_ERROR);
    logger_set_level(other, WEIR_LEVEL_ERROR);
    tree_plan_row rows[] = {{.logger = logger_root(), .level = WEIR_LEVEL_INFO},
                            {.logger = named, .level = LEVEL_UNSET}};
    tree_plan plan = {rows, 2, .disable_existing = true};
    logger_set_level(named, WEIR_LEVEL_CRITICAL);
    logger_tree_preview(&plan, note, NULL);
    cr_assert_str_eq(disabled_names, "other x.y.z ");
    disabled_names[0] = '\0';
    logger_tree_prepare(&plan);
    logger_tree_commit(&plan, note, NULL);
    cr_assert_str_eq(disabled_names, "other x.y.z ");
    cr_assert_eq(threshold(logger_root()), WEIR_LEVEL_INFO);
    cr_assert_eq(threshold(named), WEIR_LEVEL_CRITICAL, "no level key: its own is kept");
    cr_assert_eq(below->level, WEIR_LEVEL_NOTSET, "children of named ones are reset");
    cr_assert_eq(threshold(below), WEIR_LEVEL_CRITICAL);
    cr_assert_not(between->disabled || below->disabled);
    cr_assert(other->disabled && deep->disabled);
    cr_assert_eq(other->level, WEIR_LEVEL_ERROR, "disabled, not reset");
    cr_assert_eq(threshold(other), INT_MAX);
    cr_assert_not(x->disabled, "a name between was never a logger");
    plan.disable_existing = false;
    disabled_names[0] = '\0';
    logger_tree_prepare(&plan);
    logger_tree_commit(&plan, note, NULL);
    cr_assert_str_eq(disabled_names, "");
    cr_assert_not(other->disabled, "and enabled again");
    cr_assert_eq(threshold(other), WEIR_LEVEL_ERROR);
}

Test(tree, a_swap_is_prepared_by_the_lower_of_both) {
    logger *a = get("a"), *b = get("b"), *c = get("c");
    logger_set_level(a, WEIR_LEVEL_DEBUG);
    logger_set_level(b, WEIR_LEVEL_ERROR);
    c->disabled = true;
    logger_set_level(c, WEIR_LEVEL_INFO);
    cr_assert_eq(threshold(c), INT_MAX);
    tree_plan_row rows[] = {{.logger = logger_root(), .level = WEIR_LEVEL_ERROR},
                            {.logger = a, .level = WEIR_LEVEL_ERROR},
                            {.logger = b, .level = WEIR_LEVEL_DEBUG},
                            {.logger = c, .level = LEVEL_UNSET}};
    tree_plan plan = {rows, 4, .disable_existing = true};
    logger_tree_prepare(&plan);
    cr_assert_eq(threshold(logger_root()), WEIR_LEVEL_WARNING);
    cr_assert_eq(threshold(a), WEIR_LEVEL_DEBUG);
    cr_assert_eq(threshold(b), WEIR_LEVEL_DEBUG);
    cr_assert_eq(threshold(c), WEIR_LEVEL_INFO);
    cr_assert_eq(threshold(get("b.new")), WEIR_LEVEL_DEBUG, "made between the two steps");
    logger_set_level(b, WEIR_LEVEL_CRITICAL);
    cr_assert_eq(threshold(b), WEIR_LEVEL_DEBUG, "changed between the two steps");
    logger_tree_commit(&plan, NULL, NULL);
    cr_assert_eq(threshold(logger_root()), WEIR_LEVEL_ERROR);
    cr_assert_eq(threshold(a), WEIR_LEVEL_ERROR);
    cr_assert_eq(threshold(b), WEIR_LEVEL_DEBUG);
    cr_assert_eq(threshold(c), WEIR_LEVEL_INFO);
}

static int64_t cpu_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

static tree_plan_row rows[100000];

/* Makes loggers up to count, plans and commits them all; the processor time of it. */
static int64_t work_of(int from, int count) {
    char name[64];
    int64_t begin = cpu_ns();
    for (int i = from; i < count; i++) {
        snprintf(name, sizeof name, "service.part%d.logger%d", i % 300, i);
        rows[i] = (tree_plan_row){.logger = get(name), .level = WEIR_LEVEL_INFO + i % 3};
        cr_assert_not_null(rows[i].logger);
    }
    tree_plan plan = {rows, (size_t)count, .disable_existing = true};
    logger_tree_prepare(&plan);
    logger_tree_commit(&plan, NULL, NULL);
    for (int i = from; i < count; i++) logger_set_over(rows[i].logger, WEIR_LEVEL_DEBUG);
    return cpu_ns() - begin;
}

/* Ten times as many take ten times as long, give or take caches; were it quadratic, a hundred times. */
Test(tree, a_hundred_thousand_loggers_take_linear_time) {
    enum { COUNT = 100000 };
    char name[64];
    int64_t few = work_of(0, COUNT / 10), many = work_of(COUNT / 10, COUNT);
    cr_assert_lt(many, 40 * few, "%lld ns for a tenth, %lld ns for the rest", (long long)few,
                 (long long)many);
    cr_assert_eq(threshold(rows[COUNT - 1].logger), WEIR_LEVEL_DEBUG);
    int made = COUNT;
    do snprintf(name, sizeof name, "more%d", made++);
    while (get(name) != NULL && made < 2 * LIMIT_LOGGERS);
    cr_assert_eq(logger_count(), LIMIT_LOGGERS);
    cr_assert_eq(weir_get_logger("one.too.many"), weir_get_logger(NULL));
    cr_assert_not_null(get("more100000"));
}

static void *find_all(void *arg) {
    char name[32];
    (void)arg;
    for (int i = 0; i < 3000; i++) {
        snprintf(name, sizeof name, "p%d.q%d", i % 50, i);
        logger *l = get(name);
        cr_assert(slice_is(l->name, name));
        cr_assert_eq(logger_at(l->index), l);
        cr_assert_geq(threshold(l), 1);
        if (i % 100 == 0) logger_set_level(l->parent, 10 + i % 40);
    }
    return NULL;
}

Test(tree, threads_find_the_same) {
    pthread_t threads[4];
    for (int i = 0; i < 4; i++) pthread_create(&threads[i], NULL, find_all, NULL);
    for (int i = 0; i < 4; i++) pthread_join(threads[i], NULL);
    cr_assert_eq(logger_count(), 1 + 50 + 3000);
}

/* ---- what a logger says of itself ---- */

static void collect(void *arg, const char *name, weir_logger *found) {
    char *out = arg;
    snprintf(out + strlen(out), 200 - strlen(out), "%s%s ", name, found == NULL ? "?" : "");
}

Test(tree, parents_and_children_are_those_that_were_asked_for) {
    char seen[200] = "";
    weir_logger *abc = weir_get_logger("a.b.c"), *a = weir_get_logger("a");
    cr_assert_eq(weir_get_parent(abc), a);
    cr_assert_eq(weir_get_parent(a), weir_get_logger(NULL));
    cr_assert_null(weir_get_parent(weir_get_logger(NULL)));
    weir_each_logger(collect, seen);
    cr_assert_str_eq(seen, "a a.b? a.b.c ");
    seen[0] = '\0';
    weir_each_child(a, collect, seen);
    cr_assert_str_eq(seen, "", "a.b is only a part of a name");
    weir_logger *ab = weir_get_logger("a.b");
    weir_each_child(a, collect, seen);
    cr_assert_str_eq(seen, "a.b ");
    cr_assert_eq(weir_get_parent(abc), ab);
}

Test(tree, disabled_at_run_time) {
    weir_logger *l = weir_get_logger("d"), *bound = weir_bind(l, "k", "v"), *below = weir_get_logger("d.e");
    cr_assert_eq(weir_get_disabled(l), 0);
    weir_set_disabled(bound, 7);
    cr_assert_eq(weir_get_disabled(l), 1);
    cr_assert_not(weir_is_enabled(l, WEIR_LEVEL_CRITICAL));
    cr_assert_not(weir_is_enabled(bound, WEIR_LEVEL_CRITICAL));
    cr_assert(weir_is_enabled(below, WEIR_LEVEL_CRITICAL));
    weir_set_disabled(l, 0);
    cr_assert(weir_is_enabled(bound, WEIR_LEVEL_CRITICAL));
    weir_set_level(l, WEIR_LEVEL_ERROR);
    cr_assert_eq(weir_get_level(l), WEIR_LEVEL_ERROR);
    cr_assert_eq(weir_get_level(below), WEIR_LEVEL_NOTSET);
    weir_disable(WEIR_LEVEL_INFO);
    cr_assert_eq(weir_get_disable(), WEIR_LEVEL_INFO);
}

static void note_made(void *arg, weir_logger *made) {
    int *count = arg;
    cr_assert_eq(weir_get_logger(weir_logger_name(made)), made, "no lock is held");
    ++*count;
}

Test(tree, the_logger_class_is_told_of_each_logger_once) {
    int count = 0;
    weir_set_logger_class(note_made, &count);
    weir_get_logger("x.y");
    weir_get_logger("x.y");
    logger_get(slice_of("from.a.configuration"), NULL);
    cr_assert_eq(count, 2);
    weir_get_logger("x");
    cr_assert_eq(count, 3, "it was only a part of a name before");
    weir_set_logger_class(NULL, NULL);
    weir_get_logger("y");
    cr_assert_eq(count, 3);
    cr_assert_null(weir_get_logger_class(NULL));
}
