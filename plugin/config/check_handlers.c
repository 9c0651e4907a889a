/* check_handlers.c - [handlers] and its sections: class, level, formatter, args, kwargs, and Weir's own
 * escape and overflow. Other keys are ignored, as in Python. Runs on the thread that checks. */
#include "base/level.h"
#include "base/limits.h"
#include "base/path.h"
#include "config/check.h"

/* What Python has and this version does not build. "handlers." or "logging.handlers." comes before it. */
static const char *const python_classes[] = {"BaseRotatingHandler", "BufferingHandler", NULL};

static const char *python_class(slice name) {
    slice bare = name;
    for (size_t i = name.len; i > 0; i--)
        if (name.data[i - 1] == '.') {
            bare = slice_make(name.data + i, name.len - i);
            break;
        }
    for (size_t i = 0; python_classes[i] != NULL; i++)
        if (slice_is(bare, python_classes[i])) return python_classes[i];
    return NULL;
}

static const char *handler_name(size_t i) {
    const handler_kind *kind = handler_kind_at(i);
    return kind != NULL ? kind->name : NULL;
}

static void tell_class(checker *c, const ini_section *s, slice name, int line) {
    if (python_class(name) == NULL)
        check_tell_class(c, s, name, line, handler_name);
    else
        problems_add(c->p, line, s->name.data, "class",
                     "unknown class \"%s\": Python's %s, a base of other classes, is not in Weir",
                     check_show(c, name), python_class(name));
}

static bool is_first_of_kind(const checker *c, const plan_handler *h) {
    for (const plan_handler *other = c->plan->handlers; other < h; other++)
        if (other->kind == h->kind) return false;
    return true;
}

static bool read_class(checker *c, const ini_section *s, plan_handler *h) {
    slice name;
    int line;
    if (ini_get_raw(&c->ini, s, "class") == NULL) {
        problems_add(c->p, s->line, s->name.data, "class", "the key is missing (class = StreamHandler)");
        return false;
    }
    if (!check_value(c, s, "class", &name, &line)) return false;
    h->kind = handler_kind_find(name);
    if (h->kind == NULL) tell_class(c, s, name, line);
    if (h->kind != NULL && h->kind->remark != NULL && is_first_of_kind(c, h))
        problems_warn(c->p, line, s->name.data, "class", "%s", h->kind->remark);
    return h->kind != NULL;
}

static void read_formatter(checker *c, const ini_section *s, plan_handler *h) {
    slice name;
    int line;
    uint32_t index;
    if (!check_value(c, s, "formatter", &name, &line) || name.len == 0) return;
    if (name_map_get(&c->formatters, 0, name, &index)) {
        h->formatter = &c->plan->formatters[index];
        return;
    }
    const plan_place at = {s->name.data, "formatter", line};
    check_tell_unknown(c, &at, "formatter", name, CHECK_ROWS(c->plan->formatters, c->plan->formatter_count));
}

/* ---- the definition: what makes two handlers of successive configurations the same ---- */

/* A path counts as the file that it names, however it is written. */
static slice shown_value(checker *c, const plan_handler *h, size_t i, text *out) {
    const value *v = &h->args.values[i];
    if (!h->args.given[i]) return SLICE_LITERAL("");
    if (h->kind->params[i].type == PARAM_PATH) return path_absolute(&c->plan->memory, c->base_dir, v->str);
    text_clear(out);
    value_json(v, out); /* a list is as good as a tuple */
    return text_slice(out);
}

static uint64_t definition(checker *c, const plan_handler *h) {
    uint64_t sum = check_add_bytes(check_add_bytes(CHECK_HASH_BEGIN, h->name), slice_of(h->kind->name));
    text shown;
    text_init(&shown, 0);
    for (size_t i = 0; i < HANDLER_PARAMS && h->kind->params[i].name != NULL; i++)
        sum = check_add_bytes(sum, shown_value(c, h, i, &shown));
    if (shown.failed) c->no_memory = true;
    text_done(&shown);
    return sum;
}

static void read_handler(checker *c, const ini_section *s, plan_handler *h) {
    static const char *const known[] = {"class",  "level",    "formatter",  "args",
                                        "kwargs", "filters",  "escape",     "overflow",
                                        "target", "handlers", "attributes", NULL};
    settings own = c->plan->settings;
    h->line = h->level_line = s->line;
    check_keys_known(c, s, known);
    check_level(c, s, &h->level, &h->level_line);
    read_formatter(c, s, h);
    check_filter_list(c, s, false, &h->filters);
    check_setting(c, s, "escape", &own);
    h->overflow_given = check_setting(c, s, "overflow", &own);
    h->escape = c->rules->escape_given ? c->rules->escape : own.escape;
    h->overflow = own.overflow;
    if (h->name.len >= HANDLER_STATS_NAME)
        problems_warn(c->p, s->line, s->name.data, NULL,
                      "a handler's name of more than %d bytes is cut where its counters are shown",
                      HANDLER_STATS_NAME - 1);
    if (!read_class(c, s, h))
        check_literals(c, s);
    else if (check_args(c, s, h) && check_path(c, s, h)) {
        check_feed_key(c, s, h);
        h->definition = definition(c, h);
    }
}

void check_handlers(checker *c) {
    check_list list;
    slice name;
    const ini_section *s;
    if (!check_list_begin(c, "handlers", "handler_", &c->handlers, LIMIT_HANDLERS, &list)) return;
    c->plan->handlers = check_alloc(c, list.names.count * sizeof *c->plan->handlers);
    while (c->plan->handlers != NULL && check_list_next(c, &list, &name, &s)) {
        plan_handler *h = &c->plan->handlers[c->plan->handler_count++];
        h->name = name;
        if (s != NULL) read_handler(c, s, h);
    }
}
