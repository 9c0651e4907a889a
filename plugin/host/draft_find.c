/* draft_find.c - the host's objects for what a configuration has: a handler that came from a file is one,
 * too, once the host asks for it. On the thread that edits. */
#include "base/level.h"
#include "base/value_dict.h"
#include "host/draft.h"

static int no_memory(weir_error *err) { return error_set(err, WEIR_ERR_SYSTEM, "no memory"); }

static const value *section_of(const draft *d, object_kind kind, slice name) {
    const value *group = value_get(d->dict, slice_of(object_groups[kind]));
    return group == NULL ? NULL : value_get(group, name);
}

/* With one more owner. */
static object *known(object_kind kind, slice name) {
    objects_lock();
    object *o = object_find_locked(kind, name);
    if (o != NULL) object_ref_locked(o);
    objects_unlock();
    return o;
}

/* The running configuration has it, whatever becomes of the draft. */
static object *bind(object *o) {
    if (o == NULL) return NULL;
    objects_lock();
    o->bound = true;
    object_ref_locked(o);
    objects_unlock();
    return o;
}

weir_formatter *draft_formatter(draft *d, slice name, weir_error *err) {
    const value *section = section_of(d, OBJECT_FORMATTER, name);
    object *o = section == NULL ? NULL : known(OBJECT_FORMATTER, name);
    if (section == NULL || o != NULL) return (weir_formatter *)o;
    return (weir_formatter *)bind((object *)object_formatter(section, name, err));
}

weir_filter *draft_filter(draft *d, slice name, weir_error *err) {
    const value *section = section_of(d, OBJECT_FILTER, name);
    object *o = section == NULL ? NULL : known(OBJECT_FILTER, name);
    if (section == NULL || o != NULL) return (weir_filter *)o;
    return (weir_filter *)bind((object *)object_filter(section, name, err));
}

/* ---- handlers ---- */

static int level_of(const value *section) {
    const value *v = value_get(section, SLICE_LITERAL("level"));
    int level = WEIR_LEVEL_NOTSET;
    if (v != NULL && v->type == VALUE_INT) return (int)v->i64;
    if (v != NULL && v->type == VALUE_STR && level_from_name(v->str, &level)) return level;
    return WEIR_LEVEL_NOTSET;
}

static int read_filters(draft *d, const value *section, weir_handler *h, weir_error *err) {
    const value *names = value_get(section, SLICE_LITERAL("filters"));
    for (size_t i = 0; names != NULL && i < names->list.count; i++) {
        handler_state *next = handler_state_copy(h->state);
        if (next == NULL) return no_memory(err);
        next->filters[next->filter_count] = draft_filter(d, names->list.items[i].str, err);
        if (next->filters[next->filter_count] != NULL) next->filter_count++;
        object *dead = NULL;
        objects_lock();
        handler_state_drop_locked(h->state, &dead);
        h->state = next;
        objects_unlock();
        objects_bury(dead);
    }
    return 0;
}

/* The name of another handler; NULL: its class has no target, or another meaning for the word. */
static const value *target_of(const draft *d, const value *section) {
    const value *name = value_get(section, SLICE_LITERAL("target"));
    bool other = name != NULL && name->type == VALUE_STR && section_of(d, OBJECT_HANDLER, name->str) != NULL;
    return other ? name : NULL;
}

/* As deep as the chain of targets, which the configuration has checked to end. */
static int read_state(draft *d, const value *section, weir_handler *h, weir_error *err) {
    const value *format = value_get(section, SLICE_LITERAL("formatter")), *to = target_of(d, section);
    h->state->level = level_of(section);
    if (format != NULL && format->type == VALUE_STR) {
        h->state->formatter = draft_formatter(d, format->str, err);
        if (h->state->formatter == NULL) return -1;
    }
    if (to != NULL) {
        h->state->target = draft_handler(d, to->str, err);
        if (h->state->target == NULL) return -1;
    }
    return read_filters(d, section, h, err);
}

static bool definition_of(draft *d, const value *section, value *out) {
    static const char *const own[] = {"level", "formatter", "filters"};
    *out = *section;
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++)
        if (!value_dict_remove(d->memory, out, slice_of(own[i]))) return false;
    return target_of(d, section) == NULL || value_dict_remove(d->memory, out, SLICE_LITERAL("target"));
}

weir_handler *draft_handler(draft *d, slice name, weir_error *err) {
    const value *section = section_of(d, OBJECT_HANDLER, name);
    object *o = section == NULL ? NULL : known(OBJECT_HANDLER, name);
    value def;
    if (section == NULL || o != NULL) return (weir_handler *)o;
    if (!definition_of(d, section, &def)) {
        no_memory(err);
        return NULL;
    }
    weir_handler *h = object_handler(&def, name, err);
    if (h == NULL) return NULL;
    if (read_state(d, section, h, err) == 0) return (weir_handler *)bind(&h->head);
    object_free(&h->head);
    return NULL;
}
