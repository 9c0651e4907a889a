/* draft.c - the host's objects in an edit: what they were is kept until the edit is applied or given up, and
 * they are written into the configuration's dict. On the thread that edits. Loggers are draft_logger.c's. */
#include "host/draft.h"

#include <stdlib.h>

#include "base/level.h"
#include "base/value_dict.h"

static int no_memory(weir_error *err) { return error_set(err, WEIR_ERR_SYSTEM, "no memory"); }

void draft_begin(draft *d, arena *memory, value *dict) { *d = (draft){.memory = memory, .dict = dict}; }

/* ---- what was ---- */

/* The object is kept alive as long as the draft knows it. */
static int save(draft *d, object *o, weir_error *err) {
    for (size_t i = 0; i < d->saved_count; i++)
        if (d->saved[i].o == o) return 0;
    if (d->saved_count == d->saved_room) {
        size_t room = d->saved_room == 0 ? 8 : d->saved_room * 2;
        draft_saved *grown = realloc(d->saved, room * sizeof *grown);
        if (grown == NULL) return no_memory(err);
        d->saved = grown;
        d->saved_room = room;
    }
    object_ref(o);
    d->saved[d->saved_count++] = (draft_saved){
        .o = o,
        .name = o->name,
        .named = o->named,
        .bound = o->bound,
        .def = o->def,
        .state = o->kind == OBJECT_HANDLER ? ((weir_handler *)o)->state : NULL,
    };
    return 0;
}

static const draft_saved *saved_of(const draft *d, const object *o) {
    for (size_t i = 0; i < d->saved_count; i++)
        if (d->saved[i].o == o) return &d->saved[i];
    return NULL;
}

/* What is replaced for good is freed: the old, or, where the draft was given up, the new. */
static void settle(const draft_saved *s, bool applied, object **dead) {
    object *o = s->o;
    handler_state **state = o->kind == OBJECT_HANDLER ? &((weir_handler *)o)->state : NULL;
    char *name = applied ? s->name : o->name;
    definition *def = applied ? s->def : o->def;
    handler_state *lost = state == NULL ? NULL : applied ? s->state : *state;
    bool same_name = s->name == o->name, same_def = s->def == o->def;
    bool same_state = state == NULL || s->state == *state;
    if (!applied) {
        o->name = s->name;
        o->named = s->named;
        o->bound = s->bound;
        o->def = s->def;
        if (state != NULL) *state = s->state;
    }
    if (o->bound && !s->bound) object_ref_locked(o); /* the configuration owns it, too */
    if (!o->bound && s->bound) object_drop_locked(o, dead);
    if (!same_name) free(name);
    if (!same_def) definition_drop_locked(def);
    if (!same_state) handler_state_drop_locked(lost, dead);
}

void draft_end(draft *d, bool applied) {
    object *dead = NULL;
    objects_lock();
    for (size_t i = 0; i < d->saved_count; i++) settle(&d->saved[i], applied, &dead);
    for (size_t i = 0; i < d->saved_count; i++) object_drop_locked(d->saved[i].o, &dead);
    objects_unlock();
    objects_bury(dead);
    free(d->saved);
    d->saved = NULL;
    d->saved_count = d->saved_room = 0;
}

/* ---- replacing what an object has ---- */

int draft_set_state(draft *d, weir_handler *h, handler_state *to, weir_error *err) {
    object *dead = NULL;
    int rc = save(d, &h->head, err);
    objects_lock();
    handler_state *lost = to;
    if (rc == 0) {
        lost = h->state != saved_of(d, &h->head)->state ? h->state : NULL;
        h->state = to;
    }
    handler_state_drop_locked(lost, &dead);
    objects_unlock();
    objects_bury(dead);
    return rc;
}

int draft_set_definition(draft *d, object *o, const value *dict, weir_error *err) {
    definition *def = definition_create(dict);
    if (def == NULL) return no_memory(err);
    int rc = save(d, o, err);
    objects_lock();
    definition *lost = def;
    if (rc == 0) {
        lost = o->def != saved_of(d, o)->def ? o->def : NULL;
        o->def = def;
    }
    definition_drop_locked(lost);
    objects_unlock();
    return rc;
}

static int set_name(draft *d, object *o, char *name, bool named, weir_error *err) {
    if (name == NULL) return no_memory(err);
    if (save(d, o, err) != 0) {
        free(name);
        return -1;
    }
    objects_lock();
    if (o->name != saved_of(d, o)->name) free(o->name);
    o->name = name;
    o->named = named;
    objects_unlock();
    return 0;
}

static int set_bound(draft *d, object *o, bool bound, weir_error *err) {
    if (save(d, o, err) != 0) return -1;
    objects_lock();
    o->bound = bound;
    objects_unlock();
    return 0;
}

