/* draft_logger.c - the loggers of an edit's dict: which handlers and filters each has, and whether it
 * propagates. A logger that is not named there is added when it gets something. On the thread that edits. */
#include "base/value_dict.h"
#include "host/draft.h"

static int no_memory(weir_error *err) { return error_set(err, WEIR_ERR_SYSTEM, "no memory"); }

static bool is_root(slice name) { return slice_is(name, "root"); }

/* ---- one logger's section ---- */

static const value *section_of(const draft *d, slice name) {
    if (is_root(name)) return value_get(d->dict, SLICE_LITERAL("root"));
    return value_get(value_get(d->dict, SLICE_LITERAL("loggers")), name);
}

/* As Python has a logger that nobody configured; its level is the one that the tree has (the swap keeps it).
 */
static bool new_section(const draft *d, slice name, value *out) {
    const value nobody = {.type = VALUE_LIST}, on = value_bool(true);
    const logger *l = logger_find(name);
    const value level = value_int(l != NULL && l->level > 0 ? l->level : WEIR_LEVEL_NOTSET);
    *out = (value){.type = VALUE_DICT};
    return value_dict_set(d->memory, out, SLICE_LITERAL("level"), &level) &&
           value_dict_set(d->memory, out, SLICE_LITERAL("handlers"), &nobody) &&
           value_dict_set(d->memory, out, SLICE_LITERAL("propagate"), &on);
}

static bool get(const draft *d, slice name, value *out) {
    const value *found = section_of(d, name);
    if (found != NULL) *out = *found;
    return found != NULL || new_section(d, name, out);
}

static int put(draft *d, slice name, const value *section, weir_error *err) {
    d->changed = true;
    if (is_root(name))
        return value_dict_set(d->memory, d->dict, SLICE_LITERAL("root"), section) ? 0 : no_memory(err);
    value all = *value_get(d->dict, SLICE_LITERAL("loggers"));
    if (!value_dict_set(d->memory, &all, name, section) ||
        !value_dict_set(d->memory, d->dict, SLICE_LITERAL("loggers"), &all))
        return no_memory(err);
    return 0;
}

static value list_of(const value *section, const char *key) {
    const value *found = value_get(section, slice_of(key));
    return found != NULL ? *found : (value){.type = VALUE_LIST};
}

/* ---- lists ---- */

static int add_name(draft *d, slice of, const char *key, slice name, weir_error *err) {
    value section;
    const value item = value_str(arena_copy(d->memory, name));
    if (item.str.data == NULL || !get(d, of, &section)) return no_memory(err);
    value list = list_of(&section, key);
    if (value_list_has(&list, name)) return 0;
    if (!value_list_add(d->memory, &list, &item) ||
        !value_dict_set(d->memory, &section, slice_of(key), &list))
        return no_memory(err);
    return put(d, of, &section, err);
}

/* replacement data NULL: taken out. */
static int replace_name(draft *d, slice of, const char *key, slice name, slice replacement, weir_error *err) {
    const value *found = section_of(d, of);
    if (found == NULL) return 0;
    value section = *found, before = list_of(found, key), list = {.type = VALUE_LIST};
    if (!value_list_has(&before, name)) return 0;
    for (size_t i = 0; i < before.list.count; i++) {
        value item = before.list.items[i];
        if (slice_equal(item.str, name)) item = value_str(replacement);
        if (item.str.data != NULL && !value_list_add(d->memory, &list, &item)) return no_memory(err);
    }
    if (!value_dict_set(d->memory, &section, slice_of(key), &list)) return no_memory(err);
    return put(d, of, &section, err);
}

int draft_detach_all(draft *d, slice name, slice replacement, weir_error *err) {
    const value loggers = *value_get(d->dict, SLICE_LITERAL("loggers"));
    if (replace_name(d, SLICE_LITERAL("root"), "handlers", name, replacement, err) != 0) return -1;
    for (size_t i = 0; i < loggers.dict.count; i++)
        if (replace_name(d, loggers.dict.pairs[i].key.str, "handlers", name, replacement, err) != 0)
            return -1;
    return 0;
}

bool draft_is_attached(const draft *d, slice name) {
    const value *loggers = value_get(d->dict, SLICE_LITERAL("loggers"));
    value list = list_of(section_of(d, SLICE_LITERAL("root")), "handlers");
    if (value_list_has(&list, name)) return true;
    for (size_t i = 0; i < loggers->dict.count; i++) {
        list = list_of(&loggers->dict.pairs[i].val, "handlers");
        if (value_list_has(&list, name)) return true;
    }
    return false;
}

/* ---- what is asked of it ---- */

int draft_attach(draft *d, slice of, weir_handler *h, weir_error *err) {
    const value *there = value_get(value_get(d->dict, SLICE_LITERAL("handlers")), slice_of(h->head.name));
    if ((!h->head.bound || there == NULL) && draft_put_handler(d, h, err) != 0) return -1;
    return add_name(d, of, "handlers", slice_of(h->head.name), err);
}

int draft_detach(draft *d, slice of, const weir_handler *h, weir_error *err) {
    if (!h->head.bound) return 0;
    return replace_name(d, of, "handlers", slice_of(h->head.name), SLICE_NONE, err);
}

int draft_add_filter(draft *d, slice of, weir_filter *f, weir_error *err) {
    if (draft_put_filter(d, f, err) != 0) return -1;
    return add_name(d, of, "filters", slice_of(f->head.name), err);
}

int draft_remove_filter(draft *d, slice of, const weir_filter *f, weir_error *err) {
    if (!f->head.bound) return 0;
    return replace_name(d, of, "filters", slice_of(f->head.name), SLICE_NONE, err);
}

int draft_set_propagate(draft *d, slice of, bool on, weir_error *err) {
    value section;
    const value flag = value_bool(on);
    if (is_root(of) || draft_propagates(d, of) == on) return 0; /* the root has nobody above it */
    if (!get(d, of, &section)) return no_memory(err);
    if (!value_dict_set(d->memory, &section, SLICE_LITERAL("propagate"), &flag)) return no_memory(err);
    return put(d, of, &section, err);
}

int draft_set_level(draft *d, slice of, int level, weir_error *err) {
    value section;
    const value number = value_int(level);
    if (!get(d, of, &section) || !value_dict_set(d->memory, &section, SLICE_LITERAL("level"), &number))
        return no_memory(err);
    return put(d, of, &section, err);
}

const value *draft_handlers_of(const draft *d, slice of) {
    const value *section = section_of(d, of);
    return section == NULL ? NULL : value_get(section, SLICE_LITERAL("handlers"));
}

bool draft_propagates(const draft *d, slice of) {
    const value *section = section_of(d, of);
    const value *flag = section == NULL ? NULL : value_get(section, SLICE_LITERAL("propagate"));
    return flag == NULL || flag->type != VALUE_BOOL || flag->boolean;
}
