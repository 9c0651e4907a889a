/* symbols.h - the function, file and line of an address of this process, from its debug information
 * (libdw). What was found is kept: an address is looked up once. The first look-up in an object reads the
 * object's debug information: milliseconds (libc's: 50), and malloc. Any thread; not in a signal handler. */
#ifndef WEIR_BASE_SYMBOLS_H
#define WEIR_BASE_SYMBOLS_H

#include <stdbool.h>

/* NUL-terminated; "" and line 0: not known. What is longer ends in "…". */
typedef struct symbol {
    char function[512];
    char file[1024];
    int line;
} symbol;

/* Of the call that returns to `returns`. false: nothing is known of it. */
bool symbol_of_call(const void *returns, symbol *out);
/* Closes the objects that look-ups opened: after the last address of a stack. */
void symbols_close(void);

void symbols_fork_prepare(void);
void symbols_fork_release(void); /* parent and child */

#endif
