/* build_queues.c - the listeners of a generation's QueueHandlers: one a queue, with copies of the handlers
 * that it gives records to. Runs where configurations are built. Formatters and filters are its own, since a
 * listener's thread runs them beside the backend; filters that the change leaves alone are those of the
 * listener before. */
#include <stdlib.h>

#include "config/build.h"
#include "handler/host_handler.h"
#include "handler/listener.h"
#include "handler/queue_handler.h"

static void free_feed(feed *f) { listener_free((listener *)f); }

/* ---- what one handler needs ---- */

static formatter *make_formatter(build *b, listener *l, const plan_formatter *plan) {
    weir_error err;
    if (plan->kind->create(&plan->options, &l->formatters[l->formatter_count], &err) == 0)
        return l->formatters[l->formatter_count++];
    build_tell(b, plan->line, "formatter_", plan->name, NULL, err.message);
    return NULL;
}

/* What the change leaves alone goes on (filter/filter.h), if the same thread runs it. */
static filter *make_filter(build *b, listener *l, const listener *was, const plan_handler *of,
                           const plan_filter *plan) {
    char name[HANDLER_STATS_NAME];
    filter *f = NULL;
    build_handler_name(of->name, name);
    for (size_t i = 0; was != NULL && f == NULL && i < was->count; i++) {
        const handler *h = was->handlers[i].h;
        if (strcmp(h->name, name) == 0) f = build_same_filter(h->filters, h->filter_count, plan);
    }
    f = f != NULL ? filter_share(f) : build_new_filter(b, plan);
    if (f != NULL) l->filters[l->filter_count++] = f;
    return f;
}

static handler *copy_handler(build *b, listener *l, const listener *was, const plan_handler *plan) {
    filter **filters = calloc(plan->filters.count + 1, sizeof *filters);
    formatter *own = NULL;
    bool good = filters != NULL;
    if (!good) build_no_memory(b);
    for (size_t i = 0; good && i < plan->filters.count; i++)
        good = (filters[i] = make_filter(b, l, was, plan, plan->filters.items[i])) != NULL;
    if (good && plan->formatter != NULL) good = (own = make_formatter(b, l, plan->formatter)) != NULL;
    if (good) return build_listened(b, plan, filters, own);
    free(filters);
    return NULL;
}

static listened *find_copy(const build *b, const listener *l, const plan_handler *plan) {
    for (size_t i = 0; i < l->count; i++)
        if (l->handlers[i].of == plan - b->plan->handlers) return &l->handlers[i];
    return NULL;
}

/* With those that it hands records to, if it keeps them; no ring of them comes this far. NULL: told. */
static listened *add_handler(build *b, listener *l, const listener *was, const plan_handler *plan) {
    listened *at = find_copy(b, l, plan);
    if (at != NULL) return at;
    handler *h = copy_handler(b, l, was, plan);
    if (h == NULL) return NULL;
    at = &l->handlers[l->count++];
    *at = (listened){.h = h, .of = plan - b->plan->handlers};
    if (!plan->kind->holds || plan->feed_count == 0) return at;
    at->feeds = calloc(plan->feed_count, sizeof *at->feeds);
    if (at->feeds == NULL) {
        build_no_memory(b);
        return NULL;
    }
    for (size_t i = 0; i < plan->feed_count; i++)
        if ((at->feeds[at->feed_count++] = add_handler(b, l, was, plan->feeds[i])) == NULL) return NULL;
    host_object_set_target(h->host, at->feeds[0]->h->name);
    return at;
}

/* ---- one queue ---- */

