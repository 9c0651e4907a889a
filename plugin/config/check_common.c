/* check_common.c - what the checks of formatters, handlers and loggers share: values, lists of names,
 * levels. Runs on the thread that checks a configuration. */
#include "base/level.h"
#include "base/utf8.h"
#include "config/check.h"
#include "config/ini_text.h"

/* Of a name in a message. */
#define SHOWN 80
/* Problems, after which there are no more suggestions. */
#define SUGGESTED 50

void *check_alloc(checker *c, size_t size) {
    void *made = arena_alloc(&c->plan->memory, size ? size : 1);
    if (made == NULL) c->no_memory = true;
    if (made != NULL) memset(made, 0, size);
    return made;
}

slice check_copy(checker *c, slice s) {
    slice made = arena_copy(&c->plan->memory, s);
    if (made.data != NULL) return made;
    c->no_memory = true;
    return SLICE_LITERAL("");
}

bool check_value(checker *c, const ini_section *s, const char *key, slice *out, int *line) {
    bool found;
    int at = s->line;
    if (ini_get(&c->ini, s, key, &c->plan->memory, out, &found, &at, c->p) != 0 || !found) return false;
    if (line != NULL) *line = at;
    return true;
}

const char *check_show(checker *c, slice name) {
    slice shown = utf8_prefix(name, SHOWN);
    char *made = check_alloc(c, shown.len + 4);
    if (made == NULL) return "";
    for (size_t i = 0; i < shown.len; i++) made[i] = (unsigned char)shown.data[i] < ' ' ? ' ' : shown.data[i];
    if (shown.len < name.len) memcpy(made + shown.len, "…", 4);
    return made;
}

suggestion check_near(const checker *c, slice wanted) {
    return suggest_begin(c->p->count < SUGGESTED ? wanted : SLICE_NONE);
}

bool check_split(checker *c, slice in, name_list_view *out) {
    *out = (name_list_view){0};
    if (in.len == 0) return true;
    size_t count = 1;
    for (size_t i = 0; i < in.len; i++) count += in.data[i] == ',';
    out->names = check_alloc(c, count * sizeof *out->names);
    if (out->names == NULL) return false;
    for (size_t at = 0; out->count < count;) {
        size_t end = at;
        while (end < in.len && in.data[end] != ',') end++;
        out->names[out->count++] = ini_strip(slice_make(in.data + at, end - at));
        at = end + 1;
    }
    return true;
}

static void tell_missing_section(checker *c, const char *name) {
    suggestion near = check_near(c, slice_of(name));
    for (size_t i = 0; i < c->ini.count; i++) /* [logger_a] is another thing, however near */
        if (memchr(c->ini.sections[i].name.data, '_', c->ini.sections[i].name.len) == NULL)
            suggest_offer(&near, c->ini.sections[i].name);
    if (near.best.data != NULL)
        problems_add(c->p, ini_find(&c->ini, near.best)->line, near.best.data, NULL,
                     "the section [%s] is missing (is this one misspelt?)", name);
    else
        problems_add(c->p, 0, NULL, NULL, "the section [%s] is missing (with: keys = name, name)", name);
}

bool check_keys(checker *c, const char *section, name_list_view *out, int *line) {
    static const char *const known[] = {"keys", NULL};
    *out = (name_list_view){0};
    const ini_section *s = ini_find(&c->ini, slice_of(section));
    if (s == NULL) {
        tell_missing_section(c, section);
        return false;
    }
    slice in;
    *line = s->line;
    if (ini_get_raw(&c->ini, s, "keys") == NULL) {
        problems_add(c->p, s->line, section, "keys", "the key is missing (keys = name, name)");
        check_keys_known(c, s, known);
        return false;
    }
    return check_value(c, s, "keys", &in, line) && check_split(c, in, out);
}

const ini_section *check_section(checker *c, const char *prefix, slice name, const char *list, int line) {
    slice whole;
    char *made = check_alloc(c, strlen(prefix) + name.len + 1);
    if (made == NULL) return NULL;
    memcpy(made, prefix, strlen(prefix));
    if (name.len > 0) memcpy(made + strlen(prefix), name.data, name.len);
    whole = slice_make(made, strlen(prefix) + name.len);
    if (name_map_put(&c->listed, 0, whole, 1) != 0) c->no_memory = true;
    const ini_section *s = ini_find(&c->ini, whole);
    if (s != NULL) return s;
    if (name.len == 0)
        problems_add(c->p, line, list, "keys", "an empty name in the list (a ',' too many?)");
    else
        problems_add(c->p, line, list, "keys", "\"%s\" is listed, but there is no section [%s]",
                     check_show(c, name), check_show(c, whole));
    return NULL;
}

