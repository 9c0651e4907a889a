/* dict.c - dictConfig as JSON, made into the sections and keys of fileConfig: [handlers] keys = …,
 * [handler_h] class, level, formatter, kwargs = {all others}, and so on, each with its line in the JSON text.
 * What a value means is for the checks of those. "weir", "admin" and "receivers" are objects like the
 * sections of those names. */
#include <stdio.h>

#include "base/json.h"
#include "config/dict_sections.h"

/* Keys of a section beyond those of its object: handlers, qualname, kwargs. */
#define OWN_KEYS 3
/* Sections beyond those that are named: weir, admin, receivers, logger_root, and the four lists. */
#define OWN_SECTIONS 8

static bool is_one_of(slice name, const char *const *list) {
    for (size_t i = 0; list[i] != NULL; i++)
        if (slice_is(name, list[i])) return true;
    return false;
}

/* Which keys of an object are arguments by name: those that are listed, or all but those. */
typedef enum kwargs_rule { KWARGS_LISTED, KWARGS_OTHERS } kwargs_rule;

static void add_kwargs(dict *d, ini_section *s, const dict_node *object, const char *const *list,
                       kwargs_rule rule) {
    text out;
    size_t count = 0;
    int line = object->line;
    text_init(&out, 0);
    for (size_t i = 0; i < object->count; i++) {
        const dict_node *m = &object->members[i];
        const value key = value_str(m->key);
        if (slice_is(m->key, ".")) continue;
        if (is_one_of(m->key, list) != (rule == KWARGS_LISTED)) continue;
        if (count == 0) line = m->line;
        text_add_cstr(&out, count++ == 0 ? "{" : ", ");
        value_repr(&key, &out);
        text_add_cstr(&out, ": ");
        if (!dict_literal(d, s->name.data, m, &out)) {
            text_done(&out);
            return;
        }
    }
    text_add_char(&out, '}');
    if (out.failed) d->c->no_memory = true;
    if (count > 0) dict_add_key(d, s, "kwargs", dict_doubled(d, text_slice(&out)), line);
    text_done(&out);
}

static bool is_nothing(const value *v) {
    return v->type == VALUE_NONE || (v->type == VALUE_BOOL && !v->boolean);
}

/* ".": attributes that are set on the object when it is made. What is false to Python is none. */
static void add_attributes(dict *d, ini_section *s, const dict_node *object) {
    const dict_node *n = dict_get(object, ".");
    text out;
    if (n == NULL || is_nothing(n->v)) return;
    if (n->v->type != VALUE_DICT) {
        dict_tell(d, n->line, s->name.data, ".", "an object with attributes is wanted");
        return;
    }
    text_init(&out, 0);
    if (dict_literal(d, s->name.data, n, &out))
        dict_add_key(d, s, "attributes", dict_doubled(d, text_slice(&out)), n->line);
    if (out.failed) d->c->no_memory = true;
    text_done(&out);
}

/* Formatters and filters have them with a factory only. */
static void add_factory_attributes(dict *d, ini_section *s, const dict_node *object) {
    const dict_node *n = dict_get(object, ".");
    if (n != NULL && dict_get(object, "()") == NULL)
        problems_warn(d->c->p, n->line, s->name.data, ".",
                      "ignored as in Python: attributes go with a factory (\"()\" for \"class\")");
    else
        add_attributes(d, s, object);
}

/* dict_text leaves "logging." away from what ext:// names. */
static slice with_module(dict *d, slice name) {
    text out;
    text_init(&out, 0);
    text_add_cstr(&out, "logging.");
    text_add_slice(&out, name);
    slice made = check_copy(d->c, text_slice(&out));
    text_done(&out);
    return made;
}

