/* write_signals.h - a write on a host's thread must not kill the host: SIGXFSZ (a file size limit) and
 * SIGPIPE (a reader that went) are held while Weir writes there, and those that came are taken away again.
 * Threads of Weir block all signals and need none of this. */
#ifndef WEIR_BASE_WRITE_SIGNALS_H
#define WEIR_BASE_WRITE_SIGNALS_H

#include <signal.h>
#include <stdbool.h>

typedef struct write_signals {
    sigset_t before;  /* the thread's mask */
    sigset_t pending; /* what waited already: the host's own, left to it */
} write_signals;

void write_signals_hold(write_signals *w);
/* Ends what the last hold began; errno is kept. */
void write_signals_release(const write_signals *w);

#endif
