/* ini.c - puts together what inih reports: sections, keys, values of several lines. Runs on the thread
 * that checks a configuration. What a line is, ini_reader.c has decided; interpolation is in
 * interpolate.c. */
#include "config/ini.h"

#include <ini.h>

#include "base/limits.h"
#include "config/ini_reader.h"
#include "config/ini_text.h"

typedef struct builder {
    arena *memory;
    ini_file *out;
    problems *p;
    ini_source source;
    size_t section_room;
    size_t open;     /* index of the section that keys go to */
    size_t key_room; /* of that section */
    bool discard;    /* a second section of a name: reported, and its keys not looked at */
    bool has_key;
    ini_key key; /* its value is still growing in `value` */
    text value;
    bool failed; /* no memory */
} builder;

static ini_section *open_section(builder *b) { return &b->out->sections[b->open]; }

static slice copy(builder *b, slice s) {
    slice made = arena_copy(b->memory, s);
    if (made.data == NULL) b->failed = true;
    return made;
}

/* Room for one more of `size` bytes each; the old array stays in the arena. */
static void *room(builder *b, void *list, size_t count, size_t *room_for, size_t size) {
    if (count < *room_for) return list;
    size_t more = *room_for ? *room_for * 2 : 8;
    void *bigger = arena_alloc(b->memory, more * size);
    if (bigger == NULL) {
        b->failed = true;
        return NULL;
    }
    if (count > 0) memcpy(bigger, list, count * size);
    *room_for = more;
    return bigger;
}

static void end_key(builder *b) {
    if (!b->has_key) return;
    b->has_key = false;
    b->key.raw = copy(b, ini_rstrip(text_slice(&b->value)));
    b->failed = b->failed || b->value.failed;
    if (b->failed) return;
    ini_section *s = open_section(b);
    ini_key *keys = room(b, s->keys, s->count, &b->key_room, sizeof *keys);
    if (keys == NULL) return;
    s->keys = keys;
    s->keys[s->count] = b->key;
    if (name_map_put(&b->out->names, (uint32_t)b->open + 1, b->key.name, (uint32_t)s->count) != 0)
        b->failed = true;
    s->count++;
}

/* A section of this name is there already. [DEFAULT] may come several times, as in Python. */
static void reopen_section(builder *b, size_t index) {
    b->open = index;
    b->key_room = open_section(b)->count;
    b->discard = !slice_is(open_section(b)->name, "DEFAULT");
    if (b->discard)
        problems_add(b->p, b->source.line, open_section(b)->name.data, NULL,
                     "the section is there twice (first in line %d)", open_section(b)->line);
}

static void begin_section(builder *b, slice name) {
    uint32_t index;
    end_key(b);
    if (name_map_get(&b->out->names, 0, name, &index)) {
        reopen_section(b, index);
        return;
    }
    b->discard = false;
    ini_section *list = room(b, b->out->sections, b->out->count, &b->section_room, sizeof *list);
    if (list == NULL) return;
    b->out->sections = list;
    b->open = b->out->count++;
    b->key_room = 0;
    *open_section(b) = (ini_section){.name = copy(b, name), .line = b->source.line};
    if (!b->failed && name_map_put(&b->out->names, 0, open_section(b)->name, (uint32_t)b->open) != 0)
        b->failed = true;
}

/* optionxform: ASCII only; no key that means anything has other letters. */
static slice lower(builder *b, slice name) {
    char *data = arena_alloc(b->memory, name.len + 1);
    if (data == NULL) {
        b->failed = true;
        return SLICE_LITERAL("");
    }
    for (size_t i = 0; i < name.len; i++) {
        char c = name.data[i];
        data[i] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
    }
    data[name.len] = '\0';
    return slice_make(data, name.len);
}

static void begin_key(builder *b, slice name, slice value) {
    uint32_t index;
    end_key(b);
    if (b->discard) return;
    slice key = lower(b, name);
    if (name_map_get(&b->out->names, (uint32_t)b->open + 1, key, &index))
        problems_add(b->p, b->source.line, open_section(b)->name.data, key.data,
                     "the key is there twice (first in line %d)", open_section(b)->keys[index].line);
    b->key = (ini_key){.name = key, .line = b->source.line};
    b->has_key = true;
    text_clear(&b->value);
    text_add_slice(&b->value, value);
}

