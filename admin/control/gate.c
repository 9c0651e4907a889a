/* gate.c - one push at a time, and the newest of those who wait first: a push that waits while a newer
 * one is applied has been replaced before its swap, and is told so. A newer one that is refused
 * replaces nothing: the older one has its turn then. Whoever finds the gate free passes at once, so
 * there is always progress. Any thread that may block. */
#include "admin/control/control_internal.h"

int gate_init(push_gate *g) {
    *g = (push_gate){0};
    if (pthread_mutex_init(&g->lock, NULL) != 0) return -1;
    if (pthread_cond_init(&g->moved, NULL) == 0) return 0;
    pthread_mutex_destroy(&g->lock);
    return -1;
}

void gate_done(push_gate *g) {
    pthread_cond_destroy(&g->moved);
    pthread_mutex_destroy(&g->lock);
}

/* The list is in the order of tickets, the newest first. */
static void remove_turn(push_gate *g, const push_turn *turn) {
    push_turn **at = &g->waiting;
    while (*at != turn) at = &(*at)->next;
    *at = turn->next;
}

bool gate_enter(push_gate *g, push_turn *turn, uint64_t *number) {
    pthread_mutex_lock(&g->lock);
    turn->ticket = ++g->tickets;
    turn->next = g->waiting;
    g->waiting = turn;
    while (g->applied_ticket < turn->ticket && (g->busy || g->waiting != turn))
        pthread_cond_wait(&g->moved, &g->lock);
    remove_turn(g, turn);
    bool replaced = g->applied_ticket > turn->ticket;
    if (replaced)
        *number = g->applied_generation;
    else
        g->busy = true;
    pthread_mutex_unlock(&g->lock);
    return !replaced;
}

void gate_enter_edit(push_gate *g, push_turn *turn) {
    uint64_t number;
    while (!gate_enter(g, turn, &number)) {
    }
}

void gate_leave(push_gate *g, const push_turn *turn, bool applied, uint64_t number) {
    pthread_mutex_lock(&g->lock);
    g->busy = false;
    if (applied) {
        g->applied_ticket = turn->ticket;
        g->applied_generation = number;
    }
    pthread_cond_broadcast(&g->moved);
    pthread_mutex_unlock(&g->lock);
}
