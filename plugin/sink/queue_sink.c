/* queue_sink.c - the queue of a QueueHandler, as a target: its chunk queue is the bounded queue, its writer
 * the listener's thread, which gives each record to the handlers of its feed. It may wait there for a
 * handler's target, as long as progress is made; a record counts as delivered when all handlers have had it.
 * Nothing of it survives a kill, as in Python. */
#include <stdio.h>
#include <stdlib.h>

#include "sink/feed.h"
#include "sink/sink_kinds.h"

/* Records that are taken before they are consumed: so many may have been handed on already, and still count
 * as lost, when the process is killed. */
#define QUEUE_BATCH 16

typedef struct queue_sink {
    sink base;
    record_reader *reader;
    text aligned;
    const uint32_t *stop; /* the thread's, from the first record on */
    char name[64];
} queue_sink;

static queue_sink *of(sink *base) { return (queue_sink *)base; }

static feed_result take_one(queue_sink *s, slice payload, const uint32_t *stop, weir_error *err) {
    uint64_t number;
    feed_record r = {.reader = s->reader, .stop = stop};
    if (payload.len < sizeof number) return FEED_LOST;
    memcpy(&number, payload.data, sizeof number);
    payload = slice_make(payload.data + sizeof number, payload.len - sizeof number);
    feed *f = feed_find(number);
    if (f == NULL || !host_frame_read(payload, &s->aligned, &r.shown, &r.raw, &r.parcel)) {
        error_set(err, WEIR_ERR_SYSTEM, "a record in the queue %s cannot be read", s->name);
        return FEED_LOST;
    }
    return f->take(f, &r, err);
}

static sink_status queue_write(sink *base, const sink_batch *batch, size_t *bytes, weir_error *err) {
    queue_sink *s = of(base);
    slice left = batch->chunks[0].bytes, payload;
    *bytes = 0;
    s->stop = batch->stop;
    for (int i = 0; i < QUEUE_BATCH && frame_next(&left, &payload); i++) {
        feed_result got = take_one(s, payload, batch->stop, err);
        if (got == FEED_STOPPED) return *bytes > 0 ? SINK_OK : SINK_AGAIN;
        if (got == FEED_LOST) ++*batch->given_up;
        *bytes += FRAME_HEAD + payload.len;
        if (__atomic_load_n(batch->stop, __ATOMIC_ACQUIRE) != 0) return SINK_OK;
    }
    feed_sink_busy(s->name, s->stop);
    if (*bytes > 0) return SINK_OK;
    error_set(err, WEIR_ERR_SYSTEM, "the queue %s is damaged", s->name);
    return SINK_LOST;
}

static void queue_idle(sink *base) { feed_sink_idle(of(base)->name, of(base)->stop); }

static sink_status queue_truncate(sink *base, weir_error *err) {
    (void)base, (void)err;
    return SINK_OK;
}

static size_t queue_already(sink *base, const chunk_queue_map *map, const chunk_view *chunks, size_t count,
                            bool *doubtful) {
    (void)base, (void)chunks, (void)count, (void)doubtful;
    return (size_t)map->partial;
}

static void queue_close(sink *base) {
    queue_sink *s = of(base);
    feed_sink_closing(s->name, s->stop);
    feed_sink_closed(s->name);
    if (s->reader != NULL) record_reader_free(s->reader);
    text_done(&s->aligned);
    free(s);
}

static int queue_open(const sink_spec *spec, bool recovery, sink **out, char key_out[128], bool *created,
                      weir_error *err) {
    (void)recovery;
    queue_sink *s = calloc(1, sizeof *s);
    if (s == NULL) return error_set(err, WEIR_ERR_SYSTEM, "no memory");
    s->base = (sink){.kind = &queue_sink_kind,
                     .write = queue_write,
                     .truncate = queue_truncate,
                     .idle = queue_idle,
                     .already = queue_already,
                     .close = queue_close};
    text_init(&s->aligned, 0);
    snprintf(s->name, sizeof s->name, "%.*s", (int)spec->path.len, spec->path.data);
    if ((s->reader = host_frame_reader(err)) == NULL) {
        free(s);
        return -1;
    }
    feed_sink_opened(s->name);
    snprintf(key_out, 128, "queue:%s", s->name);
    *created = false;
    *out = &s->base;
    return 0;
}

const sink_kind queue_sink_kind = {.name = "queue", .open = queue_open};
