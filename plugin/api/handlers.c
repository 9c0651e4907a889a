/* handlers.c - weir_handler_*: making a handler, and what it is: level, formatter, filters, arguments, name.
 * Any thread of the host. What it does with records is handler_work.c's. */
#include <stdlib.h>

#include "api/api.h"
#include "base/limits.h"
#include "base/value_dict.h"

/* ---- life ---- */

weir_handler *weir_handler_create(const char *class_name, const char *kwargs, weir_error *err) {
    static const char *const refused[] = {"class", "()", "level", "formatter", "filters", NULL};
    arena a;
    value dict;
    arena_init(&a, 0);
    weir_handler *h = NULL;
    if (object_arguments(&a, class_name, kwargs, refused, &dict, err) == 0)
        h = object_handler(&dict, SLICE_NONE, err);
    arena_done(&a);
    return h;
}

weir_handler *weir_handler_ref(weir_handler *h) {
    if (h != NULL) object_ref(&h->head);
    return h;
}

/* What nobody has any more is taken out at the end of every edit (draft_tidy), so of this one, too. */
static int nothing(draft *d, void *arg, weir_error *err) {
    (void)d, (void)arg, (void)err;
    return 0;
}

void weir_handler_free(weir_handler *h) {
    object *dead = NULL;
    if (h == NULL) return;
    objects_lock();
    bool close = h->head.bound && h->head.own && h->head.refs == 2; /* and the configuration's */
    object_drop_locked(&h->head, &dead);
    objects_unlock();
    objects_bury(dead);
    if (close) api_edit("weir_handler_free", nothing, NULL, NULL);
}

/* ---- changing it ---- */

typedef struct handler_change {
    weir_handler *h;
    int level;
    weir_formatter *f;
    weir_filter *filter;
    weir_handler *to;
    slice name;
    const value *given; /* an argument's; NULL: taken out */
} handler_change;

/* The new state, written into the configuration if it has the handler. Takes `to` over. */
static int put_state(draft *d, weir_handler *h, handler_state *to, weir_error *err) {
    if (draft_set_state(d, h, to, err) != 0) return -1;
    return h->head.bound ? draft_put_handler(d, h, err) : 0;
}

static int change_level(draft *d, void *arg, weir_error *err) {
    const handler_change *c = arg;
    handler_state *s = handler_state_copy(c->h->state);
    if (s == NULL) return api_no_memory(err);
    s->level = c->level;
    return put_state(d, c->h, s, err);
}

int weir_handler_set_level(weir_handler *h, int level, weir_error *err) {
    handler_change c = {.h = h, .level = level};
    if (h == NULL) return api_missing("handler", err);
    if (level < 0) return error_set(err, WEIR_ERR_INVALID, "level %d (0 to 2,147,483,647)", level);
    return api_edit_handler("weir_handler_set_level", h, change_level, &c, err);
}

int weir_handler_get_level(const weir_handler *h) {
    if (h == NULL) return WEIR_LEVEL_NOTSET;
    objects_lock();
    int level = h->state->level;
    objects_unlock();
    return level;
}

static int change_formatter(draft *d, void *arg, weir_error *err) {
    const handler_change *c = arg;
    handler_state *s = handler_state_copy(c->h->state);
    object *dead = NULL;
    if (s == NULL) return api_no_memory(err);
    objects_lock();
    if (s->formatter != NULL) object_drop_locked(&s->formatter->head, &dead);
    if (c->f != NULL) object_ref_locked(&c->f->head);
    s->formatter = c->f;
    objects_unlock();
    objects_bury(dead);
    return put_state(d, c->h, s, err);
}

int weir_handler_set_formatter(weir_handler *h, weir_formatter *f, weir_error *err) {
    handler_change c = {.h = h, .f = f};
    if (h == NULL) return api_missing("handler", err);
    return api_edit_handler("weir_handler_set_formatter", h, change_formatter, &c, err);
}

weir_formatter *weir_handler_get_formatter(const weir_handler *h) {
    if (h == NULL) return NULL;
    objects_lock();
    weir_formatter *f = h->state->formatter;
    if (f != NULL) object_ref_locked(&f->head);
    objects_unlock();
    return f;
}

/* ---- filters ---- */

static size_t filter_at(const handler_state *s, const weir_filter *f) {
    size_t i = 0;
    while (i < s->filter_count && s->filters[i] != f) i++;
    return i;
}

