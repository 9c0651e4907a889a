/* listener_dequeue.c - a record as the listener takes it off the queue, and what the host's dequeue makes of
 * it. On the queue's thread. A record that the host changes becomes a parcel of its own, from which each
 * handler has it as it would have had the other. */
#include "handler/host_handler.h"
#include "handler/listener_parts.h"
#include "record/record_view.h"

int listener_open(const prepared *r, record *rec) {
    if (parcel_open(r->reader, r->parcel, rec) != 0) return -1;
    rec->formatted = true;
    if (r->raw.data == NULL) return 0;
    static const value none = {.type = VALUE_NONE};
    value *msg = arena_alloc(rec->memory, sizeof *msg);
    if (msg == NULL) return -1;
    *msg = value_str(r->raw);
    rec->msg = msg;
    rec->args = &none;
    rec->template = r->raw;
    rec->exc_text = rec->stack_info = SLICE_NONE;
    rec->message_raw = r->raw;
    rec->message_escaped = r->shown;
    rec->rendered = rec->rendered_escaped = true;
    return 0;
}

/* ---- dequeue ---- */

/* What the host sees: its message is worked out of what it sets. */
static int begin_view(listener *l, const prepared *r, record *base, weir_record *view) {
    if (listener_open(r, base) != 0) return -1;
    base->rendered = base->rendered_escaped = false;
    base->message_raw = base->message_escaped = SLICE_NONE;
    arena_reset(&l->memory);
    if (record_view_begin(view, &l->memory, base, 0) != 0) return -1;
    view->asctime = base->asctime;
    return 0;
}

/* The changed record as a parcel, which *r is from then on. A message that was left alone stays as it was
 * prepared. */
static bool keep(listener *l, weir_record *view, const record *base, prepared *r) {
    static const char *const of_message[] = {"msg", "args", "exc_text", "stack_info"};
    value set = record_view_attributes(view), any;
    size_t at = 0;
    if (!record_view_get(view, SLICE_LITERAL("msg"), &any)) return false;
    view->filled.entry = base->entry;
    text_clear(&l->changed);
    if (!parcel_put_whole(&view->filled, base->asctime, 0, &l->changed)) {
        l->changed.failed = false;
        return false;
    }
    r->parcel = parcel_next(text_slice(&l->changed), &at);
    for (size_t i = 0; i < sizeof of_message / sizeof of_message[0]; i++)
        if (value_get(&set, slice_of(of_message[i])) != NULL) r->raw = SLICE_NONE;
    return r->parcel != NULL;
}

static int call_host(const host_object *o, weir_record *view) {
    host_call call = host_call_begin(o->class);
    return host_call_end(&call, o->as->dequeue(o->self, view));
}

feed_result listener_dequeue(listener *l, prepared *r, weir_error *err) {
    record base;
    weir_record view;
    if (__builtin_expect(l->reader == NULL, 1)) return FEED_DONE;
    if (begin_view(l, r, &base, &view) != 0) {
        error_set(err, WEIR_ERR_SYSTEM, "a record in the queue %s cannot be read", l->base.queue);
        return FEED_LOST;
    }
    int passes = call_host(l->reader->host, &view);
    bool kept = passes <= 0 || record_view_attributes(&view).dict.count == 0 || keep(l, &view, &base, r);
    record_view_done(&view);
    if (passes >= 0 && kept) return passes > 0 ? FEED_DONE : FEED_STOPPED;
    if (passes >= 0)
        error_set(err, WEIR_ERR_SYSTEM, "no memory for what dequeue of %s changed", l->reader->kind->name);
    else
        error_set(err, WEIR_ERR_INVALID, "dequeue of %s failed", l->reader->kind->name);
    return FEED_LOST;
}