/* ---- sections ---- */

static value group_of(const draft *d, object_kind kind) {
    const value *found = value_get(d->dict, slice_of(object_groups[kind]));
    return found != NULL ? *found : (value){.type = VALUE_DICT};
}

static bool put_group(draft *d, object_kind kind, const value *group) {
    d->changed = true;
    return value_dict_set(d->memory, d->dict, slice_of(object_groups[kind]), group);
}

/* The name under which an object that is not there can be put: its own, or a new one where it may be any. */
static int choose_name(draft *d, object *o, weir_error *err) {
    value group = group_of(d, o->kind);
    while (value_get(&group, slice_of(o->name)) != NULL) {
        if (o->named && o->kind == OBJECT_HANDLER)
            return error_set(err, WEIR_ERR_INVALID,
                             "the configuration has a handler \"%s\" already (weir_handler_set_name)",
                             o->name);
        if (set_name(d, o, object_new_name(), false, err) != 0) return -1;
    }
    return 0;
}

/* Written, and bound from then on. section: of the object, complete. */
static int put_object(draft *d, object *o, const value *section, weir_error *err) {
    if (!o->bound && choose_name(d, o, err) != 0) return -1;
    if (set_bound(d, o, true, err) != 0) return -1;
    value group = group_of(d, o->kind);
    if (!value_dict_set(d->memory, &group, slice_of(o->name), section) || !put_group(d, o->kind, &group))
        return no_memory(err);
    return 0;
}

/* A formatter's or filter's section is its definition; one that is bound stands there already. */
static int put_plain(draft *d, object *o, weir_error *err) {
    return o->bound ? 0 : put_object(d, o, &o->def->dict, err);
}

int draft_put_filter(draft *d, weir_filter *f, weir_error *err) { return put_plain(d, &f->head, err); }

static value level_value(const draft *d, int level) {
    char room[32];
    int back;
    slice name = level_name(level, room);
    if (!level_from_name(name, &back) || back != level) return value_int(level);
    return value_str(arena_copy(d->memory, name));
}

static int put_filters(draft *d, const handler_state *s, value *section, weir_error *err) {
    value names = {.type = VALUE_LIST};
    for (size_t i = 0; i < s->filter_count; i++) {
        if (put_plain(d, &s->filters[i]->head, err) != 0) return -1;
        const value name = value_str(arena_copy(d->memory, slice_of(s->filters[i]->head.name)));
        if (name.str.data == NULL || !value_list_add(d->memory, &names, &name)) return no_memory(err);
    }
    if (names.list.count == 0) return 0;
    return value_dict_set(d->memory, section, SLICE_LITERAL("filters"), &names) ? 0 : no_memory(err);
}

static int put_name(draft *d, value *section, const char *key, const object *o, weir_error *err) {
    const value name = value_str(arena_copy(d->memory, slice_of(o->name)));
    if (name.str.data == NULL) return no_memory(err);
    return value_dict_set(d->memory, section, slice_of(key), &name) ? 0 : no_memory(err);
}

int draft_put_handler(draft *d, weir_handler *h, weir_error *err) {
    const handler_state *s = h->state;
    value section = h->head.def->dict;
    const value level = level_value(d, s->level);
    if (!value_dict_set(d->memory, &section, SLICE_LITERAL("level"), &level)) return no_memory(err);
    if (s->formatter != NULL && (put_plain(d, &s->formatter->head, err) != 0 ||
                                 put_name(d, &section, "formatter", &s->formatter->head, err) != 0))
        return -1;
    if (put_filters(d, s, &section, err) != 0) return -1;
    if (s->target != NULL && ((!s->target->head.bound && draft_put_handler(d, s->target, err) != 0) ||
                              put_name(d, &section, "target", &s->target->head, err) != 0))
        return -1;
    return put_object(d, &h->head, &section, err);
}

/* ---- taken out, and renamed ---- */

static int remove_object(draft *d, object *o, weir_error *err) {
    value group = group_of(d, o->kind);
    if (!value_dict_remove(d->memory, &group, slice_of(o->name)) || !put_group(d, o->kind, &group))
        return no_memory(err);
    return set_bound(d, o, false, err);
}

static bool names_it(const value *section, const char *key, slice name) {
    const value *found = value_get(section, slice_of(key));
    if (found == NULL) return false;
    return found->type == VALUE_LIST ? value_list_has(found, name)
                                     : found->type == VALUE_STR && slice_equal(found->str, name);
}

