/* host_sink.c - a handler whose class the host registered, as a target: takes frames with a record and its
 * text, and gives each to the class's emit. Opened where configurations are built; the rest on the writer's
 * thread, which the host may block: nothing but this target waits for it. Whether a record that was in
 * emit when the process was killed had been taken is not known: it comes again, and that is said. */
#include <stdio.h>
#include <stdlib.h>

#include "record/host_class.h"
#include "sink/host_frame.h"
#include "sink/intent.h"
#include "sink/sink_kinds.h"

typedef struct host_sink {
    sink base;
    host_class *class;
    void *self;
    bool used, unflushed;
    record_reader *reader;
    text aligned; /* the record's bytes; */
    text shown;   /* its text, with a NUL behind it */
    char name[128];
} host_sink;

static host_sink *of(sink *base) { return (host_sink *)base; }

enum emitted { EMITTED, NOT_NOW, LOST };

static enum emitted emit_one(host_sink *s, slice payload, weir_error *err) {
    slice shown, raw;
    const parcel_head *parcel;
    record rec;
    weir_record view;
    if (!host_frame_read(payload, &s->aligned, &shown, &raw, &parcel) ||
        parcel_open(s->reader, parcel, &rec) != 0) {
        error_set(err, WEIR_ERR_SYSTEM, "a record in the queue to %s cannot be read", s->name);
        return LOST;
    }
    text_clear(&s->shown);
    text_add_slice(&s->shown, shown);
    if (s->shown.failed) return NOT_NOW;
    record_view_of(&view, &rec, rec.asctime);
    s->used = s->unflushed = true;
    host_call call = host_call_begin(s->class);
    int rc =
        host_call_end(&call, s->class->as.handler.emit(s->self, &view, text_cstr(&s->shown), s->shown.len));
    if (rc == 0) return EMITTED;
    error_set(err, WEIR_ERR_SYSTEM, rc > 0 ? "%s takes nothing just now" : "emit of %s failed", s->name);
    return rc > 0 ? NOT_NOW : LOST;
}

static void flush(host_sink *s) {
    if (!s->unflushed || s->class->as.handler.flush == NULL) return;
    s->unflushed = false;
    host_call call = host_call_begin(s->class);
    s->class->as.handler.flush(s->self);
    host_call_end(&call, 0);
}

static sink_status host_write(sink *base, const sink_batch *batch, size_t *bytes, weir_error *err) {
    host_sink *s = of(base);
    slice left = batch->chunks[0].bytes, payload;
    *bytes = 0;
    if (!frame_next(&left, &payload)) {
        error_set(err, WEIR_ERR_SYSTEM, "the queue to %s is damaged", s->name);
        return SINK_LOST;
    }
    intent_note(batch, NULL, 0, FRAME_HEAD + payload.len);
    enum emitted got = emit_one(s, payload, err);
    if (got == NOT_NOW) return SINK_AGAIN;
    if (got == LOST) *batch->given_up = 1;
    *bytes = FRAME_HEAD + payload.len;
    /* Before the last record that waits counts as delivered. */
    if (left.len == 0 && batch->count == 1) flush(s);
    return SINK_OK;
}

static sink_status host_truncate(sink *base, weir_error *err) {
    (void)base, (void)err;
    return SINK_OK;
}

static size_t host_already(sink *base, const chunk_queue_map *map, const chunk_view *chunks, size_t count,
                           bool *doubtful) {
    (void)base;
    return intent_already(-1, map, chunks, count, doubtful);
}

static void free_sink(host_sink *s) {
    if (s->reader != NULL) record_reader_free(s->reader);
    text_done(&s->aligned);
    text_done(&s->shown);
    if (s->class != NULL) host_class_release(s->class);
    free(s);
}

static void host_close(sink *base) {
    host_sink *s = of(base);
    const weir_handler_class *c = &s->class->as.handler;
    flush(s);
    host_call call = host_call_begin(s->class);
    if (s->used && c->close != NULL) c->close(s->self);
    host_call_end(&call, 0);
    host_class_destroy(s->class, c->destroy, s->self);
    free_sink(s);
}

static int find_class(host_sink *s, const value *options, weir_error *err) {
    const value *name = value_get(options, SLICE_LITERAL("class"));
    slice wanted = name != NULL && name->type == VALUE_STR ? name->str : SLICE_NONE;
    host_class *class = host_class_find(HOST_HANDLER, wanted);
    if (class == NULL || class->as.handler.emit == NULL || !host_class_hold(class))
        return error_set(err, WEIR_ERR_STATE, "the handler class %.*s is not registered", (int)wanted.len,
                         wanted.data != NULL ? wanted.data : "");
    s->class = class;
    return 0;
}

static int make_self(host_sink *s, const value *options, weir_error *err) {
    static const value nothing = {.type = VALUE_DICT};
    const weir_handler_class *c = &s->class->as.handler;
    const value *args = value_get(options, SLICE_LITERAL("args"));
    const weir_args given = {.dict = args != NULL ? args : &nothing};
    return host_class_create(s->class, c->create, c->user, &given, &s->self, err);
}

static int host_open(const sink_spec *spec, bool recovery, sink **out, char key_out[128], bool *created,
                     weir_error *err) {
    (void)recovery;
    arena memory;
    value options;
    host_sink *s = calloc(1, sizeof *s);
    if (s == NULL) return error_set(err, WEIR_ERR_SYSTEM, "no memory");
    s->base = (sink){.kind = &host_sink_kind,
                     .write = host_write,
                     .truncate = host_truncate,
                     .already = host_already,
                     .close = host_close};
    text_init(&s->aligned, 0);
    text_init(&s->shown, 0);
    snprintf(s->name, sizeof s->name, "%.*s", (int)spec->path.len, spec->path.data);
    arena_init(&memory, 0);
    int rc = json_parse(spec->options, LIMIT_VALUE_DEPTH, &memory, &options, err);
    if (rc == 0) rc = find_class(s, &options, err);
    if (rc == 0) rc = (s->reader = host_frame_reader(err)) != NULL ? 0 : -1;
    if (rc == 0) rc = make_self(s, &options, err);
    if (rc == 0)
        snprintf(key_out, 128, "host:%.64s:%08x:%08x", s->name, sink_options_tag(spec->options),
                 sink_options_tag(spec->path));
    arena_done(&memory);
    if (rc != 0) {
        free_sink(s);
        return -1;
    }
    *created = false;
    *out = &s->base;
    return 0;
}

const sink_kind host_sink_kind = {.name = "host", .open = host_open};