/* inih's callback. Returning 1 always: what is wrong has been reported with its line. */
static int on_item(void *user, const char *section, const char *name, const char *value) {
    builder *b = user;
    if (b->failed) return 1;
    slice found = strcmp(value, INI_ALIAS) == 0 ? b->source.value : slice_of(value);
    if (strcmp(name, INI_NAME_SECTION) == 0) {
        begin_section(b, strcmp(section, INI_ALIAS) == 0 ? b->source.section : slice_of(section));
    } else if (strcmp(name, INI_NAME_MORE) == 0) {
        if (!b->has_key) return 1;
        text_add_char(&b->value, '\n');
        text_add_slice(&b->value, found);
    } else {
        begin_key(b, strcmp(name, INI_NAME_ALIAS) == 0 ? b->source.key : slice_of(name), found);
    }
    return 1;
}

int ini_parse_text(slice in, arena *a, ini_file *out, problems *p) {
    builder b = {.memory = a, .out = out, .p = p};
    *out = (ini_file){0};
    name_map_init(&out->names, a);
    if ((out->expanded = arena_alloc(a, sizeof *out->expanded)) == NULL) return -1;
    *out->expanded = 0;
    text_init(&b.value, 0);
    ini_source_init(&b.source, in, p);
    int rc = ini_parse_stream(ini_source_read, &b.source, on_item, &b);
    end_key(&b);
    if (rc != 0 || b.source.failed)
        problems_add(p, b.source.line, NULL, NULL,
                     "inih stopped here (has the program changed its ini_max_line?)");
    bool failed = b.failed || b.value.failed;
    text_done(&b.value);
    out->defaults = ini_find(out, SLICE_LITERAL("DEFAULT"));
    return failed ? -1 : 0;
}

/* The text's [DEFAULT], or one that is put behind its sections. NULL: no memory. */
static ini_section *default_section(builder *b) {
    uint32_t index;
    if (name_map_get(&b->out->names, 0, SLICE_LITERAL("DEFAULT"), &index)) {
        b->open = index;
        return open_section(b);
    }
    ini_section *list = room(b, b->out->sections, b->out->count, &b->section_room, sizeof *list);
    if (list == NULL) return NULL;
    b->out->sections = list;
    b->open = b->out->count++;
    *open_section(b) = (ini_section){.name = SLICE_LITERAL("DEFAULT")};
    if (name_map_put(&b->out->names, 0, open_section(b)->name, (uint32_t)b->open) != 0) b->failed = true;
    return open_section(b);
}

int ini_add_defaults(ini_file *f, const ini_default *list, size_t count, arena *a) {
    builder b = {.memory = a, .out = f, .section_room = f->count};
    uint32_t index;
    if (count == 0) return 0;
    ini_section *s = default_section(&b);
    if (s == NULL) return -1;
    ini_key *keys = arena_alloc(a, (s->count + count) * sizeof *keys);
    if (keys == NULL) return -1;
    if (s->count > 0) memcpy(keys, s->keys, s->count * sizeof *keys);
    s->keys = keys;
    for (size_t i = 0; i < count && !b.failed; i++) {
        slice key = lower(&b, list[i].key);
        if (name_map_get(&f->names, (uint32_t)b.open + 1, key, &index)) continue;
        s->keys[s->count] = (ini_key){.name = key, .raw = copy(&b, list[i].value)};
        if (name_map_put(&f->names, (uint32_t)b.open + 1, key, (uint32_t)s->count) != 0) b.failed = true;
        s->count++;
    }
    f->defaults = ini_find(f, SLICE_LITERAL("DEFAULT"));
    return b.failed ? -1 : 0;
}

const ini_section *ini_find(const ini_file *f, slice name) {
    uint32_t index;
    return name_map_get(&f->names, 0, name, &index) ? &f->sections[index] : NULL;
}

static const ini_key *own_key(const ini_file *f, const ini_section *s, slice key) {
    uint32_t index;
    if (s == NULL) return NULL;
    return name_map_get(&f->names, (uint32_t)(s - f->sections) + 1, key, &index) ? &s->keys[index] : NULL;
}

const ini_key *ini_get_raw(const ini_file *f, const ini_section *s, const char *key) {
    const ini_key *k = own_key(f, s, slice_of(key));
    return k != NULL ? k : own_key(f, f->defaults, slice_of(key));
}
