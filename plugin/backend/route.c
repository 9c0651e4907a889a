/* route.c - one entry: its id, its logger, the logger's filters, then level and filters of each
 * handler on its way up, as Python's callHandlers. Decoded once, and only if somebody wants it. Logger
 * levels are not looked at: the call did. Backend thread, or recovery. */
#include "backend/parts.h"
#include "frontend/module_state.h"

/* Stored before the id is used: after a kill the counter is beyond every id that an entry has. */
static uint64_t take_id(uint64_t *next) {
    uint64_t id = *next;
    __atomic_store_n(next, id + 1, __ATOMIC_RELAXED);
    return id;
}

uint64_t route_take_id(backend *b) { return take_id(&b->set.process->next_id); }

static void decode(backend *b, delivery *d) {
    if (d->rec != NULL || d->damaged) return;
    if (record_decode(d->reader, d->entry, &b->rec) == 0)
        d->rec = &b->rec;
    else {
        d->damaged = true;
        b->unreadable++;
    }
}

/* What is to be hidden is hidden before anyone has the record. One that could not be looked at is damaged. */
static void redact(backend *b, delivery *d) {
    redaction *hidden = b->current->generation->redaction;
    if (__builtin_expect(hidden == NULL, 1)) return;
    decode(b, d);
    if (d->rec == NULL || redaction_apply(hidden, d->reader, &d->entry, d->rec) == 0) return;
    d->rec = NULL;
    d->damaged = true;
    b->unreadable++;
}

/* Filters see no damaged record: it goes on, to be counted as dropped by each handler. */
static bool pass(backend *b, delivery *d, filter *const *filters, size_t count) {
    if (count == 0) return true;
    decode(b, d);
    for (size_t i = 0; i < count && d->rec != NULL; i++)
        if (filters[i] != d->note && !filters[i]->pass(filters[i], d->rec)) return false;
    return true;
}

static bool wanted(backend *b, delivery *d, handler *h) {
    if (d->entry->level < h->level) return false;
    if (!d->fresh && held_had(b, h, d->id)) return false;
    return pass(b, d, h->filters, h->filter_count);
}

static bool is_picked(handler *const *picked, size_t count, const handler *h) {
    for (size_t i = 0; i < count; i++)
        if (picked[i] == h) return true;
    return false;
}

/* What a filter held back goes to the handler that has it, also behind one that keeps records: such a
 * handler's level is never asked. NULL: nobody. */
static handler *pick_for_note(backend *b, delivery *d, handler *h) {
    handler *has = held_noted(h, d->note);
    if (has == NULL || has == h) return has != NULL && wanted(b, d, h) ? h : NULL;
    return pass(b, d, has->filters, has->filter_count) ? has : NULL;
}

static handler *pick(backend *b, delivery *d, handler *h) {
    if (__builtin_expect(d->note != NULL && !d->note_to_all, 0)) return pick_for_note(b, d, h);
    return wanted(b, d, h) ? h : NULL;
}

/* false: abandoned. */
static bool to_handlers(backend *b, delivery *d, const route *r) {
    handler *picked[PICK_MAX];
    bool kept = false;
    for (size_t at = 0; at < r->count;) {
        size_t count = 0;
        for (; at < r->count && count < PICK_MAX; at++) {
            handler *h = pick(b, d, r->handlers[at]);
            if (h == NULL || (h != r->handlers[at] && is_picked(picked, count, h))) continue;
            picked[count++] = h;
        }
        if (count == 0) continue;
        decode(b, d);
        b->taken++;
        if (!deliver_group(b, d, picked, count)) return false;
        if (b->held_any) kept = true;
    }
    if (__builtin_expect(kept, 0)) held_renew(b, d, r->handlers, r->count);
    b->held_any = false;
    return true;
}

/* A record that the host gave to a handler (weir_handler_handle): neither levels nor loggers are looked at.
 * What was meant for one that is gone is nobody's. false: abandoned. */
static bool to_one(backend *b, delivery *d, const generation *g) {
    slice name = entry_addressee(d->entry);
    handler *h = NULL;
    for (size_t i = 0; i < g->handler_count && h == NULL; i++)
        if (slice_is(name, g->handlers[i]->name)) h = g->handlers[i];
    if (h == NULL || (!d->fresh && held_had(b, h, d->id))) return true;
    bool filtered = (d->entry->flags & ENTRY_UNFILTERED) == 0;
    if (filtered && !pass(b, d, h->filters, h->filter_count)) return true;
    decode(b, d);
    b->taken++;
    if (!deliver_group(b, d, &h, 1)) return false;
    if (b->held_any) held_renew(b, d, &h, 1);
    b->held_any = false;
    return true;
}

static bool follow_route(backend *b, delivery *d, source *from) {
    generation *g = b->current->generation;
    if (__builtin_expect((d->entry->flags & ENTRY_TO_HANDLER) != 0, 0)) return to_one(b, d, g);
    const route *r = generation_route(g, source_logger(from, d->entry->logger));
    if (r == NULL) r = generation_route(g, logger_root()); /* no memory; this one is there */
    d->note_to_all = d->note != NULL && filter_is_among(r->filters, r->filter_count, d->note);
    if (!pass(b, d, r->filters, r->filter_count)) return true;
    if (r->any_handler) return to_handlers(b, d, r);
    if (!d->fresh || !last_resort_wants(d->entry->level)) return true;
    decode(b, d);
    if (d->rec != NULL) last_resort_write(b, d->rec, g->escape);
    return true;
}

/* An entry that was made in its place does not stay where it is. */
static void keep_recent(backend *b, const delivery *d, const ring_entry *e) {
    if (__builtin_expect(d->damaged, 0)) return; /* looked at, and not fit to be shown */
    if (d->entry == e)
        publish_stage_recent(b, e);
    else
        publish_recent_copy(b, d->entry);
}

bool route_entry(backend *b, ring_entry *e) {
    bool fresh = e->id == 0 || b->from == &b->live;
    if (fresh) __atomic_store_n(&e->id, take_id(b->next_id), __ATOMIC_RELAXED);
    delivery d = {.entry = e, .reader = b->from->reader, .id = e->id, .fresh = fresh};
    redact(b, &d);
    if (b->from == &b->live) keep_recent(b, &d, e);
    if (!follow_route(b, &d, b->from)) return false;
    b->done_id = e->id;
    return true;
}

static bool route_one_made(backend *b, ring_entry *e, bool own, const filter *note) {
    e->id = route_take_id(b);
    delivery d = {.entry = e, .reader = b->live.reader, .id = e->id, .fresh = true, .own = own, .note = note};
    redact(b, &d);
    if (!follow_route(b, &d, &b->live)) return false;
    if (!d.damaged) recent_add(b->set.recents, d.entry);
    b->recents_changed = true;
    b->done_id = e->id;
    b->unpublished += e->size;
    return true;
}

bool route_made(backend *b, ring_entry *e, bool own) { return route_one_made(b, e, own, NULL); }
bool route_note(backend *b, ring_entry *e, const filter *f) { return route_one_made(b, e, true, f); }