static int change_add_filter(draft *d, void *arg, weir_error *err) {
    const handler_change *c = arg;
    if (filter_at(c->h->state, c->filter) < c->h->state->filter_count) return 0;
    handler_state *s = handler_state_copy(c->h->state);
    if (s == NULL) return api_no_memory(err);
    object_ref(&c->filter->head);
    s->filters[s->filter_count++] = c->filter;
    return put_state(d, c->h, s, err);
}

static int change_remove_filter(draft *d, void *arg, weir_error *err) {
    const handler_change *c = arg;
    object *dead = NULL;
    size_t at = filter_at(c->h->state, c->filter);
    if (at == c->h->state->filter_count) return 0;
    handler_state *s = handler_state_copy(c->h->state);
    if (s == NULL) return api_no_memory(err);
    objects_lock();
    object_drop_locked(&s->filters[at]->head, &dead);
    memmove(&s->filters[at], &s->filters[at + 1], (s->filter_count - at - 1) * sizeof(weir_filter *));
    s->filter_count--;
    objects_unlock();
    objects_bury(dead);
    return put_state(d, c->h, s, err);
}

int weir_handler_add_filter(weir_handler *h, weir_filter *f, weir_error *err) {
    handler_change c = {.h = h, .filter = f};
    if (h == NULL || f == NULL) return api_missing(h == NULL ? "handler" : "filter", err);
    return api_edit_handler("weir_handler_add_filter", h, change_add_filter, &c, err);
}

int weir_handler_remove_filter(weir_handler *h, weir_filter *f, weir_error *err) {
    handler_change c = {.h = h, .filter = f};
    if (h == NULL || f == NULL) return api_missing(h == NULL ? "handler" : "filter", err);
    return api_edit_handler("weir_handler_remove_filter", h, change_remove_filter, &c, err);
}

/* ---- the name ---- */

static bool is_good_name(slice name) {
    if (name.len == 0 || name.len > LIMIT_SECTION_NAME) return false;
    for (size_t i = 0; i < name.len; i++)
        if ((unsigned char)name.data[i] < ' ' || name.data[i] == ',') return false;
    return name.data[0] != ' ' && name.data[name.len - 1] != ' ';
}

static int change_name(draft *d, void *arg, weir_error *err) {
    const handler_change *c = arg;
    return slice_is(c->name, c->h->head.name) ? 0 : draft_set_name(d, c->h, c->name, err);
}

int weir_handler_set_name(weir_handler *h, const char *name, weir_error *err) {
    handler_change c = {.h = h, .name = slice_of(name)};
    if (h == NULL) return api_missing("handler", err);
    if (!is_good_name(c.name))
        return error_set(
            err, WEIR_ERR_INVALID,
            "a handler's name has 1 to %d bytes, no commas, no control characters, no blanks around",
            LIMIT_SECTION_NAME);
    return api_edit_handler("weir_handler_set_name", h, change_name, &c, err);
}

size_t weir_handler_get_name(const weir_handler *h, char *buffer, size_t size) {
    if (h == NULL) return 0;
    objects_lock();
    int len = snprintf(buffer, size, "%s", h->head.name);
    objects_unlock();
    return len > 0 ? (size_t)len : 0;
}

/* ---- arguments ---- */

static int change_argument(draft *d, void *arg, weir_error *err) {
    const handler_change *c = arg;
    arena a;
    arena_init(&a, 0);
    value dict = c->h->head.def->dict;
    bool made = c->given != NULL ? value_dict_set(&a, &dict, c->name, c->given)
                                 : value_dict_remove(&a, &dict, c->name);
    int rc = made ? object_check_handler(&a, &dict, err) : api_no_memory(err);
    if (rc == 0) rc = draft_set_definition(d, &c->h->head, &dict, err);
    arena_done(&a);
    return rc == 0 && c->h->head.bound ? draft_put_handler(d, c->h, err) : rc;
}

static int set_argument(const char *function, weir_handler *h, slice name, const value *to, weir_error *err) {
    handler_change c = {.h = h, .name = name, .given = to};
    return api_edit_handler(function, h, change_argument, &c, err);
}

