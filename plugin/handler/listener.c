/* listener.c - gives records of a queue to the handlers of its listener. On the queue's own thread: filters
 * and formatters run here, and here is waited for a target that is full, by the same rule as on the backend
 * (as long as it makes progress). Levels are asked only where respect_handler_level says so, as in Python. */
#include "handler/listener.h"

#include <stdlib.h>

#include "frontend/module_state.h"
#include "handler/hold.h"
#include "handler/host_handler.h"
#include "record/record_view.h"

/* While it waits for a target it looks at *stop this often. */
#define WAIT_SLICE_MS 10

/* Two threads count in these rows. */
static void count(uint64_t *counter) { __atomic_add_fetch(counter, 1, __ATOMIC_RELAXED); }

static void drop_given(listened *at, enum handler_drop reason) {
    count(&at->h->stats->dropped[reason]);
    at->drops++;
}

static void drop_for_error(listened *at, record *rec, const char *why) {
    handler *h = at->h;
    count(&h->stats->given);
    drop_given(at, DROP_ERROR);
    if (!module_handles_errors()) return;
    weir_record view;
    record_view_of(&view, rec, rec->asctime);
    module_handle_error(h->name, why, &view);
}

static void tell_drops(const listener *l, listened *at) {
    char line[2 * HANDLER_STATS_NAME + 80];
    if (at->drops == 0) return;
    snprintf(line, sizeof line, "handler %s, by way of queue %s: %llu record%s dropped", at->h->name,
             l->base.queue, (unsigned long long)at->drops, at->drops == 1 ? "" : "s");
    at->drops = 0;
    target_registry_notice(l->targets, at->h->name, WEIR_LEVEL_WARNING, line);
}

/* ---- room ---- */

static bool try_put(listener *l, handler *h) {
    chunk_queue *q = target_queue(h->target);
    uint16_t row = target_stats_row(h->target, h->stats);
    return chunk_queue_put_beside(q, row, text_slice(&l->scratch));
}

static overflow_policy policy_of(const listener *l, const handler *h, int level) {
    overflow_policy p = h->overflow_given ? h->overflow : l->overflow;
    if (p != OVERFLOW_DROP_LOW) return p;
    return level < WEIR_LEVEL_WARNING ? OVERFLOW_DROP : OVERFLOW_ADAPTIVE;
}

/* Has the target stood still for stall_timeout? */
static bool stands_still(const listener *l, listened *at, chunk_queue *q) {
    uint64_t read = chunk_queue_read_pos(q);
    int64_t now = clock_monotonic_ns();
    if (read != at->seen_read || read == chunk_queue_write_pos(q)) {
        at->seen_read = read;
        at->moved_ns = now;
    }
    return now - at->moved_ns >= l->stall_timeout_ms * INT64_C(1000000);
}

static feed_result put(listener *l, listened *at, record *rec, const uint32_t *stop) {
    handler *h = at->h;
    chunk_queue *q = target_queue(h->target);
    overflow_policy policy = policy_of(l, h, rec->level);
    if (l->scratch.len > chunk_queue_record_max(q)) {
        drop_for_error(at, rec, "longer than half of the queue");
        return FEED_DONE;
    }
    at->moved_ns = clock_monotonic_ns();
    at->seen_read = chunk_queue_read_pos(q);
    count(&h->stats->given); /* before it can be counted as delivered */
    while (!try_put(l, h)) {
        if (policy == OVERFLOW_DROP || at->stalled || (policy != OVERFLOW_BLOCK && stands_still(l, at, q))) {
            at->stalled = policy != OVERFLOW_DROP;
            drop_given(at, policy == OVERFLOW_DROP ? DROP_OVERFLOW : DROP_STALLED);
            return FEED_DONE;
        }
        if (__atomic_load_n(stop, __ATOMIC_ACQUIRE) != 0) {
            __atomic_sub_fetch(&h->stats->given, 1, __ATOMIC_RELAXED); /* it is still the queue's */
            return FEED_STOPPED;
        }
        chunk_queue_wait_room(q, at->seen_read, WAIT_SLICE_MS);
    }
    at->stalled = false;
    tell_drops(l, at);
    return FEED_DONE;
}

/* ---- one record ---- */

static bool wanted(const listener *l, const handler *h, record *rec) {
    if (l->respects_level && rec->level < h->level) return false;
    for (size_t i = 0; i < h->filter_count; i++)
        if (!h->filters[i]->pass(h->filters[i], rec)) return false;
    return true;
}

static feed_result give(listener *l, listened *at, record *rec, const uint32_t *stop) {
    handler *h = at->h;
    weir_error err = {0};
    if (!wanted(l, h, rec)) return FEED_DONE;
    if (h->target == NULL) {
        count(&h->stats->given);
        count(&h->stats->delivered);
        return FEED_DONE;
    }
    text_clear(&l->scratch);
    if (h->kind->encode(h, rec, &l->scratch, &err) != 0 || l->scratch.failed) {
        drop_for_error(at, rec, l->scratch.failed ? "too long, or no memory" : err.message);
        return FEED_DONE;
    }
    return l->scratch.len == 0 ? FEED_DONE : put(l, at, rec, stop);
}

/* What QueueHandler.prepare leaves of a record: the merged message, and nothing that it was merged from. */
static int open_prepared(const feed_record *r, record *rec) {
    if (parcel_open(r->reader, r->parcel, rec) != 0) return -1;
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
    rec->formatted = true;
    return 0;
}

feed_result listener_take(feed *f, const feed_record *r, weir_error *err) {
    listener *l = (listener *)f;
    record rec;
    for (size_t i = l->at; i < l->count; i++) {
        if (open_prepared(r, &rec) != 0) {
            error_set(err, WEIR_ERR_SYSTEM, "a record in the queue %s cannot be read", f->queue);
            l->at = 0;
            return FEED_LOST;
        }
        if (give(l, &l->handlers[i], &rec, r->stop) == FEED_STOPPED) {
            l->at = i; /* those before have had it */
            return FEED_STOPPED;
        }
    }
    l->at = 0;
    return FEED_DONE;
}

void listener_rest(feed *f) {
    listener *l = (listener *)f;
    for (size_t i = 0; i < l->count; i++) tell_drops(l, &l->handlers[i]);
}

/* ---- the end ---- */

void listener_free(listener *l) {
    if (l == NULL) return;
    for (size_t i = 0; i < l->count; i++) handler_free(l->handlers[i].h);
    for (size_t i = 0; i < l->filter_count; i++) filter_release(l->filters[i]);
    for (size_t i = 0; i < l->formatter_count; i++)
        if (l->formatters[i] != NULL) l->formatters[i]->free(l->formatters[i]);
    free(l->handlers);
    free(l->filters);
    free(l->formatters);
    text_done(&l->scratch);
    free(l);
}
