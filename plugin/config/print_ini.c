/* print_ini.c - see print_ini.h. A pure walk over the dictionary: one section for each of its objects, all
 * arguments by name in kwargs. */
#include "config/print_ini.h"

#include <stdio.h>

#include "base/limits.h"
#include "config/ini_text.h"
#include "handler/handler.h"

static const value none = {.type = VALUE_NONE};

static const value *get(const value *dict, const char *key) {
    const value *v = value_get(dict, slice_of(key));
    return v != NULL ? v : &none;
}

static bool begins(slice s, const char *with) {
    return s.len >= strlen(with) && memcmp(s.data, with, strlen(with)) == 0;
}

/* ---- values ---- */

/* As a literal of args=: ext:// names what JSON cannot say. */
static void add_literal(const value *v, text *out) {
    bool object = v->type == VALUE_DICT;
    if (v->type == VALUE_STR && begins(v->str, "ext://")) {
        text_add(out, v->str.data + 6, v->str.len - 6);
        return;
    }
    if (!object && v->type != VALUE_LIST && v->type != VALUE_TUPLE) {
        value_repr(v, out);
        return;
    }
    size_t count = object ? v->dict.count : v->list.count;
    text_add_char(out, object ? '{' : '[');
    for (size_t i = 0; i < count; i++) {
        if (i > 0) text_add_cstr(out, ", ");
        if (object) value_repr(&v->dict.pairs[i].key, out);
        if (object) text_add_cstr(out, ": ");
        add_literal(object ? &v->dict.pairs[i].val : &v->list.items[i], out);
    }
    text_add_char(out, object ? '}' : ']');
}

/* '%' is doubled where values are interpolated. */
static void add_doubled(slice s, text *out) {
    for (size_t i = 0; i < s.len; i++) {
        if (s.data[i] == '%') text_add_char(out, '%');
        text_add_char(out, s.data[i]);
    }
}

static void add_plain(const value *v, text *out) {
    if (v->type == VALUE_BOOL)
        text_add_cstr(out, v->boolean ? "yes" : "no");
    else
        value_print(v, out);
}

static void add_key(const char *key, slice raw, text *out) {
    text_add_cstr(out, key);
    text_add_cstr(out, raw.len > 0 ? " = " : " =");
    add_doubled(raw, out);
    text_add_char(out, '\n');
}

/* A key with a single value; nothing where there is none. */
static void put(const value *dict, const char *key, text *out) {
    const value *v = get(dict, key);
    text shown;
    if (v->type == VALUE_NONE) return;
    text_init(&shown, 0);
    if (strcmp(key, "level") == 0 && v->type == VALUE_INT) text_add_cstr(&shown, "Level ");
    add_plain(v, &shown);
    add_key(key, text_slice(&shown), out);
    if (shown.failed) out->failed = true;
    text_done(&shown);
}

static void put_names(const value *dict, const char *key, text *out) {
    const value *v = get(dict, key);
    text names;
    if (v->type != VALUE_LIST) return;
    text_init(&names, 0);
    for (size_t i = 0; i < v->list.count; i++) {
        if (i > 0) text_add_cstr(&names, ", ");
        add_plain(&v->list.items[i], &names);
    }
    add_key(key, text_slice(&names), out);
    if (names.failed) out->failed = true;
    text_done(&names);
}

/* ---- texts that are read raw ---- */

/* Can a file say it? Its lines are stripped, those with '#' or ';' first are comments, blank ones at the end
 * vanish. */
static bool is_raw_value(slice s) {
    if (memchr(s.data, '\r', s.len) != NULL || ini_rstrip(s).len != s.len) return false;
    for (size_t at = 0, lines = 0; at < s.len; lines++) {
        const char *end = memchr(s.data + at, '\n', s.len - at);
        size_t len = end != NULL ? (size_t)(end - s.data) - at : s.len - at;
        slice line = slice_make(s.data + at, len);
        if (ini_strip(line).len != len || (lines > 0 && len > 0 && strchr("#;", line.data[0]) != NULL))
            return false;
        at += len + 1;
    }
    return true;
}

static bool is_raw(const value *v) {
    return v->type == VALUE_STR && !begins(v->str, "ext://") && is_raw_value(v->str);
}

