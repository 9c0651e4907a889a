/* Records kept apart in a chunk, also in a damaged one. */
#include "sink/frame.h"

#include <criterion/criterion.h>

Test(frame, what_is_put_in_comes_out) {
    text t;
    slice payload;
    text_init(&t, 0);
    const char *const parts[] = {"one", "", "three"};
    for (size_t i = 0; i < 3; i++) {
        size_t begin = frame_begin(&t);
        text_add_cstr(&t, parts[i]);
        frame_end(&t, begin);
    }
    slice left = text_slice(&t);
    cr_assert_eq(frame_count(left), 3);
    for (size_t i = 0; i < 3; i++) {
        cr_assert(frame_next(&left, &payload));
        cr_assert(slice_is(payload, parts[i]));
    }
    cr_assert_not(frame_next(&left, &payload));
    cr_assert_eq(left.len, 0);
    text_done(&t);
}

Test(frame, a_length_beyond_the_chunk_is_damage) {
    slice payload, left = slice_make("\xff\xff\xff\x7f"
                                     "abc",
                                     7);
    cr_assert_not(frame_next(&left, &payload));
    cr_assert_eq(left.len, 7);
    cr_assert_eq(frame_count(left), 1);
    left = slice_make("\1\0", 2);
    cr_assert_not(frame_next(&left, &payload));
    cr_assert_eq(frame_count(left), 1);
}
