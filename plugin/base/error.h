/* error.h - how errors are told: one weir_error as the last parameter, and a list of problems
 * where a configuration can have many. A weir_error pointer may be NULL everywhere. */
#ifndef WEIR_BASE_ERROR_H
#define WEIR_BASE_ERROR_H

#include <stdbool.h>
#include <stdio.h>

#include "base/slice.h"
#include "base/text.h"
#include "weir.h"

/* Sets code and message (printf); returns -1, so that `return error_set(…)` reads well. */
int error_set(weir_error *err, int code, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* As error_set with WEIR_ERR_SYSTEM and ": strerror(errno_value)" at the end. */
int error_system(weir_error *err, int errno_value, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* One thing wrong in a configuration. line 0: the file as a whole. section, key may be NULL. */
typedef struct problem {
    int line;
    char *section;
    char *key;
    char *message; /* "what is wrong (what would be right)" */
    bool warning;  /* said, but the configuration is accepted */
} problem;

typedef struct problems {
    char *file;    /* the name as the user gave it; "<port>", "<page>" for texts without file */
    problem *list; /* in the order of the lines once problems_sort is called */
    size_t count;
    size_t errors;  /* those that are no warnings */
    size_t dropped; /* beyond LIMIT_PROBLEMS, or no memory to keep them; counted as errors */
} problems;

int problems_init(problems *p, const char *file); /* -1: no memory */
void problems_done(problems *p);
/* Forgets all but the first `keep`, and those that could not be kept; none were sorted meanwhile. */
void problems_cut(problems *p, size_t keep);
void problems_add(problems *p, int line, const char *section, const char *key, const char *format, ...)
    __attribute__((format(printf, 5, 6)));
void problems_warn(problems *p, int line, const char *section, const char *key, const char *format, ...)
    __attribute__((format(printf, 5, 6)));
void problems_sort(problems *p);
/* "FILE:LINE: [section] key: message" without newline; parts that are absent are left out. */
void problem_print(const problems *p, const problem *one, text *out);
/* All errors as lines into err->message, what does not fit as "and N more problems". */
void problems_to_error(const problems *p, weir_error *err);

#endif
