/* Recovery's question, how much of a batch in flight is there already: for each moment at which a writer can
 * be killed, and for files that others write to. The queue is opened as that of a dead process. */
#include "sink/intent.h"

#include "support/sink_fixture.h"

#define LINES "first\nsecond\nthird\n"

typedef struct scene {
    char path[64];
    int fd;
    chunk_queue *q;
    chunk_view views[SINK_BATCH_CHUNKS];
    size_t count;
    bool doubtful;
} scene;

static const run_dir no_dir = {.path = "", .fd = -1};

/* A file that holds `before`, a queue with LINES in three chunks. */
static void set(scene *s, const char *before) {
    weir_error err;
    memset(s, 0, sizeof *s);
    snprintf(s->path, sizeof s->path, "/dev/shm/weir-intent-test-XXXXXX");
    s->fd = mkstemp(s->path);
    cr_assert(s->fd >= 0);
    cr_assert_eq(write(s->fd, before, strlen(before)), (ssize_t)strlen(before));
    s->q = chunk_queue_create(&no_dir, 1, 64 * 1024, SLICE_LITERAL("{}"), &err);
    cr_assert_not_null(s->q, "%s", err.message);
    cr_assert(chunk_queue_add(s->q, 1, 1, SLICE_LITERAL("first\n"), 1));
    cr_assert(chunk_queue_add(s->q, 2, 2, SLICE_LITERAL("second\n"), 1));
    cr_assert(chunk_queue_add(s->q, 1, 3, SLICE_LITERAL("third\n"), 1));
    chunk_queue_publish(s->q);
}

static void append(scene *s, const char *bytes) {
    cr_assert_eq(lseek(s->fd, 0, SEEK_END) < 0, false);
    cr_assert_eq(write(s->fd, bytes, strlen(bytes)), (ssize_t)strlen(bytes));
}

static void look(scene *s) {
    s->count = chunk_queue_peek(s->q, s->views, SINK_BATCH_CHUNKS, SINK_BATCH_BYTES);
}

/* The writer begins to write all that is there. */
static void intend(scene *s) {
    struct stat st;
    look(s);
    size_t bytes = 0;
    for (size_t i = 0; i < s->count; i++) bytes += s->views[i].bytes.len;
    sink_batch batch = {.chunks = s->views, .count = s->count, .map = chunk_queue_mapping(s->q)};
    cr_assert_eq(fstat(s->fd, &st), 0);
    intent_note(&batch, &st, 0, bytes);
}

static size_t already(scene *s) {
    look(s);
    s->doubtful = false;
    return intent_already(s->fd, chunk_queue_mapping(s->q), s->views, s->count, &s->doubtful);
}

static void clear(scene *s) {
    close(s->fd);
    unlink(s->path);
    chunk_queue_free(s->q);
}

Test(intent, killed_before_the_write) {
    scene s;
    set(&s, "old\n");
    intend(&s);
    cr_assert_eq(already(&s), 0);
    cr_assert_not(s.doubtful);
    clear(&s);
}

Test(intent, killed_in_the_middle_at_every_byte) {
    for (size_t n = 1; n <= strlen(LINES); n++) {
        scene s;
        char part[32] = "";
        set(&s, "old\n");
        intend(&s);
        memcpy(part, LINES, n);
        append(&s, part);
        cr_assert_eq(already(&s), n);
        cr_assert_not(s.doubtful);
        clear(&s);
    }
}

Test(intent, killed_after_some_of_it_was_consumed_but_not_taken_back) {
    scene s;
    set(&s, "");
    intend(&s);
    append(&s, "first\nsec");
    chunk_queue_consume(s.q, 9, NULL, NULL);
    cr_assert_eq(already(&s), 3, "of the second chunk");
    cr_assert_not(s.doubtful);
    clear(&s);
}

Test(intent, killed_with_nothing_in_flight) {
    scene s;
    set(&s, "");
    append(&s, "first\nsec");
    chunk_queue_consume(s.q, 9, NULL, NULL);
    cr_assert_eq(already(&s), 3);
    cr_assert_not(s.doubtful);
    clear(&s);
}