static void put_raw(const char *key, slice s, text *out) {
    text_add_cstr(out, key);
    text_add_cstr(out, s.len > 0 && s.data[0] != '\n' ? " = " : " =");
    for (size_t i = 0; i < s.len; i++) {
        text_add_char(out, s.data[i]);
        if (s.data[i] == '\n' && s.data[i + 1] != '\n') text_add_cstr(out, "    ");
    }
    text_add_char(out, '\n');
}

/* ---- sections ---- */

static void begin_section(const char *prefix, slice name, text *out) {
    text_add_cstr(out, "\n[");
    text_add_cstr(out, prefix);
    text_add_slice(out, name);
    text_add_cstr(out, "]\n");
}

/* All members but these, as kwargs = {...}; nothing where there are none. */
static void put_kwargs(const value *dict, const char *const *own, text *out) {
    text shown;
    size_t count = 0;
    text_init(&shown, 0);
    for (size_t i = 0; i < dict->dict.count; i++) {
        const value_pair *m = &dict->dict.pairs[i];
        bool is_own = false;
        for (size_t k = 0; own[k] != NULL; k++) is_own = is_own || slice_is(m->key.str, own[k]);
        if (is_own) continue;
        text_add_cstr(&shown, count++ == 0 ? "{" : ", ");
        value_repr(&m->key, &shown);
        text_add_cstr(&shown, ": ");
        add_literal(&m->val, &shown);
    }
    text_add_char(&shown, '}');
    if (count > 0) add_key("kwargs", text_slice(&shown), out);
    if (shown.failed) out->failed = true;
    text_done(&shown);
}

/* dictConfig's ".": a file has a key for it. */
static void put_attributes(const value *dict, text *out) {
    const value *v = get(dict, ".");
    text shown;
    if (v->type != VALUE_DICT) return;
    text_init(&shown, 0);
    add_literal(v, &shown);
    add_key("attributes", text_slice(&shown), out);
    if (shown.failed) out->failed = true;
    text_done(&shown);
}

static void put_formatter(slice name, const value *f, text *out) {
    static const char *const raw[] = {"format", "datefmt", "style"};
    const char *own[] = {"class", "()", ".", NULL, NULL, NULL, NULL};
    size_t count = 3;
    begin_section("formatter_", name, out);
    put(f, "class", out);
    if (get(f, "()")->type == VALUE_STR) add_key("class", get(f, "()")->str, out);
    for (size_t i = 0; i < sizeof raw / sizeof raw[0]; i++) {
        if (!is_raw(get(f, raw[i]))) continue;
        put_raw(raw[i], get(f, raw[i])->str, out);
        own[count++] = raw[i];
    }
    put_kwargs(f, own, out);
    put_attributes(f, out);
}

static void put_filter(slice name, const value *f, text *out) {
    static const char *const own[] = {"class", NULL};
    begin_section("filter_", name, out);
    put(f, "class", out);
    put_kwargs(f, own, out);
}

/* The argument that names other handlers, for which a file has a key (MemoryHandler's target); NULL: none. */
static const char *feed_of(const value *h) {
    const handler_kind *kind = handler_kind_find(get(h, "class")->str);
    for (size_t i = 0; kind != NULL && i < HANDLER_PARAMS && kind->params[i].name != NULL; i++)
        if (kind->params[i].type == PARAM_HANDLER || kind->params[i].type == PARAM_HANDLERS)
            return kind->params[i].name;
    return NULL;
}

static void put_handler(slice name, const value *h, text *out) {
    const char *feed = feed_of(h);
    const char *const own[] = {"class",  "level", "formatter", "filters", "overflow",
                               "escape", ".",     feed,        NULL};
    begin_section("handler_", name, out);
    put(h, "class", out);
    put(h, "level", out);
    put(h, "formatter", out);
    put_names(h, "filters", out);
    put(h, "overflow", out);
    put(h, "escape", out);
    if (feed != NULL && get(h, feed)->type == VALUE_STR) put(h, feed, out);
    if (feed != NULL) put_names(h, feed, out);
    put_kwargs(h, own, out);
    put_attributes(h, out);
}

