/* dict_value.c - values of a dictConfig as the INI checks read them: literals and texts. ext:// means the
 * fixed names that args= knows (nothing is imported), cfg:// another place of the same configuration. */
#include "config/dict.h"
#include "config/literal.h"

/* cfg:// that leads to cfg:// … */
#define FOLLOW_MAX 10

static bool begins(slice s, const char *with) {
    return s.len >= strlen(with) && memcmp(s.data, with, strlen(with)) == 0;
}

static bool tell(dict *d, const char *section, const dict_node *n, const char *words, slice what) {
    problems_add(d->c->p, n->line, section, n->key.len ? check_copy(d->c, n->key).data : NULL, "%s: \"%s\"",
                 words, check_show(d->c, what));
    return false;
}

static bool is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static const dict_node *step(const dict_node *at, slice name) {
    if (at->v->type == VALUE_DICT) {
        for (size_t i = 0; i < at->count; i++)
            if (slice_equal(at->members[i].key, name)) return &at->members[i];
    } else if (at->v->type == VALUE_LIST) {
        size_t index = 0;
        for (size_t i = 0; i < name.len && index < at->count; i++) {
            if (name.data[i] < '0' || name.data[i] > '9') return NULL;
            index = index * 10 + (size_t)(name.data[i] - '0');
        }
        if (index < at->count) return &at->members[index];
    }
    return NULL;
}

/* "handlers.file[level]" from the top. */
static const dict_node *find(const dict *d, slice path) {
    const dict_node *at = &d->root;
    for (size_t i = 0; i < path.len && at != NULL;) {
        bool bracket = path.data[i] == '[';
        if (i > 0 && !bracket && path.data[i] != '.') return NULL;
        if (bracket || i > 0) i++;
        size_t from = i;
        while (i < path.len && is_word(path.data[i])) i++;
        if (i == from) return NULL;
        at = step(at, slice_make(path.data + from, i - from));
        if (bracket && (i >= path.len || path.data[i++] != ']')) return NULL;
    }
    return path.len > 0 ? at : NULL;
}

/* n itself, or what it leads to. NULL: told. */
static const dict_node *follow(dict *d, const char *section, const dict_node *n) {
    const dict_node *at = n;
    for (int i = 0; at != NULL && at->v->type == VALUE_STR && begins(at->v->str, "cfg://"); i++) {
        slice path = slice_make(at->v->str.data + 6, at->v->str.len - 6);
        at = i < FOLLOW_MAX ? find(d, path) : NULL;
        if (at == NULL) tell(d, section, n, "cfg:// leads nowhere", n->v->str);
    }
    return at;
}

/* Weir's own: a literal that JSON has no word for. The literal grammar says what is wrong with it. */
static bool is_literal(slice s) {
    return s.len > 0 && (strchr("'\"-{", s.data[0]) != NULL || (s.data[0] >= '0' && s.data[0] <= '9'));
}

/* What ext:// names, without "logging."; data NULL: told. */
static slice named(dict *d, const char *section, const dict_node *n, slice s) {
    slice name = slice_make(s.data + 6, s.len - 6);
    if (is_literal(name)) return name;
    bool good = name.len > 0;
    for (size_t i = 0; i < name.len; i++) good = good && (is_word(name.data[i]) || name.data[i] == '.');
    if (!good) tell(d, section, n, "ext:// takes a name such as ext://sys.stdout", s);
    return good ? name : SLICE_NONE;
}

static bool add_literal(dict *d, const char *section, const dict_node *n, int depth, text *out) {
    n = depth < LIMIT_VALUE_DEPTH ? follow(d, section, n) : NULL;
    if (n == NULL) return false;
    if (n->v->type == VALUE_STR && begins(n->v->str, "ext://")) {
        slice name = named(d, section, n, n->v->str);
        text_add_slice(out, name);
        return name.data != NULL;
    }
    bool object = n->v->type == VALUE_DICT;
    if (!object && n->v->type != VALUE_LIST) {
        value_repr(n->v, out);
        return true;
    }
    text_add_char(out, object ? '{' : '[');
    for (size_t i = 0; i < n->count; i++) {
        const value key = value_str(n->members[i].key);
        if (i > 0) text_add_cstr(out, ", ");
        if (object) value_repr(&key, out);
        if (object) text_add_cstr(out, ": ");
        if (!add_literal(d, section, &n->members[i], depth + 1, out)) return false;
    }
    text_add_char(out, object ? '}' : ']');
    return true;
}

bool dict_literal(dict *d, const char *section, const dict_node *n, text *out) {
    return add_literal(d, section, n, 0, out);
}

static bool literal_text(dict *d, const char *section, const dict_node *n, slice in, slice *out) {
    value v;
    weir_error err;
    if (literal_parse(in, &d->c->plan->memory, &v, &err) != 0)
        return tell(d, section, n, "ext:// with a literal", slice_of(err.message));
    if (v.type != VALUE_STR)
        return tell(d, section, n, "a string is wanted, this is", slice_of(value_type_name(&v)));
    *out = v.str;
    return true;
}

bool dict_text(dict *d, const char *section, const dict_node *n, slice *out) {
    const dict_node *at = follow(d, section, n);
    text shown;
    if (at == NULL) return false;
    if (at->v->type == VALUE_STR) {
        bool ext = begins(at->v->str, "ext://");
        if (ext && is_literal(slice_make(at->v->str.data + 6, at->v->str.len - 6)))
            return literal_text(d, section, n, slice_make(at->v->str.data + 6, at->v->str.len - 6), out);
        *out = ext ? named(d, section, n, at->v->str) : at->v->str;
        if (ext && begins(*out, "logging.")) *out = slice_make(out->data + 8, out->len - 8);
        return out->data != NULL;
    }
    if (at->v->type == VALUE_DICT || at->v->type == VALUE_LIST)
        return tell(d, section, n, "a single value is wanted, this is", slice_of(value_type_name(at->v)));
    text_init(&shown, 0);
    if (at->v->type == VALUE_BOOL)
        text_add_cstr(&shown, at->v->boolean ? "yes" : "no");
    else
        value_print(at->v, &shown);
    *out = check_copy(d->c, text_slice(&shown));
    text_done(&shown);
    return true;
}