static bool is_named_by(const draft *d, const object *o) {
    const char *key = o->kind == OBJECT_FORMATTER ? "formatter" : "filters";
    const value handlers = group_of(d, OBJECT_HANDLER),
                *loggers = value_get(d->dict, SLICE_LITERAL("loggers"));
    for (size_t i = 0; i < handlers.dict.count; i++)
        if (names_it(&handlers.dict.pairs[i].val, key, slice_of(o->name))) return true;
    for (size_t i = 0; o->kind == OBJECT_FILTER && i < loggers->dict.count; i++)
        if (names_it(&loggers->dict.pairs[i].val, key, slice_of(o->name))) return true;
    const value *root = value_get(d->dict, SLICE_LITERAL("root"));
    return o->kind == OBJECT_FILTER && names_it(root, key, slice_of(o->name));
}

/* States that the draft has replaced are owners until it ends. */
static uint32_t former_targets(const draft *d, const object *o) {
    uint32_t count = 0;
    for (size_t i = 0; i < d->saved_count; i++) {
        const draft_saved *s = &d->saved[i];
        bool replaced = s->state != NULL && s->state != ((const weir_handler *)s->o)->state;
        if (replaced && s->state->target != NULL && &s->state->target->head == o) count++;
    }
    return count;
}

/* A handler stays open as long as the host has it, or a logger, or another handler. The lock is held. */
static bool is_unused(const draft *d, const object *o) {
    if (o->kind != OBJECT_HANDLER) return !is_named_by(d, o);
    const draft_saved *s = saved_of(d, o);
    bool owned = s != NULL ? s->bound : o->bound; /* by the configuration, before the draft */
    uint32_t others = o->refs - (s != NULL ? 1u : 0u) - (owned ? 1u : 0u) - former_targets(d, o);
    return others == 0 && !draft_is_used(d, (const weir_handler *)o);
}

static object *next_unused(const draft *d) {
    object *found = NULL;
    objects_lock();
    for (object *o = object_first_locked(); o != NULL && found == NULL; o = o->next)
        if (o->bound && o->own && is_unused(d, o)) found = o;
    if (found != NULL) object_ref_locked(found);
    objects_unlock();
    return found;
}

int draft_tidy(draft *d, weir_error *err) {
    object *o;
    int rc = 0;
    while (rc == 0 && (o = next_unused(d)) != NULL) {
        rc = remove_object(d, o, err);
        object_free(o);
    }
    return rc;
}

int draft_remove_handler(draft *d, weir_handler *h, weir_error *err) {
    if (!h->head.bound) return 0;
    if (draft_detach_all(d, slice_of(h->head.name), SLICE_NONE, err) != 0) return -1;
    return remove_object(d, &h->head, err);
}

bool draft_is_used(const draft *d, const weir_handler *h) {
    const value group = group_of(d, OBJECT_HANDLER);
    slice name = slice_of(h->head.name);
    for (size_t i = 0; i < group.dict.count; i++)
        if (names_it(&group.dict.pairs[i].val, "target", name) ||
            names_it(&group.dict.pairs[i].val, "handlers", name))
            return true;
    return draft_is_attached(d, name);
}

static bool retarget(draft *d, value *group, slice old, slice to) {
    const value name = value_str(to), before = *group;
    for (size_t i = 0; i < before.dict.count; i++) {
        value one = before.dict.pairs[i].val;
        bool as_target = names_it(&one, "target", old), listed = names_it(&one, "handlers", old);
        if (!as_target && !listed) continue;
        value list = listed ? *value_get(&one, SLICE_LITERAL("handlers")) : name;
        if ((listed && (!value_list_replace(d->memory, &list, old, &name) ||
                        !value_dict_set(d->memory, &one, SLICE_LITERAL("handlers"), &list))) ||
            (as_target && !value_dict_set(d->memory, &one, SLICE_LITERAL("target"), &name)) ||
            !value_dict_set(d->memory, group, before.dict.pairs[i].key.str, &one))
            return false;
    }
    return true;
}

/* Everything that names it follows. */
int draft_set_name(draft *d, weir_handler *h, slice name, weir_error *err) {
    value group = group_of(d, OBJECT_HANDLER);
    char *made = strndup(name.data, name.len);
    if (made == NULL) return no_memory(err);
    if (!h->head.bound) return set_name(d, &h->head, made, true, err);
    slice old = slice_of(h->head.name), kept = arena_copy(d->memory, name);
    if (value_get(&group, name) != NULL) {
        free(made);
        return error_set(err, WEIR_ERR_INVALID, "another handler has the name \"%.*s\"", (int)name.len,
                         name.data);
    }
    const value section = *value_get(&group, old);
    bool done = kept.data != NULL && value_dict_remove(d->memory, &group, old) &&
                value_dict_set(d->memory, &group, name, &section) && retarget(d, &group, old, kept) &&
                put_group(d, OBJECT_HANDLER, &group);
    if (!done || draft_detach_all(d, old, kept, err) != 0) {
        free(made);
        return done ? -1 : no_memory(err);
    }
    return set_name(d, &h->head, made, true, err);
}
