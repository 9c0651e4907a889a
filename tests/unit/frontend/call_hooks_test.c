/* call_hooks_test.c - which hooks there are, and that what was removed is run by nobody any more. */
#include "frontend/call_hooks.h"

#include <criterion/criterion.h>
#include <pthread.h>

static int pass(void *arg, weir_record *r) {
    (void)arg, (void)r;
    return 1;
}

static size_t own_count(const logger *l) {
    hooks_at_call h;
    call_hooks_enter(l, &h);
    size_t n = h.own == NULL ? 0 : h.own->count;
    call_hooks_leave(&h);
    return n;
}

Test(hooks, added_once_removed_once) {
    logger *l = logger_get(slice_of("h"), NULL), *other = logger_get(slice_of("h.below"), NULL);
    int a, b;
    const call_hook first = {pass, &a, HOOK_HOST}, second = {pass, &b, HOOK_HOST};
    cr_assert_not(call_hooks_concern(l));
    cr_assert_eq(call_hooks_remove(l, &first), -1);
    cr_assert_eq(call_hooks_add(l, &first), 0);
    cr_assert_eq(call_hooks_add(l, &first), 0);
    cr_assert_eq(call_hooks_add(l, &second), 0);
    cr_assert_eq(own_count(l), 2);
    cr_assert(call_hooks_concern(l));
    cr_assert_not(call_hooks_concern(other), "not those below");
    cr_assert_eq(call_hooks_remove(l, &first), 0);
    cr_assert_eq(call_hooks_remove(l, &first), -1);
    cr_assert_eq(own_count(l), 1);
    cr_assert_eq(call_hooks_remove(l, &second), 0);
    cr_assert_not(call_hooks_concern(l));
}

Test(hooks, for_all_and_the_factory_concern_every_logger) {
    logger *l = logger_get(slice_of("h"), NULL);
    void *arg = NULL;
    int a;
    const call_hook hook = {pass, &a, HOOK_HOST};
    cr_assert_eq(call_hooks_add(NULL, &hook), 0);
    cr_assert(call_hooks_concern(l) && call_hooks_concern(logger_root()));
    cr_assert_eq(call_hooks_remove(NULL, &hook), 0);
    cr_assert_not(call_hooks_concern(l));
    cr_assert_eq(call_hooks_set_factory((weir_record_factory)(void *)pass, &a), 0);
    cr_assert(call_hooks_concern(l));
    cr_assert(call_hooks_get_factory(&arg) == (weir_record_factory)(void *)pass && arg == &a);
    cr_assert_eq(call_hooks_set_factory(NULL, NULL), 0);
    cr_assert_not(call_hooks_concern(l));
}

Test(hooks, a_configuration_replaces_its_own_only) {
    logger *l = logger_get(slice_of("h"), NULL), *m = logger_get(slice_of("m"), NULL);
    int a, b;
    const call_hook hosts = {pass, &a, HOOK_HOST};
    const hook_rule rules[] = {{l, pass, &b}, {l, pass, &b}, {m, pass, &b}};
    cr_assert_eq(call_hooks_add(l, &hosts), 0);
    cr_assert_eq(call_hooks_configure(rules, 3), 0);
    cr_assert_eq(own_count(l), 2);
    cr_assert_eq(own_count(m), 1);
    cr_assert_eq(call_hooks_configure(rules, 1), 0);
    cr_assert_eq(own_count(l), 2);
    cr_assert_eq(own_count(m), 0);
    cr_assert_eq(call_hooks_configure(NULL, 0), 0);
    cr_assert_eq(own_count(l), 1, "the host's stays");
    cr_assert_eq(call_hooks_remove(l, &hosts), 0);
}

/* ---- what was removed is run by nobody ---- */

typedef struct word {
    int alive; /* atomic */
} word;
static int stop, wrong; /* atomic */

static int must_be_alive(void *arg, weir_record *r) {
    word *w = arg;
    (void)r;
    for (int i = 0; i < 50; i++)
        if (!__atomic_load_n(&w->alive, __ATOMIC_SEQ_CST)) __atomic_store_n(&wrong, 1, __ATOMIC_SEQ_CST);
    return 1;
}

static void *run_hooks(void *arg) {
    logger *l = arg;
    while (!__atomic_load_n(&stop, __ATOMIC_SEQ_CST)) {
        hooks_at_call h;
        call_hooks_enter(l, &h);
        for (size_t i = 0; h.own != NULL && i < h.own->count; i++) h.own->at[i].run(h.own->at[i].arg, NULL);
        call_hooks_leave(&h);
    }
    return NULL;
}

Test(hooks, nobody_runs_what_was_removed) {
    logger *l = logger_get(slice_of("busy"), NULL);
    pthread_t threads[3];
    word words[2] = {{0}, {0}};
    for (int i = 0; i < 3; i++) pthread_create(&threads[i], NULL, run_hooks, l);
    for (int i = 0; i < 300; i++) {
        word *w = &words[i % 2];
        const call_hook hook = {must_be_alive, w, HOOK_HOST};
        __atomic_store_n(&w->alive, 1, __ATOMIC_SEQ_CST);
        cr_assert_eq(call_hooks_add(l, &hook), 0);
        cr_assert_eq(call_hooks_remove(l, &hook), 0);
        __atomic_store_n(&w->alive, 0, __ATOMIC_SEQ_CST);
    }
    __atomic_store_n(&stop, 1, __ATOMIC_SEQ_CST);
    for (int i = 0; i < 3; i++) pthread_join(threads[i], NULL);
    cr_assert_eq(wrong, 0);
}

static int takes_itself_away(void *arg, weir_record *r) {
    const call_hook self = {takes_itself_away, arg, HOOK_HOST};
    (void)r;
    return call_hooks_remove(arg, &self) == 0;
}

Test(hooks, one_may_take_itself_away) {
    logger *l = logger_get(slice_of("self"), NULL);
    const call_hook hook = {takes_itself_away, l, HOOK_HOST};
    hooks_at_call h;
    cr_assert_eq(call_hooks_add(l, &hook), 0);
    call_hooks_enter(l, &h);
    cr_assert_eq(h.own->at[0].run(h.own->at[0].arg, NULL), 1);
    cr_assert_eq(h.own->count, 1, "the list is still there");
    call_hooks_leave(&h);
    cr_assert_not(call_hooks_concern(l));
}