/* "class", or "()": a factory. Python would call anything there; here it is one of the known classes. */
static void add_class(dict *d, ini_section *s, const dict_node *object, bool (*is_known)(slice name)) {
    const dict_node *factory = dict_get(object, "()"), *class = dict_get(object, "class");
    slice name;
    if (factory == NULL) {
        dict_add_text(d, s, object, "class", false);
        return;
    }
    if (class != NULL) dict_tell(d, class->line, s->name.data, "class", "\"()\" names the class already");
    if (!dict_text(d, s->name.data, factory, &name)) return;
    if (!is_known(name)) name = with_module(d, name); /* "ext://logging.Formatter" */
    if (is_known(name))
        dict_add_key(d, s, "class", dict_doubled(d, name), factory->line);
    else
        dict_tell(d, factory->line, s->name.data, "()",
                  "no code in data: a factory is one of the classes that are known here (write class, and "
                  "arguments "
                  "by name)");
}

/* A number is a level as it is; in a file it is called so. */
static void add_level(dict *d, ini_section *s, const dict_node *object) {
    const dict_node *n = dict_get(object, "level");
    char made[40];
    if (n == NULL || n->v->type != VALUE_INT || n->v->i64 < INT32_MIN || n->v->i64 > INT32_MAX) {
        dict_add_text(d, s, object, "level", false);
        return;
    }
    int len = snprintf(made, sizeof made, "Level %d", (int)n->v->i64);
    dict_add_key(d, s, "level", check_copy(d->c, slice_make(made, (size_t)len)), n->line);
}

static bool is_formatter(slice name) { return formatter_kind_find(name) != NULL; }
static bool is_filter(slice name) { return filter_kind_find(name) != NULL; }
static bool is_handler(slice name) { return handler_kind_find(name) != NULL; }

/* Python takes no notice of the other keys of this object. section: NULL at the top. */
static void warn_ignored(dict *d, const char *section, const dict_node *n, const char *const *known) {
    for (size_t i = 0; i < n->count; i++) {
        const dict_node *m = &n->members[i];
        suggestion near = check_near(d->c, m->key);
        if (is_one_of(m->key, known) || slice_is(m->key, ".")) continue;
        for (size_t k = 0; known[k] != NULL; k++) suggest_offer(&near, slice_of(known[k]));
        problems_warn(d->c->p, m->line, section, check_copy(d->c, m->key).data,
                      near.best.data != NULL ? "unknown key, ignored as in Python (did you mean %s?)"
                                             : "unknown key, ignored as in Python%s",
                      near.best.data != NULL ? near.best.data : "");
    }
}

static bool is_python_formatter(const dict_node *n) {
    const dict_node *class = dict_get(n, "class");
    if (dict_get(n, "()") != NULL) return false;
    return class == NULL || class->v->type != VALUE_STR || class->v->str.len == 0 ||
           formatter_kind_find(class->v->str) == formatter_kind_find(SLICE_LITERAL("logging.Formatter"));
}

static void read_formatter(dict *d, ini_section *s, const dict_node *n) {
    static const char *const own[] = {"format", "datefmt", "style", "class", "()", NULL};
    static const char *const only[] = {"validate", "defaults", NULL};
    static const char *const known[] = {"format", "datefmt",  "style",    "class",
                                        "()",     "validate", "defaults", NULL};
    dict_add_text(d, s, n, "format", true);
    dict_add_text(d, s, n, "datefmt", true);
    dict_add_text(d, s, n, "style", true);
    add_class(d, s, n, is_formatter);
    add_factory_attributes(d, s, n);
    if (!is_python_formatter(n)) {
        add_kwargs(d, s, n, own, KWARGS_OTHERS);
        return;
    }
    warn_ignored(d, s->name.data, n, known);
    add_kwargs(d, s, n, only, KWARGS_LISTED);
}

static void read_filter(dict *d, ini_section *s, const dict_node *n) {
    static const char *const own[] = {"class", "()", NULL};
    static const char *const known[] = {"name", "class", NULL}, *const only[] = {"name", NULL};
    bool python = dict_get(n, "class") == NULL && dict_get(n, "()") == NULL;
    add_class(d, s, n, is_filter);
    add_factory_attributes(d, s, n);
    if (python) warn_ignored(d, s->name.data, n, known);
    add_kwargs(d, s, n, python ? only : own, python ? KWARGS_LISTED : KWARGS_OTHERS);
}

