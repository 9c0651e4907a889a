/* windows.h - how many records of each kind passed lately, and how many were held back since: what the rate
 * limit and the filter of duplicates share. Bounded: the kind that was quiet longest makes room. One thread
 * at a time. */
#ifndef WEIR_FILTER_WINDOWS_H
#define WEIR_FILTER_WINDOWS_H

#include "filter/filter.h"

typedef struct window {
    uint64_t key; /* 0: free */
    int64_t until_ns;
    uint64_t passed, held;
    int level;
    char *logger;   /* owned; of what is held */
    char text[208]; /* of the first one held */
} window;

typedef struct windows {
    uint64_t rate; /* records that pass in a window */
    int64_t length_ns;
    uint64_t seed;       /* kinds cannot be made to meet from outside */
    int64_t next_due_ns; /* nothing is to be told before; 0: nothing at all */
    window *list;
    window evicted; /* one that made room and has something to tell */
} windows;

/* false: no memory. */
bool windows_init(windows *w, uint64_t rate, int64_t length_ms);
void windows_done(windows *w);
/* The kind of a record; parts are hashed one after the other, from windows_begin on. */
uint64_t windows_begin(const windows *w);
uint64_t windows_add(uint64_t key, slice part);
/* May it pass? text is what is told of the kind. */
bool windows_pass(windows *w, uint64_t key, const record *rec, slice text);
/* As filter.tell: "12 similar suppressed in 5s: …". */
bool windows_tell(windows *w, int64_t now_ns, bool all, filter_note *out);

#endif
