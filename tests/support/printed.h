/* printed.h - what a function printed to a FILE, for tests. */
#ifndef WEIR_TESTS_PRINTED_H
#define WEIR_TESTS_PRINTED_H

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

static char *printed_text;
static size_t printed_size;

/* Where to print to; printed_end gives the text, valid until the next. */
static inline FILE *printed_begin(void) {
    free(printed_text);
    printed_text = NULL;
    FILE *out = open_memstream(&printed_text, &printed_size);
    cr_assert_not_null(out);
    return out;
}

static inline const char *printed_end(FILE *out) {
    cr_assert_eq(fclose(out), 0);
    return printed_text;
}

#endif