static void read_handler(dict *d, ini_section *s, const dict_node *n) {
    static const char *const own[] = {"class",   "()",     "level",    "formatter",
                                      "filters", "escape", "overflow", NULL};
    add_class(d, s, n, is_handler);
    add_attributes(d, s, n);
    add_level(d, s, n);
    dict_add_text(d, s, n, "formatter", false);
    dict_add_text(d, s, n, "escape", false);
    dict_add_text(d, s, n, "overflow", false);
    if (dict_get(n, "filters") != NULL) dict_add_list(d, s, n, "filters");
    add_kwargs(d, s, n, own, KWARGS_OTHERS);
}

static void read_logger(dict *d, ini_section *s, const dict_node *n) {
    static const char *const known[] = {"level", "handlers", "filters", "propagate", NULL};
    const dict_node *propagate = dict_get(n, "propagate");
    slice on;
    warn_ignored(d, s->name.data, n, known);
    add_level(d, s, n);
    dict_add_list(d, s, n, "handlers");
    if (dict_get(n, "filters") != NULL) dict_add_list(d, s, n, "filters");
    if (propagate == NULL || !dict_text(d, s->name.data, propagate, &on)) return;
    /* A text stays one, and is refused: "no" would be true in Python. */
    bool word = propagate->v->type != VALUE_STR;
    on = word && slice_is(on, "yes")  ? SLICE_LITERAL("1")
         : word && slice_is(on, "no") ? SLICE_LITERAL("0")
                                      : dict_doubled(d, on);
    dict_add_key(d, s, "propagate", on, propagate->line);
}

/* ---- groups ---- */

static const dict_node *object_at(dict *d, const char *key) {
    const dict_node *n = dict_get(&d->root, key);
    if (n == NULL || n->v->type == VALUE_DICT) return n;
    dict_tell(d, n->line, key, NULL, "an object is wanted");
    return NULL;
}

/* A logger's name is its qualname; its section may have another: the root may also stand among the others,
 * and a name may be one that no list can hold. */
static slice logger_section(dict *d, slice name, size_t index) {
    char made[32];
    if (slice_is(name, "root")) return SLICE_LITERAL("loggers.root");
    if (dict_is_list_name(name)) return name;
    return check_copy(d->c, slice_make(made, (size_t)snprintf(made, sizeof made, "loggers.%zu", index)));
}

static void read_group(dict *d, const char *group, const char *prefix,
                       void (*read)(dict *d, ini_section *s, const dict_node *n)) {
    const dict_node *all = object_at(d, group);
    bool loggers = read == read_logger;
    dict_names list = {.any = loggers};
    int line = all != NULL ? all->line : d->root.line;
    text_init(&list.joined, 0);
    if (loggers) text_add_cstr(&list.joined, "root");
    ini_section *keys = dict_add_section(d, "", slice_of(group), line, 1);
    for (size_t i = 0; all != NULL && i < all->count && keys != NULL; i++) {
        const dict_node *n = &all->members[i];
        slice name = loggers ? logger_section(d, n->key, i) : n->key;
        dict_add_name(d, group, &list, name, n->line);
        ini_section *s = dict_add_section(d, prefix, name, n->line, n->count + OWN_KEYS);
        if (s == NULL) break;
        if (n->v->type != VALUE_DICT) {
            dict_tell(d, n->line, s->name.data, NULL, "an object is wanted");
            continue;
        }
        read(d, s, n);
        if (loggers) dict_add_key(d, s, "qualname", dict_doubled(d, n->key), n->line);
    }
    dict_add_names(d, keys, "keys", &list, line);
}

static void read_root(dict *d) {
    static const value none = {.type = VALUE_DICT};
    const dict_node missing = {.line = d->root.line, .v = &none}, *n = object_at(d, "root");
    if (n == NULL) n = &missing;
    ini_section *s = dict_add_section(d, "logger_", SLICE_LITERAL("root"), n->line, n->count + OWN_KEYS);
    if (s != NULL) read_logger(d, s, n);
}

/* As Python's truth of it, but for a text, which would be true whatever it says. */
static void add_disable(dict *d, ini_section *s, const dict_node *n) {
    slice on = SLICE_LITERAL("no");
    if (n->v->type == VALUE_STR || (n->v->type != VALUE_NONE && !dict_text(d, s->name.data, n, &on)))
        dict_tell(d, n->line, NULL, "disable_existing_loggers", "true or false is wanted");
    else
        dict_add_key(d, s, "disable_existing_loggers", on, n->line);
}

