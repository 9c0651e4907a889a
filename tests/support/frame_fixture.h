/* frame_fixture.h - what tests of sinks that take frames share: records with their text as frames of one
 * chunk, and one call of write with what is left of it. */
#ifndef WEIR_TESTS_FRAME_FIXTURE_H
#define WEIR_TESTS_FRAME_FIXTURE_H

#include "sink/host_frame.h"
#include "sink/sink.h"
#include "support/record_fixture.h"

static text queued;
static uint32_t stop, given_up; /* stop: what the sink sees; given_up: by the last write */

/* A record whose message is `shown`, behind these bytes of the sink's own. */
__attribute__((unused)) static void queue_record(slice before, const char *shown) {
    size_t frame = frame_begin(&queued);
    text_add_slice(&queued, before);
    cr_assert_eq(host_frame_add(fixture_call("%s", shown), SLICE_NONE, slice_of(shown), SLICE_LITERAL(""),
                                &queued, NULL),
                 0);
    frame_end(&queued, frame);
}

/* What it takes is gone from `queued`. Returns how many bytes that are. */
static inline size_t write_queued(sink *s, sink_status expected, weir_error *err) {
    static chunk_queue_map map;
    chunk_head head = {.kind = CHUNK_BYTES, .bytes = (uint32_t)queued.len};
    const chunk_view view = {&head, text_slice(&queued), 0};
    const sink_batch batch = {.chunks = &view, .count = 1, .map = &map, .stop = &stop, .given_up = &given_up};
    size_t bytes = 0;
    given_up = 0;
    *err = (weir_error){0};
    cr_assert_eq(s->write(s, &batch, &bytes, err), expected, "%s", err->message);
    cr_assert_leq(bytes, queued.len);
    memmove(queued.data, queued.data + bytes, queued.len - bytes);
    queued.len -= bytes;
    return bytes;
}

#endif