static void put_logger(slice section, const value *l, const slice *qualname, text *out) {
    begin_section("logger_", section, out);
    if (qualname != NULL) add_key("qualname", *qualname, out);
    put(l, "level", out);
    put_names(l, "handlers", out);
    put_names(l, "filters", out);
    if (qualname != NULL)
        text_add_cstr(out, get(l, "propagate")->boolean ? "propagate = 1\n" : "propagate = 0\n");
}

/* ---- lists of them ---- */

static void put_keys(const char *group, const value *all, text *out) {
    text names;
    text_init(&names, 0);
    for (size_t i = 0; i < all->dict.count; i++) {
        if (i > 0) text_add_cstr(&names, ", ");
        text_add_slice(&names, all->dict.pairs[i].key.str);
    }
    begin_section("", slice_of(group), out);
    add_key("keys", text_slice(&names), out);
    if (names.failed) out->failed = true;
    text_done(&names);
}

/* A logger's section is called as the logger, where such a section can be listed. */
static slice section_of(slice name, size_t index, char made[32]) {
    bool good = name.len + 7 <= LIMIT_SECTION_NAME && memchr(name.data, ',', name.len) == NULL &&
                ini_strip(name).len == name.len && !begins(name, "loggers.");
    for (size_t i = 0; i < name.len; i++) good = good && (unsigned char)name.data[i] >= ' ';
    return good ? name : slice_make(made, (size_t)snprintf(made, 32, "loggers.%zu", index));
}

static void put_logger_keys(const value *all, text *out) {
    char made[32];
    text names;
    text_init(&names, 0);
    text_add_cstr(&names, "root");
    for (size_t i = 0; i < all->dict.count; i++) {
        text_add_cstr(&names, ", ");
        text_add_slice(&names, section_of(all->dict.pairs[i].key.str, i, made));
    }
    begin_section("", SLICE_LITERAL("loggers"), out);
    add_key("keys", text_slice(&names), out);
    if (names.failed) out->failed = true;
    text_done(&names);
}

static void put_each(const value *all, void (*each)(slice name, const value *one, text *out), text *out) {
    for (size_t i = 0; i < all->dict.count; i++)
        each(all->dict.pairs[i].key.str, &all->dict.pairs[i].val, out);
}

static void put_settings(const value *section, text *out) {
    text shown;
    text_init(&shown, 0);
    for (size_t i = 0; section->type == VALUE_DICT && i < section->dict.count; i++) {
        text_clear(&shown);
        add_plain(&section->dict.pairs[i].val, &shown);
        add_key(section->dict.pairs[i].key.str.data, text_slice(&shown), out);
    }
    if (shown.failed) out->failed = true;
    text_done(&shown);
}

void print_ini(const value *dict, text *out) {
    const value *filters = get(dict, "filters"), *loggers = get(dict, "loggers");
    char made[32];
    text_add_cstr(out, PRINT_INI_BEGIN);
    text_add_cstr(out, get(dict, "disable_existing_loggers")->boolean ? "yes\n" : "no\n");
    put_settings(get(dict, "weir"), out);
    static const char *const more[] = {"admin", "receivers"};
    for (size_t i = 0; i < sizeof more / sizeof more[0]; i++) {
        if (get(dict, more[i])->type != VALUE_DICT) continue;
        begin_section("", slice_of(more[i]), out);
        put_settings(get(dict, more[i]), out);
    }
    put_logger_keys(loggers, out);
    put_keys("handlers", get(dict, "handlers"), out);
    put_keys("formatters", get(dict, "formatters"), out);
    if (filters->type == VALUE_DICT) put_keys("filters", filters, out);
    put_logger(SLICE_LITERAL("root"), get(dict, "root"), NULL, out);
    for (size_t i = 0; i < loggers->dict.count; i++) {
        const value_pair *l = &loggers->dict.pairs[i];
        put_logger(section_of(l->key.str, i, made), &l->val, &l->key.str, out);
    }
    put_each(get(dict, "handlers"), put_handler, out);
    put_each(get(dict, "formatters"), put_formatter, out);
    if (filters->type == VALUE_DICT) put_each(filters, put_filter, out);
}