Test(intent, another_writer_came_after_ours) {
    scene s;
    set(&s, "old\n");
    intend(&s);
    append(&s, LINES "foreign\n");
    cr_assert_eq(already(&s), strlen(LINES));
    cr_assert_not(s.doubtful);
    clear(&s);
}

Test(intent, another_writer_came_before_ours) {
    scene s;
    set(&s, "old\n");
    intend(&s);
    append(&s, "foreign\n" LINES);
    cr_assert_eq(already(&s), strlen(LINES));
    cr_assert_not(s.doubtful);
    clear(&s);
}

Test(intent, only_another_writer_came) {
    scene s;
    set(&s, "old\n");
    intend(&s);
    append(&s, "first of all, something else that is longer than our batch\n");
    cr_assert_eq(already(&s), 0);
    cr_assert(s.doubtful);
    clear(&s);
}

Test(intent, the_file_was_truncated_meanwhile) {
    scene s;
    set(&s, "old\n");
    intend(&s);
    append(&s, "first\n");
    cr_assert_eq(ftruncate(s.fd, 0), 0);
    cr_assert_eq(already(&s), 0);
    cr_assert(s.doubtful);
    clear(&s);
}

/* The half of the line is in the file that was rotated away: the whole line goes to the new one. */
Test(intent, a_half_line_in_another_file_begins_again) {
    scene s;
    set(&s, "");
    chunk_queue_consume(s.q, 9, NULL, NULL);
    cr_assert_eq(already(&s), 0);
    cr_assert(s.doubtful);
    clear(&s);
}

/* A terminator may be a NUL: the record begins again, and not the one before it. */
Test(intent, a_record_that_ends_with_a_nul_begins_again) {
    scene s;
    set(&s, "");
    chunk_queue_consume(s.q, sizeof LINES - 1, NULL, NULL);
    cr_assert(chunk_queue_add(s.q, 1, 4, slice_make("one\0two\0", 8), 2));
    chunk_queue_publish(s.q);
    chunk_queue_consume(s.q, 6, NULL, NULL);
    cr_assert_eq(already(&s), 4);
    cr_assert(s.doubtful);
    clear(&s);
}

Test(intent, a_fifo_cannot_be_compared) {
    scene s;
    set(&s, "");
    look(&s);
    sink_batch batch = {.chunks = s.views, .count = s.count, .map = chunk_queue_mapping(s.q)};
    intent_note(&batch, NULL, 0, 19);
    int ends[2];
    cr_assert_eq(pipe(ends), 0);
    cr_assert_eq(intent_already(ends[1], batch.map, s.views, s.count, &s.doubtful), 0);
    cr_assert(s.doubtful);
    s.doubtful = false;
    intent_clear(batch.map);
    cr_assert_eq(intent_already(ends[1], batch.map, s.views, s.count, &s.doubtful), 0);
    cr_assert_not(s.doubtful);
    clear(&s);
}

/* A mapping may be damaged: nothing in it may lead out of it. */
Test(intent, damaged_notes_do_no_harm) {
    scene s;
    set(&s, "old\n");
    intend(&s);
    chunk_intent good = chunk_queue_mapping(s.q)->intent;
    const chunk_intent damaged[] = {
        {.active = 1, .dev = good.dev, .ino = good.ino, .length = UINT64_MAX, .bytes = UINT64_MAX},
        {.active = 1, .dev = good.dev, .ino = good.ino, .length = 0, .bytes = UINT64_MAX},
        {.active = 7, .dev = good.dev, .ino = good.ino, .partial = UINT64_MAX, .bytes = 5},
        {.active = 1, .dev = good.dev, .ino = good.ino, .partial = 6, .bytes = UINT64_MAX, .length = 2}};
    for (size_t i = 0; i < sizeof damaged / sizeof damaged[0]; i++) {
        chunk_queue_mapping(s.q)->intent = damaged[i];
        cr_assert(already(&s) <= strlen(LINES));
    }
    clear(&s);
}
