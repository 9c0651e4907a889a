/* dict_node.c - the lines of a JSON text: walks it beside the values that json_parse made of it. Pure. */
#include "config/dict.h"

typedef struct walk {
    slice text;
    size_t at;
    int line;
    arena *memory;
} walk;

static void skip_space(walk *w) {
    for (; w->at < w->text.len; w->at++) {
        char c = w->text.data[w->at];
        if (c == '\n') w->line++;
        if (c != ' ' && c != '\t' && c != '\r' && c != '\n') return;
    }
}

/* ',' and ':' are as good as blanks here: the text is valid. */
static void skip_between(walk *w) {
    skip_space(w);
    while (w->at < w->text.len && (w->text.data[w->at] == ',' || w->text.data[w->at] == ':')) {
        w->at++;
        skip_space(w);
    }
}

static void skip_scalar(walk *w) {
    if (w->at < w->text.len && w->text.data[w->at] == '"') {
        for (w->at++; w->at < w->text.len && w->text.data[w->at] != '"'; w->at++)
            if (w->text.data[w->at] == '\\') w->at++;
        w->at++;
        return;
    }
    while (w->at < w->text.len && strchr(",:]} \t\r\n", w->text.data[w->at]) == NULL) w->at++;
}

/* As deep as json_parse lets a text be. */
static bool walk_value(walk *w, const value *v, dict_node *out) {
    bool object = v->type == VALUE_DICT;
    skip_between(w);
    out->v = v;
    if (out->line == 0) out->line = w->line;
    out->at = w->at;
    if (!object && v->type != VALUE_LIST) {
        skip_scalar(w);
        out->end = w->at;
        return true;
    }
    out->count = object ? v->dict.count : v->list.count;
    out->members = arena_alloc(w->memory, (out->count + 1) * sizeof *out->members);
    if (out->members == NULL) return false;
    w->at++;
    for (size_t i = 0; i < out->count; i++) {
        dict_node *m = &out->members[i];
        *m = (dict_node){0};
        skip_between(w);
        if (object) {
            m->key = v->dict.pairs[i].key.str;
            m->line = w->line;
            skip_scalar(w);
        }
        if (!walk_value(w, object ? &v->dict.pairs[i].val : &v->list.items[i], m)) return false;
    }
    skip_between(w);
    out->end = ++w->at;
    return true;
}

bool dict_nodes(slice in, const value *v, arena *a, dict_node *out) {
    walk w = {.text = in, .line = 1, .memory = a};
    *out = (dict_node){0};
    return walk_value(&w, v, out);
}

const dict_node *dict_get_any(const dict_node *object, const char *key) {
    for (size_t i = 0; object != NULL && object->v->type == VALUE_DICT && i < object->count; i++)
        if (slice_is(object->members[i].key, key)) return &object->members[i];
    return NULL;
}

const dict_node *dict_get(const dict_node *object, const char *key) {
    const dict_node *n = dict_get_any(object, key);
    return n == NULL || n->v->type == VALUE_NONE ? NULL : n;
}
