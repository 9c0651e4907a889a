/* listener_put.c - the bytes of a record into a target's queue, by the listener's thread: here is waited for
 * a target that is full, by the same rule as on the backend (as long as it makes progress). */
#include "frontend/module_state.h"
#include "handler/listener_parts.h"
#include "record/record_view.h"

/* While it waits for a target it looks at *stop this often. */
#define WAIT_SLICE_MS 10

void listener_drop_given(listened *at, enum handler_drop reason) {
    listener_count(&at->h->stats->dropped[reason]);
    at->drops++;
}

void listener_drop_for_error(listened *at, record *rec, const char *why) {
    handler *h = at->h;
    listener_count(&h->stats->given);
    listener_drop_given(at, DROP_ERROR);
    if (!module_handles_errors()) return;
    weir_record view;
    record_view_of(&view, rec, rec->asctime);
    module_handle_error(h->name, why, &view);
}

void listener_tell_drops(const listener *l, listened *at) {
    char line[2 * HANDLER_STATS_NAME + 80];
    if (at->drops == 0) return;
    snprintf(line, sizeof line, "handler %s, by way of queue %s: %llu record%s dropped", at->h->name,
             l->base.queue, (unsigned long long)at->drops, at->drops == 1 ? "" : "s");
    at->drops = 0;
    target_registry_notice(l->targets, at->h->name, WEIR_LEVEL_WARNING, line);
}

/* ---- room ---- */

static bool try_put(listener *l, handler *h, uint32_t records) {
    chunk_queue *q = target_queue(h->target);
    uint16_t row = target_stats_row(h->target, h->stats);
    if (h->capacity > 0 && target_records(h->target) >= h->capacity) return false;
    if (!chunk_queue_put_beside(q, row, text_slice(&l->scratch), records)) return false;
    if (h->kind->queues) target_add_records(h->target, records);
    return true;
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

/* false: given up, since it stands still or may not be waited for; or, *stopped set, the thread is to end. */
static bool put(listener *l, listened *at, uint32_t records, overflow_policy policy, const uint32_t *stop,
                bool *stopped) {
    chunk_queue *q = target_queue(at->h->target);
    at->moved_ns = clock_monotonic_ns();
    at->seen_read = chunk_queue_read_pos(q);
    while (!try_put(l, at->h, records)) {
        if (policy == OVERFLOW_DROP || at->stalled || (policy != OVERFLOW_BLOCK && stands_still(l, at, q))) {
            at->stalled = policy != OVERFLOW_DROP;
            return false;
        }
        *stopped = stop != NULL && __atomic_load_n(stop, __ATOMIC_ACQUIRE) != 0;
        if (*stopped) return false;
        chunk_queue_wait_room(q, at->seen_read, WAIT_SLICE_MS);
    }
    at->stalled = false;
    return true;
}

static bool fits(const listener *l, const listened *at) {
    return l->scratch.len <= chunk_queue_record_max(target_queue(at->h->target));
}

feed_result listener_put(listener *l, listened *at, record *rec, const uint32_t *stop) {
    handler *h = at->h;
    overflow_policy policy = policy_of(l, h, rec->level);
    bool stopped = false;
    if (!fits(l, at)) {
        listener_drop_for_error(at, rec, "longer than half of the queue");
        return FEED_DONE;
    }
    listener_count(&h->stats->given); /* before it can be counted as delivered */
    if (put(l, at, 1, policy, stop, &stopped)) {
        listener_tell_drops(l, at);
        return FEED_DONE;
    }
    if (stopped) {
        __atomic_sub_fetch(&h->stats->given, 1, __ATOMIC_RELAXED); /* it is still the queue's */
        return FEED_STOPPED;
    }
    listener_drop_given(at, policy == OVERFLOW_DROP ? DROP_OVERFLOW : DROP_STALLED);
    return FEED_DONE;
}

/* A note is worth waiting for, whatever the policy, but not for ever. */
void listener_put_note(listener *l, listened *at) {
    bool stopped = false;
    if (fits(l, at) && put(l, at, 0, OVERFLOW_ADAPTIVE, NULL, &stopped))
        listener_count(&at->h->stats->notices);
    else
        at->drops++;
}