static void tell_level(checker *c, const ini_section *s, slice in, int line) {
    text known;
    text_init(&known, 0);
    suggestion near = check_near(c, in);
    int number;
    slice name;
    for (size_t i = 0; level_at(i, &number, &name); i++) {
        text_add_cstr(&known, known.len ? ", " : "");
        text_add_slice(&known, name);
        suggest_offer(&near, name);
    }
    if (in.len == 0)
        problems_add(c->p, line, s->name.data, "level", "the level is empty (one of %s)", text_cstr(&known));
    else if (near.best.data != NULL)
        problems_add(c->p, line, s->name.data, "level", "unknown level \"%s\" (did you mean %.*s?)",
                     check_show(c, in), (int)near.best.len, near.best.data);
    else if (level_parse(in, &number))
        problems_add(c->p, line, s->name.data, "level",
                     "a level is written by name here, not \"%s\" (one of %s)", check_show(c, in),
                     text_cstr(&known));
    else
        problems_add(c->p, line, s->name.data, "level", "unknown level \"%s\" (one of %s)", check_show(c, in),
                     text_cstr(&known));
    text_done(&known);
}

/* "RotatingFileHandler" of "handlers.RotatingFileHandler": also in Python it needs the whole name. */
static bool is_last_part(slice whole, slice name) {
    return whole.len > name.len && whole.data[whole.len - name.len - 1] == '.' &&
           slice_equal(slice_make(whole.data + whole.len - name.len, name.len), name);
}

void check_tell_class(checker *c, const ini_section *s, slice name, int line,
                      const char *(*name_at)(size_t index)) {
    text known;
    text_init(&known, 0);
    suggestion near = check_near(c, name);
    const char *one;
    for (size_t i = 0; (one = name_at(i)) != NULL; i++) {
        text_addf(&known, "%s%s", i ? ", " : "", one);
        suggest_offer(&near, slice_of(one));
        if (is_last_part(slice_of(one), name)) near.best = slice_of(one);
    }
    if (near.best.data != NULL)
        problems_add(c->p, line, s->name.data, "class", "unknown class \"%s\" (did you mean %s?)",
                     check_show(c, name), near.best.data);
    else
        problems_add(c->p, line, s->name.data, "class", "unknown class \"%s\" (known: %s)",
                     check_show(c, name), text_cstr(&known));
    text_done(&known);
}

/* "Level 15", as Python's getLevelName calls a level without a name: Weir's own here, so that a file can say
 * what dictConfig says by a number. */
static bool is_numbered(slice in, int *level) {
    static const char prefix[] = "Level ";
    size_t len = sizeof prefix - 1;
    if (in.len <= len || memcmp(in.data, prefix, len) != 0) return false;
    bool below = in.data[len] == '-';
    if (below) len++;
    if (len == in.len || in.data[len] < '0' || in.data[len] > '9') return false;
    if (!level_parse(slice_make(in.data + len, in.len - len), level)) return false;
    if (below) *level = -*level;
    return true;
}

bool check_level(checker *c, const ini_section *s, int *level, int *line) {
    slice in;
    if (!check_value(c, s, "level", &in, line)) return false;
    if (level_from_name(in, level) || is_numbered(in, level)) return true;
    tell_level(c, s, in, *line);
    return false;
}

bool check_setting(checker *c, const ini_section *s, const char *key, settings *out) {
    slice in;
    int line;
    weir_error err;
    if (!check_value(c, s, key, &in, &line)) return false;
    for (size_t i = 0; setting_at(i) != NULL; i++) {
        const setting_row *row = setting_at(i);
        if (strcmp(row->section, "weir") != 0 || strcmp(row->key, key) != 0) continue;
        if (row->parse(row, in, out, &err) == 0) return true;
        problems_add(c->p, line, s->name.data, key, "%s", err.message);
    }
    return false;
}

void check_keys_known(checker *c, const ini_section *s, const char *const *known) {
    for (size_t i = 0; i < s->count; i++) {
        const ini_key *k = &s->keys[i];
        suggestion near = check_near(c, k->name);
        bool is_known = false;
        for (size_t n = 0; known[n] != NULL && !is_known; n++) {
            is_known = slice_is(k->name, known[n]);
            suggest_offer(&near, slice_of(known[n]));
        }
        if (!is_known && near.best.data != NULL)
            problems_warn(c->p, k->line, s->name.data, k->name.data,
                          "unknown key, ignored as in Python (did you mean %s?)", near.best.data);
    }
}

/* ---- what makes one the same in the next configuration ---- */

uint64_t check_add_bytes(uint64_t sum, slice s) {
    for (size_t i = 0; i < s.len; i++) sum = check_mix(sum, (unsigned char)s.data[i]);
    return check_mix(sum, s.data == NULL ? 0x1ff : 0xff);
}

uint64_t check_add_value(checker *c, uint64_t sum, const value *v) {
    text shown;
    text_init(&shown, 0);
    if (v != NULL) value_repr(v, &shown);
    if (shown.failed) c->no_memory = true;
    sum = check_add_bytes(sum, text_slice(&shown));
    text_done(&shown);
    return sum;
}