static void read_settings(dict *d, const char *name) {
    const dict_node *n = object_at(d, name), *disable = NULL;
    if (strcmp(name, "weir") == 0) disable = dict_get_any(&d->root, "disable_existing_loggers");
    const dict_node *first = n != NULL ? n : disable;
    if (first == NULL) return;
    ini_section *s = dict_add_section(d, "", slice_of(name), first->line, (n ? n->count : 0) + 1);
    for (size_t i = 0; s != NULL && n != NULL && i < n->count; i++) {
        slice value_text;
        const dict_node *m = &n->members[i];
        if (m->v->type == VALUE_NONE || !dict_text(d, name, m, &value_text)) continue;
        if (disable != NULL && slice_is(m->key, "disable_existing_loggers")) continue;
        dict_add_key(d, s, check_copy(d->c, m->key).data, dict_doubled(d, value_text), m->line);
    }
    if (s != NULL && disable != NULL) add_disable(d, s, disable);
}

void dict_check_version(dict *d) {
    const dict_node *version = dict_get(&d->root, "version");
    bool one = version != NULL && ((version->v->type == VALUE_INT && version->v->i64 == 1) ||
                                   (version->v->type == VALUE_FLOAT && version->v->f64 == 1) ||
                                   (version->v->type == VALUE_BOOL && version->v->boolean));
    if (version == NULL)
        dict_tell(d, d->root.line, NULL, "version", "dictionary doesn't specify a version (\"version\": 1)");
    else if (!one)
        dict_tell(d, version->line, NULL, "version", "Unsupported version (right is 1)");
}

static void warn_of_root(dict *d) {
    static const char *const known[] = {"version",    "incremental", "disable_existing_loggers",
                                        "formatters", "filters",     "handlers",
                                        "loggers",    "root",        "weir",
                                        "admin",      "receivers",   NULL};
    warn_ignored(d, NULL, &d->root, known);
}

static size_t members(dict *d, const char *group) {
    const dict_node *n = dict_get(&d->root, group);
    return n == NULL ? 0 : n->count;
}

bool dict_read(checker *c, dict *d) {
    slice in = slice_make(c->plan->text, c->plan->text_len);
    value *v = check_alloc(c, sizeof *v);
    weir_error err;
    *d = (dict){.c = c};
    if (v == NULL) return false;
    if (in.len >= 3 && memcmp(in.data, "\xef\xbb\xbf", 3) == 0) in = slice_make(in.data + 3, in.len - 3);
    if (json_parse(in, LIMIT_VALUE_DEPTH, &c->plan->memory, v, &err) != 0) {
        int line = 0, used = 0;
        if (sscanf(err.message, "line %d: %n", &line, &used) < 1) used = 0;
        problems_add(c->p, line, NULL, NULL, "no valid JSON: %s", err.message + used);
        return false;
    }
    size_t most = OWN_SECTIONS;
    if (!dict_nodes(in, v, &c->plan->memory, &d->root)) goto no_memory;
    most += members(d, "formatters") + members(d, "filters") + members(d, "handlers") + members(d, "loggers");
    c->ini.sections = check_alloc(c, most * sizeof *c->ini.sections);
    c->ini.expanded = check_alloc(c, 2 * sizeof *c->ini.expanded);
    if (c->ini.sections == NULL || c->ini.expanded == NULL) return false;
    name_map_init(&c->ini.names, &c->plan->memory);
    dict_check_version(d);
    warn_of_root(d);
    read_settings(d, "weir");
    read_settings(d, "admin");
    read_settings(d, "receivers");
    read_group(d, "formatters", "formatter_", read_formatter);
    read_group(d, "filters", "filter_", read_filter);
    read_group(d, "handlers", "handler_", read_handler);
    read_group(d, "loggers", "logger_", read_logger);
    read_root(d);
    return true;

no_memory:
    c->no_memory = true;
    return false;
}
