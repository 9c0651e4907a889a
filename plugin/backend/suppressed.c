/* suppressed.c - what filters that held records back have to tell, as records of the loggers and levels
 * concerned. Backend thread: before it sleeps, once a second under load, and when Weir
 * stops. At a swap a filter that goes on keeps what it has counted and tells it when it is due; it tells at
 * once, to the old generation, when it ends there, or when what it tells would not come everywhere any more.
 */
#include "backend/parts.h"

/* At one occasion and filter; the next is soon. */
#define NOTES_MAX 64

static void route_one(backend *b, const filter *f, const filter_note *note) {
    uint32_t id = dictionary_add(b->set.dictionary, DICT_LOGGER, note->logger, strlen(note->logger));
    if (id == 0) id = b->own_logger;
    ring_entry *e = notice_encode(b, &b->own_entry, id, note->level, clock_stamp(), slice_of(note->message));
    if (e != NULL) route_note(b, e, f);
}

static void tell(backend *b, filter *f, int64_t now_ns, bool all) {
    filter_note note;
    for (int n = 0; (all || n < NOTES_MAX) && f->tell(f, now_ns, all, &note); n++) route_one(b, f, &note);
}

void suppressed_tell(backend *b, bool all) {
    const generation *g = b->current->generation;
    int64_t now = 0;
    for (size_t i = 0; i < g->filter_count; i++) {
        if (g->filters[i]->tell == NULL) continue;
        if (now == 0) now = clock_realtime_ns();
        tell(b, g->filters[i], now, all);
    }
}

/* ---- a swap ---- */

/* The handler that stands for h, and takes all that h takes. */
static bool takes_as_before(const logger_rule *rule, handler *h, const filter *f) {
    for (size_t i = 0; i < rule->handler_count; i++) {
        handler *next = rule->handlers[i];
        if (strcmp(next->name, h->name) != 0 || next->level > h->level) continue;
        if (held_noted(h, f) == NULL || held_noted(next, f) != NULL) return true;
    }
    return false;
}

/* Does all of a logger's that a note of f may come to have it still? next: what is said of the logger now. */
static bool reaches_as_before(const logger_rule *was, const logger_rule *next, const filter *f,
                              bool of_loggers) {
    if (was->propagate && next != NULL && !next->propagate) return false;
    if (filter_is_among(was->filters, was->filter_count, f) &&
        (next == NULL || !filter_is_among(next->filters, next->filter_count, f)))
        return false;
    for (size_t i = 0; i < was->handler_count; i++) {
        handler *h = was->handlers[i];
        if (!of_loggers && held_noted(h, f) == NULL) continue;
        if (next == NULL || !takes_as_before(next, h, f)) return false;
    }
    return true;
}

/* Has `to` the filter, and does what it will tell come to all that it would come to now? */
static bool goes_on(const generation *from, const generation *to, const filter *f) {
    bool of_loggers = false;
    if (!filter_is_among(to->filters, to->filter_count, f)) return false;
    for (size_t i = 0; i < from->rule_count && !of_loggers; i++)
        of_loggers = filter_is_among(from->rules[i].filters, from->rules[i].filter_count, f);
    for (size_t i = 0; i < from->rule_count; i++) {
        const logger_rule *was = &from->rules[i];
        if (!reaches_as_before(was, generation_rule(to, was->logger), f, of_loggers)) return false;
    }
    for (size_t i = 0; i < to->rule_count; i++)
        if (!to->rules[i].propagate && generation_rule(from, to->rules[i].logger) == NULL) return false;
    return true;
}

void suppressed_switch(backend *b, const generation *from, const generation *to) {
    for (size_t i = 0; i < from->filter_count; i++) {
        filter *f = from->filters[i];
        if (f->tell != NULL && !goes_on(from, to, f)) tell(b, f, clock_realtime_ns(), true);
    }
}
