/* The gate: one push at a time, the newest first, and those it replaces are told by which generation. */
#include <criterion/criterion.h>
#include <pthread.h>
#include <unistd.h>

#include "admin/control/control_internal.h"

typedef struct pusher {
    push_gate *gate;
    pthread_t thread;
    bool applies;           /* or is refused */
    bool entered;           /* had its turn */
    uint64_t superseded_by; /* 0: was not */
    uint64_t *generations;
} pusher;

static void *push(void *arg) {
    pusher *p = arg;
    push_turn turn;
    if (gate_enter(&p->gate[0], &turn, &p->superseded_by)) {
        p->entered = true;
        uint64_t number = p->applies ? ++*p->generations : 0;
        gate_leave(p->gate, &turn, p->applies, number);
    }
    return NULL;
}

static size_t waiting(push_gate *g) {
    size_t n = 0;
    pthread_mutex_lock(&g->lock);
    for (const push_turn *t = g->waiting; t != NULL; t = t->next) n++;
    pthread_mutex_unlock(&g->lock);
    return n;
}

/* Holds the gate while three wait behind it, in this order, then lets them go. */
static void three(pusher p[3], bool a, bool b, bool c, uint64_t *generations) {
    static push_gate gate;
    push_turn held;
    uint64_t none = 0;
    bool applies[3] = {a, b, c};
    cr_assert_eq(gate_init(&gate), 0);
    cr_assert(gate_enter(&gate, &held, &none));
    for (size_t i = 0; i < 3; i++) {
        p[i] = (pusher){.gate = &gate, .applies = applies[i], .generations = generations};
        pthread_create(&p[i].thread, NULL, push, &p[i]);
        while (waiting(&gate) != i + 1) usleep(100);
    }
    gate_leave(&gate, &held, false, 0);
    for (size_t i = 0; i < 3; i++) pthread_join(p[i].thread, NULL);
    gate_done(&gate);
}

/* covers: fault 28 */
Test(gate, the_newest_replaces_those_who_wait) {
    pusher p[3];
    uint64_t generations = 7;
    three(p, true, true, true, &generations);
    cr_assert(p[2].entered);
    cr_assert_not(p[0].entered);
    cr_assert_not(p[1].entered);
    cr_assert_eq(p[0].superseded_by, 8);
    cr_assert_eq(p[1].superseded_by, 8);
}

Test(gate, a_refused_one_replaces_nothing) {
    pusher p[3];
    uint64_t generations = 7;
    three(p, true, true, false, &generations);
    cr_assert(p[2].entered);
    cr_assert(p[1].entered);
    cr_assert_eq(p[1].superseded_by, 0);
    cr_assert_not(p[0].entered);
    cr_assert_eq(p[0].superseded_by, 8);
}

Test(gate, all_refused_all_had_their_turn) {
    pusher p[3];
    uint64_t generations = 0;
    three(p, false, false, false, &generations);
    for (size_t i = 0; i < 3; i++) cr_assert(p[i].entered && p[i].superseded_by == 0);
}

static void *many(void *arg) {
    pusher *p = arg;
    for (int i = 0; i < 2000; i++) push(p);
    return NULL;
}

Test(gate, there_is_always_progress) {
    push_gate gate;
    pusher p[4];
    uint64_t generations = 0;
    cr_assert_eq(gate_init(&gate), 0);
    for (size_t i = 0; i < 4; i++) {
        p[i] = (pusher){.gate = &gate, .applies = true, .generations = &generations};
        pthread_create(&p[i].thread, NULL, many, &p[i]);
    }
    for (size_t i = 0; i < 4; i++) pthread_join(p[i].thread, NULL);
    cr_assert(generations > 0 && generations <= 8000);
    cr_assert_null(gate.waiting);
    cr_assert_not(gate.busy);
    gate_done(&gate);
}

typedef struct editor {
    push_gate *gate;
    pthread_t thread;
} editor;

static void *edit(void *arg) {
    editor *e = arg;
    push_turn turn;
    gate_enter_edit(e->gate, &turn);
    gate_leave(e->gate, &turn, false, 0);
    return NULL;
}

/* An edit changes what runs: a push that waits is not replaced by it, nor it by one that comes later. */
Test(gate, an_edit_supersedes_nobody_and_is_superseded_by_nobody) {
    static push_gate gate;
    push_turn held;
    uint64_t none = 0, generations = 7;
    pusher before = {.gate = &gate, .applies = true, .generations = &generations}, after = before;
    editor e = {.gate = &gate};
    cr_assert_eq(gate_init(&gate), 0);
    cr_assert(gate_enter(&gate, &held, &none));
    pthread_create(&before.thread, NULL, push, &before);
    while (waiting(&gate) != 1) usleep(100);
    pthread_create(&e.thread, NULL, edit, &e);
    while (waiting(&gate) != 2) usleep(100);
    gate_leave(&gate, &held, false, 0);
    pthread_join(e.thread, NULL);
    pthread_join(before.thread, NULL);
    cr_assert(before.entered, "the push had its turn");
    cr_assert(gate_enter(&gate, &held, &none));
    pthread_create(&e.thread, NULL, edit, &e);
    while (waiting(&gate) != 1) usleep(100);
    pthread_create(&after.thread, NULL, push, &after);
    while (waiting(&gate) != 2) usleep(100);
    gate_leave(&gate, &held, false, 0);
    pthread_join(after.thread, NULL);
    pthread_join(e.thread, NULL); /* it had its turn, or this would wait for ever */
    cr_assert(after.entered);
    gate_done(&gate);
}
