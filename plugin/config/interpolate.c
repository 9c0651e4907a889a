/* interpolate.c - configparser's BasicInterpolation: %(name)s and %%. Runs on the thread that checks a
 * configuration. Bounded in depth as Python's, and in length and work, which Python's is not. */
#include "base/limits.h"
#include "config/ini.h"

typedef struct expansion {
    const ini_file *f;
    const ini_section *s;
    const ini_key *key; /* whose value was asked for */
    arena *memory;
    problems *p;
    text out;
} expansion;

static int expand(expansion *e, slice raw, int depth);

static int too_much(expansion *e) {
    problems_add(e->p, e->key->line, e->s->name.data, e->key->name.data,
                 "the configuration expands to more than %d MiB in all (fewer %%(name)s)",
                 LIMIT_CONFIG_EXPANSION >> 20);
    return -1;
}

static int append(expansion *e, slice s) {
    text_add_slice(&e->out, s);
    *e->f->expanded += s.len + 1;
    if (*e->f->expanded > LIMIT_CONFIG_EXPANSION) return too_much(e);
    if (e->out.len <= LIMIT_CONFIG_VALUE) return 0;
    problems_add(e->p, e->key->line, e->s->name.data, e->key->name.data,
                 "the value has more than %d bytes once its %%(name)s are replaced", LIMIT_CONFIG_VALUE);
    return -1;
}

static char *lowered(expansion *e, slice name) {
    char *data = arena_alloc(e->memory, name.len + 1);
    if (data == NULL) return NULL;
    for (size_t i = 0; i < name.len; i++) {
        char c = name.data[i];
        data[i] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
    }
    data[name.len] = '\0';
    return data;
}

/* rest begins with "%(". Moves *used past ")s". */
static int reference(expansion *e, slice rest, size_t *used, int depth) {
    const char *close = memchr(rest.data, ')', rest.len);
    size_t name_len = close ? (size_t)(close - rest.data) - 2 : 0;
    if (name_len == 0 || name_len + 3 >= rest.len || rest.data[name_len + 3] != 's') {
        problems_add(e->p, e->key->line, e->s->name.data, e->key->name.data,
                     "\"%.*s\" is no reference (write %%(name)s, or %%%% for a percent sign)",
                     rest.len > 30 ? 30 : (int)rest.len, rest.data);
        return -1;
    }
    char *name = lowered(e, slice_make(rest.data + 2, name_len));
    if (name == NULL) return -2;
    *e->f->expanded += name_len + 4;
    const ini_key *k = ini_get_raw(e->f, e->s, name);
    if (k == NULL) {
        problems_add(e->p, e->key->line, e->s->name.data, e->key->name.data,
                     "%%(%s)s names no key of this section or of [DEFAULT]", name);
        return -1;
    }
    *used = name_len + 4;
    if (memchr(k->raw.data, '%', k->raw.len) != NULL) return expand(e, k->raw, depth + 1);
    return append(e, k->raw);
}

/* rest begins with '%'. Moves *used past what it stands for. */
static int replace(expansion *e, slice rest, size_t *used, int depth) {
    *used = 2;
    if (rest.len > 1 && rest.data[1] == '%') return append(e, SLICE_LITERAL("%"));
    if (rest.len > 1 && rest.data[1] == '(') return reference(e, rest, used, depth);
    problems_add(e->p, e->key->line, e->s->name.data, e->key->name.data,
                 "'%%' must be followed by '%%' or '(' (write %%%% for a percent sign)");
    return -1;
}

static int expand(expansion *e, slice raw, int depth) {
    if (depth > LIMIT_INTERPOLATION_DEPTH) {
        problems_add(e->p, e->key->line, e->s->name.data, e->key->name.data,
                     "%%(name)s is nested more than %d deep (does a value refer to itself?)",
                     LIMIT_INTERPOLATION_DEPTH);
        return -1;
    }
    for (size_t at = 0, used; at < raw.len; at += used) {
        slice rest = slice_make(raw.data + at, raw.len - at);
        const char *percent = memchr(rest.data, '%', rest.len);
        used = percent ? (size_t)(percent - rest.data) : rest.len;
        int rc = used > 0 ? append(e, slice_make(rest.data, used)) : replace(e, rest, &used, depth);
        if (rc != 0) return rc;
    }
    return 0;
}

int ini_get(const ini_file *f, const ini_section *s, const char *key, arena *a, slice *out, bool *found,
            int *line, problems *p) {
    *found = false;
    const ini_key *k = ini_get_raw(f, s, key);
    if (k == NULL) return 0;
    *found = true;
    if (line != NULL) *line = k->line;
    *out = k->raw;
    if (memchr(k->raw.data, '%', k->raw.len) == NULL) return 0;
    expansion e = {.f = f, .s = s, .key = k, .memory = a, .p = p};
    text_init(&e.out, 0);
    int rc = expand(&e, k->raw, 1);
    if (rc == -2 || e.out.failed)
        problems_add(p, k->line, s->name.data, key, "no memory to replace its %%(name)s");
    else if (rc == 0 && (*out = arena_copy(a, text_slice(&e.out))).data == NULL)
        problems_add(p, k->line, s->name.data, key, "no memory to replace its %%(name)s");
    else if (rc == 0) {
        text_done(&e.out);
        return 0;
    }
    text_done(&e.out);
    return -1;
}
