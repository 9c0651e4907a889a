/* decoder_fixture.h - a decoder's answer as text: the dict's repr, or "refused: …". */
#ifndef WEIR_TESTS_DECODER_FIXTURE_H
#define WEIR_TESTS_DECODER_FIXTURE_H

#include <criterion/criterion.h>

#include "receiver/decode.h"

typedef int decoder(slice in, arena *a, value *out, weir_error *err);

static inline void expect_decoded(decoder *decode, const char *in, const char *wanted) {
    arena a;
    value v;
    weir_error err = {.message = ""};
    text shown;
    arena_init(&a, 0);
    text_init(&shown, 0);
    if (decode(slice_of(in), &a, &v, &err) == 0)
        value_repr(&v, &shown);
    else
        text_addf(&shown, "refused: %s", err.message);
    if (strncmp(wanted, "refused: ", 9) == 0)
        shown.len = strlen(wanted) < shown.len ? strlen(wanted) : shown.len;
    cr_assert(slice_is(text_slice(&shown), wanted), "%s\ngot:    %.*s\nwanted: %s", in, (int)shown.len,
              text_cstr(&shown), wanted);
    text_done(&shown);
    arena_done(&a);
}

#define NOBODY "'process': 0, 'processName': '', 'thread': 0, 'threadName': ''"

#endif
