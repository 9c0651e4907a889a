/* check_feeds.c - handlers that hand their records to other handlers (MemoryHandler's target): named by
 * arguments or by a key of the section, looked up when all handlers are known, as in Python. A ring of them
 * would hand records round for ever: it is refused. Runs on the thread that checks. */
#include "base/limits.h"
#include "config/check.h"
#include "handler/queue_handler.h"

/* The argument that names handlers; HANDLER_PARAMS: none. */
static size_t feed_param(const handler_kind *kind) {
    for (size_t i = 0; kind != NULL && i < HANDLER_PARAMS && kind->params[i].name != NULL; i++)
        if (kind->params[i].type == PARAM_HANDLER || kind->params[i].type == PARAM_HANDLERS) return i;
    return HANDLER_PARAMS;
}

void check_feed_key(checker *c, const ini_section *s, plan_handler *h) {
    size_t at = feed_param(h->kind);
    slice name;
    int line;
    if (at == HANDLER_PARAMS || h->args.given[at]) return;
    bool several = h->kind->params[at].type == PARAM_HANDLERS;
    const char *key = h->kind->params[at].name;
    name_list_view list;
    if (ini_get_raw(&c->ini, s, key) == NULL || !check_value(c, s, key, &name, &line) || name.len == 0)
        return;
    if (!several) {
        h->args.values[at] = value_str(name);
    } else {
        value *items = check_split(c, name, &list) ? check_alloc(c, (list.count + 1) * sizeof *items) : NULL;
        if (items == NULL) return;
        for (size_t i = 0; i < list.count; i++) items[i] = value_str(list.names[i]);
        h->args.values[at] = (value){.type = VALUE_TUPLE, .list = {items, list.count}};
    }
    h->args.given[at] = true;
}

/* ---- names ---- */

static const ini_section *section_of(checker *c, const plan_handler *h) {
    text name;
    text_init(&name, 0);
    text_add_cstr(&name, "handler_");
    text_add_slice(&name, h->name);
    const ini_section *s = name.failed ? NULL : ini_find(&c->ini, text_slice(&name));
    text_done(&name);
    return s;
}

/* Where its names stand: the key of the section, or args. */
static void tell_at(checker *c, const plan_handler *h, plan_place *at) {
    const ini_section *s = section_of(c, h);
    *at = (plan_place){s != NULL ? s->name.data : "handlers", h->kind->params[feed_param(h->kind)].name,
                       h->line};
    if (s == NULL) return;
    const ini_key *own = ini_get_raw(&c->ini, s, at->key);
    if (own != NULL)
        at->line = own->line;
    else
        at->key = check_args_key(c, s, &at->line);
}

static void add_feed(checker *c, plan_handler *h, slice name) {
    uint32_t index;
    plan_place at;
    if (!name_map_get(&c->handlers, 0, name, &index)) {
        tell_at(c, h, &at);
        check_tell_unknown(c, &at, "handler", name, CHECK_ROWS(c->plan->handlers, c->plan->handler_count));
        return;
    }
    plan_handler *to = &c->plan->handlers[index];
    for (size_t i = 0; i < h->feed_count; i++)
        if (h->feeds[i] == to) return; /* twice in one list is once */
    h->feeds[h->feed_count++] = to;
}

static void find_feeds(checker *c, plan_handler *h) {
    size_t at = feed_param(h->kind);
    if (at == HANDLER_PARAMS || !h->args.given[at]) return;
    const value *v = &h->args.values[at];
    size_t count = v->type == VALUE_TUPLE ? v->list.count : 1;
    h->feeds = check_alloc(c, (count + 1) * sizeof *h->feeds);
    for (size_t i = 0; h->feeds != NULL && i < count; i++)
        add_feed(c, h, v->type == VALUE_TUPLE ? v->list.items[i].str : v->str);
}

/* ---- queues ---- */

static void tell(checker *c, const plan_handler *h, const char *words, slice name) {
    plan_place at;
    tell_at(c, h, &at);
    problems_add(c->p, at.line, at.section, at.key, "%s \"%s\"", words, check_show(c, name));
}

static bool same_queue(const plan_handler *a, const plan_handler *b) {
    return b->kind != NULL && b->kind->queues &&
           slice_equal(queue_handler_queue(&a->args), queue_handler_queue(&b->args));
}

