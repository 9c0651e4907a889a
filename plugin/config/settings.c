/* settings.c - reads [weir], [admin] and [receivers] by the rows of settings_table.c. Runs on the thread that
 * checks a configuration. What a pushed one may say is decided in check_pushed.c. */
#include "config/settings.h"

#include "config/suggest.h"

void setting_print(const setting_row *row, const settings *in, text *out) { row->print(row, in, out); }

/* The defaults are written in the table as a user would; the addresses' "" means off there. */
void settings_default(settings *s) {
    memset(s, 0, sizeof *s);
    for (size_t i = 0; setting_at(i) != NULL; i++) {
        const setting_row *row = setting_at(i);
        if (row->initial[0] != '\0') row->parse(row, slice_of(row->initial), s, NULL);
    }
    s->disable_existing_given = false;
}

static bool known_elsewhere(const ini_section *s, slice key, const char **where) {
    for (size_t i = 0; setting_at(i) != NULL; i++) {
        if (!slice_is(key, setting_at(i)->key) || slice_is(s->name, setting_at(i)->section)) continue;
        *where = setting_at(i)->section;
        return true;
    }
    return false;
}

static void tell_known(const ini_section *s, const ini_key *k, problems *p) {
    text known;
    text_init(&known, 0);
    for (size_t i = 0; setting_at(i) != NULL; i++)
        if (slice_is(s->name, setting_at(i)->section))
            text_addf(&known, "%s%s", known.len ? ", " : "", setting_at(i)->key);
    problems_add(p, k->line, s->name.data, k->name.data, "unknown key (known: %s)", text_cstr(&known));
    text_done(&known);
}

static void check_known(const ini_section *s, const ini_key *k, problems *p) {
    suggestion near = suggest_begin(k->name);
    const char *where;
    for (size_t i = 0; setting_at(i) != NULL; i++) {
        const setting_row *row = setting_at(i);
        if (!slice_is(s->name, row->section)) continue;
        if (slice_is(k->name, row->key)) return;
        suggest_offer(&near, slice_of(row->key));
    }
    if (near.best.data != NULL)
        problems_add(p, k->line, s->name.data, k->name.data, "unknown key (did you mean %.*s?)",
                     (int)near.best.len, near.best.data);
    else if (known_elsewhere(s, k->name, &where))
        problems_add(p, k->line, s->name.data, k->name.data, "unknown key here (it belongs into [%s])",
                     where);
    else
        tell_known(s, k, p);
}

static void read_row(const ini_file *f, const ini_section *s, const setting_row *row, settings *out, arena *a,
                     problems *p) {
    slice in;
    bool found;
    int line;
    weir_error err;
    if (ini_get(f, s, row->key, a, &in, &found, &line, p) != 0 || !found) return;
    if (row->parse(row, in, out, &err) != 0) problems_add(p, line, row->section, row->key, "%s", err.message);
}

static void check_together(const ini_section *weir, const ini_file *f, const settings *s, problems *p) {
    const ini_key *k = ini_get_raw(f, weir, "queue_total");
    if (k == NULL) k = ini_get_raw(f, weir, "queue");
    if (k != NULL && s->queue_total / 2 < s->queue)
        problems_add(p, k->line, "weir", k->name.data,
                     "queue_total is less than twice queue (room for two threads)");
}

/* A door that anybody on the network can knock at stands open only where the section says so itself. */
static void check_doors(const ini_section *s, const ini_file *f, const settings *now, problems *p) {
    const receiver_settings *r = &now->receivers;
    for (int i = 0; i < DOOR_COUNT && !r->beyond_loopback; i++) {
        const ini_key *k = ini_get_raw(f, s, receiver_door_names[i]);
        if (k == NULL || r->address[i][0] == '\0' || setting_is_loopback(r->address[i])) continue;
        problems_add(
            p, k->line, "receivers", receiver_door_names[i],
            "\"%s\" is not loopback: whoever reaches it can write into the logs (use 127.0.0.1, or allow "
            "it with beyond_loopback = yes)",
            r->address[i]);
    }
}

void settings_read_section(const ini_file *f, const char *section, settings *out, arena *a, problems *p) {
    const ini_section *s = ini_find(f, slice_of(section));
    if (s == NULL) return;
    if (slice_is(s->name, "admin")) out->has_admin = true;
    for (size_t i = 0; i < s->count; i++) check_known(s, &s->keys[i], p);
    for (size_t i = 0; setting_at(i) != NULL; i++)
        if (strcmp(setting_at(i)->section, section) == 0) read_row(f, s, setting_at(i), out, a, p);
    if (slice_is(s->name, "weir")) check_together(s, f, out, p);
    if (slice_is(s->name, "receivers")) check_doors(s, f, out, p);
}

void settings_read(const ini_file *f, settings *out, arena *a, problems *p) {
    settings_read_section(f, "weir", out, a, p);
    settings_read_section(f, "admin", out, a, p);
    settings_read_section(f, "receivers", out, a, p);
}

bool setting_differs(const setting_row *row, const settings *a, const settings *b) {
    text one, two;
    text_init(&one, 0);
    text_init(&two, 0);
    row->print(row, a, &one);
    row->print(row, b, &two);
    /* Without memory to compare they count as different: the careful answer for both kinds. */
    bool differ = one.failed || two.failed || !slice_equal(text_slice(&one), text_slice(&two));
    text_done(&one);
    text_done(&two);
    return differ;
}

size_t settings_differ(const settings *a, const settings *b, setting_kind kind, const setting_row **out,
                       size_t max) {
    size_t count = 0;
    for (size_t i = 0; setting_at(i) != NULL; i++) {
        const setting_row *row = setting_at(i);
        if (!(kind == SETTING_START_ONLY ? row->start_only : row->pushed_fixed) ||
            !setting_differs(row, a, b))
            continue;
        if (count < max) out[count++] = row;
    }
    return count;
}
