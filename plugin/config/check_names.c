/* check_names.c - the lists of names in [formatters], [filters] and [handlers], and names elsewhere that are
 * in none of them. Runs on the thread that checks a configuration. What the sections say is for the checks of
 * each. */
#include "config/check.h"

bool check_list_begin(checker *c, const char *list, const char *prefix, name_map *known, size_t most,
                      check_list *out) {
    *out = (check_list){.list = list, .prefix = prefix, .known = known};
    if (!check_keys(c, list, &out->names, &out->line)) return false;
    if (out->names.count <= most) return true;
    problems_add(c->p, out->line, list, "keys", "%zu %s (at most %zu)", out->names.count, list, most);
    return false;
}

bool check_list_next(checker *c, check_list *l, slice *name, const ini_section **s) {
    uint32_t seen;
    while (l->at < l->names.count && !c->no_memory) {
        slice one = l->names.names[l->at++];
        if (name_map_get(l->known, 0, one, &seen)) continue;
        *name = check_copy(c, one);
        if (name_map_put(l->known, 0, *name, l->taken++) != 0) c->no_memory = true;
        *s = check_section(c, l->prefix, one, l->list, l->line);
        return true;
    }
    return false;
}

static slice name_of(const named_rows *rows, size_t index) {
    return *(const slice *)(const void *)((const char *)rows->first + index * rows->size);
}

void check_tell_unknown(checker *c, const plan_place *at, const char *word, slice name, named_rows rows) {
    suggestion near = check_near(c, name);
    for (size_t i = 0; i < rows.count; i++) suggest_offer(&near, name_of(&rows, i));
    if (name.len == 0)
        problems_add(c->p, at->line, at->section, at->key, "an empty name in the list (a ',' too many?)");
    else if (near.best.data != NULL)
        problems_add(c->p, at->line, at->section, at->key, "unknown %s \"%s\" (did you mean %s?)", word,
                     check_show(c, name), check_show(c, near.best));
    else
        problems_add(c->p, at->line, at->section, at->key, "unknown %s \"%s\" (list it in [%ss] keys)", word,
                     check_show(c, name), word);
}