int weir_handler_set_argument(weir_handler *h, const char *name, const char *literal, weir_error *err) {
    static const char *const refused[] = {"class", "()", "level", "formatter", "filters", "target"};
    arena a;
    value to;
    if (h == NULL) return api_missing("handler", err);
    if (name == NULL) return api_missing("name", err);
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
        if (strcmp(name, refused[i]) == 0)
            return error_set(err, WEIR_ERR_INVALID, "'%s' is no argument: there is a function for it", name);
    arena_init(&a, 0);
    int rc = literal == NULL ? 0 : object_literal(&a, literal, &to, err);
    if (rc == 0)
        rc = set_argument("weir_handler_set_argument", h, slice_of(name), literal == NULL ? NULL : &to, err);
    arena_done(&a);
    return rc;
}

int weir_handler_set_stream(weir_handler *h, const char *stream, weir_error *err) {
    if (h == NULL) return api_missing("handler", err);
    bool out = stream != NULL && (strcmp(stream, "stdout") == 0 || strcmp(stream, "sys.stdout") == 0);
    bool is_err = stream != NULL && (strcmp(stream, "stderr") == 0 || strcmp(stream, "sys.stderr") == 0);
    if (!out && !is_err) return error_set(err, WEIR_ERR_INVALID, "a stream is \"stdout\" or \"stderr\"");
    const value to = value_str(out ? SLICE_LITERAL("ext://sys.stdout") : SLICE_LITERAL("ext://sys.stderr"));
    return set_argument("weir_handler_set_stream", h, SLICE_LITERAL("stream"), &to, err);
}

static bool leads_to(const weir_handler *from, const weir_handler *to) {
    for (; from != NULL; from = from->state->target)
        if (from == to) return true;
    return false;
}

static int change_target(draft *d, void *arg, weir_error *err) {
    const handler_change *c = arg;
    object *dead = NULL;
    if (leads_to(c->to, c->h))
        return error_set(err, WEIR_ERR_INVALID, "a handler cannot be its own target, nor its target's");
    handler_state *s = handler_state_copy(c->h->state);
    if (s == NULL) return api_no_memory(err);
    objects_lock();
    if (s->target != NULL) object_drop_locked(&s->target->head, &dead);
    if (c->to != NULL) object_ref_locked(&c->to->head);
    s->target = c->to;
    objects_unlock();
    objects_bury(dead);
    return put_state(d, c->h, s, err);
}

int weir_handler_set_target(weir_handler *h, weir_handler *to, weir_error *err) {
    handler_change c = {.h = h, .to = to};
    if (h == NULL) return api_missing("handler", err);
    return api_edit_handler("weir_handler_set_target", h, change_target, &c, err);
}

/* ---- closing, finding ---- */

static int change_close(draft *d, void *arg, weir_error *err) { return draft_remove_handler(d, arg, err); }

int weir_handler_close(weir_handler *h, weir_error *err) {
    if (h == NULL) return api_missing("handler", err);
    return api_edit_handler("weir_handler_close", h, change_close, h, err);
}

static int find(draft *d, void *arg, weir_error *err) {
    handler_change *c = arg;
    c->h = draft_handler(d, c->name, err);
    return 0;
}

weir_handler *weir_get_handler_by_name(const char *name) {
    handler_change c = {.name = slice_of(name)};
    if (name != NULL) api_read(find, &c, NULL);
    return c.h;
}

typedef struct name_copies {
    arena memory;
    slice *names;
    size_t count;
} name_copies;

static int copy_names(draft *d, void *arg, weir_error *err) {
    name_copies *n = arg;
    const value *all = value_get(d->dict, SLICE_LITERAL("handlers"));
    n->names = arena_alloc(&n->memory, all->dict.count * sizeof *n->names + 1);
    for (size_t i = 0; n->names != NULL && i < all->dict.count; i++, n->count++) {
        n->names[i] = arena_copy(&n->memory, all->dict.pairs[i].key.str);
        if (n->names[i].data == NULL) return api_no_memory(err);
    }
    return 0;
}

/* Called with copies, so that the host may do here what it likes. */
size_t weir_get_handler_names(void (*each)(void *arg, const char *name), void *arg) {
    name_copies n = {0};
    arena_init(&n.memory, 0);
    api_read(copy_names, &n, NULL);
    for (size_t i = 0; each != NULL && i < n.count; i++) each(arg, n.names[i].data);
    arena_done(&n.memory);
    return n.count;
}
