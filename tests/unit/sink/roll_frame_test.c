/* Framed records of a rolling file's queue: read across chunks, from the middle of a line on, and never past
 * what is there, however a mapping was damaged. */
#include "sink/roll_frame.h"

#include <criterion/criterion.h>

static text chunks[2];
static chunk_head heads[2];
static chunk_view views[2];
static sink_batch batch;

static void begin(void) {
    for (int i = 0; i < 2; i++) text_init(&chunks[i], 0);
}
static void end(void) {
    for (int i = 0; i < 2; i++) text_done(&chunks[i]);
}
TestSuite(roll_frame, .init = begin, .fini = end);

static void add(int chunk, const char *line) {
    const roll_head head = {
        .bytes = (uint32_t)strlen(line), .characters = (uint32_t)strlen(line), .second = 7};
    text_add(&chunks[chunk], (const char *)&head, sizeof head);
    text_add_cstr(&chunks[chunk], line);
}

/* partial bytes of the first are written already. */
static size_t read_all(size_t partial, roll_frame *out, size_t max) {
    for (int i = 0; i < 2; i++) {
        size_t from = i == 0 ? partial : 0;
        heads[i] = (chunk_head){.kind = CHUNK_BYTES, .bytes = (uint32_t)chunks[i].len};
        views[i] = (chunk_view){&heads[i], slice_make(chunks[i].data + from, chunks[i].len - from),
                                (uint64_t)(100 + i)};
    }
    batch = (sink_batch){.chunks = views, .count = chunks[1].len > 0 ? 2 : 1};
    return roll_frames_read(&batch, partial, out, max);
}

Test(roll_frame, across_chunks_and_at_most_so_many) {
    roll_frame f[8];
    add(0, "one\n"), add(0, "second\n"), add(1, "3\n");
    cr_assert_eq(read_all(0, f, 8), 3);
    cr_assert(slice_is(f[0].line, "one\n") && slice_is(f[1].line, "second\n") && slice_is(f[2].line, "3\n"));
    cr_assert(f[0].begin == 0 && f[1].begin == ROLL_HEAD + 4 && f[2].begin == 0);
    cr_assert(f[0].position == 100 && f[2].position == 101 && f[2].head.second == 7);
    cr_assert_eq(read_all(0, f, 2), 2);
}

Test(roll_frame, from_the_middle_of_a_line) {
    roll_frame f[8];
    add(0, "one\n"), add(0, "second\n");
    cr_assert_eq(read_all(roll_frame_position(ROLL_HEAD + 4, 3), f, 8), 1);
    cr_assert(slice_is(f[0].line, "second\n") && f[0].written == 3);
    cr_assert_eq(read_all(roll_frame_position(ROLL_HEAD + 4, 0), f, 8), 1);
    cr_assert_eq(f[0].written, 0);
}

Test(roll_frame, bytes_of_lines_and_bytes_of_the_queue) {
    roll_frame f[8];
    add(0, "one\n"), add(0, "second\n");
    cr_assert_eq(read_all(0, f, 8), 2);
    cr_assert_eq(roll_frames_done(f, 2, 0), 0);
    cr_assert_eq(roll_frames_done(f, 2, 2), ROLL_HEAD + 2);
    cr_assert_eq(roll_frames_done(f, 2, 4), ROLL_HEAD + 4);
    cr_assert_eq(roll_frames_done(f, 2, 5), 2 * ROLL_HEAD + 5);
    cr_assert_eq(roll_frames_done(f, 2, 11), chunks[0].len);
}

Test(roll_frame, what_is_damaged_ends_the_reading) {
    roll_frame f[8];
    add(0, "one\n"), add(0, "second\n");
    const uint32_t too_long = 8;
    memcpy(chunks[0].data + ROLL_HEAD + 4, &too_long, sizeof too_long);
    cr_assert_eq(read_all(0, f, 8), 1);
    chunks[0].len = ROLL_HEAD + 4 + ROLL_HEAD - 1; /* not even a head */
    cr_assert_eq(read_all(0, f, 8), 1);
    const uint32_t enormous = UINT32_MAX;
    memcpy(chunks[0].data, &enormous, sizeof enormous);
    cr_assert_eq(read_all(0, f, 8), 0);
}
