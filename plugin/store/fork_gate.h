/* fork_gate.h - SQLite and fork. A connection must not be carried over a fork, and SQLite's own
 * mutexes and its table of open files are copied as they stand. So every use of SQLite by Weir is
 * inside this gate; before a fork it is closed, what is inside ends soon, and all connections of
 * Weir are closed. Parent and child open theirs again with their next use.
 *
 * weir_plugin.c calls the three history_fork functions from its own pthread_atfork handlers, after
 * it has taken its lock. Where a use does not end in time the fork goes on, and the child keeps away
 * from SQLite for good (its rows stay in its queue, and are recovered). */
#ifndef WEIR_STORE_FORK_GATE_H
#define WEIR_STORE_FORK_GATE_H

#include <stdbool.h>

/* How long a fork waits: a transaction ends within some ms of fork_gate_closing, a query is
 * interrupted; only a blocked disk takes longer. */
#define FORK_GATE_WAIT_MS 500

typedef struct fork_member {
    struct fork_member *next, *prev;
    /* Closes the connection; called by the thread that forks, when nobody is inside. */
    void (*disconnect)(void *arg);
    /* Asks the one inside to end soon (sqlite3_interrupt); may be NULL. Any thread. */
    void (*hurry)(void *arg);
    void *arg;
} fork_member;

/* Waits while a fork is going on. false: a child that may not use SQLite; then without leave. */
bool fork_gate_enter(void);
void fork_gate_leave(void);
/* Somebody is about to fork: end soon. */
bool fork_gate_closing(void);

/* Members are the owners of connections. Called inside the gate. */
void fork_gate_add(fork_member *m);
void fork_gate_remove(fork_member *m);

void history_fork_prepare(void);
void history_fork_parent(void);
void history_fork_child(void);

#endif
