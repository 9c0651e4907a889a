/* loggers.c - weir_logger_*: a logger's handlers and filters, and whether it propagates. Any thread of the
 * host. Levels are the front end's: they need no edit. */
#include <stdlib.h>

#include "api/api.h"

typedef struct logger_change {
    slice of;
    weir_handler *h;
    weir_filter *f;
    bool on;
    size_t count;
} logger_change;

typedef struct handler_copies {
    slice of;
    weir_handler **handlers; /* each owned */
    size_t count;
} handler_copies;

static int attach(draft *d, void *arg, weir_error *err) {
    const logger_change *c = arg;
    return draft_attach(d, c->of, c->h, err);
}

static int detach(draft *d, void *arg, weir_error *err) {
    const logger_change *c = arg;
    return draft_detach(d, c->of, c->h, err);
}

int weir_logger_add_handler(weir_logger *l, weir_handler *h, weir_error *err) {
    if (h == NULL) return api_missing("handler", err);
    if (l == NULL) return api_missing("logger", err);
    logger_change c = {.of = api_logger_name(l), .h = h};
    return api_edit("weir_logger_add_handler", attach, &c, err);
}

int weir_logger_remove_handler(weir_logger *l, weir_handler *h, weir_error *err) {
    if (h == NULL) return api_missing("handler", err);
    if (l == NULL) return api_missing("logger", err);
    logger_change c = {.of = api_logger_name(l), .h = h};
    return api_edit("weir_logger_remove_handler", detach, &c, err);
}

static int add_filter(draft *d, void *arg, weir_error *err) {
    const logger_change *c = arg;
    return draft_add_filter(d, c->of, c->f, err);
}

static int remove_filter(draft *d, void *arg, weir_error *err) {
    const logger_change *c = arg;
    return draft_remove_filter(d, c->of, c->f, err);
}

int weir_logger_add_filter(weir_logger *l, weir_filter *f, weir_error *err) {
    if (f == NULL) return api_missing("filter", err);
    if (l == NULL) return api_missing("logger", err);
    logger_change c = {.of = api_logger_name(l), .f = f};
    return api_edit("weir_logger_add_filter", add_filter, &c, err);
}

int weir_logger_remove_filter(weir_logger *l, weir_filter *f, weir_error *err) {
    if (f == NULL) return api_missing("filter", err);
    if (l == NULL) return api_missing("logger", err);
    logger_change c = {.of = api_logger_name(l), .f = f};
    return api_edit("weir_logger_remove_filter", remove_filter, &c, err);
}

static int set_propagate(draft *d, void *arg, weir_error *err) {
    const logger_change *c = arg;
    return draft_set_propagate(d, c->of, c->on, err);
}

int weir_logger_set_propagate(weir_logger *l, int propagate, weir_error *err) {
    if (l == NULL) return api_missing("logger", err);
    logger_change c = {.of = api_logger_name(l), .on = propagate != 0};
    return api_edit("weir_logger_set_propagate", set_propagate, &c, err);
}

/* ---- looking ---- */

static int get_propagate(draft *d, void *arg, weir_error *err) {
    logger_change *c = arg;
    (void)err;
    c->on = draft_propagates(d, c->of);
    return 0;
}

int weir_logger_get_propagate(weir_logger *l) {
    if (l == NULL) return 1;
    logger_change c = {.of = api_logger_name(l), .on = true};
    api_read(get_propagate, &c, NULL);
    return c.on ? 1 : 0;
}

/* Up the dotted name: a.b.c, a.b, a, root. */
static slice parent_of(slice name) {
    for (size_t i = name.len; i > 1; i--)
        if (name.data[i - 1] == '.') return slice_make(name.data, i - 1);
    return SLICE_LITERAL("root");
}

static int find_any(draft *d, void *arg, weir_error *err) {
    logger_change *c = arg;
    (void)err;
    for (slice at = c->of;; at = parent_of(at)) {
        const value *list = draft_handlers_of(d, at);
        if (list != NULL && list->list.count > 0) c->count++;
        if (c->count > 0 || slice_is(at, "root") || !draft_propagates(d, at)) return 0;
    }
}

int weir_logger_has_handlers(weir_logger *l) {
    if (l == NULL) return 0;
    logger_change c = {.of = api_logger_name(l)};
    api_read(find_any, &c, NULL);
    return c.count > 0 ? 1 : 0;
}

static int copy_handlers(draft *d, void *arg, weir_error *err) {
    handler_copies *c = arg;
    const value *list = draft_handlers_of(d, c->of);
    size_t count = list != NULL ? list->list.count : 0;
    c->handlers = calloc(count + 1, sizeof(weir_handler *));
    if (c->handlers == NULL) return api_no_memory(err);
    for (size_t i = 0; i < count; i++) {
        c->handlers[c->count] = draft_handler(d, list->list.items[i].str, err);
        if (c->handlers[c->count] != NULL) c->count++;
    }
    return 0;
}

/* Called with a copy of the list, so that the host may change it here. */
size_t weir_logger_each_handler(weir_logger *l, void (*each)(void *arg, weir_handler *h), void *arg) {
    if (l == NULL) return 0;
    handler_copies c = {.of = api_logger_name(l)};
    api_read(copy_handlers, &c, NULL);
    for (size_t i = 0; i < c.count; i++) {
        if (each != NULL) each(arg, c.handlers[i]);
        weir_handler_free(c.handlers[i]);
    }
    free(c.handlers);
    return c.count;
}
