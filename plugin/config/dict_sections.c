/* dict_sections.c - see dict_sections.h. Runs on the thread that checks. */
#include "config/dict_sections.h"

void dict_tell(dict *d, int line, const char *section, const char *key, const char *words) {
    problems_add(d->c->p, line, section, key, "%s", words);
}

ini_section *dict_add_section(dict *d, const char *prefix, slice name, int line, size_t keys) {
    ini_file *f = &d->c->ini;
    ini_section *s = &f->sections[f->count];
    text whole;
    text_init(&whole, 0);
    text_add_cstr(&whole, prefix);
    text_add_slice(&whole, name);
    *s = (ini_section){.name = check_copy(d->c, text_slice(&whole)), .line = line};
    text_done(&whole);
    s->keys = check_alloc(d->c, (keys + 1) * sizeof *s->keys);
    if (s->keys == NULL || name_map_put(&f->names, 0, s->name, (uint32_t)f->count) != 0) {
        d->c->no_memory = true;
        return NULL;
    }
    f->count++;
    return s;
}

void dict_add_key(dict *d, ini_section *s, const char *name, slice raw, int line) {
    uint32_t index = (uint32_t)(s - d->c->ini.sections);
    ini_key *k = &s->keys[s->count];
    *k = (ini_key){.name = check_copy(d->c, slice_of(name)), .raw = raw, .line = line};
    if (name_map_put(&d->c->ini.names, index + 1, k->name, (uint32_t)s->count) != 0) d->c->no_memory = true;
    s->count++;
}

slice dict_doubled(dict *d, slice in) {
    text out;
    text_init(&out, 0);
    for (size_t i = 0; i < in.len; i++) {
        if (in.data[i] == '%') text_add_char(&out, '%');
        text_add_char(&out, in.data[i]);
    }
    slice made = check_copy(d->c, text_slice(&out));
    text_done(&out);
    return made;
}

void dict_add_text(dict *d, ini_section *s, const dict_node *object, const char *name, bool raw) {
    const dict_node *n = dict_get(object, name);
    slice value_text;
    if (n == NULL || !dict_text(d, s->name.data, n, &value_text)) return;
    dict_add_key(d, s, name, raw ? value_text : dict_doubled(d, value_text), n->line);
}

bool dict_is_list_name(slice name) {
    bool good = name.len > 0 && memchr(name.data, ',', name.len) == NULL;
    for (size_t i = 0; i < name.len; i++) good = good && (unsigned char)name.data[i] >= ' ';
    return good && name.data[0] != ' ' && name.data[name.len - 1] != ' ';
}

void dict_add_name(dict *d, const char *section, dict_names *list, slice name, int line) {
    if (!dict_is_list_name(name))
        dict_tell(d, line, section, NULL,
                  "a name is empty, or has commas, control characters or blanks around");
    if (list->any) text_add_char(&list->joined, ',');
    text_add_slice(&list->joined, name);
    list->any = true;
}

void dict_add_names(dict *d, ini_section *s, const char *key, dict_names *list, int line) {
    if (s != NULL) dict_add_key(d, s, key, dict_doubled(d, text_slice(&list->joined)), line);
    if (list->joined.failed) d->c->no_memory = true;
    text_done(&list->joined);
}

void dict_add_list(dict *d, ini_section *s, const dict_node *object, const char *key) {
    const dict_node *n = dict_get(object, key);
    dict_names list = {.any = false};
    text_init(&list.joined, 0);
    if (n != NULL && n->v->type != VALUE_LIST)
        dict_tell(d, n->line, s->name.data, key, "an array of names is wanted");
    for (size_t i = 0; n != NULL && n->v->type == VALUE_LIST && i < n->count; i++) {
        slice name = SLICE_NONE;
        if (dict_text(d, s->name.data, &n->members[i], &name))
            dict_add_name(d, s->name.data, &list, name, n->members[i].line);
    }
    dict_add_names(d, s, key, &list, n != NULL ? n->line : s->line);
}