static listener *make_listener(build *b, const plan_handler *reader) {
    slice queue = queue_handler_queue(&reader->args);
    size_t filters = 0, handlers = b->plan->handler_count;
    for (size_t i = 0; i < handlers; i++) filters += b->plan->handlers[i].filters.count;
    listener *l = calloc(1, sizeof *l);
    if (l == NULL) return NULL;
    text_init(&l->scratch, 0);
    text_init(&l->note, 0);
    text_init(&l->changed, 0);
    arena_init(&l->memory, 0);
    l->base = (feed){.take = listener_take, .rest = listener_rest, .free = free_feed};
    snprintf(l->base.queue, sizeof l->base.queue, "%.*s", (int)queue.len, queue.data);
    l->respects_level = queue_handler_respects_level(&reader->args);
    l->overflow = b->g->overflow;
    l->stall_timeout_ms = b->g->stall_timeout_ms;
    l->targets = b->targets;
    l->flushes_holds = b->g->flushes_holds;
    l->handlers = calloc(handlers + 1, sizeof *l->handlers);
    l->formatters = calloc(handlers + 1, sizeof *l->formatters);
    l->filters = calloc(filters + 1, sizeof *l->filters);
    if (l->handlers != NULL && l->formatters != NULL && l->filters != NULL) return l;
    listener_free(l);
    return NULL;
}

/* The listener of that queue in the old generation; NULL: none, or another thread has that queue. */
static const listener *listener_before(const build *b, const plan_handler *reader) {
    const handler *now = b->g->handlers[reader - b->plan->handlers];
    for (size_t i = 0; b->old != NULL && i < b->old->handler_count; i++) {
        const handler *h = b->old->handlers[i];
        if (h->feed != NULL && h->target == now->target) return (const listener *)h->feed;
    }
    return NULL;
}

/* Where the class overrides dequeue: an object of it that is the listener's own. */
static int make_reader(build *b, listener *l, const plan_handler *reader) {
    weir_error err;
    handler *h = calloc(1, sizeof *h);
    if (h == NULL) return build_no_memory(b);
    l->reader = h;
    h->kind = reader->kind;
    build_handler_name(reader->name, h->name);
    if (reader->kind->prepare(&reader->args, h, &err) == 0) return 0;
    build_tell(b, reader->args_line, "handler_", reader->name, "args", err.message);
    return -1;
}

static bool overrides_dequeue(const build *b, const plan_handler *reader) {
    const host_object *o = b->g->handlers[reader - b->plan->handlers]->host;
    return o != NULL && o->as->dequeue != NULL;
}

static int build_queue(build *b, const plan_handler *reader) {
    const listener *was = listener_before(b, reader);
    listener *l = make_listener(b, reader);
    if (l == NULL) return build_no_memory(b);
    if (overrides_dequeue(b, reader) && make_reader(b, l, reader) != 0) {
        listener_free(l);
        return -1;
    }
    for (size_t i = 0; i < reader->feed_count; i++) {
        listened *at = add_handler(b, l, was, reader->feeds[i]);
        if (at == NULL) {
            listener_free(l);
            return -1;
        }
        at->direct = true;
    }
    feed_add(&l->base);
    b->g->feeds[b->g->feed_count++] = &l->base;
    for (size_t i = 0; i < b->plan->handler_count; i++)
        if (b->plan->handlers[i].reader == reader) b->g->handlers[i]->feed = &l->base;
    return 0;
}

/* ---- queues that are read into queues ---- */

/* When all feeds are there: a copy of a QueueHandler puts its records into its queue for the feed of that. */
static void link_feeds(const build *b) {
    for (size_t i = 0; i < b->g->feed_count; i++) {
        listener *l = (listener *)b->g->feeds[i];
        for (size_t k = 0; k < l->count; k++) {
            feed *next = b->g->handlers[l->handlers[k].of]->feed;
            l->handlers[k].h->feed = next;
            if (next != NULL) feed_hold(next);
        }
    }
}

int build_queues(build *b) {
    b->g->feeds = calloc(b->plan->handler_count + 1, sizeof *b->g->feeds);
    if (b->g->feeds == NULL) return build_no_memory(b);
    for (size_t i = 0; i < b->plan->handler_count; i++) {
        const plan_handler *h = &b->plan->handlers[i];
        if (h->reader != NULL) b->g->handlers[i]->rank = h->rank - 1;
    }
    for (size_t i = 0; i < b->plan->handler_count; i++) {
        const plan_handler *h = &b->plan->handlers[i];
        if (h->reader == h && build_queue(b, h) != 0) return -1;
    }
    link_feeds(b);
    return 0;
}