/* Who reads the queue of h. */
static void check_reader(checker *c, plan_handler *h) {
    for (size_t i = 0; i < c->plan->handler_count; i++) {
        plan_handler *other = &c->plan->handlers[i];
        if (!same_queue(h, other) || other->feed_count == 0) continue;
        if (h->reader != NULL && h == other)
            tell(c, h, "the handlers of this queue are named already, in handler", h->reader->name);
        else if (h->reader == NULL)
            h->reader = other;
    }
    if (h->reader == NULL)
        tell(c, h, "nobody reads the queue (handlers = a, b):", queue_handler_queue(&h->args));
}

/* ---- rings, and rows that are too long ---- */

typedef struct walk {
    checker *c;
    uint8_t *seen; /* by handler: 1 on the way, 2 done */
    plan_handler *way[LIMIT_HOLD_CHAIN + 1];
    size_t length;
} walk;

static size_t index_of(const walk *w, const plan_handler *h) { return (size_t)(h - w->c->plan->handlers); }

static void tell_ring(walk *w, const plan_handler *again) {
    plan_place at;
    text names;
    size_t from = 0;
    while (w->way[from] != again) from++;
    text_init(&names, 0);
    for (size_t i = from; i < w->length; i++)
        text_addf(&names, "%s (line %d) -> ", check_show(w->c, w->way[i]->name), w->way[i]->line);
    tell_at(w->c, w->way[w->length - 1], &at);
    problems_add(w->c->p, at.line, at.section, at.key, "handlers hand their records round in a ring: %s%s",
                 text_cstr(&names), check_show(w->c, again->name));
    text_done(&names);
}

static void tell_long(walk *w) {
    plan_place at;
    tell_at(w->c, w->way[w->length - 1], &at); /* the one that hands on to one too many */
    problems_add(w->c->p, at.line, at.section, at.key,
                 "more than %d handlers hand records on one behind the other", LIMIT_HOLD_CHAIN);
}

static void visit(walk *w, plan_handler *h);

static void follow(walk *w, plan_handler *h, plan_handler *next) {
    uint8_t is = w->seen[index_of(w, next)];
    if (is == 1)
        tell_ring(w, next);
    else if (is == 0)
        visit(w, next);
    h->whole = check_mix(h->whole, next->whole);
    if (next->rank > h->rank) h->rank = next->rank;
}

static void visit(walk *w, plan_handler *h) {
    uint8_t *seen = &w->seen[index_of(w, h)];
    if (w->length > LIMIT_HOLD_CHAIN) {
        tell_long(w);
        return;
    }
    *seen = 1;
    w->way[w->length++] = h;
    for (size_t i = 0; i < h->feed_count; i++) follow(w, h, h->feeds[i]);
    /* What goes into a queue goes to those that its reader names. */
    if (h->reader != NULL && h->reader != h)
        follow(w, h, h->reader);
    else if (h->reader == h)
        h->rank++;
    w->length--;
    *seen = 2;
}

/* ---- what makes one the same in the next configuration, to the last detail ---- */

static uint64_t whole_of(checker *c, const plan_handler *h) {
    uint64_t sum = check_mix(check_mix(check_mix(h->definition, (uint64_t)h->level), (uint64_t)h->escape),
                             (uint64_t)h->overflow << 1 | h->overflow_given);
    const plan_formatter *f = h->formatter;
    if (f != NULL && f->kind != NULL) {
        sum = check_add_bytes(check_add_bytes(sum, slice_of(f->kind->name)), f->options.format);
        sum = check_add_bytes(check_add_bytes(sum, f->options.datefmt), f->options.style);
        sum = check_add_value(c, check_add_value(c, sum, f->options.kwargs), f->options.defaults);
    }
    for (size_t i = 0; i < h->filters.count; i++) sum = check_mix(sum, h->filters.items[i]->definition);
    return sum;
}

void check_feeds(checker *c) {
    size_t count = c->plan->handler_count;
    walk w = {.c = c, .seen = check_alloc(c, count + 1)};
    if (w.seen == NULL) return;
    for (size_t i = 0; i < count && !c->no_memory; i++) {
        plan_handler *h = &c->plan->handlers[i];
        if (h->kind != NULL) find_feeds(c, h);
        h->whole = whole_of(c, h);
    }
    for (size_t i = 0; i < count && !c->no_memory; i++)
        if (c->plan->handlers[i].kind != NULL && c->plan->handlers[i].kind->queues)
            check_reader(c, &c->plan->handlers[i]);
    for (size_t i = 0; i < count && !c->no_memory; i++)
        if (w.seen[i] == 0) visit(&w, &c->plan->handlers[i]);
}
